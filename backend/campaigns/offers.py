"""免申即享: who fits a rule is told, one tap confirms, and a case opens with what the state knows already.

A campaign with a matter makes the offer. Everybody on its list who was told may confirm or decline once. Whether the
person still fits the rule is asked again at the tap, and the case is opened and the answer written in one transaction,
under the lock of the person's row: two taps at once open one case.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec

from backend.campaigns import audience
from backend.campaigns.errors import NotOneTap, OfferNotFound, OfferOver
from backend.campaigns.schemas import (
    Answers,
    OfferConfirm,
    OfferDetail,
    OfferDone,
    OfferLine,
    OfferList,
    OfferOut,
)
from backend.cases import service as cases
from backend.cases.schemas import CaseCreate
from backend.core import audit, db
from backend.core.clock import now
from backend.core.sessions import LEVEL_NUMBERS, Principal
from backend.identity import audience as of_citizens
from backend.modules import registry
from backend.modules.registry import MatterEntry

LASTS = timedelta(days=60)
"""How long after it was told an offer may be confirmed; who comes later applies as anybody does."""
_ALIVE = "('running', 'paused', 'halted', 'done')"
_MINE = (
    "SELECT c.id, c.title, c.body, c.reason, c.rule, c.scope, c.matter, c.state AS campaign, t.told_at, t.answer,"
    " t.case_number FROM campaigns_campaign c JOIN campaigns_target t ON t.campaign_id = c.id AND t.citizen_id = $1"
    " WHERE c.matter IS NOT NULL AND t.state = 'told'"
)


def link_of(campaign_id: uuid.UUID) -> str:
    return f"/offers/{campaign_id}"


def check_matter(matter: str) -> None:
    """Raise MatterNotFound, or NotOneTap with what a citizen would still have to give."""
    entry = registry.current().require(matter)
    needs = _needs(entry)
    if needs:
        raise NotOneTap(f"“{entry.matter.name}”还要{'、'.join(needs)}，不能免申即享")


def _needs(entry: MatterEntry) -> list[str]:
    """What a matter needs of a citizen besides the tap, in words."""
    matter = entry.matter
    if matter.kind not in ("apply", "certificate"):
        return ["用别的办法办理"]
    found = [f"填写{field.title}" for field in matter.fields if field.required and _unknown(field)]
    found += [
        f"交{material.name}"
        for material in matter.materials
        if material.need == "required" and material.how != "generated" and material.license is None
    ]
    if matter.fee is not None and matter.fee.charged:
        found.append("缴费")
    if "person" not in matter.audience:
        found.append("以单位名义申请")
    return found


def _unknown(field: Any) -> bool:
    return field.prefill is None and field.default is None and field.type != "commitment"


async def answers(campaign_id: uuid.UUID) -> Answers:
    row = await db.fetch_one(
        "SELECT count(*) FILTER (WHERE answer = 'confirmed') AS confirmed,"
        " count(*) FILTER (WHERE answer = 'declined') AS declined FROM campaigns_target WHERE campaign_id = $1",
        campaign_id,
    )
    assert row is not None  # an aggregate always gives one
    return Answers(confirmed=int(row["confirmed"]), declined=int(row["declined"]))


async def mine(who: Principal) -> OfferList:
    """What I may have without applying: open ones, newest first."""
    rows = await db.fetch(
        f"{_MINE} AND c.state IN {_ALIVE} AND t.told_at > $2 AND t.answer IS NULL ORDER BY t.told_at DESC LIMIT 50",
        uuid.UUID(who.id),
        now() - LASTS,
    )
    return OfferList(items=[made for row in rows if (made := _out(row)) is not None])


async def get(who: Principal, offer_id: str) -> OfferDetail:
    """What one tap would hand in. Raises OfferNotFound."""
    row = await _row(who, offer_id)
    made = _out(row)
    if made is None:
        raise OfferNotFound
    entry = registry.current().require(row["matter"])
    known = await cases.prefill(who, entry.id)
    held = {item.field: item.masked for item in known.items}
    lines, pledges, missing = [], [], [f"要{need}" for need in _needs(entry)]
    for field in entry.matter.fields:
        if field.type == "commitment":
            pledges.append(field.text or field.title)
        elif field.prefill is not None and field.name in held:
            lines.append(OfferLine(title=field.title, text=held[field.name]))
        elif field.prefill is not None and field.required:
            missing.append(f"平台还不知道您的{field.title}")
    for material in entry.matter.materials:
        if material.license is not None and material.code in known.ready:
            lines.append(OfferLine(title=material.name, text="用您证照夹里的电子证照"))
        elif material.license is not None and material.need == "required":
            missing.append(f"您的证照夹里没有{material.name}")
    if made.answer is None and not missing and not await _fits(row, who):
        missing.append("按现在的信息，您不符合这项服务的条件")
    return OfferDetail(
        offer=made,
        release=entry.release,
        level=LEVEL_NUMBERS[entry.matter.level],
        lines=lines,
        pledges=pledges,
        missing=missing,
    )


async def confirm(who: Principal, offer_id: str, given: OfferConfirm) -> OfferDone:
    """Open the case. Runs inside the transaction of its idempotency key; a second tap gives the same case.

    Raises OfferNotFound, OfferOver, and what submitting a case raises.
    """
    async with db.transaction():
        row = await _row(who, offer_id, lock=True)
        if row["answer"] == "confirmed":
            return OfferDone(case_number=row["case_number"])
        if row["campaign"] == "stopped" or row["told_at"] is None or row["told_at"] <= now() - LASTS:
            raise OfferOver
        entry = registry.current().require(row["matter"])
        if await cases.has_open(who.id, entry.id):
            raise OfferOver("您已经有一件在办，不用再确认")
        if not await _fits(row, who):
            raise OfferOver("按现在的信息，您不符合这项服务的条件；认为不对的，可以按指南申请")
        form = await cases.known_form(who, entry)
        made = await cases.submit(who, CaseCreate(matter=entry.id, release=given.release, form=form))
        await db.execute(
            "UPDATE campaigns_target SET answer = 'confirmed', answered_at = $3, case_number = $4"
            " WHERE campaign_id = $1 AND citizen_id = $2",
            row["id"],
            uuid.UUID(who.id),
            now(),
            made.number,
        )
        await audit.record(
            who, "campaigns.offer_confirmed", "campaign", str(row["id"]), citizen_id=who.id, case=made.number
        )
    return OfferDone(case_number=made.number)


async def decline(who: Principal, offer_id: str) -> None:
    """Not wanted. Raises OfferNotFound, OfferOver once it was confirmed."""
    async with db.transaction():
        row = await _row(who, offer_id, lock=True)
        if row["answer"] == "confirmed":
            raise OfferOver("您已经确认过，要取消请到办件里撤回")
        if row["answer"] is None:
            await db.execute(
                "UPDATE campaigns_target SET answer = 'declined', answered_at = $3"
                " WHERE campaign_id = $1 AND citizen_id = $2",
                row["id"],
                uuid.UUID(who.id),
                now(),
            )
            await audit.record(who, "campaigns.offer_declined", "campaign", str(row["id"]), citizen_id=who.id)


async def _row(who: Principal, offer_id: str, *, lock: bool = False) -> asyncpg.Record:
    try:
        key = uuid.UUID(offer_id)
    except ValueError as exc:
        raise OfferNotFound from exc
    row = await db.fetch_one(f"{_MINE} AND c.id = $2" + (" FOR UPDATE OF t" if lock else ""), uuid.UUID(who.id), key)
    if row is None:
        raise OfferNotFound
    return row


async def _fits(row: asyncpg.Record, who: Principal) -> bool:
    """Whether the rule holds for this person now."""
    made = audience.condition(row["rule"], msgspec.json.decode(row["scope"]))
    found = await db.fetch_one(
        f"SELECT 1 FROM {of_citizens.PEOPLE} WHERE c.id = ${len(made.values) + 1}::uuid AND {made.sql}",  # noqa: S608
        *made.values,
        uuid.UUID(who.id),
    )
    return found is not None


def _out(row: asyncpg.Record) -> OfferOut | None:
    entry = registry.current().entry(row["matter"])
    if entry is None:
        return None
    return OfferOut(
        id=str(row["id"]),
        title=row["title"],
        body=row["body"],
        reason=row["reason"],
        matter=entry.id,
        matter_name=entry.matter.name,
        department=entry.department,
        told_at=row["told_at"],
        answer=row["answer"],
        case_number=row["case_number"],
    )
