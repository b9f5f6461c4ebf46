"""Sending a campaign: put the audience on the list in shards, tell so many a second, and stop when too much fails.

Each step holds the campaign's row: two workers never take the same step, and whoever is killed leaves a step that is
wholly done or not at all. A pause is seen by the next step, within a second.
"""

from __future__ import annotations

import time
import uuid
from datetime import datetime

import asyncpg
import msgspec

from backend.campaigns import audience
from backend.core import db, logging
from backend.core.clock import SHANGHAI, now
from push import outcomes, senders
from push import service as push

log = logging.get("campaigns")

SHARDS = 16
EXPAND_S = 0.5
"""How long one step goes on with further shards once one is done: a small audience is listed in one step."""
MOST_AT_ONCE = 4_000
CATCH_UP_S = 2.0
"""A pause between two steps longer than this is not made up for: the pace is a limit, not an average."""
HALT_WINDOW = 300
HALT_EVIDENCE = 20


def sender_of(campaign_id: uuid.UUID) -> str:
    """The name of a campaign in push."""
    return f"campaign:{campaign_id.hex}"


async def run() -> int:
    """One step of every running campaign; how many people were told."""
    rows = await db.fetch("SELECT id FROM campaigns_campaign WHERE state = 'running' ORDER BY started_at")
    return sum([await step(row["id"]) for row in rows])


async def step(campaign_id: uuid.UUID) -> int:
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT * FROM campaigns_campaign WHERE id = $1 AND state = 'running' FOR UPDATE SKIP LOCKED", campaign_id
        )
        if row is None:
            return 0
        moment = now()
        if not _open(row, moment):
            await db.execute("UPDATE campaigns_campaign SET ticked_at = $2 WHERE id = $1", campaign_id, moment)
            return 0
        if row["shards"] < SHARDS:
            await _expand(row, moment)
            return 0
        if await _halt(row):
            return 0
        allowed = min(MOST_AT_ONCE, int(row["pace"] * min(CATCH_UP_S, (moment - row["ticked_at"]).total_seconds())))
        if allowed < 1:
            return 0
        return await _tell(row, allowed, moment)


def _open(row: asyncpg.Record, moment: datetime) -> bool:
    if row["send_at"] is not None and row["send_at"] > moment:
        return False
    return bool(row["hour_from"] <= moment.astimezone(SHANGHAI).hour < row["hour_to"])


async def _expand(row: asyncpg.Record, moment: datetime) -> None:
    scope: list[str] = msgspec.json.decode(row["scope"])
    turns: list[str] = msgspec.json.decode(row["turns"] or "[]")
    end = time.monotonic() + EXPAND_S
    shard = int(row["shards"])
    while True:
        await audience.write_shard(row["id"], row["rule"], scope, shard, SHARDS, turns)
        shard += 1
        if shard == SHARDS or time.monotonic() >= end:
            break
    await db.execute(
        "UPDATE campaigns_campaign SET shards = $2, ticked_at = $3 WHERE id = $1", row["id"], shard, moment
    )


async def _tell(row: asyncpg.Record, allowed: int, moment: datetime) -> int:
    people = await db.fetch(
        "SELECT citizen_id FROM campaigns_target WHERE campaign_id = $1 AND state = 'waiting'"
        " ORDER BY turn, id LIMIT $2",
        row["id"],
        allowed,
    )
    if not people:
        if row["standing"]:
            await _relist(row, moment)
            return 0
        if await senders.waits(sender_of(row["id"])):
            return 0  # somebody's quiet hours, a channel that rests: a pause or a stop still holds them back
        await db.execute(
            "UPDATE campaigns_campaign SET state = 'done', ended_at = $2, changed_at = $2 WHERE id = $1",
            row["id"],
            moment,
        )
        return 0
    told = await push.notify_many(
        {person["citizen_id"]: f"campaign:{row['id']}:{person['citizen_id']}" for person in people},
        row["kind"],
        title=row["title"],
        body=row["body"],
        reason=row["reason"],
        link=row["link"],
        sender=sender_of(row["id"]),
    )
    await db.execute(
        "UPDATE campaigns_target t SET state = 'told', message_id = n.m, told_at = $4"
        " FROM unnest($2::uuid[], $3::uuid[]) AS n (c, m) WHERE t.campaign_id = $1 AND t.citizen_id = n.c",
        row["id"],
        list(told),
        list(told.values()),
        moment,
    )
    await db.execute("UPDATE campaigns_campaign SET ticked_at = $2 WHERE id = $1", row["id"], moment)
    return len(told)


async def _relist(row: asyncpg.Record, moment: datetime) -> None:
    """Once a day, list who has come to fit a standing rule since; who is on the list already stays as they are."""
    day = moment.astimezone(SHANGHAI).date()
    if row["listed_on"] is None or row["listed_on"] < day:
        first = row["listed_on"] is None  # today's list has just been made
        await db.execute(
            "UPDATE campaigns_campaign SET listed_on = $2, shards = CASE WHEN $3 THEN shards ELSE 0 END, ticked_at = $4"
            " WHERE id = $1",
            row["id"],
            day,
            first,
            moment,
        )


async def _halt(row: asyncpg.Record) -> bool:
    """Look at the newest that have an end; stop when too many of them failed."""
    newest = await db.fetch(
        "SELECT message_id FROM campaigns_target WHERE campaign_id = $1 AND state = 'told' ORDER BY turn DESC, id DESC"
        " LIMIT $2",
        row["id"],
        HALT_WINDOW,
    )
    found = await db.fetch_one(
        "SELECT count(*) FILTER (WHERE outcome IN ('sent', 'failed', 'unknown')) AS ended,"  # noqa: S608
        f" count(*) FILTER (WHERE outcome = 'failed') AS failed FROM (SELECT {outcomes.OUTCOME} AS outcome FROM"
        " unnest($1::uuid[]) AS t (message_id)" + outcomes.of_messages("t.message_id", "$1") + ") x",
        [target["message_id"] for target in newest],
    )
    assert found is not None  # an aggregate always gives one
    ended, failed = int(found["ended"]), int(found["failed"])
    if ended < HALT_EVIDENCE or failed * 100 < ended * row["halt_percent"]:
        return False
    await senders.paused(sender_of(row["id"]))
    why = f"最近 {ended} 人中 {failed} 人没有送到，超过 {row['halt_percent']}%，已自动停止"
    log.error("campaign_halted", campaign=str(row["id"]), ended=ended, failed=failed)
    await db.execute(
        "UPDATE campaigns_campaign SET state = 'halted', note = $2, changed_at = $3 WHERE id = $1",
        row["id"],
        why,
        now(),
    )
    return True


async def move_citizen(old: str, new: str) -> None:
    """Two accounts became one: a person is on a list once."""
    left, right = uuid.UUID(old), uuid.UUID(new)
    await db.execute(
        "UPDATE campaigns_target SET state = 'left' WHERE citizen_id = $1 AND state = 'waiting'"
        " AND campaign_id IN (SELECT campaign_id FROM campaigns_target WHERE citizen_id = $2)",
        left,
        right,
    )
    await db.execute(
        "UPDATE campaigns_target t SET citizen_id = $2 WHERE citizen_id = $1 AND NOT EXISTS"
        " (SELECT 1 FROM campaigns_target o WHERE o.campaign_id = t.campaign_id AND o.citizen_id = $2)",
        left,
        right,
    )
