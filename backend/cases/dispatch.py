"""Handing cases to a department's own system, and applying what it says.

The row says where a hand-over stands before anything is sent:

pending       to be submitted (`attempts` 0: never tried)
sent          a call is under way, or its outcome is unknown: `track` comes before the next `submit`
acknowledged  the department has it
recalling     withdrawn by the citizen; the department is to be told
refused       the department's system did not take it: people handle the case here
none          nothing to hand over

A submit repeats with the same idempotency key (`number:round`), so the department opens one case whatever happens.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from backend.cases import handling, history, keyring, knowledge, queries, rows, sealing, submission
from backend.cases.history import Actor, ResultKept, Step
from backend.cases.rows import EventRow, Row
from backend.cases.states import OPEN, Impossible, Kind, after
from backend.companies import service as companies
from backend.core import clock, db, logging
from backend.modules import gateway, registry
from backend.modules.errors import DepartmentRefused, DepartmentUnavailable, NoConnector
from backend.modules.registry import MatterEntry
from backend.sdk.department import Material, SubmitAnswer, SubmitCall, TrackAnswer, TrackCall, UpdateEvent, WithdrawCall

log = logging.get("dispatch")

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)


def pause(attempts: int) -> timedelta:
    """How long to wait before the next attempt: doubling from five seconds to ten minutes."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * (1 << min(attempts, 10)))


async def run(case_id: UUID) -> None:
    """One attempt. Safe to run twice at once (a lease), and to be killed anywhere (the row says what to ask)."""
    claimed = await db.fetch_one(
        "UPDATE cases_case SET dispatch_at = $2, attempts = attempts + 1 WHERE id = $1"
        " AND dispatch IN ('pending', 'sent', 'recalling') AND dispatch_at <= $3 RETURNING id",
        case_id,
        clock.now() + LEASE,
        clock.now(),
    )
    if claimed is None:
        return
    row = await rows.by_id(case_id)
    assert row is not None  # cases are not deleted
    entry = await registry.pinned(row.release, row.code)
    try:
        if row.dispatch == "recalling":
            await _recall(row, entry)
        else:
            await _submit(row, entry)
    except DepartmentUnavailable as exc:
        await _later(row, unknown=exc.unknown)
    except (DepartmentRefused, NoConnector) as exc:
        log.error("handover_refused", case=row.number, module=row.module, error=repr(exc))
        await _back_to_people(row)


async def _submit(row: Row, entry: MatterEntry) -> None:
    if row.dispatch == "sent":
        found = await _track(row, entry)
        if found is not None and row.dispatch_round == 1:
            await _arrived(row, found.department_number, found.state, "", found.events)
            return
    call = await _call_of(row, entry)
    await db.execute("UPDATE cases_case SET dispatch = 'sent' WHERE id = $1 AND dispatch = 'pending'", row.id)
    try:
        answer = await gateway.call(entry, "submit", call, key=f"{row.number}:{row.dispatch_round}")
    except DepartmentRefused as exc:
        if exc.context.get("department_code") != "idempotency_key_reused":
            raise
        # it has this hand-over already; what we would say today of the applicant differs from then
        answer = SubmitAnswer(state="received")
    await _arrived(row, answer.department_number, answer.state, answer.message, [])


async def _track(row: Row, entry: MatterEntry) -> TrackAnswer | None:
    """What the department knows of the case; None when it never arrived."""
    try:
        return await gateway.call(entry, "track", TrackCall(case_number=row.number))
    except DepartmentRefused as exc:
        if exc.context.get("department_code") == "case_missing":
            return None
        raise


async def _call_of(row: Row, entry: MatterEntry) -> SubmitCall:
    key = await keyring.data_key(row)
    given = await rows.materials(row.id)
    return SubmitCall(
        case_number=row.number,
        matter=entry.matter.code,
        release=row.release,
        applicant=await _applicant(row, entry),
        form=sealing.open_form(key, row.id, row.sealed),
        materials=[
            Material(
                code=item.code,
                name=item.name,
                sha256=item.sha256 or "",
                url=gateway.file_url(row.module, row.number, str(item.upload_id)) if item.upload_id else None,
            )
            for item in given
        ],
    )


async def _applicant(row: Row, entry: MatterEntry) -> dict[str, str]:
    """The declared fields; in a company's case the company's, and those of the person who applied."""
    purpose = f"办理：{row.matter_name}"
    if row.company_id is None:
        return await queries.told(entry, str(row.citizen_id), purpose, row.number)
    first = (await rows.events(row.id))[0]
    told = await queries.told(entry, first.actor_id, purpose, row.number)
    return told | knowledge.known_of_company(await companies.held(row.company_id), entry.module.fields)


async def _recall(row: Row, entry: MatterEntry) -> None:
    answer = await gateway.call(entry, "withdraw", WithdrawCall(case_number=row.number), key=f"{row.number}:withdraw")
    async with db.transaction():
        locked = await rows.by_id(row.id, lock=True)
        assert locked is not None
        locked.dispatch, locked.dispatch_at = "none", None
        text = f"{row.department}已知悉撤回" if answer.state == "withdrawn" else f"{row.department}没有同意撤回"
        await _write(locked, entry, [_step(locked, "noted", text, answer.message)])


async def _later(row: Row, *, unknown: bool) -> None:
    """Nothing is lost: try again, asking first when the call may have arrived."""
    state = "recalling" if row.dispatch == "recalling" else "sent" if unknown or row.dispatch == "sent" else "pending"
    await db.execute(
        "UPDATE cases_case SET dispatch = $2, dispatch_at = $3 WHERE id = $1"
        " AND dispatch IN ('pending', 'sent', 'recalling')",
        row.id,
        state,
        clock.now() + pause(row.attempts),
    )


async def _back_to_people(row: Row) -> None:
    """The department's system does not take the case: handlers do, and the citizen is told."""
    async with db.transaction():
        locked = await rows.by_id(row.id, lock=True)
        if locked is None or locked.dispatch not in ("pending", "sent", "recalling"):
            return
        locked.dispatch, locked.dispatch_at = ("none" if locked.dispatch == "recalling" else "refused"), None
        entry = await registry.pinned(locked.release, locked.code)
        if locked.state in OPEN:
            locked.decider = "platform"
            step = Step("handover_failed", "部门的系统没有接收，已转由经办人处理，不用重新提交")
            await _write(locked, entry, [step])
        else:
            await _write(locked, entry, [])


async def _arrived(row: Row, number: str, state: str, message: str, events: list[UpdateEvent]) -> None:
    """The department has the case: note its number, apply what it says already."""
    async with db.transaction():
        locked = await rows.by_id(row.id, lock=True)
        if locked is None or locked.dispatch not in ("pending", "sent"):
            return  # withdrawn or settled meanwhile
        entry = await registry.pinned(locked.release, locked.code)
        locked.dispatch, locked.dispatch_at, locked.attempts = "acknowledged", None, 0
        locked.department_number = number[:100] or locked.department_number
        steps = [Step("handed_over", f"已转交{locked.department}")]
        if state == "accepted":
            steps = _fitting(locked, [*steps, _step(locked, "accepted", f"{locked.department}已受理", message)])
        elif state == "rejected":
            steps = _fitting(locked, [*steps, _step(locked, "not_accepted", f"{locked.department}不予受理", message)])
        await _write(locked, entry, steps)
        for event in events:
            await apply(locked, entry, event)


def _step(row: Row, kind: Kind, text: str, message: str = "", external_id: str | None = None) -> Step:
    actor = Actor.department(row.module, row.department)
    return Step(kind, text, actor, words=message[:1000] or None, external_id=external_id)


def _fitting(row: Row, steps: list[Step]) -> list[Step]:
    """Those steps that the case can take now: a department may tell late what is settled here."""
    kept: list[Step] = []
    standing = row.standing
    for step in steps:
        try:
            standing = after(standing, step.kind)
        except Impossible:
            continue
        kept.append(step)
    return kept


async def _write(row: Row, entry: MatterEntry, steps: list[Step]) -> list[EventRow]:
    key = await keyring.data_key(row)
    return await history.proceed(row, entry, steps, past=await rows.events(row.id), key=key)


# ------------------------------------------------------------------------------------------ news from a department


async def apply(row: Row, entry: MatterEntry, event: UpdateEvent) -> bool:
    """Apply one piece of news to a locked case, once. False when it was applied before.

    News that no longer fits (a correction of a withdrawn case) is kept as a note, never lost and never forced.
    """
    past = await rows.events(row.id)
    mark = event.event_id[:100]
    if any(item.external_id == mark for item in past):
        return False
    key = await keyring.data_key(row)
    steps = await _steps_of(row, entry, event, key)
    steps = _fitting(row, steps) or [_step(row, "noted", f"{row.department}来信", event.message)]
    last = steps[-1]
    steps[-1] = Step(last.kind, last.text, last.actor, words=last.words, external_id=mark)
    if row.dispatch in ("pending", "sent"):  # it knows the case, so it has it
        row.dispatch, row.dispatch_at = "acknowledged", None
    await history.proceed(row, entry, steps, past=past, key=key)
    return True


async def _steps_of(row: Row, entry: MatterEntry, event: UpdateEvent, key: bytes) -> list[Step]:
    office = row.department
    first = [] if row.accepted_at is not None else [_step(row, "accepted", f"{office}已受理")]
    match event.kind:
        case "accepted":
            return [_step(row, "accepted", f"{office}已受理", event.message)]
        case "correction":
            return _correction(row, entry, event, key)
        case "decided" if row.state in OPEN and event.outcome == "approved":
            form = sealing.open_form(key, row.id, row.sealed)
            reason = event.message or None
            await submission.conclude(row, entry, form, dict(event.result), key, reason)
            text = submission.approval_text(row, f"{office}已审批通过")
            return [*_resumed(row), *first, _step(row, "approved", text, event.message)]
        case "decided" if row.state in OPEN and event.outcome == "refused":
            handling.refuse(row, entry, key, event.message or "部门没有写明理由，可以向部门询问", dict(event.result))
            return [*_resumed(row), *first, _step(row, "refused", f"{office}决定不予批准", event.message)]
        case _:
            return [_step(row, "noted", f"{office}有新的办理进展", event.message)]


def _resumed(row: Row) -> list[Step]:
    return [_step(row, "special_ended", "特别程序结束")] if row.state == "special" else []


def _correction(row: Row, entry: MatterEntry, event: UpdateEvent, key: bytes) -> list[Step]:
    if row.state not in ("submitted", "accepted", "in_review"):
        return []
    names: dict[str, str] = {material.code: material.name for material in entry.matter.materials}
    names |= {field.name: field.title for field in entry.matter.fields}
    missing = [
        {"code": code[:64], "name": names.get(code, code)[:200], "reason": reason[:500] or "请补充"}
        for code, reason in list(event.missing.items())[:30]
    ]
    row.corrections += 1
    row.sealed_result = sealing.seal_result(key, row.id, ResultKept(missing=missing))
    words = "\n".join(f"{item['name']}：{item['reason']}" for item in missing)
    text = "请一次补齐：" + "、".join(item["name"] for item in missing) if missing else "请按部门的说明补正"
    return [_step(row, "correction", text, "\n".join(part for part in (words, event.message) if part))]


async def update(module: str, event: UpdateEvent) -> bool | None:
    """A verified update; False when it was applied before, None when there is no such case of the module."""
    async with db.transaction():
        row = await rows.by_number(event.case_number, lock=True)
        if row is None or row.module != module:
            return None
        return await apply(row, await registry.pinned(row.release, row.code), event)


async def stuck(at: datetime, batch: int = 200) -> list[UUID]:
    """Cases whose hand-over is due again."""
    found = await db.fetch("SELECT id FROM cases_case WHERE dispatch_at <= $1 ORDER BY dispatch_at LIMIT $2", at, batch)
    return [row["id"] for row in found]
