"""What a citizen does with a case after applying: supplement, withdraw, urge."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.cases import behalf, history, keyring, knowledge, papers, reading, rows, sealing, submission, tasks
from backend.cases.errors import MaterialsInvalid, UrgedToday, WrongState
from backend.cases.history import Step
from backend.cases.ports import ports
from backend.cases.rows import Row
from backend.cases.schemas import CaseOut, Supplement, Urge, Withdraw
from backend.cases.states import STATE_TEXT, allows
from backend.cases.view import kept_of
from backend.core import audit, calendar, clock, db
from backend.core.errors import FieldProblem
from backend.core.sessions import Principal
from backend.core.tasks import enqueue
from backend.modules import registry


async def supplement(who: Principal, number: str, given: Supplement) -> CaseOut:
    """Hand in all that the notice asked for; then the clock goes on.

    Raises CaseNotFound, WrongState, FormInvalid, MaterialsInvalid.
    """
    async with db.transaction():
        row, acting = await reading.mine(who, number, lock=True)
        if row.state != "correcting":
            raise WrongState(f"现在是“{STATE_TEXT[row.state]}”，没有要补正的内容")
        entry = await registry.pinned(row.release, row.code)
        key = await keyring.data_key(row)
        form = sealing.open_form(key, row.id, row.sealed)
        asked = {item["code"]: item["name"] for item in kept_of(row, key).missing}
        papers_asked = {material.code for material in entry.matter.materials} & set(asked)
        fields_asked = {field.name for field in entry.matter.fields} & set(asked)
        faults = [
            FieldProblem(field=f"form.{name}", code="required", message=f"请修改“{asked[name]}”")
            for name in sorted(fields_asked - set(given.form))
        ]
        if faults:
            raise MaterialsInvalid("请把告知的内容一次补齐", errors=faults)
        if given.form:
            facts = await keyring.facts(row, entry.module.fields, (await rows.events(row.id))[0])
            form = submission.check_form(entry, {**form, **given.form}, facts)
            row.sealed = sealing.seal_form(key, row.id, form)
        round_ = row.corrections + 1
        more = await papers.take(
            entry.matter,
            submission.conditions.of(entry),
            form,
            given.materials,
            citizen_id=row.citizen_id,
            case_id=row.id,
            uploader=UUID(who.id),
            wallet=await knowledge.wallet(entry, str(row.citizen_id)),
            round_=round_,
            only=papers_asked,
        )
        await rows.add_materials(row.id, more)
        if row.dispatch != "none":
            row.dispatch, row.dispatch_round = "pending", row.dispatch_round + 1
            row.dispatch_at, row.attempts = clock.now(), 0
            enqueue(tasks.dispatch, str(row.id))
        step = Step("supplemented", "补正材料已提交，继续办理", behalf.actor(who, acting), words=given.note or None)
        await history.proceed(row, entry, [step], past=await rows.events(row.id), key=key)
        await audit.record(who, "cases.supplement", "case", number, citizen_id=str(row.citizen_id))
        return await _shown(who, row, acting, "supplement")


async def withdraw(who: Principal, number: str, given: Withdraw) -> CaseOut:
    """Take the application back. Raises CaseNotFound, WrongState."""
    async with db.transaction():
        row, acting = await reading.mine(who, number, lock=True)
        entry = await registry.pinned(row.release, row.code)
        key = await keyring.data_key(row)
        if row.dispatch == "pending" and row.attempts == 0:
            row.dispatch, row.dispatch_at = "none", None  # the department never heard of it
        elif row.dispatch in ("pending", "sent", "acknowledged"):
            row.dispatch, row.dispatch_at, row.attempts = "recalling", clock.now(), 0
            enqueue(tasks.dispatch, str(row.id))
        text = "预约已取消" if row.kind == "book" else "您已撤回申请"
        step = Step("withdrawn", text, behalf.actor(who, acting), words=given.reason or None)
        await history.proceed(row, entry, [step], past=await rows.events(row.id), key=key)
        await ports().release_slot(row.id)
        await audit.record(who, "cases.withdraw", "case", number, citizen_id=str(row.citizen_id))
        return await _shown(who, row, acting, "withdraw")


async def urge(who: Principal, number: str, given: Urge) -> CaseOut:
    """Ask for haste, once a calendar day. Raises CaseNotFound, WrongState, UrgedToday."""
    async with db.transaction():
        row, acting = await reading.mine(who, number, lock=True)
        if row.state == "correcting" or row.kind == "book" or not allows(row.state, "urged"):
            raise WrongState(f"现在是“{STATE_TEXT[row.state]}”，不用催办")
        past = await rows.events(row.id)
        today = clock.today()
        if any(event.kind == "urged" and calendar.day_of(event.at) == today for event in past):
            midnight = calendar.start_of(today + timedelta(days=1))
            raise UrgedToday(retry_after=max(1, int((midnight - clock.now()).total_seconds())))
        entry = await registry.pinned(row.release, row.code)
        key = await keyring.data_key(row)
        row.urged += 1
        step = Step(
            "urged", f"您催办了一次，{row.department}会看到", behalf.actor(who, acting), words=given.note or None
        )
        await history.proceed(row, entry, [step], past=past, key=key)
        return await _shown(who, row, acting, "urge")


async def _shown(who: Principal, row: Row, acting: behalf.Leave | None, what: str) -> CaseOut:
    """The case as whoever acted sees it; an act for another is written into their trail."""
    if acting is not None:
        await behalf.record(who, acting, what, "case", row.number, row.matter_name)
    return behalf.shown(await reading.out(row), acting)


async def citizen_merged(old: str, new: str) -> None:
    """Two accounts of one person became one: move what was the old one's. Sealed values keep their key (`key_of`)."""
    before, after = UUID(old), UUID(new)
    await db.execute("UPDATE cases_case SET citizen_id = $2 WHERE citizen_id = $1", before, after)
    await db.execute("UPDATE cases_upload SET citizen_id = $2 WHERE citizen_id = $1", before, after)
    await db.execute(
        "DELETE FROM cases_draft d WHERE d.citizen_id IN ($1, $2) AND EXISTS (SELECT 1 FROM cases_draft o"
        " WHERE o.citizen_id IN ($1, $2) AND o.matter = d.matter AND (o.updated_at, o.id) > (d.updated_at, d.id))",
        before,
        after,
    )
    await db.execute("UPDATE cases_draft SET citizen_id = $2 WHERE citizen_id = $1", before, after)
