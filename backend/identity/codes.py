"""Codes by short message: a row first, then a job that hands it to the carrier.

Nothing here looks at accounts, so a phone that is known and one that is not get the same answer in the same time.
Limits are counted in Redis and refuse when Redis is away: an open tap of short messages costs money and peace.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta

from redis.exceptions import RedisError

from backend.core import crypto, db, logging, redis
from backend.core.clients import ProviderError
from backend.core.clock import SHANGHAI, now
from backend.core.errors import TooManyRequests
from backend.core.keys import vault
from backend.core.tasks import enqueue, task
from backend.identity import captcha as captchas
from backend.identity.devices import Caller
from backend.identity.errors import CaptchaNeeded, CodesUnavailable, CodeWrong
from backend.identity.models import PhoneCode
from backend.identity.schemas import PhoneCodeSent
from backend.identity.sealing import CODE, CODE_PHONE, index_of, redis_name
from backend.providers.vendors import desk

log = logging.get("identity.codes")

CODE_SECONDS = 300
RETRY_SECONDS = 60
ATTEMPTS = 5
TRIES = 3
SOFT_LIMIT_AN_ADDRESS = 5  # an hour; beyond it a small sum is asked
LIMITS_A_NUMBER = ((1, 60, "一分钟只能获取一次验证码，请稍等"), (5, 3600, "这个手机号获取验证码太频繁，请一小时后再试"),
                   (10, 86_400, "这个手机号今天获取验证码的次数已用完，请明天再试，或用微信、支付宝登录"))  # fmt: skip
LIMIT_AN_ADDRESS = (30, 3600, "这个网络获取验证码太频繁，请稍后再试，或换一个网络")
GUESSES_AN_ADDRESS = 100  # wrong codes an hour
TEMPLATE = "phone_code"


async def _limit(phone: str, captcha: str | None, caller: Caller) -> None:
    number, address = redis_name("phone", phone), redis_name("address", caller.address)
    try:
        if await _over_soft_limit(address) and (captcha is None or not await captchas.passes(captcha)):
            raise CaptchaNeeded(
                None if captcha is None else "回答不对或已过期，请再答一次", context={"captcha": captchas.ask()}
            )
        for allowed, seconds, message in LIMITS_A_NUMBER:
            await redis.limit(f"identity:code:{seconds}:{number}", allowed, seconds, message=message)
        allowed, seconds, message = LIMIT_AN_ADDRESS
        await redis.limit(f"identity:code:address:{address}", allowed, seconds, message=message)
    except (RedisError, OSError) as exc:
        raise CodesUnavailable(retry_after=30, extra={"error": type(exc).__name__}) from exc


async def _over_soft_limit(address: str) -> bool:
    sent = await redis.client().get(f"limit:identity:code:address:{address}")
    return sent is not None and int(sent) >= SOFT_LIMIT_AN_ADDRESS


def _hash(code_id: uuid.UUID, code: str) -> bytes:
    return index_of("phone-code", f"{code_id}:{code}")


async def send(phone: str, captcha: str | None, caller: Caller) -> PhoneCodeSent:
    """Take an order for a code. Raises TooManyRequests, CaptchaNeeded, CodesUnavailable."""
    await _limit(phone, captcha, caller)
    present = now()
    code_id, code = uuid.uuid4(), f"{secrets.randbelow(1_000_000):06}"
    async with db.transaction():
        await PhoneCode.create(
            id=code_id,
            created_at=present,
            phone_index=index_of("phone", phone),
            phone_sealed=vault().seal(phone.encode(), CODE_PHONE),
            code_sealed=vault().seal(code.encode(), CODE),
            code_hash=_hash(code_id, code),
            expires_at=present + timedelta(seconds=CODE_SECONDS),
        )
        enqueue(send_code, str(code_id))
    return PhoneCodeSent(
        expires_at=present + timedelta(seconds=CODE_SECONDS), retry_at=present + timedelta(seconds=RETRY_SECONDS)
    )


async def check(phone: str, code: str, caller: Caller) -> uuid.UUID:
    """The id of the code row when the code is right. Raises CodeWrong, TooManyRequests.

    The try is counted before the code is compared and outside any transaction, so that no failure takes it back.
    Only the newest code of a phone is good. Wrong tries are counted by address too, so that nobody spends the tries
    of other people's codes one after the other.
    """
    failures = f"identity:code:failures:{redis_name('address', caller.address)}"
    await _refuse_guesser(failures)
    row = await db.fetch_one(
        "UPDATE identity_phone_code SET attempts = attempts + 1 WHERE id ="
        " (SELECT id FROM identity_phone_code WHERE phone_index = $1 ORDER BY created_at DESC LIMIT 1)"
        " AND used_at IS NULL AND expires_at > $2 AND attempts < $3 RETURNING id, code_hash",
        index_of("phone", phone),
        now(),
        ATTEMPTS,
    )
    if row is None or not crypto.same(bytes(row["code_hash"]), _hash(row["id"], code)):
        await _count_guess(failures)
        raise CodeWrong
    found: uuid.UUID = row["id"]
    return found


async def _refuse_guesser(key: str) -> None:
    """Without Redis the row's own limit is left."""
    try:
        failures = await redis.client().get(key)
        if failures is not None and int(failures) >= GUESSES_AN_ADDRESS:
            left = int(await redis.client().ttl(key))
            raise TooManyRequests("这个网络输错验证码的次数过多，请稍后再试", retry_after=max(1, left))
    except (RedisError, OSError) as exc:
        log.warning("guesses_not_counted", error=type(exc).__name__)


async def _count_guess(key: str) -> None:
    try:
        if await redis.client().incr(key) == 1:
            await redis.client().expire(key, 3600)
    except (RedisError, OSError) as exc:
        log.warning("guesses_not_counted", error=type(exc).__name__)


async def spend(code_id: uuid.UUID) -> None:
    """Use a code up, in the transaction of what it proves. Raises CodeWrong when somebody was faster."""
    if not await db.execute(
        "UPDATE identity_phone_code SET used_at = now(), phone_sealed = NULL, code_sealed = NULL"
        " WHERE id = $1 AND used_at IS NULL",
        code_id,
    ):
        raise CodeWrong


@task("identity.send_code", queue="urgent")
async def send_code(code_id: str) -> None:
    """Hand one code to the carrier. A surely failed try is repeated by the replay; an unknown one is asked about."""
    row = await db.fetch_one(
        "UPDATE identity_phone_code SET state = 'sending', claimed_at = now(), tries = tries + 1"
        " WHERE id = $1 AND state = 'queued' AND used_at IS NULL AND expires_at > $2"
        " RETURNING phone_sealed, code_sealed",
        uuid.UUID(code_id),
        now(),
    )
    if row is None:
        return
    phone = vault().unseal(row["phone_sealed"], CODE_PHONE).decode()
    code = vault().unseal(row["code_sealed"], CODE).decode()
    try:
        sent = await desk().sms.send(phone, TEMPLATE, {"code": code}, out_id=uuid.UUID(code_id).hex)
    except ProviderError as exc:
        log.warning("code_not_sent", code_id=code_id, provider_code=exc.code, kind=exc.kind)
        state = {"retryable": "queued", "unknown": "unknown", "permanent": "failed"}[exc.kind]
        await _settle(code_id, state, provider_code=exc.code)
    else:
        await _settle(code_id, "sent", provider_id=sent.biz_id)


async def _settle(
    code_id: str, state: str, *, provider_id: str | None = None, provider_code: str | None = None
) -> None:
    """Write what became of a message; the code leaves the row with it, unless it is to be sent again."""
    await db.execute(
        "UPDATE identity_phone_code SET state = $2, provider_id = $3, provider_code = $4,"
        " code_sealed = CASE WHEN $5 THEN code_sealed END"
        " WHERE id = $1 AND state IN ('sending', 'unknown')",
        uuid.UUID(code_id),
        state,
        provider_id,
        provider_code[:64] if provider_code else None,
        state in ("queued", "unknown"),
    )


@task("identity.replay_codes", queue="urgent")
async def replay_codes() -> None:
    """Find codes that stayed behind: never taken, taken by a worker that died, or with an unknown outcome.

    An unknown one is asked about; only when the carrier never saw it is it sent again.
    """
    present = now()
    waiting = await db.fetch(
        "SELECT id FROM identity_phone_code WHERE state = 'queued' AND created_at > $1 AND created_at < $2"
        " AND expires_at > $3 AND tries < $4 AND used_at IS NULL LIMIT 500",
        present - timedelta(seconds=CODE_SECONDS),
        present - timedelta(seconds=3),
        present,
        TRIES,
    )
    for row in waiting:
        enqueue(send_code, str(row["id"]))
    unsure = await db.fetch(
        "SELECT id, phone_sealed, claimed_at, created_at FROM identity_phone_code"
        " WHERE (state = 'unknown' OR state = 'sending' AND claimed_at < $1) AND created_at > $2 AND expires_at > $3"
        " AND phone_sealed IS NOT NULL LIMIT 50",
        present - timedelta(seconds=20),
        present - timedelta(seconds=CODE_SECONDS),
        present,
    )
    for row in unsure:
        await _ask(row["id"], vault().unseal(row["phone_sealed"], CODE_PHONE).decode(), row["claimed_at"])


async def _ask(code_id: uuid.UUID, phone: str, claimed_at: object) -> None:
    day = now().astimezone(SHANGHAI).date()
    try:
        found = await desk().sms.find(phone, sent_on=day, out_id=code_id.hex)
    except ProviderError as exc:
        log.warning("code_outcome_unknown", code_id=str(code_id), provider_code=exc.code)
        return
    if found is None:
        await _settle(str(code_id), "queued")
        enqueue(send_code, str(code_id))
    else:
        await _settle(str(code_id), "failed" if found.state == "failed" else "sent", provider_code=found.code or None)
