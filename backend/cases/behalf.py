"""Cases that somebody opened for another: the case is the other's, its first event says under which delegation."""

from __future__ import annotations

import msgspec

from backend.cases.errors import CaseNotFound, NotDelegated
from backend.cases.history import Actor, Step
from backend.cases.opened_for import MARK
from backend.cases.rows import Row
from backend.cases.schemas import CaseOut
from backend.core import db
from backend.core.sessions import Principal
from backend.identity import errors as identity_errors
from backend.identity import service as identity
from backend.identity.service import Acting


async def acting(who: Principal, delegation_id: str, matter: str | None = None) -> Acting:
    """Raises NotDelegated."""
    try:
        return await identity.acting(who, delegation_id, matter=matter)
    except identity_errors.NotDelegated as exc:
        raise NotDelegated(exc.detail) from exc


async def of_case(who: Principal, row: Row) -> Acting | None:
    """None for the citizen's own case; else the leave to act on it. Raises CaseNotFound when there is none.

    Only cases that this agent opened, and only while a delegation lasts that has the matter in its scope.
    """
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


def actor(who: Principal, found: Acting | None) -> Actor:
    """Who acts, in the words of the timeline."""
    return Actor.citizen(who) if found is None else Actor("citizen", who.id, found.who)


def marked(step: Step, found: Acting | None) -> Step:
    """The first step of a case, with the delegation that it was opened under."""
    if found is None:
        return step
    return Step(step.kind, step.text, step.actor, words=step.words, external_id=f"{MARK}{found.id}")


def shown(case: CaseOut, found: Acting | None) -> CaseOut:
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
