"""Cases that somebody opened for another: the case is the other's, its first event says under which delegation; or for
a company, whose staff act on it as far as their rights go."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import msgspec

from backend.cases.errors import CaseNotFound, NotDelegated
from backend.cases.history import Actor, Step
from backend.cases.opened_for import COMPANY_MARK, MARK
from backend.cases.rows import Row
from backend.cases.schemas import CaseOut
from backend.companies import errors as company_errors
from backend.companies import service as companies
from backend.core import db
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.identity import errors as identity_errors
from backend.identity import service as identity
from backend.identity.service import Acting


@dataclass(frozen=True, slots=True)
class ForCompany:
    """Leave to act for a company, as the timeline and the trail name it."""

    leave: companies.Acting
    agent_name: str
    grantor_name: str

    @property
    def company_id(self) -> UUID:
        return UUID(self.leave.company_id)

    @property
    def id(self) -> str:
        return self.leave.company_id

    @property
    def who(self) -> str:
        return f"单位经办人{self.agent_name}"


Leave = Acting | ForCompany


def one_of(delegation: str | None, company: str | None) -> None:
    """Raises InvalidPayload for an act for a person and a company at once."""
    if delegation is not None and company is not None:
        message = "一次只能替一位家人或一个单位办理"
        raise InvalidPayload(message, errors=[FieldProblem(field="company", code="one_of", message=message)])


async def for_company(who: Principal, company_id: str, right: str) -> ForCompany:
    """Leave of the person for an act, held until the caller's transaction ends. Raises NotDelegated."""
    try:
        leave = await companies.acting(who, company_id, right)
    except company_errors.CompanyNotFound as exc:
        raise NotDelegated("没有查到您可以代表这个单位办理") from exc
    except company_errors.RightMissing as exc:
        raise NotDelegated(exc.title) from exc
    held = await companies.held(leave.company_id)
    return ForCompany(leave, await identity.masked_name(who.id) or "", held.name)


async def record(who: Principal, found: Leave, what: str, kind: str, subject: str, purpose: str | None) -> None:
    """Both are recorded at each act: the person, and whom or which company they act for."""
    if isinstance(found, ForCompany):
        await companies.record(who, found.leave, f"acted_{what}", kind, subject, matter=purpose)
    else:
        await identity.record_act(who, found, what, kind, subject, purpose)


async def acting(who: Principal, delegation_id: str, matter: str | None = None) -> Acting:
    """Raises NotDelegated."""
    try:
        return await identity.acting(who, delegation_id, matter=matter)
    except identity_errors.NotDelegated as exc:
        raise NotDelegated(exc.detail) from exc


async def of_case(who: Principal, row: Row, right: str) -> Leave | None:
    """None for the citizen's own case; else the leave to act on it. Raises CaseNotFound when there is none.

    Only cases that this agent opened, and only while a delegation lasts that has the matter in its scope. Of a company
    whoever has the `right` now.
    """
    if row.company_id is not None:
        try:
            return await for_company(who, str(row.company_id), right)
        except NotDelegated as exc:
            raise CaseNotFound from exc
    if str(row.citizen_id) == who.id:
        return None
    first = await db.fetch_one("SELECT external_id FROM cases_event WHERE case_id = $1 AND seq = 1", row.id)
    mark = (first["external_id"] or "") if first is not None else ""
    if not mark.startswith(MARK):
        raise CaseNotFound
    found = await identity.acting_for(who, str(row.citizen_id), matter=row.matter)
    if found is None or mark.removeprefix(MARK) not in found.ids:
        raise CaseNotFound
    return found


def actor(who: Principal, found: Leave | None) -> Actor:
    """Who acts, in the words of the timeline."""
    return Actor.citizen(who) if found is None else Actor("citizen", who.id, found.who)


def marked(step: Step, found: Leave | None) -> Step:
    """The first step of a case, with the delegation that it was opened under."""
    if found is None:
        return step
    return Step(
        step.kind,
        step.text,
        step.actor,
        words=step.words,
        external_id=f"{COMPANY_MARK if isinstance(found, ForCompany) else MARK}{found.id}",
    )


def shown(case: CaseOut, found: Leave | None) -> CaseOut:
    """As the agent sees it: files and licences stay with the person, ratings and showing are the person's own."""
    if found is None:
        return case
    result = case.result
    return msgspec.structs.replace(
        case,
        timeline=[msgspec.structs.replace(one, who="本人") if one.who == "我" else one for one in case.timeline],
        materials=[msgspec.structs.replace(one, upload=None, license=None) for one in case.materials],
        result=None if result is None else msgspec.structs.replace(result, license=None),
        can=[one for one in case.can if one not in ("rate", "show")],
        on_behalf_of=found.grantor_name,
    )
