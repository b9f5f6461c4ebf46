"""Writing a campaign and having a second person approve it."""

from __future__ import annotations

import uuid

import asyncpg
import msgspec

from backend.campaigns import audience, offers
from backend.campaigns.errors import CampaignChanged, CampaignNotFound, SecondPersonNeeded, WrongCampaignState
from backend.campaigns.running import sender_of
from backend.campaigns.schemas import Act, CampaignChange, CampaignPut
from backend.core import audit, db
from backend.core.clock import now
from backend.core.errors import InvalidPayload
from backend.core.sessions import Principal
from backend.matters import regions
from push import senders

TRANSITIONS: dict[str, dict[str, str]] = {
    "draft": {"submit": "submitted", "stop": "stopped"},
    "submitted": {"approve": "approved", "reject": "draft", "stop": "stopped"},
    "approved": {"start": "running", "stop": "stopped"},
    "running": {"pause": "paused", "stop": "stopped"},
    "paused": {"resume": "running", "stop": "stopped"},
    "halted": {"resume": "running", "stop": "stopped"},
    "done": {},
    "stopped": {},
}
"""State → act → the state after it. `done` and `halted` are reached by the sending itself."""

STATES = {
    "draft": "草稿",
    "submitted": "等待批准",
    "approved": "已批准",
    "running": "发送中",
    "paused": "已暂停",
    "halted": "自动停止",
    "done": "已完成",
    "stopped": "已终止",
}


def acts_of(row: asyncpg.Record) -> dict[str, str]:
    """What may be done with a campaign now: act → the state after it. An offer that everybody was told of can still
    be taken back."""
    acts = TRANSITIONS[row["state"]]
    return {**acts, "stop": "stopped"} if row["state"] == "done" and row["matter"] is not None else acts


async def create(who: Principal, wanted: CampaignPut) -> uuid.UUID:
    """A draft. Raises AudienceInvalid, InvalidPayload, MatterNotFound, NotOneTap."""
    _check(who, wanted)
    key = uuid.uuid4()
    async with db.transaction():
        await db.execute(
            "INSERT INTO campaigns_campaign (id, created_at, changed_at, scope, state, version, made_by, made_by_name,"
            " shards, name, kind, title, body, link, reason, rule, pace, hour_from, hour_to, send_at, halt_percent,"
            " turns, standing, matter) VALUES ($1, $2, $2, $3::jsonb, 'draft', 1, $4, $5, 0, $6, $7, $8, $9, $10, $11,"
            " $12, $13, $14, $15, $16, $17, $18::jsonb, $19, $20)",
            key,
            now(),
            msgspec.json.encode(list(who.regions)).decode(),
            who.id,
            who.name or who.id,
            *_values(wanted, key),
        )
        await audit.record(who, "campaigns.created", "campaign", str(key), name=wanted.name)
    return key


async def change(who: Principal, campaign_id: str, wanted: CampaignChange) -> uuid.UUID:
    """Rewrite a draft. Raises CampaignNotFound, CampaignChanged, WrongCampaignState, and as `create`."""
    _check(who, wanted)
    async with db.transaction():
        row = await locked(who, campaign_id)
        if row["state"] != "draft":
            raise WrongCampaignState("只有草稿可以修改；已提交的请先退回")
        if row["version"] != wanted.version:
            raise CampaignChanged
        await db.execute(
            "UPDATE campaigns_campaign SET name = $2, kind = $3, title = $4, body = $5, link = $6, reason = $7,"
            " rule = $8, pace = $9, hour_from = $10, hour_to = $11, send_at = $12, halt_percent = $13,"
            " turns = $14::jsonb, standing = $15, matter = $16, changed_at = $17, scope = $18::jsonb, made_by = $19,"
            " made_by_name = $20, version = version + 1"
            " WHERE id = $1",
            row["id"],
            *_values(wanted, row["id"]),
            now(),
            msgspec.json.encode(list(who.regions)).decode(),
            who.id,
            who.name or who.id,
        )
        await audit.record(who, "campaigns.changed", "campaign", str(row["id"]), version=wanted.version + 1)
    return uuid.UUID(str(row["id"]))


def _values(wanted: CampaignPut, key: uuid.UUID) -> tuple[object, ...]:
    return (
        wanted.name,
        wanted.kind,
        wanted.title,
        wanted.body,
        offers.link_of(key) if wanted.matter else wanted.link,
        wanted.reason,
        wanted.rule,
        wanted.pace,
        wanted.hour_from,
        wanted.hour_to,
        wanted.send_at,
        wanted.halt_percent,
        msgspec.json.encode(wanted.turns).decode(),
        wanted.standing,
        wanted.matter,
    )


def _check(who: Principal, wanted: CampaignPut) -> None:
    audience.condition(wanted.rule, who.regions)
    if wanted.matter is not None:
        offers.check_matter(wanted.matter)
        if wanted.link is not None:
            raise InvalidPayload("免申即享的通知会自己带上确认的页面，不用再填链接")
    for code in wanted.turns:
        if not regions.find(code):
            raise InvalidPayload(f"没有代码为 {code} 的地区")
    if len(set(wanted.turns)) != len(wanted.turns):
        raise InvalidPayload("轮流发送的地区有重复")
    if wanted.hour_from >= wanted.hour_to:
        raise InvalidPayload("发送时段的结束要晚于开始")
    if wanted.send_at is not None and wanted.send_at.tzinfo is None:
        raise InvalidPayload("发送时间要带时区，例如 2026-12-01T09:00:00+08:00")


async def act(who: Principal, campaign_id: str, name: str, given: Act) -> uuid.UUID:
    """submit, approve, reject, start, pause, resume or stop. An act that was done already is refused as a wrong state.

    Raises CampaignNotFound, CampaignChanged, WrongCampaignState, SecondPersonNeeded.
    """
    async with db.transaction():
        row = await locked(who, campaign_id)
        after = acts_of(row).get(name)
        if after is None:
            raise WrongCampaignState(f"现在是“{STATES[row['state']]}”，不能这样操作", context={"state": row["state"]})
        if row["version"] != given.version:
            raise CampaignChanged
        if name == "approve" and row["made_by"] == who.id:
            raise SecondPersonNeeded
        moment = now()
        await db.execute(
            "UPDATE campaigns_campaign SET state = $2, changed_at = $3, note = nullif($4, ''),"
            " approved_by = CASE WHEN $5 = 'approve' THEN $6 ELSE approved_by END,"
            " approved_by_name = CASE WHEN $5 = 'approve' THEN $7 ELSE approved_by_name END,"
            " approved_version = CASE WHEN $5 = 'approve' THEN version WHEN $5 = 'reject' THEN NULL"
            " ELSE approved_version END,"
            " started_at = CASE WHEN $5 = 'start' THEN $3 ELSE started_at END,"
            " ended_at = CASE WHEN $5 = 'stop' THEN $3 ELSE ended_at END, ticked_at = $3 WHERE id = $1",
            row["id"],
            after,
            moment,
            given.note,
            name,
            who.id,
            who.name or who.id,
        )
        sender = sender_of(row["id"])
        if name in ("start", "resume"):
            await senders.opened(sender, pace=row["pace"], hour_from=row["hour_from"], hour_to=row["hour_to"])
        elif name == "pause":
            await senders.paused(sender)
        elif name == "stop":
            await senders.stopped(sender)
            await db.execute(
                "UPDATE campaigns_target SET state = 'left' WHERE campaign_id = $1 AND state = 'waiting'", row["id"]
            )
        await audit.record(who, f"campaigns.{name}", "campaign", str(row["id"]), version=row["version"])
    return uuid.UUID(str(row["id"]))


async def locked(who: Principal, campaign_id: str) -> asyncpg.Record:
    """The campaign of an operator's regions, for a change. Raises CampaignNotFound."""
    row = await db.fetch_one("SELECT * FROM campaigns_campaign WHERE id = $1 FOR UPDATE", key_of(campaign_id))
    if row is None or not visible(who, row):
        raise CampaignNotFound
    return row


def visible(who: Principal, row: asyncpg.Record) -> bool:
    """An operator sees what reaches no further than their own regions."""
    return all(any(audience.covers(mine, code) for mine in who.regions) for code in msgspec.json.decode(row["scope"]))


def key_of(campaign_id: str) -> uuid.UUID:
    try:
        return uuid.UUID(campaign_id)
    except ValueError as exc:
        raise CampaignNotFound from exc
