"""Applying: everything is checked against the release that the citizen saw, and written in one transaction.

The department hears of the case only after the commit. Rules may decide at once, and only in the citizen's favour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.cases import behalf, history, knowledge, papers, sealing, tasks, view
from backend.cases.errors import (
    AlreadyBooked,
    ForCompanies,
    FormInvalid,
    ForPersons,
    NotEligible,
    OutOfScope,
    WrongKind,
)
from backend.cases.history import ResultKept, Step
from backend.cases.knowledge import Wallet
from backend.cases.ports import Decided, ports
from backend.cases.rows import Row
from backend.cases.schemas import CaseCreate, CaseOut
from backend.companies import service as companies
from backend.core import audit, clock, crypto, db
from backend.core.errors import FieldProblem, InvalidPayload, ServiceUnavailable
from backend.core.sessions import Level, Principal
from backend.core.tasks import enqueue
from backend.identity import service as identity
from backend.modules import registry
from backend.modules.errors import ReleaseUnknown
from backend.modules.registry import MatterEntry, covers
from backend.sdk.rules import Rule, compile_rule

SUBMITTABLE = frozenset({"apply", "book", "certificate"})
_INSTEAD = {
    "query": "这个事项是查询，请直接查询",
    "pay": "这个事项是缴费，请从缴费办理",
    "link": "这个事项在部门的网站办理",
}


@dataclass(frozen=True, slots=True)
class Opening:
    """What was checked of an application, ready to be written. `key` is the data key of `citizen_id`, whose case it
    is (a company's id for a company's case); `acting` when somebody else applies for them."""

    citizen_id: UUID
    entry: MatterEntry
    form: dict[str, Any]
    facts: Mapping[str, Any]
    level: int
    region: str
    applicant: str
    key: bytes
    acting: behalf.Leave | None


def new_number() -> str:
    """A public number that says nothing and cannot be guessed (29^10 possibilities)."""
    return f"SC-{crypto.public_code(10)}"


class _Keyed:
    """Compiled `show_if` of materials, once a release."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, str], dict[str, Rule]] = {}

    def of(self, entry: MatterEntry) -> dict[str, Rule]:
        key = (entry.release, entry.matter.code)
        found = self._held.get(key)
        if found is None:
            found = {
                material.code: compile_rule(material.show_if, entry.matter, "show")
                for material in entry.matter.materials
                if material.show_if
            }
            if len(self._held) > 2_000:
                self._held.clear()
            self._held[key] = found
        return found


conditions = _Keyed()


async def pinned(matter: str, release: str) -> MatterEntry:
    """The matter as the citizen saw it. Raises MatterNotFound, ReleaseUnknown with the current release."""
    live = registry.current().require(matter)
    if release == live.release:
        return live
    try:
        if release.partition("@")[0] != live.module.id:
            raise ReleaseUnknown
        return await registry.pinned(release, live.matter.code)
    except ReleaseUnknown as exc:
        raise ReleaseUnknown(context={"release": live.release, "matter": matter}) from exc


def check_audience(entry: MatterEntry, *, company: bool = False) -> None:
    """Raise ForCompanies when a person asks for what only a company may have done; ForPersons the other way round."""
    if company and "company" not in entry.matter.audience:
        raise ForPersons
    if not company and "person" not in entry.matter.audience:
        raise ForCompanies


def check_form(
    entry: MatterEntry, form: dict[str, Any], facts: Mapping[str, Any], *, within: str = "form"
) -> dict[str, Any]:
    """The clean form; raises FormInvalid with a sentence for each fault."""
    result = entry.form.validate(form, prefill=facts, today=clock.today())
    if result.errors:
        raise FormInvalid(
            errors=[
                FieldProblem(field=f"{within}.{fault.field}".rstrip("."), code=fault.code, message=fault.message)
                for fault in result.errors
            ]
        )
    return result.clean


def check_eligibility(
    entry: MatterEntry, form: Mapping[str, Any], facts: Mapping[str, Any], level: int, held: Wallet
) -> None:
    """Raise NotEligible with the module's own sentences."""
    rules = entry.rules.eligibility
    if not rules:
        return
    context = knowledge.rule_context(form, facts, level, held)
    failed = [message for rule, message in rules if not rule.holds(context)]
    if failed:
        raise NotEligible(
            failed[0], errors=[FieldProblem(field="form", code="not_eligible", message=text) for text in failed]
        )


def region_for(entry: MatterEntry, wanted: str | None, office: str | None, home: str | None) -> str:
    """Where the case is handled: the office booked, the region asked for, the citizen's own, else the matter's first.
    Raises OutOfScope."""
    if office is not None:
        booking = entry.matter.booking
        found = next((item.region for item in booking.offices if item.code == office), None) if booking else None
        if found is not None:
            return found
    if wanted is not None:
        if not any(covers(area, wanted) for area in entry.regions):
            raise OutOfScope
        return wanted
    if home is not None and any(covers(area, home) for area in entry.regions):
        return home
    return entry.regions[0]


async def _open(who: Principal, given: CaseCreate) -> Opening:
    live = registry.current().require(given.matter)
    if live.matter.kind not in SUBMITTABLE:
        raise WrongKind(_INSTEAD.get(live.matter.kind))
    live.require_on(given.region)
    entry = await pinned(given.matter, given.release)
    if entry.matter.kind not in SUBMITTABLE:
        raise WrongKind(_INSTEAD.get(entry.matter.kind))
    for release in (live, entry):
        check_audience(release, company=given.company is not None)
    behalf.one_of(given.on_behalf_of, given.company)
    acting: behalf.Leave | None = None
    person = who.id
    if given.company is not None:
        knowledge.require_level(who, int(Level.VERIFIED), f"submit:{given.matter}")
        acting = await behalf.for_company(who, given.company, "apply")
    if given.on_behalf_of is not None:
        knowledge.require_level(who, int(Level.VERIFIED), f"submit:{given.matter}")
        acting = await behalf.acting(who, given.on_behalf_of, given.matter)
        person = acting.citizen_id
    needed = max(knowledge.level_of(live), knowledge.level_of(entry), int(Level.LOGIN))
    knowledge.require_level(who, needed, f"submit:{given.matter}")
    profile, key = await identity.profile_and_key(person)
    facts = knowledge.known(profile, entry.module.fields)
    owner, company = UUID(profile.id), None
    if isinstance(acting, behalf.ForCompany):
        held = await companies.held(acting.company_id)
        key, owner, company = held.key, acting.company_id, held
        facts |= knowledge.known_of_company(held, entry.module.fields)
    form = check_form(entry, given.form, facts)
    applicant = crypto.mask_name(profile.name) if profile.name else crypto.mask_phone(profile.phone or "")
    if company is not None and acting is not None:
        applicant = f"{company.name[:2]}***（{acting.agent_name}经办）"[:60]
    elif acting is not None:
        applicant = f"{applicant}（{acting.agent_name}代办）"[:60]
    region = region_for(entry, given.region, given.booking.office if given.booking else None, profile.region)
    live.require_on(region)  # nobody named it before: the office booked, or where the person lives
    return Opening(owner, entry, form, facts, needed, region, applicant, key, acting)


async def submit(who: Principal, given: CaseCreate) -> CaseOut:
    """Open a case. Runs inside the transaction of its idempotency key.

    Raises MatterNotFound, SwitchedOff, ReleaseUnknown, WrongKind, ForCompanies, NotSignedIn, LevelTooLow, FormInvalid,
    MaterialsInvalid, NotEligible, OutOfScope, NotDelegated, AlreadyBooked, and what the booking raises.
    """
    opening = await _open(who, given)
    entry, key = opening.entry, opening.key
    citizen_id, case_id, number = opening.citizen_id, uuid4(), new_number()
    if (entry.matter.kind == "book") != (given.booking is not None):
        message = "请选择预约的日期和时段" if entry.matter.kind == "book" else "这个事项不用预约"
        raise InvalidPayload(message, errors=[FieldProblem(field="booking", code="booking", message=message)])
    async with db.transaction():
        held = await knowledge.wallet(entry, str(citizen_id))
        check_eligibility(entry, opening.form, opening.facts, opening.level, held)
        given_rows = await papers.take(
            entry.matter,
            conditions.of(entry),
            opening.form,
            given.materials,
            citizen_id=citizen_id,
            uploader=UUID(who.id),
            case_id=case_id,
            wallet=held,
        )
        if opening.level >= Level.FACE:
            await identity.consume_assurance(who, f"submit:{given.matter}", used_by=number)
        if given.booking is not None:
            await _one_booking(citizen_id, entry.id)
            await ports().reserve_slot(entry, given.booking, case_id)
        row = history.new_row(
            case_id=case_id,
            number=number,
            citizen_id=citizen_id,
            entry=entry,
            region=opening.region,
            applicant=opening.applicant,
            sealed=sealing.seal_form(key, case_id, opening.form),
            at=clock.now(),
            booking=msgspec.json.encode(given.booking).decode() if given.booking else None,
            company_id=opening.acting.company_id if isinstance(opening.acting, behalf.ForCompany) else None,
        )
        steps = await _first_steps(who, row, opening, held)
        steps[0] = behalf.marked(steps[0], opening.acting)
        try:
            events = await history.begin(row, entry, steps, given_rows, key=key)
        except asyncpg.UniqueViolationError as exc:  # the number exists: one in 4 * 10^14 for each case there is
            raise ServiceUnavailable(retry_after=1, extra={"error": repr(exc)}) from exc
        await audit.record(who, "cases.submit", "case", number, citizen_id=str(citizen_id), purpose=entry.id)
        if opening.acting is not None:
            await behalf.record(who, opening.acting, "submit", "case", number, entry.matter.name)
        if row.dispatch == "pending":
            enqueue(tasks.dispatch, str(case_id))
    made = view.case_out(row, entry, opening.form, events, given_rows, None, key=key, now=clock.now())
    return behalf.shown(made, opening.acting)


async def _one_booking(citizen_id: UUID, matter: str) -> None:
    """A citizen holds one place of a matter at a time. Two at once wait for each other here. Raises AlreadyBooked."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 7310006))", f"{citizen_id}{matter}")
    held = await db.fetch_one(
        "SELECT number FROM cases_case WHERE citizen_id = $1 AND matter = $2 AND ended_at IS NULL LIMIT 1",
        citizen_id,
        matter,
    )
    if held is not None:
        raise AlreadyBooked(context={"case": held["number"]})


async def _first_steps(who: Principal, row: Row, opening: Opening, held: Wallet) -> list[Step]:
    """Receipt, and what follows from it at once; sets the result of an automatic decision on the row."""
    entry = opening.entry
    me = behalf.actor(who, opening.acting)
    if row.decider == "department":
        return [Step("submitted", f"已收到，正在转交{row.department}", me)]
    if row.kind == "book":
        booked = row.booked
        assert booked is not None  # checked before
        when = f"{booked.date.month}月{booked.date.day}日 {booked.slot}"
        return [
            Step("submitted", "已收到您的预约", me),
            Step("auto_accepted", f"预约成功：{when}，{office_name(entry, booked.office)}"),
        ]
    first = Step("submitted", f"已收到申请，{row.department}将告知是否受理", me)
    rules = entry.rules
    if rules.auto_accept is None and rules.auto_decide is None:
        return [first]
    context = knowledge.rule_context(opening.form, opening.facts, opening.level, held)
    decided = rules.auto_decide is not None and rules.auto_decide.holds(context)
    accepted = decided or (rules.auto_accept is not None and rules.auto_accept.holds(context))
    steps = [first]
    if accepted:
        steps.append(Step("auto_accepted", "材料齐全，系统已自动受理"))
    if decided:
        await conclude(row, entry, opening.form, {}, opening.key)
        steps.append(Step("auto_approved", approval_text(row, "符合条件，系统已自动审批通过")))
    return steps


def office_name(entry: MatterEntry, code: str) -> str:
    booking = entry.matter.booking
    return next((item.name for item in booking.offices if item.code == code), code) if booking else code


def approval_text(row: Row, lead: str) -> str:
    return f"{lead}，《{row.license_name}》已放入证照夹" if row.license_id else lead


async def conclude(
    row: Row, entry: MatterEntry, form: dict[str, Any], details: dict[str, Any], key: bytes, reason: str | None = None
) -> None:
    """An approval: issue the licence that the matter gives and keep what was decided on the row."""
    at = clock.now()
    row.outcome = "approved"
    if row.company_id is None:  # a wallet is a person's; a company's licence is handed over by the office
        row.license_id = await ports().issue_license(
            Decided(
                id=row.id,
                number=row.number,
                citizen_id=str(row.citizen_id),
                entry=entry,
                region=row.region,
                form=form,
                details=details,
                decided_at=at,
            )
        )
    result = entry.matter.result
    row.license_name = result.name if result is not None and row.license_id is not None else None
    row.sealed_result = sealing.seal_result(key, row.id, ResultKept(reason=reason, details=details))
