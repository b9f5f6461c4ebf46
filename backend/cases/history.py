"""Writing history: events move a case through the table of states, set its clock, and tell the citizen.

`begin` opens a case with its first events, `proceed` adds to a locked one. Both run in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.cases import clock, due, opened_for, rows, sealing, states
from backend.cases.errors import WrongState
from backend.cases.rows import EventRow, MaterialRow, Row
from backend.cases.states import Kind, Standing
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.modules.registry import MatterEntry
from push import service as push


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: citizen, staff, system or department; `who` is what the citizen reads."""

    kind: str
    id: str
    who: str

    @classmethod
    def citizen(cls, principal: Principal) -> Actor:
        return cls("citizen", principal.id, "我")

    @classmethod
    def staff(cls, principal: Principal, department: str) -> Actor:
        return cls("staff", principal.id, f"{department}经办人"[:200])

    @classmethod
    def department(cls, module: str, name: str) -> Actor:
        return cls("department", module, name[:200])


SYSTEM = Actor("system", "system", "天府通办")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens. `text` is for the citizen; `words` is what a person wrote, kept sealed and shown after
    it; `external_id` is a department's event."""

    kind: Kind
    text: str
    actor: Actor = SYSTEM
    words: str | None = None
    external_id: str | None = None


class ResultKept(msgspec.Struct, kw_only=True):
    """What is sealed of a correction or a decision."""

    missing: list[dict[str, str]] = []
    reason: str | None = None
    appeal: str | None = None
    details: dict[str, Any] = {}


# what the citizen is told: kind of message, title, short state for templates (≤ 5 characters)
NEWS: dict[Kind, tuple[str, str, str]] = {
    "submitted": ("progress", "申请已提交", "已提交"),
    "accepted": ("progress", "申请已受理", "已受理"),
    "auto_accepted": ("progress", "申请已受理", "已受理"),
    "deemed_accepted": ("progress", "申请已视为受理", "已受理"),
    "not_accepted": ("result", "申请不予受理", "不予受理"),
    "correction": ("action_needed", "需要您补正材料", "待补正"),
    "supplemented": ("progress", "补正材料已收到", "已补正"),
    "special": ("progress", "进入特别程序", "特别程序"),
    "special_ended": ("progress", "特别程序已结束", "审查中"),
    "approved": ("result", "已通过", "已办结"),
    "auto_approved": ("result", "已通过", "已办结"),
    "refused": ("result", "未通过", "已办结"),
    "transferred": ("progress", "办件已转办", "已转办"),
    "withdrawn": ("progress", "申请已撤回", "已撤回"),
    "handover_failed": ("progress", "办件转人工处理", "处理中"),
    "noted": ("progress", "办理有新进展", "办理中"),
    "overdue": ("progress", "办理超过了时限", "已超时"),
}


def _append(row: Row, steps: Sequence[Step], at: datetime, key: bytes) -> list[EventRow]:
    """Move the row through the table. Raises WrongState."""
    happened: list[EventRow] = []
    standing: Standing = row.standing
    for step in steps:
        try:
            standing = states.after(standing, step.kind)
        except states.Impossible as exc:
            raise WrongState(f"现在是“{states.STATE_TEXT[row.state]}”，不能{states.TITLES[step.kind]}") from exc
        state = standing.state
        assert state is not None  # every move of the table leads to a state
        row.seq += 1
        row.state, row.resume = state, standing.resume
        if step.kind in ("accepted", "auto_accepted"):
            row.accepted_at = at
        elif step.kind == "deemed_accepted":
            row.accepted_at = row.submitted_at
        elif state in ("approved", "refused") and row.decided_at is None:
            row.decided_at = at
        if state not in states.OPEN and row.ended_at is None:
            row.ended_at = at
        happened.append(
            EventRow(
                seq=row.seq,
                kind=step.kind,
                state=state,
                at=at,
                actor_kind=step.actor.kind,
                actor_id=step.actor.id,
                who=step.actor.who,
                title=states.TITLES[step.kind],
                text=step.text[:600],
                sealed=sealing.seal_words(key, row.id, step.words) if step.words else None,
                external_id=step.external_id,
            )
        )
    return happened


def _set_clock(row: Row, facts: list[clock.Fact], limit: clock.Limit | None, at: datetime) -> None:
    found = clock.Reckoning() if row.kind in ("book", "pay") else clock.reckon(facts, limit)
    row.phase, row.due_at, row.yellow_at = found.phase, found.due_at, found.yellow_at
    row.unit, row.suspended, row.days_left = found.unit, found.suspended, found.days_left
    row.light = clock.light(found, at)
    row.work_at = due.next_work(row)


def reckon_again(row: Row, entry: MatterEntry, past: Sequence[EventRow], at: datetime) -> None:
    """Set the clock as it stands under this release, for the events that there are."""
    facts = [clock.Fact(event.kind, event.at) for event in past]
    _set_clock(row, facts, clock.limit_of(entry.matter.limits), at)


async def begin(
    row: Row, entry: MatterEntry, steps: Sequence[Step], given: list[MaterialRow], *, key: bytes
) -> list[EventRow]:
    """Insert a case with its first events. `row.state` may hold anything: it starts before the first event."""
    row.state, row.resume, row.seq = None, None, 0  # type: ignore[assignment]
    happened = _append(row, steps, row.submitted_at, key)
    facts = [clock.Fact(event.kind, event.at) for event in happened]
    _set_clock(row, facts, clock.limit_of(entry.matter.limits), row.submitted_at)
    await rows.insert(row, happened, given)
    await _tell(row, happened, happened[0])
    return happened


async def proceed(
    row: Row,
    entry: MatterEntry,
    steps: Sequence[Step],
    *,
    past: Sequence[EventRow],
    key: bytes,
    at: datetime | None = None,
) -> list[EventRow]:
    """Add events to a locked case and write it back. `past` are its events so far. Raises WrongState."""
    moment = at or now()
    happened = _append(row, steps, moment, key)
    facts = [clock.Fact(event.kind, event.at) for event in (*past, *happened)]
    _set_clock(row, facts, clock.limit_of(entry.matter.limits), moment)
    await rows.update(row, happened)
    await _tell(row, happened, past[0] if past else happened[0])
    return happened


async def _tell(row: Row, happened: Sequence[EventRow], first: EventRow) -> None:
    """One message for what happened at once: the last thing counts. Who opened the case for another hears it too."""
    event = next((event for event in reversed(happened) if event.kind in NEWS), None)
    if event is None:
        return
    kind, title, short = NEWS[event.kind]
    agent = await opened_for.agent_to_tell(row, first)
    for citizen_id, mark, reason in (
        (row.citizen_id if row.company_id is None else None, "", f"您申请了{row.matter_name}"),
        (agent, ":agent", f"您代办了{row.matter_name}"),
    ):
        if citizen_id is None:
            continue
        await push.notify(
            citizen_id,
            kind,
            title=f"{row.matter_name[:60]}：{title}",
            body=event.text,
            link=f"/cases/{row.number}",
            reason=reason[:200],
            dedupe_key=f"case:{row.number}:{event.seq}{mark}",
            data={"matter": row.matter_name, "state": short, "case": row.number, "agency": row.department},
        )


def new_row(
    *,
    case_id: UUID,
    number: str,
    citizen_id: UUID,
    entry: MatterEntry,
    region: str,
    applicant: str,
    sealed: bytes,
    at: datetime,
    booking: str | None = None,
    company_id: UUID | None = None,
) -> Row:
    """A case before its first event."""
    matter = entry.matter
    by_department = matter.decider == "department" and matter.kind not in ("pay",)
    return Row(
        id=case_id,
        created_at=at,
        number=number,
        citizen_id=citizen_id,
        key_of=citizen_id,
        matter=entry.id,
        matter_name=matter.name,
        module=entry.module.id,
        release=entry.release,
        department=entry.department,
        kind=matter.kind,
        region=region,
        applicant=applicant,
        state="submitted",
        resume=None,
        seq=0,
        sealed=sealed,
        sealed_result=None,
        booking=booking,
        submitted_at=at,
        accepted_at=None,
        decided_at=None,
        ended_at=None,
        phase="none",
        due_at=None,
        yellow_at=None,
        days_left=None,
        unit=None,
        suspended=False,
        light="none",
        corrections=0,
        urged=0,
        handler_id=None,
        handler_name=None,
        outcome=None,
        license_id=None,
        license_name=None,
        decider="department" if by_department else "platform",
        department_number=None,
        dispatch="pending" if by_department else "none",
        dispatch_round=1,
        dispatch_at=at if by_department else None,
        attempts=0,
        work_at=None,
        company_id=company_id,
    )
