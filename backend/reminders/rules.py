"""Rules of reminders: taken from the modules' `[[reminders]]`, and what operators make of them."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import asyncpg
import msgspec

from backend.core import audit, db
from backend.core.clock import now, today
from backend.core.sessions import Principal
from backend.licenses import expiry
from backend.modules import registry
from backend.reminders.errors import NothingProposed, RuleChanged, RuleInvalid, RuleNotFound, SecondPersonNeeded
from backend.reminders.schemas import ForecastDay, Proposed, RuleList, RuleOut, RulePut

FORECAST_DAYS = 30
_COLUMNS = (
    "id, key, license_type, license_name, days, text, renew, active, listed, reached, held, version, edited_by,"
    " edited_at, scanned_at, call_days, proposed, proposed_by, proposed_name, proposed_at"
)


async def follow_modules() -> None:
    """Bring the rules in line with the live releases. Safe at any time and in several processes at once.

    A rule whose matter is gone stays with its history, `listed` false, and is not scanned.
    """
    found: list[tuple[str, str, str, list[int], str, str | None]] = []
    for entry in registry.current().entries.values():
        result = entry.matter.result
        if result is None or result.license is None:
            continue
        for number, item in enumerate(entry.matter.reminders):
            days = sorted({int(offset[:-1]) for offset in item.before}, reverse=True)
            renew = f"{entry.module.id}.{item.renew}" if item.renew else None
            text = item.text or f"您的{result.name}即将到期，请及时办理。"
            found.append((f"{entry.id}#{number}", result.license, result.name, days, text, renew))
    async with db.transaction():
        for key, kind, name, days, text, renew in sorted(found):
            await db.execute(
                "INSERT INTO reminders_rule AS r (id, created_at, key, license_type, license_name, days, text, renew,"
                " active, listed, reached, version) VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8, true, true,"
                " '{}'::jsonb, 1) ON CONFLICT (key) DO UPDATE SET license_type = excluded.license_type,"
                " license_name = excluded.license_name, renew = excluded.renew, listed = true,"
                " days = CASE WHEN r.edited_by IS NULL THEN excluded.days ELSE r.days END,"
                " text = CASE WHEN r.edited_by IS NULL THEN excluded.text ELSE r.text END, version = r.version + 1"
                " WHERE (r.license_type, r.license_name, r.listed) IS DISTINCT FROM"
                " (excluded.license_type, excluded.license_name, true) OR r.renew IS DISTINCT FROM excluded.renew"
                " OR (r.edited_by IS NULL AND (r.days, r.text) IS DISTINCT FROM (excluded.days, excluded.text))",
                uuid.uuid4(),
                now(),
                key,
                kind,
                name,
                msgspec.json.encode(days).decode(),
                text[:300],
                renew,
            )
        await db.execute(
            "UPDATE reminders_rule SET listed = false WHERE listed AND NOT (key = ANY($1::varchar[]))",
            [item[0] for item in found],
        )


async def all_rules(who: Principal) -> RuleList:
    """Every rule with its figures and a forecast, those that are on first."""
    await follow_modules()
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM reminders_rule ORDER BY listed DESC, key")  # noqa: S608
    figures = await db.fetch("SELECT rule_id, state, count(*) AS n FROM reminders_reminder GROUP BY rule_id, state")
    counts = {(row["rule_id"], row["state"]): int(row["n"]) for row in figures}
    return RuleList(items=[await _out(who, row, counts) for row in rows])


async def put(who: Principal, wanted: RulePut) -> RuleOut:
    """Propose what a rule is to be, in place of what was proposed before; a rule that is only switched off stops at
    once, since stopping late is what does harm. Raises RuleNotFound, RuleChanged, RuleInvalid."""
    if len(set(wanted.days)) != len(wanted.days):
        raise RuleInvalid
    if wanted.call_days is not None and wanted.call_days >= max(wanted.days):
        raise RuleInvalid("打电话要晚于第一次提醒：请填比最早的提前天数更小的数")
    wanted = msgspec.structs.replace(wanted, days=sorted(wanted.days, reverse=True))
    async with db.transaction():
        before = await _locked(wanted.id, wanted.version)
        if before["active"] and wanted == msgspec.structs.replace(_present(before), active=False):
            row = await _apply(who, before, wanted, "reminders.rule_stopped")
        else:
            row = await db.fetch_one(
                "UPDATE reminders_rule SET proposed = $2::jsonb, proposed_by = $3, proposed_name = $4,"  # noqa: S608
                f" proposed_at = $5, version = version + 1 WHERE id = $1 RETURNING {_COLUMNS}",
                before["id"],
                msgspec.json.encode(wanted).decode(),
                who.id,
                who.name or who.id,
                now(),
            )
            await _told(who, before, wanted, "reminders.rule_proposed")
    assert row is not None
    return await _out(who, row, {})


async def approve(who: Principal, rule_id: str, version: int) -> RuleOut:
    """Let a rule be what another operator proposed. Raises RuleNotFound, RuleChanged, NothingProposed,
    SecondPersonNeeded."""
    async with db.transaction():
        before = await _locked(rule_id, version)
        if before["proposed"] is None:
            raise NothingProposed
        if before["proposed_by"] == who.id:
            raise SecondPersonNeeded
        wanted = msgspec.json.decode(before["proposed"], type=RulePut)
        row = await _apply(who, before, wanted, "reminders.rule_approved")
    return await _out(who, row, {})


async def reject(who: Principal, rule_id: str, version: int) -> RuleOut:
    """Drop what was proposed, one's own as well. Raises RuleNotFound, RuleChanged, NothingProposed."""
    async with db.transaction():
        before = await _locked(rule_id, version)
        if before["proposed"] is None:
            raise NothingProposed
        row = await db.fetch_one(
            "UPDATE reminders_rule SET proposed = NULL, proposed_by = NULL, proposed_name = NULL,"  # noqa: S608
            f" proposed_at = NULL, version = version + 1 WHERE id = $1 RETURNING {_COLUMNS}",
            before["id"],
        )
        wanted = msgspec.json.decode(before["proposed"], type=RulePut)
        await _told(who, before, wanted, "reminders.rule_rejected")
    assert row is not None
    return await _out(who, row, {})


async def _locked(rule_id: str, version: int) -> asyncpg.Record:
    try:
        key = uuid.UUID(rule_id)
    except ValueError as exc:
        raise RuleNotFound from exc
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM reminders_rule WHERE id = $1 FOR UPDATE", key)  # noqa: S608
    if row is None:
        raise RuleNotFound
    if row["version"] != version:
        raise RuleChanged
    return row


def _present(row: asyncpg.Record) -> RulePut:
    """The rule as it is, in the words in which it would be written."""
    return RulePut(
        id=str(row["id"]),
        version=row["version"],
        days=msgspec.json.decode(row["days"]),
        text=row["text"],
        active=row["active"],
        call_days=row["call_days"],
    )


async def _apply(who: Principal, before: asyncpg.Record, wanted: RulePut, act: str) -> asyncpg.Record:
    """Make a rule be what is wanted; nothing is proposed for it any more. In the caller's transaction."""
    reached = {step: day for step, day in msgspec.json.decode(before["reached"]).items() if int(step) in wanted.days}
    if wanted.resume or (wanted.active and not before["active"]):
        reached = {}  # steps start anew today: what passed meanwhile is not told late
    row = await db.fetch_one(
        "UPDATE reminders_rule SET days = $2::jsonb, text = $3, active = $4, reached = $5::jsonb,"  # noqa: S608
        " held = CASE WHEN $6 THEN NULL ELSE held END, version = version + 1, edited_by = $7, edited_at = $8,"
        " call_days = $9, proposed = NULL, proposed_by = NULL, proposed_name = NULL, proposed_at = NULL"
        f" WHERE id = $1 RETURNING {_COLUMNS}",
        before["id"],
        msgspec.json.encode(wanted.days).decode(),
        wanted.text,
        wanted.active,
        msgspec.json.encode(reached).decode(),
        wanted.resume,
        before["proposed_name"] or who.name or who.id,
        now(),
        wanted.call_days,
    )
    assert row is not None
    if not wanted.active:
        await db.execute(
            "UPDATE reminders_reminder SET state = 'cancelled', why = '规则已停用', work_at = NULL"
            " WHERE rule_id = $1 AND state IN ('waiting', 'snoozed')",
            before["id"],
        )
    await _told(who, before, wanted, act)
    return row


async def _told(who: Principal, before: asyncpg.Record, wanted: RulePut, act: str) -> None:
    await audit.record(
        who,
        act,
        "reminder_rule",
        str(before["id"]),
        key=before["key"],
        days=wanted.days,
        text=wanted.text,
        active=wanted.active,
        resume=wanted.resume,
        call_days=wanted.call_days,
        proposed_by=before["proposed_by"],
    )


def _proposed(who: Principal, row: asyncpg.Record) -> Proposed | None:
    if row["proposed"] is None:
        return None
    wanted = msgspec.json.decode(row["proposed"], type=RulePut)
    return Proposed(
        days=wanted.days,
        text=wanted.text,
        active=wanted.active,
        resume=wanted.resume,
        call_days=wanted.call_days,
        by=row["proposed_name"],
        at=row["proposed_at"],
        yours=row["proposed_by"] == who.id,
    )


async def _out(who: Principal, row: asyncpg.Record, counts: dict[tuple[uuid.UUID, str], int]) -> RuleOut:
    days: list[int] = msgspec.json.decode(row["days"])
    forecast = await _forecast(row["license_type"], days) if row["active"] and row["listed"] else {}
    return RuleOut(
        id=str(row["id"]),
        key=row["key"],
        license_type=row["license_type"],
        license_name=row["license_name"],
        days=days,
        text=row["text"],
        renew=row["renew"],
        active=row["active"],
        listed=row["listed"],
        held=row["held"],
        version=row["version"],
        edited_by=row["edited_by"],
        edited_at=row["edited_at"],
        scanned_at=row["scanned_at"],
        call_days=row["call_days"],
        forecast=[ForecastDay(day=day, count=count) for day, count in sorted(forecast.items())],
        forecast_total=sum(forecast.values()),
        told=counts.get((row["id"], "told"), 0),
        cancelled=counts.get((row["id"], "cancelled"), 0),
        waiting=counts.get((row["id"], "waiting"), 0) + counts.get((row["id"], "snoozed"), 0),
        proposed=_proposed(who, row),
    )


async def _forecast(kind: str, days: list[int]) -> dict[date, int]:
    """Day → reminders, were nothing renewed until then."""
    found: dict[date, int] = {}
    start = today()
    for before in days:
        first = start + timedelta(days=before)
        for ends, count in (await expiry.counts(kind, first, first + timedelta(days=FORECAST_DAYS))).items():
            day = ends - timedelta(days=before)
            found[day] = found.get(day, 0) + count
    return found
