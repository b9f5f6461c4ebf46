"""The phone that WeChat knows of whoever is signed in, given by a tap on its button.

WeChat's quick check does not say that the number is in the person's hands today. So it becomes a phone of an account
without one, and is not proof enough for a sign-in by code at more than level 1 until the real name is shown with it.
Source: 微信小程序 · 手机号快速验证组件; the facts on providers §1.3.
"""

from __future__ import annotations

import re
import uuid

from redis.exceptions import RedisError

from backend.core import audit, crypto, db, redis
from backend.core.clients import ProviderError
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.identity import notices, sessions
from backend.identity.accounts import RECYCLED_AFTER
from backend.identity.errors import ChannelUnavailable, PhoneDiffers, PhoneNotGiven, PhoneNotWechat, PhoneTaken
from backend.identity.models import Account, Citizen
from backend.identity.sealing import SUBJECT, citizen_key, index_of, lock_number, subject_of
from backend.providers.vendors import desk

TAPS_A_DAY = 10
_MAINLAND = re.compile(r"1[3-9][0-9]{9}")
_NOT_GIVEN = frozenset({"40003", "40029", "40163", "foreign_watermark"})
"""The code is used, over, or of somebody else. Source for 40029: the facts; the others for the same meaning."""


async def add_by_wechat(principal: Principal, code: str) -> None:
    """Give the account the phone behind a `getPhoneNumber` code; a phone that it has already changes nothing.

    Raises PhoneNotWechat, PhoneNotGiven, PhoneTaken, PhoneDiffers, ChannelUnavailable, TooManyRequests.
    """
    openid = await _openid(principal)
    try:
        await redis.limit(f"identity:wechat-phone:{principal.id}", TAPS_A_DAY, 86_400)
    except (RedisError, OSError) as exc:
        raise ChannelUnavailable(retry_after=30, extra={"error": type(exc).__name__}) from exc
    try:
        found = await desk().wechat.phone_number(code, openid=openid)
    except ProviderError as exc:
        if exc.code in _NOT_GIVEN:
            raise PhoneNotGiven from exc
        seconds = 5 if exc.retry_after is None else min(60, max(1, round(exc.retry_after)))
        raise ChannelUnavailable(retry_after=seconds, extra={"provider_code": exc.code}) from exc
    if found.country_code != "86" or not _MAINLAND.fullmatch(found.number):
        raise PhoneNotGiven("只能使用中国内地的手机号，请换一个手机号，或用短信验证码登录")
    await _add(principal, found.number)


async def _openid(principal: Principal) -> str:
    """The openid that this very session was signed in with, so that a code of another person is refused."""
    session = await sessions.live(principal)
    account = await Account.get_or_none(id=session.account_id, citizen_id=principal.id, kind="wechat")
    if account is None or account.app != desk().config.wechat.app_id:
        raise PhoneNotWechat
    return subject_of(citizen_key(await Citizen.get(id=principal.id)), account)


async def _add(principal: Principal, phone: str) -> None:
    index = index_of("phone", phone)
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(index))
        await sessions.live(principal)
        citizen = await Citizen.filter(id=principal.id).select_for_update().get()
        held = await Account.get_or_none(kind="phone", app="", subject_index=index)
        if held is not None and held.citizen_id != citizen.id:
            raise PhoneTaken
        if held is not None:
            return
        if await Account.filter(citizen_id=citizen.id, kind="phone").exists():
            raise PhoneDiffers
        account = await Account.create(
            citizen_id=citizen.id,
            kind="phone",
            app="",
            subject_index=index,
            subject_sealed=crypto.seal(citizen_key(citizen), phone.encode(), SUBJECT),
            proved_at=now() - RECYCLED_AFTER,
        )
        await audit.record(
            principal, "identity.phone_added", "account", str(account.id), citizen_id=str(citizen.id), channel="wechat"
        )
        await notices.phone_added(citizen.id, uuid.uuid4())
