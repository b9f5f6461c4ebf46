"""Acting for others: who, for whom, which matters, until when, and how it was proved.

Two grown-ups agree by a code that one hands the other; whoever is acted for proves it with their face. For a minor or a
ward the guardian's relation is looked at by a counter with the papers in hand. Either side ends it at once.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from redis.exceptions import RedisError

from backend.core import audit, crypto, db, logging, redis
from backend.core.clock import now, today
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.identity import assurance, notices, profiles, realname
from backend.identity.acting import ALL, RELATIONS
from backend.identity.errors import (
    DelegationCodeRefused,
    DelegationNotFound,
    TooManyDelegations,
)
from backend.identity.merging import LIVE
from backend.identity.models import Delegation
from backend.identity.schemas import (
    DelegationCreate,
    DelegationCreated,
    DelegationOut,
    DelegationsOut,
    GuardianshipCreate,
    InvitationOut,
)
from backend.identity.sealing import index_of, lock_number
from backend.modules import registry

log = logging.get("identity.delegations")

FAMILY = 5
CODE_LIFE = timedelta(hours=24)
LONGEST = timedelta(days=3 * 365)
CODE_LENGTH = 12
GRANT = "delegate"
_AGREED = "可以在“家人代办”里查看范围和期限，也可以随时结束。"


# ------------------------------------------------------------------------------------------------------ agreeing


def check_scope(order: DelegationCreate | GuardianshipCreate) -> None:
    """Raises InvalidPayload for matters that are not there and days that cannot be."""
    faults: list[FieldProblem] = []
    if ALL in order.matters and len(order.matters) > 1:
        faults.append(FieldProblem(field="matters", code="all_or_some", message="选“全部事项”时不用再选别的事项"))
    known = registry.current().entries
    missing = [matter for matter in order.matters if matter != ALL and matter not in known]
    if missing:
        faults.append(FieldProblem(field="matters", code="unknown_matter", message=f"没有这个事项：{missing[0]}"))
    if not today() <= order.ends_on <= today() + LONGEST:
        faults.append(FieldProblem(field="ends_on", code="range", message="截止日期要在今天以后、三年以内"))
    if faults:
        raise InvalidPayload(errors=faults)


async def room(agent: str) -> None:
    """Raises TooManyDelegations. Two at once wait for each other."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(b"delegate" + uuid.UUID(agent).bytes))
    held = await Delegation.filter(agent_id=agent, state__in=["review", "active"], ends_on__gte=today()).count()
    if held >= FAMILY:
        raise TooManyDelegations


async def invite(who: Principal, order: DelegationCreate) -> DelegationCreated:
    """A code for the other person. Who is to be acted for proves it with their face, now or when accepting.

    Raises InvalidPayload, LevelTooLow (face, purpose `delegate:new`), TooManyDelegations. In the caller's transaction.
    """
    check_scope(order)
    me = await profiles.profile(who.id)
    name = realname.clean_name(order.name)
    if me.name is None or len(name) < 2:
        raise InvalidPayload(errors=[FieldProblem(field="name", code="format", message="请写对方身份证上的姓名")])
    open_codes = await Delegation.filter(inviter_id=who.id, state="invited", code_expires_at__gt=now()).count()
    if open_codes >= FAMILY:
        raise TooManyDelegations
    delegation_id, code = uuid.uuid4(), crypto.public_code(CODE_LENGTH)
    if order.role == "agent":
        await room(who.id)
    else:
        await assurance.consume(who, f"{GRANT}:new", used_by=f"delegation:{delegation_id}")
    made = await Delegation.create(
        id=delegation_id,
        relation=order.relation,
        inviter_id=who.id,
        agent_id=who.id if order.role == "agent" else None,
        grantor_id=who.id if order.role == "grantor" else None,
        name_index=_name_index(delegation_id, name),
        code_hash=code_hash(code),
        code_expires_at=now() + CODE_LIFE,
        matters=sorted(set(order.matters)),
        wallet=order.wallet,
        ends_on=order.ends_on,
        proved="face" if order.role == "grantor" else None,
    )
    await audit.record(
        who, "identity.delegation_invited", "delegation", str(made.id), citizen_id=who.id, role=order.role,
        relation=order.relation, matters=made.matters,
    )  # fmt: skip
    shown = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    return DelegationCreated(id=str(made.id), code=shown, expires_at=now() + CODE_LIFE)


def _name_index(delegation_id: uuid.UUID, name: str) -> bytes:
    return index_of("delegation.name", f"{delegation_id}:{name}")


def code_hash(code: str) -> bytes:
    return index_of("delegation.code", code.replace("-", "").replace(" ", "").upper())


async def _invited(who: Principal, code: str, *, lock: bool = False) -> Delegation:
    """The invitation of a code, for the person whose name it carries. One answer for all that is wrong."""
    try:
        await redis.limit(f"identity:delegation:{who.id}", 20, 3600, message="尝试次数较多，请一小时后再试")
    except RedisError as exc:
        log.warning("delegation_limit_lost", error=type(exc).__name__)  # 59 random bits stay unguessable
    query = Delegation.filter(code_hash=code_hash(code), state="invited", code_expires_at__gt=now())
    found = await (query.select_for_update() if lock else query).get_or_none()
    me = await profiles.profile(who.id)
    if found is None or me.name is None or str(found.inviter_id) == who.id:
        raise DelegationCodeRefused
    if not crypto.same(bytes(found.name_index or b""), _name_index(found.id, me.name)):
        raise DelegationCodeRefused
    return found


async def look(who: Principal, code: str) -> InvitationOut:
    """What a code would agree to. Raises DelegationCodeRefused."""
    found = await _invited(who, code)
    inviter = await profiles.profile(str(found.inviter_id))
    as_grantor = found.agent_id is not None
    return InvitationOut(
        id=str(found.id),
        name=crypto.mask_name(inviter.name or ""),
        role="grantor" if as_grantor else "agent",
        relation=found.relation,
        relation_text=RELATIONS[found.relation],
        matters=list(found.matters),
        wallet=found.wallet,
        ends_on=found.ends_on,
        purpose=f"{GRANT}:{found.id}" if as_grantor else None,
    )


async def accept(who: Principal, code: str) -> DelegationOut:
    """Raises DelegationCodeRefused, LevelTooLow (face of whoever is acted for), TooManyDelegations."""
    async with db.transaction():
        return await _accept(who, code)


async def _accept(who: Principal, code: str) -> DelegationOut:
    found = await _invited(who, code, lock=True)
    if found.agent_id is not None:
        await assurance.consume(who, f"{GRANT}:{found.id}", used_by=f"delegation:{found.id}")
        found.grantor_id, found.proved = uuid.UUID(who.id), "face"
    else:
        found.agent_id = uuid.UUID(who.id)
    await room(str(found.agent_id))
    found.state, found.code_hash, found.name_index, found.decided_at = "active", None, None, now()
    await found.save(
        update_fields=["grantor_id", "agent_id", "proved", "state", "code_hash", "name_index", "decided_at"]
    )
    await record(who, found, "accepted")
    out = await _told(found, who.id)
    other = found.agent_id if str(found.grantor_id) == who.id else found.grantor_id
    await notices.delegation(other, str(found.id), "agreed", "对方已同意代办", _AGREED)
    return out


async def decline(who: Principal, code: str) -> None:
    """Raises DelegationCodeRefused."""
    async with db.transaction():
        await _decline(who, code)


async def _decline(who: Principal, code: str) -> None:
    found = await _invited(who, code, lock=True)
    await Delegation.filter(id=found.id).update(state="declined", code_hash=None, name_index=None, ended_at=now())
    await audit.record(who, "identity.delegation_declined", "delegation", str(found.id), citizen_id=who.id)
    await notices.delegation(found.inviter_id, str(found.id), "declined", "对方没有同意代办", "邀请已作废。")


async def end(who: Principal, delegation_id: str) -> None:
    """Either side, at once. Raises DelegationNotFound, for another's as for none."""
    async with db.transaction():
        await _end(who, _number(delegation_id))


async def _end(who: Principal, number: uuid.UUID) -> None:
    found = await Delegation.filter(id=number).select_for_update().get_or_none()
    if found is None or who.id not in (str(found.agent_id), str(found.grantor_id), str(found.inviter_id)):
        raise DelegationNotFound
    if found.state not in LIVE:
        return
    side = "grantor" if who.id == str(found.grantor_id) else "agent"
    was = found.state
    await Delegation.filter(id=found.id).update(
        state="ended", code_hash=None, name_index=None, ended_at=now(), ended_by=side
    )
    await record(who, found, "ended", by=side)
    other = found.agent_id if side == "grantor" else found.grantor_id
    if was == "active" and other is not None:
        await notices.delegation(other, str(found.id), "ended", "代办已结束", "对方结束了代办，从现在起不能再代办。")


async def record(who: Principal, row: Delegation, act: str, **details: Any) -> None:
    """Both persons stand in the trail: the one acted for as the citizen, the agent among the details."""
    await audit.record(
        who, f"identity.delegation_{act}", "delegation", str(row.id),
        citizen_id=None if row.grantor_id is None else str(row.grantor_id),
        agent=None if row.agent_id is None else str(row.agent_id), **details,
    )  # fmt: skip


def _number(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as exc:
        raise DelegationNotFound from exc


# ------------------------------------------------------------------------------------------------------ reading


async def list_of(who: Principal) -> DelegationsOut:
    """Both sides, the living first."""
    rows = await db.fetch(
        "SELECT id FROM identity_delegation WHERE (agent_id = $1 OR grantor_id = $1 OR inviter_id = $1)"
        " AND (state = ANY($2) OR ended_at > $3) ORDER BY created_at DESC LIMIT 100",
        uuid.UUID(who.id),
        list(LIVE),
        now() - timedelta(days=90),
    )
    found = await Delegation.filter(id__in=[row["id"] for row in rows]).order_by("-created_at") if rows else []
    return DelegationsOut(items=[await _told(row, who.id) for row in found])


async def _name(citizen_id: uuid.UUID | None) -> str | None:
    return None if citizen_id is None else await profiles.masked_name(str(citizen_id))


def state_of(row: Delegation) -> str:
    """What it comes to today: an end that has passed needs no job to count."""
    if row.state == "active" and row.ends_on < today():
        return "expired"
    over: datetime | None = row.code_expires_at
    return "expired" if row.state in ("invited", "review") and over is not None and over <= now() else row.state


async def _told(row: Delegation, reader: str) -> DelegationOut:
    as_agent = str(row.agent_id) == reader
    return DelegationOut(
        id=str(row.id),
        role="agent" if as_agent else "grantor",
        name=await _name(row.grantor_id if as_agent else row.agent_id),
        relation=row.relation,
        relation_text=RELATIONS[row.relation],
        matters=list(row.matters),
        wallet=row.wallet,
        ends_on=row.ends_on,
        state=state_of(row),
        proved=row.proved,
        reason=row.reason,
    )
