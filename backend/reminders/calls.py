"""The last step of a reminder: people call those who were told and have neither looked nor renewed.

A row is a licence and appears once. The number is shown one at a time, and each look is on the citizen's trail.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

import asyncpg

from backend.cases import service as cases
from backend.core import audit, db, paging
from backend.core.clock import now, today
from backend.core.sessions import Principal
from backend.identity import service as identity
from backend.licenses import expiry
from backend.modules.registry import covers
from backend.reminders.errors import CallDone as CallDoneAlready
from backend.reminders.errors import CallNotFound, NoNumber
from backend.reminders.schemas import CallDone, CallList, CallOut
from push import service as push

BATCH = 500
TRIES = 3
AGAIN = timedelta(days=1)


async def find() -> int:
    """Put on the list whom the rules want to be called; how many. Twice at once lists nobody twice."""
    made = 0
    for rule in await db.fetch(
        "SELECT id, call_days, renew FROM reminders_rule WHERE active AND listed AND call_days IS NOT NULL"
    ):
        place: uuid.UUID | None = uuid.UUID(int=0)
        while place is not None:  # page by page: those who need no call must not stand before those who do
            count, place = await _find(rule, place)
            made += count
    return made


async def _find(rule: asyncpg.Record, after: uuid.UUID) -> tuple[int, uuid.UUID | None]:
    """One page of those who were told, behind a licence; how many were listed, and where the next page begins."""
    present = today()
    rows = await db.fetch(
        "SELECT DISTINCT ON (r.license_id) r.license_id, r.license_name, r.valid_until, r.message_id"
        " FROM reminders_reminder r WHERE r.rule_id = $1 AND r.state = 'told' AND r.valid_until BETWEEN $2 AND $3"
        " AND r.license_id > $5 AND NOT EXISTS (SELECT 1 FROM reminders_call c WHERE c.license_id = r.license_id)"
        " ORDER BY r.license_id, r.told_at DESC LIMIT $4",
        rule["id"],
        present,
        present + timedelta(days=rule["call_days"]),
        BATCH,
        after,
    )
    looked = await push.looked_at([row["message_id"] for row in rows if row["message_id"] is not None])
    holders = await expiry.still_ending(row["license_id"] for row in rows)
    regions = await identity.regions_of(str(holder) for holder in holders.values())
    made = 0
    for row in rows:
        holder = holders.get(row["license_id"])
        if holder is None or row["message_id"] in looked:
            continue
        if rule["renew"] and await cases.has_open(str(holder), rule["renew"]):
            continue
        made += await db.execute(
            "INSERT INTO reminders_call (id, created_at, rule_id, license_id, citizen_id, license_name, valid_until,"
            " region, state, tries, next_at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, 'open', 0, $1)"
            " ON CONFLICT (license_id) DO NOTHING",
            now(),
            rule["id"],
            row["license_id"],
            holder,
            row["license_name"],
            row["valid_until"],
            regions.get(str(holder)),
        )
    return made, rows[-1]["license_id"] if len(rows) == BATCH else None


async def drop_settled() -> int:
    """Take off the list what was renewed, revoked or has ended meanwhile; how many."""
    rows = await db.fetch(
        "SELECT id, license_id, valid_until FROM reminders_call WHERE state = 'open' ORDER BY valid_until LIMIT 5000"
    )
    current = await expiry.still_ending(row["license_id"] for row in rows)
    gone = [row["id"] for row in rows if row["license_id"] not in current or row["valid_until"] < today()]
    return await db.execute(
        "UPDATE reminders_call SET state = 'dropped', handled_at = $2 WHERE id = ANY($1::uuid[]) AND state = 'open'",
        gone,
        now(),
    )


async def of_window(who: Principal, *, cursor: str | None, limit: int) -> CallList:
    """Whom this window is to call now, the earliest end first."""
    at, last = paging.position(cursor, paging.FIRST_UP)
    rows = await db.fetch(
        "SELECT c.* FROM reminders_call c WHERE c.state = 'open' AND c.next_at <= $1"
        " AND (c.created_at, c.id) > ($2, $3) AND ($4 OR EXISTS (SELECT 1 FROM unnest($5::text[]) AS p"
        " WHERE starts_with(c.region, p))) ORDER BY c.created_at, c.id LIMIT $6",
        now(),
        at,
        last,
        any(code.endswith("0000") for code in who.regions),
        [_prefix(code) for code in who.regions],
        limit + 1,
    )
    more, rows = len(rows) > limit, rows[:limit]
    return CallList(
        items=[await _out(row) for row in rows],
        next=paging.cursor(rows[-1]["created_at"], rows[-1]["id"]) if more else None,
    )


def _prefix(code: str) -> str:
    return code[:4] if code.endswith("00") else code


async def _out(row: asyncpg.Record) -> CallOut:
    return CallOut(
        id=str(row["id"]),
        who=await identity.masked_name(str(row["citizen_id"])) or "未实名",
        license_name=row["license_name"],
        valid_until=row["valid_until"],
        days_left=(row["valid_until"] - today()).days,
        region=row["region"],
        tries=row["tries"],
        next_at=row["next_at"],
    )


async def number(who: Principal, call_id: str) -> str:
    """The number to call; the look is on the citizen's trail. Raises CallNotFound, CallDoneAlready, NoNumber."""
    async with db.transaction():
        row = await _locked(who, call_id)
        phone = (await identity.addresses(row["citizen_id"])).phone
        if phone is None:
            raise NoNumber
        await audit.record(
            who,
            "reminders.number_shown",
            "call",
            str(row["id"]),
            citizen_id=str(row["citizen_id"]),
            purpose=f"{row['license_name'][:60]}即将到期，电话提醒",
        )
    return phone


async def done(who: Principal, call_id: str, given: CallDone) -> None:
    """Write down what came of a call. Raises CallNotFound, CallDoneAlready."""
    async with db.transaction():
        row = await _locked(who, call_id)
        tries = row["tries"] + 1
        again = given.outcome == "no_answer" and tries < TRIES and row["valid_until"] > today()
        await db.execute(
            "UPDATE reminders_call SET state = $2, outcome = $3, note = nullif($4, ''), tries = $5, next_at = $6,"
            " handled_by = $7, handled_at = $8 WHERE id = $1",
            row["id"],
            "open" if again else "done",
            given.outcome,
            given.note,
            tries,
            now() + AGAIN if again else None,
            who.id,
            now(),
        )
        await audit.record(who, "reminders.called", "call", str(row["id"]), outcome=given.outcome)


async def _locked(who: Principal, call_id: str) -> asyncpg.Record:
    try:
        key = uuid.UUID(call_id)
    except ValueError as exc:
        raise CallNotFound from exc
    row = await db.fetch_one("SELECT * FROM reminders_call WHERE id = $1 FOR UPDATE", key)
    if row is None or not any(covers(code, row["region"] or "510000") for code in who.regions):
        raise CallNotFound
    if row["state"] != "open":
        raise CallDoneAlready
    return row


async def move_citizen(old: str, new: str) -> None:
    await db.execute(
        "UPDATE reminders_call SET citizen_id = $2 WHERE citizen_id = $1 AND state = 'open'",
        uuid.UUID(old),
        uuid.UUID(new),
    )
