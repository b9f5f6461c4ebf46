"""Use cases of campaigns: writing, approving, sending, and reading what became of it."""

from __future__ import annotations

import csv
import io
import uuid

import asyncpg
import msgspec

from backend.campaigns import audience, offers, running, writing
from backend.campaigns.errors import CampaignNotFound
from backend.campaigns.schemas import (
    Act,
    AttributeList,
    AudienceCount,
    CampaignChange,
    CampaignList,
    CampaignOut,
    CampaignPut,
    Figures,
    Preview,
    ReasonCount,
)
from backend.core import audit, crypto, db, paging
from backend.core.sessions import Principal
from backend.identity import service as identity
from push import outcomes
from push import service as push

move_citizen = running.move_citizen
run = running.run

_STOPPED = "任务终止前还没有发"


def attributes() -> AttributeList:
    return AttributeList(items=audience.attributes())


async def count(who: Principal, rule: str) -> AudienceCount:
    """Raises AudienceInvalid, AudienceTooSlow."""
    found = await audience.count(rule, who.regions)
    await audit.record(who, "campaigns.counted", "audience", "", rule=rule, count=found.count)
    return found


async def create(who: Principal, wanted: CampaignPut) -> CampaignOut:
    return await get(who, str(await writing.create(who, wanted)))


async def change(who: Principal, campaign_id: str, wanted: CampaignChange) -> CampaignOut:
    return await get(who, str(await writing.change(who, campaign_id, wanted)))


async def act(who: Principal, campaign_id: str, name: str, given: Act) -> CampaignOut:
    return await get(who, str(await writing.act(who, campaign_id, name, given)))


OPEN = [state for state, acts in writing.TRANSITIONS.items() if acts]


async def list_of(who: Principal, *, cursor: str | None, limit: int, only_open: bool = False) -> CampaignList:
    """Newest first, without figures. `only_open`: those that may still tell somebody something."""
    before, last = paging.position(cursor, paging.FIRST_DOWN)
    rows = await db.fetch(
        "SELECT * FROM campaigns_campaign WHERE (created_at, id) < ($1, $2) AND ($4::varchar[] IS NULL"
        " OR state = ANY($4)) ORDER BY created_at DESC, id DESC LIMIT $3",
        before,
        last,
        limit + 1,
        OPEN if only_open else None,
    )
    more, rows = len(rows) > limit, rows[:limit]
    return CampaignList(
        items=[_out(row) for row in rows if writing.visible(who, row)],
        next=paging.cursor(rows[-1]["created_at"], rows[-1]["id"]) if more else None,
    )


async def get(who: Principal, campaign_id: str) -> CampaignOut:
    """With figures that add up, and a preview of each channel. Raises CampaignNotFound."""
    row = await _row(who, campaign_id)
    made = _out(row)
    made.previews = [
        Preview(channel=channel, lines=lines, cut=cut)  # type: ignore[arg-type]
        for channel, lines, cut in outcomes.preview(row["kind"], title=row["title"], body=row["body"], link=row["link"])
    ]
    if row["state"] not in ("draft", "submitted", "approved"):
        made.figures = await figures(row["id"])
        made.opted_out = await outcomes.opted_out(running.sender_of(row["id"]))
        if row["matter"] is not None:
            made.answers = await offers.answers(row["id"])
    return made


async def _row(who: Principal, campaign_id: str) -> asyncpg.Record:
    row = await db.fetch_one("SELECT * FROM campaigns_campaign WHERE id = $1", writing.key_of(campaign_id))
    if row is None or not writing.visible(who, row):
        raise CampaignNotFound
    return row


_LINES = (
    "SELECT CASE t.state WHEN 'waiting' THEN 'waiting' WHEN 'left' THEN 'skipped' ELSE "  # noqa: S608
    + outcomes.OUTCOME
    + " END AS outcome, CASE WHEN t.state = 'left' OR o.message_id IS NULL THEN $2 ELSE o.skipped_why END AS"
    " skipped_why, o.failed_why, o.channel, t.id FROM campaigns_target t"
    + outcomes.of_sender("t.message_id", "$3")
    + " WHERE t.campaign_id = $1"
)


async def _count(campaign_id: uuid.UUID) -> list[asyncpg.Record]:
    return await db.fetch(
        "SELECT outcome, CASE outcome WHEN 'skipped' THEN skipped_why WHEN 'failed' THEN failed_why END AS why,"  # noqa: S608
        f" count(*) AS n FROM ({_LINES}) x GROUP BY 1, 2 ORDER BY 3 DESC, 2",
        campaign_id,
        _STOPPED,
        running.sender_of(campaign_id),
    )


async def figures(campaign_id: uuid.UUID) -> Figures:
    """One statement over one state of the rows, so that the numbers add up."""
    async with db.transaction():
        # statistics lag behind a list that has just been made: nested loops over it would take minutes
        await db.execute("SET LOCAL enable_nestloop = off")
        rows = await _count(campaign_id)

    def total(outcome: str) -> int:
        return sum(int(row["n"]) for row in rows if row["outcome"] == outcome)

    def why(outcome: str) -> list[ReasonCount]:
        return [
            ReasonCount(why=row["why"] or "只放进消息列表", count=int(row["n"]))
            for row in rows
            if row["outcome"] == outcome
        ]

    return Figures(
        targeted=sum(int(row["n"]) for row in rows),
        sent=total("sent"),
        skipped=total("skipped"),
        failed=total("failed"),
        unknown=total("unknown"),
        waiting=total("waiting"),
        skipped_why=why("skipped"),
        failed_why=why("failed"),
    )


_WORDS = {"sent": "已发送", "skipped": "未使用渠道", "failed": "没有送到", "unknown": "结果未知", "waiting": "等待"}
_CHANNELS = {"wechat": "微信", "alipay": "支付宝", "jpush": "手机推送", "sms": "短信"}


async def outcomes_csv(who: Principal, campaign_id: str) -> bytes:
    """One line a person by number alone; nothing in it says who. UTF-8 with a mark, for spreadsheets."""
    row = await _row(who, campaign_id)
    async with db.transaction():
        await db.execute("SET LOCAL enable_nestloop = off")  # as in `figures`
        lines = await db.fetch(_LINES + " ORDER BY t.id", row["id"], _STOPPED, running.sender_of(row["id"]))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["序号", "结果", "渠道", "原因或服务商代码"])
    for number, line in enumerate(lines, 1):
        why = line["skipped_why"] if line["outcome"] == "skipped" else line["failed_why"]
        shown = why if line["outcome"] in ("skipped", "failed") else ""
        channel = _CHANNELS.get(line["channel"] or "", "消息列表") if line["outcome"] != "waiting" else ""
        writer.writerow([number, _WORDS[line["outcome"]], channel, shown or ""])
    await audit.record(who, "campaigns.exported", "campaign", str(row["id"]), lines=len(lines))
    return b"\xef\xbb\xbf" + text.getvalue().encode()


async def test_send(who: Principal, campaign_id: str, phone: str) -> None:
    """Send the words to the citizen behind a phone. Nothing tells whether there is one. Raises CampaignNotFound."""
    row = await _row(who, campaign_id)
    citizen = await identity.citizen_of_phone(phone)
    async with db.transaction():
        if citizen is not None:
            await push.notify(
                citizen,
                row["kind"],
                title=f"［测试］{row['title']}"[:80],
                body=row["body"],
                reason=f"这是一条发送前的测试：{row['reason']}"[:200],
                dedupe_key=f"campaign-test:{row['id']}:{row['version']}:{crypto.random_token(9)}",
                link=row["link"],
            )
        await audit.record(who, "campaigns.tested", "campaign", str(row["id"]), citizen_id=citizen)


def _out(row: asyncpg.Record) -> CampaignOut:
    return CampaignOut(
        id=str(row["id"]),
        name=row["name"],
        kind=row["kind"],
        title=row["title"],
        body=row["body"],
        link=row["link"],
        reason=row["reason"],
        rule=row["rule"],
        scope=msgspec.json.decode(row["scope"]),
        pace=row["pace"],
        hour_from=row["hour_from"],
        hour_to=row["hour_to"],
        send_at=row["send_at"],
        halt_percent=row["halt_percent"],
        turns=msgspec.json.decode(row["turns"] or "[]"),
        standing=bool(row["standing"]),
        matter=row["matter"],
        state=row["state"],
        state_text=writing.STATES[row["state"]],
        version=row["version"],
        made_by_name=row["made_by_name"],
        approved_by_name=row["approved_by_name"],
        note=row["note"],
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        acts=sorted(writing.acts_of(row)),
    )
