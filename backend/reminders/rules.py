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
from backend.reminders.errors import RuleChanged, RuleInvalid, RuleNotFound
from backend.reminders.schemas import ForecastDay, RuleList, RuleOut, RulePut

FORECAST_DAYS = 30
_COLUMNS = (
    "id, key, license_type, license_name, days, text, renew, active, listed, reached, held, version, edited_by,"
    " edited_at, scanned_at, call_days"
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
                " text = CASE WHEN r.edited_by IS NULL THEN excluded.text ELSE r.text END"
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


async def all_rules() -> RuleList:
    """Every rule with its figures and a forecast, those that are on first."""
    await follow_modules()
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM reminders_rule ORDER BY listed DESC, key")  # noqa: S608
    figures = await db.fetch("SELECT rule_id, state, count(*) AS n FROM reminders_reminder GROUP BY rule_id, state")
    counts = {(row["rule_id"], row["state"]): int(row["n"]) for row in figures}
    return RuleList(items=[await _out(row, counts) for row in rows])


async def put(who: Principal, wanted: RulePut) -> RuleOut:
    """Write a rule. Raises RuleNotFound, RuleChanged, RuleInvalid."""
    if len(set(wanted.days)) != len(wanted.days):
        raise RuleInvalid
    if wanted.call_days is not None and wanted.call_days >= max(wanted.days):
        raise RuleInvalid("打电话要晚于第一次提醒：请填比最早的提前天数更小的数")
    try:
        key = uuid.UUID(wanted.id)
    except ValueError as exc:
        raise RuleNotFound from exc
    days = sorted(wanted.days, reverse=True)
    async with db.transaction():
        before = await db.fetch_one(
            f"SELECT {_COLUMNS} FROM reminders_rule WHERE id = $1 FOR UPDATE",  # noqa: S608
            key,
        )
        if before is None:
            raise RuleNotFound
        if before["version"] != wanted.version:
            raise RuleChanged
        reached = {step: day for step, day in msgspec.json.decode(before["reached"]).items() if int(step) in days}
        if wanted.resume or (wanted.active and not before["active"]):
            reached = {}  # steps start anew today: what passed meanwhile is not told late
        row = await db.fetch_one(
            "UPDATE reminders_rule SET days = $2::jsonb, text = $3, active = $4, reached = $5::jsonb,"  # noqa: S608
            " held = CASE WHEN $6 THEN NULL ELSE held END, version = version + 1, edited_by = $7, edited_at = $8,"
            " call_days = $9"
            f" WHERE id = $1 RETURNING {_COLUMNS}",
            key,
            msgspec.json.encode(days).decode(),
            wanted.text,
            wanted.active,
            msgspec.json.encode(reached).decode(),
            wanted.resume,
            who.name or who.id,
            now(),
            wanted.call_days,
        )
        assert row is not None
        if not wanted.active:
            await db.execute(
                "UPDATE reminders_reminder SET state = 'cancelled', why = '规则已停用', work_at = NULL"
                " WHERE rule_id = $1 AND state IN ('waiting', 'snoozed')",
                key,
            )
        await audit.record(
            who,
            "reminders.rule_written",
            "reminder_rule",
            str(key),
            key=row["key"],
            days=days,
            text=wanted.text,
            active=wanted.active,
            resume=wanted.resume,
        )
    return await _out(row, {})


async def _out(row: asyncpg.Record, counts: dict[tuple[uuid.UUID, str], int]) -> RuleOut:
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
