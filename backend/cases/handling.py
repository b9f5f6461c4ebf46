"""What handlers do: the queue, take, accept, correct once, decide, not accept, transfer.

A handler sees cases of their regions; what lies outside does not exist for them. A step on a case that nobody holds
takes it; on a case that somebody else holds it is refused with that person's name.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.cases import files, history, keyring, rows, sealing, states, submission, view
from backend.cases.errors import (
    CaseNotFound,
    CorrectedBefore,
    HandledElsewhere,
    OutOfScope,
    TakenByAnother,
    WrongState,
)
from backend.cases.history import Actor, ResultKept, Step
from backend.cases.reading import NUMBER
from backend.cases.rows import COLUMNS, EventRow, Row
from backend.cases.schemas import (
    AcceptRequest,
    CorrectRequest,
    DecideRequest,
    NotAcceptRequest,
    StaffCaseList,
    StaffCaseOut,
    StaffCasesQuery,
    TransferRequest,
)
from backend.cases.states import Kind
from backend.core import audit, clock, crypto, db, paging
from backend.core.sessions import Principal
from backend.identity import service as identity
from backend.identity.errors import CitizenNotFound
from backend.matters import regions as region_table
from backend.modules import registry
from backend.modules.registry import MatterEntry, covers


def patterns(who: Principal) -> list[str]:
    """`LIKE` patterns of the regions that a handler may see; a province or city covers all below."""
    return [
        f"{code[:2]}%" if code.endswith("0000") else f"{code[:4]}%" if code.endswith("00") else code
        for code in who.regions
    ]


ACTS = {
    "cases.view": "查看了您的办件",
    "cases.view_file": "查看了您办件里的材料",
    "cases.fetched": "取走了您办件里的材料",
    "cases.take": "领取了您的办件",
    "cases.accept": "受理了您的办件",
    "cases.correct": "告知您补正材料",
    "cases.decide": "对您的办件作出了决定",
    "cases.not_accept": "对您的申请作出了不予受理的决定",
    "cases.transfer": "转办了您的办件",
    "cases.rebase": "把您的办件或草稿换到了新版本",
}
"""What 谁看过我的信息 calls the acts of handlers and departments."""

_NEVER = paging.FIRST_DOWN[0]
_WORK = " AND decider = 'platform' AND kind NOT IN ('book', 'pay')"
_WAITING = _WORK + " AND ended_at IS NULL AND state <> 'correcting'"
_QUEUES: dict[str, str] = {
    "open": _WAITING + " AND (handler_id IS NULL OR state = 'transferred')",
    "mine": _WORK + " AND ended_at IS NULL AND handler_id = $2",
    "overdue": _WAITING + " AND due_at < $3",
    "done": _WORK + " AND ended_at IS NOT NULL AND handler_id = $2",
}
_SCOPE = " FROM cases_case WHERE region LIKE ANY($1::text[]) AND $2::text IS NOT NULL AND $3::timestamptz IS NOT NULL"


def _page(queue: str) -> str:
    if queue == "done":
        order = " AND (ended_at, id) < ($4, $5) ORDER BY ended_at DESC, id DESC LIMIT $6"
    else:
        order = " AND (coalesce(due_at, '9999-01-01Z'), id) > ($4, $5) ORDER BY due_at, id LIMIT $6"
    return f"SELECT {', '.join(COLUMNS)}{_SCOPE}{_QUEUES[queue]}{order}"


_PAGES = {name: _page(name) for name in _QUEUES}
_COUNTS = (
    "SELECT "
    + ", ".join(f"count(*) FILTER (WHERE true{_QUEUES[name]}) AS {name}" for name in ("open", "mine", "overdue"))
    + _SCOPE
    + " AND ended_at IS NULL"
)
_DONE = f"SELECT count(*) AS done{_SCOPE}{_QUEUES['done']}"


async def queue(who: Principal, query: StaffCasesQuery) -> StaffCaseList:
    """One queue, ordered by what is due first (`done`: what was finished last)."""
    done = query.queue == "done"
    at, last = paging.position(query.cursor, paging.FIRST_DOWN if done else paging.FIRST_UP)
    now = clock.now()
    scope: tuple[Any, ...] = (patterns(who), who.id, now)
    found = await db.fetch(_PAGES[query.queue], *scope, at, last, query.limit + 1)
    page = [Row(*record.values()) for record in found[: query.limit]]
    following = None
    if len(found) > query.limit:
        key = page[-1].ended_at if done else page[-1].due_at
        following = paging.cursor(key or _NEVER, page[-1].id)
    open_counts = await db.fetch_one(_COUNTS, *scope)
    done_count = await db.fetch_one(_DONE, *scope)
    assert open_counts is not None  # an aggregate without GROUP BY gives one row
    assert done_count is not None
    return StaffCaseList(
        items=[view.staff_card(row, now) for row in page],
        next=following,
        counts={**dict(open_counts), "done": done_count["done"]},
    )


async def _visible(who: Principal, number: str, *, lock: bool = False) -> Row:
    """Raises CaseNotFound outside the handler's regions."""
    if not NUMBER.match(number):
        raise CaseNotFound
    row = await rows.by_number(number, lock=lock)
    if row is None or row.kind == "pay" or not any(covers(area, row.region) for area in who.regions):
        raise CaseNotFound
    return row


async def _out(who: Principal, row: Row, entry: MatterEntry, key: bytes, events: list[EventRow]) -> StaffCaseOut:
    try:
        phone = (await identity.profile(str(row.citizen_id))).phone
    except CitizenNotFound:  # the account was closed: what had to stay is the case
        phone = None
    return view.staff_out(
        row,
        entry,
        sealing.open_form(key, row.id, row.sealed),
        events,
        await rows.materials(row.id),
        who,
        crypto.mask_phone(phone) if phone else None,
        key=key,
        now=clock.now(),
    )


async def get(who: Principal, number: str) -> StaffCaseOut:
    async with db.transaction():
        row = await _visible(who, number)
        entry = await registry.pinned(row.release, row.code)
        key = await keyring.data_key(row)
        await _trace(who, row, "cases.view")
        return await _out(who, row, entry, key, await rows.events(row.id))


async def content(who: Principal, upload: str) -> files.File:
    """A file of a case that the handler may see. Raises UploadNotFound, FileMissing."""
    file, row = await files.content_in_region(upload, patterns(who))
    await audit.record(
        who, "cases.view_file", "case", row["number"], citizen_id=str(row["applicant"]), purpose="办件审核"
    )
    return file


async def _trace(who: Principal, row: Row, act: str, **details: Any) -> None:
    await audit.record(who, act, "case", row.number, citizen_id=str(row.citizen_id), purpose="办件审核", **details)


class Desk:
    """A locked case on a handler's desk."""

    def __init__(self, who: Principal, row: Row, entry: MatterEntry, key: bytes, past: list[EventRow]) -> None:
        self.who, self.row, self.entry, self.key, self.past = who, row, entry, key, past
        self.actor = Actor.staff(who, row.department)

    def step(self, kind: Kind, text: str, words: str | None = None) -> Step:
        return Step(kind, text, self.actor, words=words)


async def _act(who: Principal, number: str, act: str, do: Callable[[Desk], Any]) -> StaffCaseOut:
    """Lock, check that the case is this handler's to act on, do it, write it, leave a trace."""
    async with db.transaction():
        row = await _visible(who, number, lock=True)
        if row.decider == "department" or row.kind == "book":
            raise HandledElsewhere
        if row.handler_id is not None and row.handler_id != who.id:
            raise TakenByAnother(f"这个办件已经由{row.handler_name}领取", context={"handler": row.handler_name or ""})
        entry = await registry.pinned(row.release, row.code)
        key = await keyring.data_key(row)
        desk = Desk(who, row, entry, key, await rows.events(row.id))
        row.handler_id, row.handler_name = who.id, who.name
        steps: list[Step] = await do(desk)
        happened = await history.proceed(row, entry, steps, past=desk.past, key=key)
        await _trace(who, row, act)
        return await _out(who, row, entry, key, [*desk.past, *happened])


async def take(who: Principal, number: str) -> StaffCaseOut:
    """Raises CaseNotFound, TakenByAnother, WrongState, HandledElsewhere."""

    async def do(desk: Desk) -> list[Step]:
        row = desk.row
        if row.state == "transferred":
            return [desk.step("received", f"{region_table.name_of(row.region)}的{row.department}已接收")]
        if row.state == "accepted" and "reviewer" in who.roles:
            return [desk.step("review", "开始审查")]
        held_before = any(event.kind == "taken" and event.actor_id == who.id for event in desk.past)
        if not states.allows(row.state, "taken"):
            raise WrongState(f"现在是“{states.STATE_TEXT[row.state]}”，不用领取")
        return [] if held_before else [desk.step("taken", "经办人已领取")]

    return await _act(who, number, "cases.take", do)


async def accept(who: Principal, number: str, given: AcceptRequest) -> StaffCaseOut:
    async def do(desk: Desk) -> list[Step]:
        if "reviewer" not in who.roles:  # who may not decide leaves it to somebody who may
            desk.row.handler_id, desk.row.handler_name = None, None
        return [desk.step("accepted", f"{desk.row.department}已受理", given.note)]

    return await _act(who, number, "cases.accept", do)


async def correct(who: Principal, number: str, given: CorrectRequest) -> StaffCaseOut:
    """Raises CorrectedBefore besides what every step raises."""

    async def do(desk: Desk) -> list[Step]:
        row = desk.row
        if row.corrections:
            raise CorrectedBefore
        row.corrections += 1
        missing = [{"code": item.code, "name": item.name, "reason": item.reason} for item in given.missing]
        row.sealed_result = sealing.seal_result(desk.key, row.id, ResultKept(missing=missing))
        names = "、".join(item.name for item in given.missing)
        words = "\n".join(f"{item.name}：{item.reason}" for item in given.missing)
        text = f"请一次补齐：{names}"
        return [desk.step("correction", text, f"{words}\n{given.note}" if given.note else words)]

    return await _act(who, number, "cases.correct", do)


async def decide(who: Principal, number: str, given: DecideRequest) -> StaffCaseOut:
    async def do(desk: Desk) -> list[Step]:
        row = desk.row
        if row.state not in view.DECIDABLE:
            raise WrongState(f"现在是“{states.STATE_TEXT[row.state]}”，不能作决定")
        steps: list[Step] = []
        if row.state == "submitted":  # deciding implies that it was accepted
            steps.append(desk.step("accepted", f"{row.department}已受理"))
        if given.outcome == "approved":
            form = sealing.open_form(desk.key, row.id, row.sealed)
            await submission.conclude(row, desk.entry, form, {}, desk.key, given.reason)
            text = submission.approval_text(row, f"{row.department}已审批通过")
            return [*steps, desk.step("approved", text, given.reason)]
        refuse(row, desk.entry, desk.key, given.reason, {})
        return [*steps, desk.step("refused", f"{row.department}决定不予批准", given.reason)]

    return await _act(who, number, "cases.decide", do)


def refuse(row: Row, entry: MatterEntry, key: bytes, reason: str, details: dict[str, Any]) -> None:
    """A refusal carries its reason and the way to object (行政许可法 art. 38)."""
    row.outcome = "refused"
    kept = ResultKept(reason=reason, appeal=view.appeal_of(entry), details=details)
    row.sealed_result = sealing.seal_result(key, row.id, kept)


async def not_accept(who: Principal, number: str, given: NotAcceptRequest) -> StaffCaseOut:
    async def do(desk: Desk) -> list[Step]:
        words = given.reason + (f"\n请向{given.right_office}申请" if given.right_office else "")
        return [desk.step("not_accepted", f"{desk.row.department}决定不予受理", words)]

    return await _act(who, number, "cases.not_accept", do)


async def transfer(who: Principal, number: str, given: TransferRequest) -> StaffCaseOut:
    """Raises OutOfScope when the matter is not handled in that region."""

    async def do(desk: Desk) -> list[Step]:
        row = desk.row
        if given.region == row.region or not any(covers(area, given.region) for area in desk.entry.regions):
            raise OutOfScope("这个事项不在那个地区办理，或办件已经在那里")
        row.region = given.region
        row.handler_id, row.handler_name = None, None
        text = f"已转到{region_table.name_of(given.region)}办理，不用重新申请"
        return [desk.step("transferred", text, given.reason)]

    return await _act(who, number, "cases.transfer", do)
