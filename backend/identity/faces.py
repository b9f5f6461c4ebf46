"""Face checks in three channels, each on its provider's own protocol.

A row with our number comes before the provider is called; the client's word, a redirect or a callback only make us ask
the provider, and that answer decides. A check is bound to citizen, session, purpose and one use. No image is kept.
"""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from backend.core import audit, crypto, db
from backend.core.access import missing_level
from backend.core.clients import ProviderError
from backend.core.clock import SHANGHAI, now
from backend.core.errors import LevelTooLow
from backend.core.sessions import Level, Principal
from backend.core.settings import current
from backend.identity import accounts, assurance, notices, policies, revocation, sessions, situations
from backend.identity.errors import (
    FaceChannelMissing,
    FaceCheckNotFound,
    FaceLocked,
    FaceRefused,
    FaceUnavailable,
)
from backend.identity.models import Citizen, FaceCheck
from backend.identity.schemas import FaceCheckCreate, FaceCheckOut, FaceCheckResult, Way
from backend.identity.sealing import FACE_SUBJECT, ID_NUMBER, NAME, citizen_key, opened, subject_of
from backend.providers.alipay import certify_scheme
from backend.providers.faces import FaceResult
from backend.providers.vendors import desk

CHECK_LIFE = timedelta(minutes=30)
FINAL = frozenset({"passed", "failed", "expired", "refused"})
_UNFINISHED = "核验结果还没有出来。如果刚做完，请过几秒再点“我已完成”；还没做完的请接着做"
_EXPIRED = "这次核验已经过期，请重新开始"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be in front of the camera. `subject` is the openid in the WeChat channel."""

    name: str
    id_number: str
    subject: str | None

    def __repr__(self) -> str:
        return "Person(…)"


async def begin(principal: Principal, order: FaceCheckCreate) -> FaceCheckOut:
    """Open a check. Raises LevelTooLow, FaceLocked, FaceChannelMissing, FaceUnavailable, FaceRefused."""
    provider = situations.PROVIDERS[order.channel]
    group = order.purpose.partition(":")[0]
    async with db.transaction():
        session = await sessions.live(principal)
        citizen = await Citizen.get(id=principal.id)
        key = citizen_key(citizen)
        name, id_number = opened(key, citizen.name_sealed, NAME), opened(key, citizen.id_number_sealed, ID_NUMBER)
        if name is None or id_number is None:
            raise LevelTooLow(context=missing_level(Level.VERIFIED, 1))
        await _refuse(citizen.id, order.purpose, order.channel)
        subject: str | None = None
        if order.channel == "wechat":
            account = await accounts.newest(citizen.id, "wechat")
            if account is None:
                left = await ways(citizen.id, order.purpose)
                raise FaceChannelMissing(context=_context([way for way in left if way.channel != "wechat"]))
            subject = subject_of(key, account)
        check = await FaceCheck.create(
            citizen_id=citizen.id,
            session_id=session.root_id,
            purpose=order.purpose,
            purpose_group=group,
            channel=order.channel,
            provider=provider,
            out_no=secrets.token_hex(16),
            subject_sealed=None if subject is None else crypto.seal(key, subject.encode(), FACE_SUBJECT),
            expires_at=now() + CHECK_LIFE,
        )
    try:
        business_id, params = await _open(check, Person(name, id_number, subject), order.return_to or "/me/security")
    except ProviderError as exc:
        await FaceCheck.filter(id=check.id).update(
            state="refused", result_code=exc.code[:64], finished_at=now(), reason=FaceUnavailable.title
        )
        left = await ways(check.citizen_id, order.purpose)
        context = _context([way for way in left if way.channel != order.channel])
        if exc.kind == "permanent":
            raise FaceRefused(context=context, extra={"provider_code": exc.code}) from exc
        raise FaceUnavailable(retry_after=5, context=context, extra={"provider_code": exc.code}) from exc
    await FaceCheck.filter(id=check.id, state="created").update(state="started", business_id=business_id)
    return FaceCheckOut(id=str(check.id), provider=provider, params=params, expires_at=check.expires_at)


async def _open(check: FaceCheck, person: Person, return_to: str) -> tuple[str, dict[str, Any]]:
    """(the provider's id, what the client needs). Outside any transaction."""
    if check.provider == "wechat":
        assert person.subject is not None  # begin() looked it up
        ticket = await desk().wechat_face.begin(
            out_seq_no=check.out_no, name=person.name, id_number=person.id_number, openid=person.subject
        )
        return ticket.verify_id, {"verify_id": ticket.verify_id}
    separator = "&" if "?" in return_to else "?"
    back = f"{current().http.public_url}{return_to}{separator}{urlencode({'face_check': str(check.id)})}"
    if check.provider == "alipay":
        certify_id = await desk().alipay.certify_initialize(
            outer_order_no=check.out_no, name=person.name, id_number=person.id_number, return_url=back
        )
        url = await desk().alipay.certify_url(certify_id)
        return certify_id, {"certify_id": certify_id, "url": url, "scheme": certify_scheme(url)}
    opened_check = await desk().faceid.begin(name=person.name, id_number=person.id_number, redirect_url=back)
    return opened_check.biz_token, {"url": opened_check.url}


async def finish(principal: Principal, check_id: str) -> FaceCheckResult:
    """Ask the provider what became of a check. Raises FaceCheckNotFound.

    Repeating gives the same answer; two at once both ask, the first writes, the second reads what was written.
    """
    check = await _own(principal, check_id)
    if check.state in FINAL:
        return await _told(check)
    if check.expires_at <= now():
        return await _settle(principal, check, FaceResult(state="failed", code="expired", reason=_EXPIRED))
    if check.state == "created" or check.business_id is None:
        return await _pending(check)
    try:
        result = await _query(check)
    except ProviderError as exc:
        if exc.kind != "permanent":
            return await _pending(check)
        result = FaceResult(state="failed", code=exc.code, reason="核验方没有这次核验的记录，请重新开始")
    if result.state == "pending":
        return await _pending(check, result.reason)
    return await _settle(principal, check, result)


async def _pending(check: FaceCheck, reason: str = "") -> FaceCheckResult:
    return FaceCheckResult(
        state="pending", message=reason or _UNFINISHED, ways=await ways(check.citizen_id, check.purpose)
    )


async def _own(principal: Principal, check_id: str) -> FaceCheck:
    try:
        number = uuid.UUID(check_id)
    except ValueError as exc:
        raise FaceCheckNotFound from exc
    session = await sessions.live(principal)
    check = await FaceCheck.get_or_none(id=number, citizen_id=principal.id, session_id=session.root_id)
    if check is None:
        raise FaceCheckNotFound
    return check


async def _query(check: FaceCheck) -> FaceResult:
    citizen = await Citizen.get(id=check.citizen_id)
    key = citizen_key(citizen)
    name, id_number = opened(key, citizen.name_sealed, NAME), opened(key, citizen.id_number_sealed, ID_NUMBER)
    assert name is not None  # begin() refused otherwise, and neither is ever taken away
    assert id_number is not None
    assert check.business_id is not None
    if check.provider == "wechat":
        return await desk().wechat_face.query(
            verify_id=check.business_id,
            out_seq_no=check.out_no,
            name=name,
            id_number=id_number,
            openid=opened(key, check.subject_sealed, FACE_SUBJECT) or "",
        )
    if check.provider == "alipay":
        return await desk().alipay.certify_query(check.business_id)
    return await desk().faceid.query(biz_token=check.business_id, name=name, id_number=id_number)


def counts(provider: str, code: str) -> bool:
    """Whether a failure is the person's face, and not a cancelled dialog, a refused camera or an unknown photo."""
    if code == "expired":
        return False
    if provider == "wechat":
        return code.isdigit() and 10001 <= int(code) <= 10052 and code not in ("10026", "10042")
    if provider == "faceid":
        return code == "identity_mismatch" or (code.isdigit() and code not in ("1001", "2015", "2018"))
    return False  # Alipay gives no reason: its F may mean unfinished


async def _settle(principal: Principal, check: FaceCheck, result: FaceResult) -> FaceCheckResult:
    """Write a final result once, whoever comes first."""
    async with db.transaction():
        row = await FaceCheck.filter(id=check.id).select_for_update().get()
        if row.state in FINAL:
            return await _told(row)
        row.state = "passed" if result.state == "passed" else "expired" if result.code == "expired" else "failed"
        row.result_code, row.reason, row.finished_at = result.code[:64], result.reason[:200], now()
        row.counted = row.state == "failed" and counts(row.provider, result.code)
        await row.save(update_fields=["state", "result_code", "reason", "finished_at", "counted"])
        await assurance.write(
            row.citizen_id,
            row.session_id,
            method="face",
            provider=row.provider,
            business_id=row.business_id or row.out_no,
            outcome=row.state,
            result_code=row.result_code,
            purpose=row.purpose,
            good_for=timedelta(seconds=policies.of(row.purpose).good_for_s) if row.state == "passed" else None,
        )
        await audit.record(
            principal, f"identity.face_{row.state}", "face_check", str(row.id), citizen_id=str(row.citizen_id),
            purpose=row.purpose, provider=row.provider,
        )  # fmt: skip
        revocation.announce_change(str(row.citizen_id))
        about = await situations.of(row.citizen_id, row.purpose)
        if row.counted and about.failures.get(row.channel, 0) >= policies.of(row.purpose).failures:
            await notices.face_locked(row.citizen_id, f"{now().astimezone(SHANGHAI):%Y%m%d}", row.purpose_group)
        return await _told(row)


async def _told(check: FaceCheck) -> FaceCheckResult:
    if check.state == "passed":
        return FaceCheckResult(state="passed", message="人脸核验通过", ways=[])
    left = await ways(check.citizen_id, check.purpose)
    if check.state == "expired":
        return FaceCheckResult(state="expired", message=_EXPIRED, ways=left)
    return FaceCheckResult(state="failed", message=check.reason or "人脸核验没有通过", ways=left)


async def ways(citizen_id: uuid.UUID, purpose: str) -> list[Way]:
    """What is left to prove a citizen by for a purpose, in the order of its policy."""
    return policies.offer(policies.of(purpose), await situations.of(citizen_id, purpose))


async def _refuse(citizen_id: uuid.UUID, purpose: str, channel: str) -> None:
    """Raise FaceLocked or FaceChannelMissing when the policy does not offer this channel to this citizen now."""
    policy, about = policies.of(purpose), await situations.of(citizen_id, purpose)
    verdict = next((item for item in policies.weigh(policy, about) if item.method == channel), None)
    if verdict is not None and verdict.offered:
        return
    context = _context(policies.offer(policy, about))
    if about.begun >= policy.checks:
        raise FaceLocked("今天人脸核验的次数已用完", context=context)
    if about.failures.get(channel, 0) >= policy.failures:
        raise FaceLocked(context=context)
    raise FaceChannelMissing("这件事不用这种方式核验，请换一种", context=context)


def _context(left: list[Way]) -> dict[str, Any]:
    """The public part of a refusal: what else leads there."""
    return {"ways": msgspec.to_builtins(left)}
