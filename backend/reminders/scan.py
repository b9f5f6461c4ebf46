"""From rules to reminders that are due, and from those to messages.

A scan asks for the licences whose last day lies between where the step was last time and today plus its days: it
costs what is due, catches up after missed nights, and a second one finds nothing. Where a scan stands moves in the
transaction that writes the reminders.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import asyncpg
import msgspec

from backend.cases import service as cases
from backend.core import db, logging, metrics
from backend.core.clock import now, today
from backend.licenses import expiry
from backend.modules import registry
from push import service as push

log = logging.get("reminders")

BATCH = 2_000
TELL = 200
MOST_MISSED = timedelta(days=31)
"""A scan that would take up after a longer pause stops and waits for a person: rather the clock is wrong."""


async def scan() -> int:
    """Write the reminders that are due under every rule; how many there were. Two at once share the rules."""
    rows = await db.fetch("SELECT id FROM reminders_rule WHERE active AND listed AND held IS NULL ORDER BY key")
    made = 0
    for row in rows:
        while (count := await _scan_rule(row["id"])) is not None:
            made += count
    held = await db.fetch_one("SELECT count(*) AS n FROM reminders_rule WHERE held IS NOT NULL AND active")
    metrics.REMINDERS_HELD.set(held["n"] if held else 0)
    return made


async def _scan_rule(rule_id: uuid.UUID) -> int | None:
    """One batch of one rule; None when nothing is left, or another process has the rule."""
    async with db.transaction():
        rule = await db.fetch_one(
            "SELECT id, license_type, days, reached, scanned_at FROM reminders_rule WHERE id = $1 AND active AND listed"
            " AND held IS NULL FOR UPDATE SKIP LOCKED",
            rule_id,
        )
        if rule is None:
            return None
        reached: dict[str, str] = msgspec.json.decode(rule["reached"])
        days: list[int] = sorted(msgspec.json.decode(rule["days"]))
        present = today()
        for number, before in enumerate(days):
            until = present + timedelta(days=before)
            # a step's first scan tells those for whom today is the day
            after = date.fromisoformat(reached[str(before)]) if str(before) in reached else until - timedelta(days=1)
            if after >= until:
                continue
            if until - after > MOST_MISSED:
                await _hold(rule_id, f"上次扫描到现在相隔 {(until - after).days} 天，请核对系统时间后恢复")
                return None
            # who is nearer to the end than the next step is told by that step alone
            nearer = present + timedelta(days=days[number - 1]) if number else present - timedelta(days=1)
            return await _take(rule, before, max(after, nearer), until, reached)
        await db.execute("UPDATE reminders_rule SET scanned_at = $2 WHERE id = $1", rule_id, now())
        return None


async def _take(rule: asyncpg.Record, before: int, after: date, until: date, reached: dict[str, str]) -> int:
    found = await expiry.ending(rule["license_type"], after, until, place=(after, _LAST), limit=BATCH)
    if len(found) == BATCH:
        # whole days only, so that one date says where the scan stands
        days = {item.valid_until for item in found}
        if len(days) > 1:
            last = max(days)
            found = [item for item in found if item.valid_until < last]
            until = last - timedelta(days=1)
        else:
            [until] = days
            found = await _whole_day(rule["license_type"], until)
    moment = now()
    await db.execute(
        "INSERT INTO reminders_reminder (id, created_at, rule_id, license_id, citizen_id, license_name, valid_until,"
        " days, state, work_at, snoozes) SELECT gen_random_uuid(), $1, $2, l, c, n, v, $3, 'waiting', $1, 0"
        " FROM unnest($4::uuid[], $5::uuid[], $6::varchar[], $7::date[]) AS t (l, c, n, v)"
        " ON CONFLICT (license_id, rule_id, days) DO NOTHING",
        moment,
        rule["id"],
        before,
        [item.id for item in found],
        [item.citizen_id for item in found],
        [item.name for item in found],
        [item.valid_until for item in found],
    )
    await db.execute(
        "UPDATE reminders_rule SET reached = $2::jsonb, scanned_at = $3 WHERE id = $1",
        rule["id"],
        msgspec.json.encode({**reached, str(before): until.isoformat()}).decode(),
        moment,
    )
    return len(found)


async def _whole_day(kind: str, day: date) -> list[expiry.Ending]:
    found: list[expiry.Ending] = []
    place = (day - timedelta(days=1), _LAST)
    while page := await expiry.ending(kind, day - timedelta(days=1), day, place=place, limit=BATCH):
        found += page
        place = (day, page[-1].id)
    return found


_LAST = uuid.UUID(int=2**128 - 1)


async def _hold(rule_id: uuid.UUID, why: str) -> None:
    log.error("reminder_rule_held", rule=str(rule_id), why=why)
    await db.execute("UPDATE reminders_rule SET held = $2 WHERE id = $1", rule_id, why)


async def tell() -> int:
    """Turn a batch of due reminders into messages; how many were looked at. Two at once share the rows.

    Whether the licence was renewed, or its renewal is being handled, is asked in the transaction that writes the
    message.
    """
    async with db.transaction():
        rows = await db.fetch(
            "SELECT r.id, r.license_id, r.citizen_id, r.license_name, r.valid_until, r.days, r.snoozes, u.text, u.renew"
            " FROM reminders_reminder r JOIN reminders_rule u ON u.id = r.rule_id"
            " WHERE r.work_at <= $1 AND r.state IN ('waiting', 'snoozed') ORDER BY r.work_at LIMIT $2"
            " FOR UPDATE OF r SKIP LOCKED",
            now(),
            TELL,
        )
        current = await expiry.still_ending(row["license_id"] for row in rows)
        for row in rows:
            holder = current.get(row["license_id"])
            if holder is None:
                await _cancel(row["id"], "证照已续办或已注销")
            elif row["valid_until"] < today():
                await _cancel(row["id"], "证照已过期")
            elif row["renew"] and await cases.has_open(str(holder), row["renew"]):
                await _cancel(row["id"], "续办正在办理")
            else:
                await _tell(row, holder)
    return len(rows)


async def recheck() -> int:
    """Hold back what was told within a day and has not left yet (quiet hours, a channel that rests), where the licence
    was renewed meanwhile; how many there were."""
    async with db.transaction():
        rows = await db.fetch(
            "SELECT id, license_id, message_id FROM reminders_reminder WHERE told_at > $1 AND state = 'told'"
            " ORDER BY told_at LIMIT 50000",
            now() - timedelta(days=1),
        )
        current = await expiry.still_ending(row["license_id"] for row in rows)
        settled = [row for row in rows if row["license_id"] not in current]
        if settled:
            await push.withdraw([row["message_id"] for row in settled])
            await db.execute(
                "UPDATE reminders_reminder SET state = 'cancelled', why = '证照已续办或已注销'"
                " WHERE id = ANY($1::uuid[])",
                [row["id"] for row in settled],
            )
    return len(settled)


async def _cancel(reminder_id: uuid.UUID, why: str) -> None:
    await db.execute(
        "UPDATE reminders_reminder SET state = 'cancelled', why = $2, work_at = NULL WHERE id = $1", reminder_id, why
    )


async def _tell(row: asyncpg.Record, holder: uuid.UUID) -> None:
    left = (row["valid_until"] - today()).days
    when = "今天是最后一天" if left == 0 else f"还有 {left} 天"
    name = str(row["license_name"])[:40]
    ends: date = row["valid_until"]
    day = f"{ends.year} 年 {ends.month} 月 {ends.day} 日"
    message = await push.notify(
        holder,
        "reminder",
        title=f"{name}到期提醒：{when}",
        body=f"您的{name}有效期到 {day}，{when}。{row['text']}",
        reason=f"您持有的{name}将在 {day} 到期，您可以在通知设置里关闭到期提醒",
        dedupe_key=f"reminder:{row['license_id']}:{row['id']}:{row['snoozes']}",
        link=link_of(row["renew"]) or f"/wallet/{row['license_id']}",
        data={"license": name, "date": row["valid_until"].isoformat()},
    )
    await db.execute(
        "UPDATE reminders_reminder SET state = 'told', message_id = $2, told_at = $3, work_at = NULL, citizen_id = $4"
        " WHERE id = $1",
        row["id"],
        uuid.UUID(message),
        now(),
        holder,
    )


def link_of(renew: str | None) -> str | None:
    """Straight into the form where there is one, else to the guide; None when the matter is not served now."""
    entry = registry.current().entry(renew) if renew else None
    if entry is None:
        return None
    return f"/matters/{entry.id}" + ("/apply" if entry.matter.kind in ("apply", "certificate") else "")
