"""A proof at the window: for whoever a camera does not recognise.

The citizen brings a code and the id card. The code is for one purpose and half an hour; the clerk types the card's
number, which must be the citizen's; what comes of it stands in the ledger like a face check, with both persons.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

from redis.exceptions import RedisError

from backend.core import audit, crypto, db, logging, redis
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.identity import assurance, notices, policies, profiles, revocation, sessions
from backend.identity.errors import CounterCodeNotFound, CounterCodesUsedUp, CounterMismatch
from backend.identity.models import Citizen, CounterCode
from backend.identity.schemas import CounterCodeCreated, CounterCodeOut, CounterSeen
from backend.identity.sealing import index_of, lock_number
from backend.modules import registry
from backend.sdk.numbers import clean_number

log = logging.get("identity.counters")

LIFE = timedelta(minutes=30)
LENGTH = 8
CODES_A_DAY = 10
TRIES = 3
LOOKS_AN_HOUR = 60


def _hash(code: str) -> bytes:
    return index_of("counter.code", code.replace("-", "").replace(" ", "").upper())


def purpose_text(purpose: str) -> str:
    """What a purpose is about, for the clerk and the citizen."""
    kind, _, subject = purpose.partition(":")
    if kind == "submit":
        entry = registry.current().entries.get(subject)
        return f"申请办理：{entry.matter.name}" if entry is not None else "申请办理一个事项"
    return {
        "show": "出示电子证照",
        "delegate": "同意家人代办",
        "guardian": "申请监护代办",
        "company": "开通单位空间",
        "export": "导出本人信息",
        "close": "注销账号",
    }.get(kind, "办理需要本人核验的事")


async def ask(who: Principal, purpose: str) -> CounterCodeCreated:
    """A code to bring to a window. A newer one for the same purpose voids the older. Raises CounterCodesUsedUp."""
    async with db.transaction():
        session = await sessions.live(who)
        await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(b"counter:" + uuid.UUID(who.id).bytes))
        begun = await CounterCode.filter(citizen_id=who.id, created_at__gte=assurance.day_start()).count()
        if begun >= CODES_A_DAY:
            raise CounterCodesUsedUp
        await CounterCode.filter(citizen_id=who.id, purpose=purpose, state="open").update(state="void", code_hash=None)
        code = crypto.public_code(LENGTH)
        made = await CounterCode.create(
            citizen_id=who.id,
            session_id=session.root_id,
            purpose=purpose,
            code_hash=_hash(code),
            expires_at=now() + LIFE,
        )
        await audit.record(
            who, "identity.counter_code_made", "counter_code", str(made.id), citizen_id=who.id, purpose=purpose
        )
    return CounterCodeCreated(id=str(made.id), code=f"{code[:4]}-{code[4:]}", expires_at=made.expires_at)


async def state(who: Principal, code_id: str) -> CounterCodeOut:
    """What became of a code of this citizen. Raises CounterCodeNotFound."""
    found = await CounterCode.get_or_none(id=_number(code_id), citizen_id=who.id)
    if found is None:
        raise CounterCodeNotFound
    told = "expired" if found.state == "open" and found.expires_at <= now() else found.state
    return CounterCodeOut(
        id=str(found.id),
        state=told,
        purpose=found.purpose,
        purpose_text=purpose_text(found.purpose),
        reason=found.reason if told == "refused" else None,
        expires_at=found.expires_at,
    )


def _number(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as exc:
        raise CounterCodeNotFound from exc


async def find(who: Principal, code: str) -> CounterSeen:
    """Open what a citizen brought; they can read of it. Raises CounterCodeNotFound, TooManyRequests."""
    try:
        await redis.limit(f"identity:counter:{who.id}", LOOKS_AN_HOUR, 3600, message="查询太频繁，请稍后再试")
    except RedisError as exc:
        log.warning("counter_limit_lost", error=type(exc).__name__)  # the number of the card is asked for as well
    async with db.transaction():
        found = await CounterCode.get_or_none(code_hash=_hash(code), state="open", expires_at__gt=now())
        if found is None:
            raise CounterCodeNotFound
        citizen = await profiles.profile(str(found.citizen_id))
        await audit.record(
            who, "identity.counter_viewed", "counter_code", str(found.id), citizen_id=citizen.id,
            purpose=purpose_text(found.purpose),
        )  # fmt: skip
        return CounterSeen(
            id=str(found.id),
            name=citizen.name or "",
            purpose_text=purpose_text(found.purpose),
            asked_at=found.created_at,
            expires_at=found.expires_at,
        )


async def confirm(who: Principal, code_id: str, id_number: str, reason: str) -> None:
    """The clerk compared face and card and typed its number: one proof for the code's purpose and session.

    Raises CounterCodeNotFound, CounterMismatch; three wrong numbers void the code.
    """
    wrong = False
    async with db.transaction():
        found = await _open(code_id)
        citizen = await Citizen.get(id=found.citizen_id)
        typed = index_of("id_number", clean_number(id_number))
        if citizen.id_number_index is None or not crypto.same(bytes(citizen.id_number_index), typed):
            wrong = True
            found.attempts += 1
            if found.attempts >= TRIES:
                found.state, found.code_hash = "void", None
            await found.save(update_fields=["attempts", "state", "code_hash"])
            await audit.record(
                who, "identity.counter_mismatch", "counter_code", str(found.id), citizen_id=str(citizen.id),
                purpose=found.purpose,
            )  # fmt: skip
        else:
            await _settle(who, found, "confirmed", reason)
            await assurance.write(
                found.citizen_id,
                found.session_id,
                method="counter",
                provider="window",
                business_id=f"{who.id}:{found.id}",
                outcome="passed",
                result_code="confirmed",
                purpose=found.purpose,
                good_for=timedelta(seconds=policies.of(found.purpose).good_for_s),
            )
            revocation.announce_change(str(found.citizen_id))
            await notices.counter(found.citizen_id, str(found.id), purpose_text(found.purpose), None)
    if wrong:
        raise CounterMismatch


async def refuse(who: Principal, code_id: str, reason: str) -> None:
    """Raises CounterCodeNotFound."""
    async with db.transaction():
        found = await _open(code_id)
        await _settle(who, found, "refused", reason)
        await notices.counter(found.citizen_id, str(found.id), purpose_text(found.purpose), reason)


async def _open(code_id: str) -> CounterCode:
    found = await CounterCode.filter(id=_number(code_id)).select_for_update().get_or_none()
    if found is None or found.state != "open" or found.expires_at <= now():
        raise CounterCodeNotFound
    return found


async def _settle(who: Principal, found: CounterCode, outcome: str, reason: str) -> None:
    await CounterCode.filter(id=found.id).update(
        state=outcome, code_hash=None, decided_by=who.id, decided_at=now(), reason=reason
    )
    await audit.record(
        who, f"identity.counter_{outcome}", "counter_code", str(found.id), citizen_id=str(found.citizen_id),
        purpose=purpose_text(found.purpose), reason=reason,
    )  # fmt: skip
