"""A guardian acts for a minor or a ward once a window has seen the papers."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

from backend.core import audit, crypto, db
from backend.core.access import missing_level
from backend.core.clock import now, today
from backend.core.errors import FieldProblem, InvalidPayload, LevelTooLow
from backend.core.sessions import Level, Principal
from backend.identity import assurance, delegations, notices, profiles, realname
from backend.identity.acting import RELATIONS
from backend.identity.errors import DelegationSelf, GuardianshipNotFound
from backend.identity.models import Citizen, Delegation
from backend.identity.schemas import DelegationCreated, GuardianshipCreate, GuardianshipSeen
from backend.providers.vendors import desk
from backend.sdk.numbers import birth_date

REVIEW_LIFE = timedelta(days=30)
FULL_AGE = 18  # 民法典 art. 17


async def ask(who: Principal, order: GuardianshipCreate) -> DelegationCreated:
    """A guardian names a minor or a ward; a counter looks at the papers before anything may be done.

    The guardian's face is spent (purpose `guardian:new`), the name is held against the authority. Raises
    InvalidPayload, LevelTooLow, TooManyDelegations, DelegationSelf, and what the real-name check raises.
    """
    delegations.check_scope(order)
    proof = realname.check(order.name, order.id_number)
    born = birth_date(proof.id_number)
    ends_on = order.ends_on
    if order.relation == "minor":
        full = full_age(born)
        if full is None or full <= today():
            message = "对方已满18周岁，请用“邀请家人”，由本人同意"
            raise InvalidPayload(errors=[FieldProblem(field="id_number", code="of_age", message=message)])
        ends_on = min(ends_on, full - timedelta(days=1))
    async with db.transaction():
        me = await Citizen.get(id=who.id)
        if me.id_number_index is not None and crypto.same(bytes(me.id_number_index), proof.index):
            raise DelegationSelf
        if not any(one.purpose == "guardian:new" for one in await assurance.of(who)):
            raise LevelTooLow(
                "这一步需要本人刷脸核验", context=missing_level(Level.FACE, who.level, purpose="guardian:new")
            )
        await delegations.room(who.id)
        attempt = await realname.count_try(me.id, uuid.UUID(who.session), proof)
    answer = await desk().authority.check(name=proof.name, id_number=proof.id_number, purpose="监护人代办核验")
    if answer != "match":
        await realname.refused(who, attempt, answer)
    async with db.transaction():
        await realname.passed(attempt)
        await delegations.room(who.id)
        delegation_id, code = uuid.uuid4(), crypto.public_code(delegations.CODE_LENGTH)
        await assurance.consume(who, "guardian:new", used_by=f"delegation:{delegation_id}")
        child = await realname.person_of(proof, made_in="guardian")
        made = await Delegation.create(
            id=delegation_id,
            relation=order.relation,
            inviter_id=who.id,
            agent_id=who.id,
            grantor_id=child.id,
            code_hash=delegations.code_hash(code),
            code_expires_at=now() + REVIEW_LIFE,
            matters=sorted(set(order.matters)),
            wallet=order.wallet,
            ends_on=ends_on,
            state="review",
        )
        await delegations.record(who, made, "asked", relation=order.relation, matters=made.matters)
        text = "有人申请作为您的监护人代办。窗口核对材料以前不能代办；如果不认识，请在“家人代办”里结束。"
        await notices.delegation(child.id, str(made.id), "asked", "有人申请监护代办", text)
    return DelegationCreated(id=str(made.id), code=f"{code[:4]}-{code[4:8]}-{code[8:]}", expires_at=now() + REVIEW_LIFE)


def full_age(born: date | None) -> date | None:
    """The eighteenth birthday; of a 29 February it is 1 March."""
    if born is None:
        return None
    try:
        return born.replace(year=born.year + FULL_AGE)
    except ValueError:
        return date(born.year + FULL_AGE, 3, 1)


async def find(who: Principal, code: str) -> GuardianshipSeen:
    """For a window, by the code that the guardian brings; the look is in the trail of both. Raises
    GuardianshipNotFound."""
    async with db.transaction():
        found = await Delegation.get_or_none(
            code_hash=delegations.code_hash(code), state="review", code_expires_at__gt=now()
        )
        if found is None:
            raise GuardianshipNotFound
        agent, child = await profiles.profile(str(found.agent_id)), await profiles.profile(str(found.grantor_id))
        for citizen in (agent, child):
            await audit.record(
                who, "identity.guardianship_viewed", "delegation", str(found.id), citizen_id=citizen.id,
                purpose="核对监护关系",
            )  # fmt: skip
        return GuardianshipSeen(
            id=str(found.id),
            relation_text=RELATIONS[found.relation],
            guardian=agent.name or "",
            guardian_id_number=crypto.mask_id_number(agent.id_number or ""),
            person=child.name or "",
            person_id_number=crypto.mask_id_number(child.id_number or ""),
            ends_on=found.ends_on,
            asked_at=found.created_at,
        )


async def decide(who: Principal, delegation_id: str, reason: str, *, confirmed: bool) -> None:
    """A window's word after seeing the papers. Raises GuardianshipNotFound."""
    async with db.transaction():
        try:
            number = uuid.UUID(delegation_id)
        except ValueError as exc:
            raise GuardianshipNotFound from exc
        found = await Delegation.filter(id=number, state="review").select_for_update().get_or_none()
        if found is None:
            raise GuardianshipNotFound
        await Delegation.filter(id=found.id).update(
            state="active" if confirmed else "refused",
            proved="counter" if confirmed else None,
            decided_by=who.id,
            decided_at=now(),
            reason=reason,
            code_hash=None,
            ended_at=None if confirmed else now(),
        )
        await delegations.record(who, found, "confirmed" if confirmed else "refused", reason=reason)
        title = "监护关系已核对，可以代办" if confirmed else "监护关系没有通过核对"
        text = "可以在“家人代办”里查看范围和期限。" if confirmed else f"窗口说明：{reason}"
        await notices.delegation(found.agent_id, str(found.id), "decided", title, text)
