"""One citizen, many ways to sign in."""

from __future__ import annotations

import uuid
from datetime import timedelta

from backend.core import audit, crypto, db
from backend.core.clients import ProviderError
from backend.core.clock import now
from backend.core.keys import vault
from backend.identity import codes, devices, notices, sessions
from backend.identity.errors import ChannelCodeRefused, ChannelUnavailable
from backend.identity.models import Account, Citizen
from backend.identity.sealing import SUBJECT, citizen_key, index_of, lock_number, subject_of
from backend.providers.vendors import desk

RECYCLED_AFTER = timedelta(days=90)
"""A number that nobody signed in with for so long may belong to somebody else by now: the code alone then gives
level 1, and the real name has to be proved again before anything of the old owner is shown."""

CHANNEL_NAMES = {"phone": "手机号", "wechat": "微信", "alipay": "支付宝", "guardian": "监护人代办"}


async def sign_in_by_phone(phone: str, code: str, caller: devices.Caller) -> sessions.Opened:
    """Raises CodeWrong, TooManyRequests."""
    code_id = await codes.check(phone, code, caller)
    async with db.transaction():
        await codes.spend(code_id)
        return await _sign_in("phone", "", phone, index_of("phone", phone), None, caller)


async def sign_in_by_wechat(code: str, caller: devices.Caller) -> sessions.Opened:
    """Raises ChannelCodeRefused, ChannelUnavailable."""
    try:
        login = await desk().wechat.code2session(code)
    except ProviderError as exc:
        raise _problem(exc) from exc
    app = desk().config.wechat.app_id
    union = index_of("wechat.union", login.unionid) if login.unionid else None
    index = index_of("wechat", f"{app}:{login.openid}")
    async with db.transaction():
        return await _sign_in("wechat", app, login.openid, index, union, caller)


async def sign_in_by_alipay(auth_code: str, caller: devices.Caller) -> sessions.Opened:
    """Raises ChannelCodeRefused, ChannelUnavailable."""
    try:
        login = await desk().alipay.oauth_token(auth_code)
    except ProviderError as exc:
        raise _problem(exc) from exc
    app = desk().config.alipay.app_id
    index = index_of("alipay", f"{app}:{login.subject}")
    async with db.transaction():
        return await _sign_in("alipay", app, login.subject, index, None, caller)


def _problem(exc: ProviderError) -> ChannelCodeRefused | ChannelUnavailable:
    if exc.kind == "permanent":
        return ChannelCodeRefused()
    seconds = 5 if exc.retry_after is None else min(60, max(1, round(exc.retry_after)))
    return ChannelUnavailable(retry_after=seconds, extra={"provider_code": exc.code})


async def _sign_in(
    kind: str, app: str, subject: str, index: bytes, union: bytes | None, caller: devices.Caller
) -> sessions.Opened:
    """Find the account or make it with its citizen, and open a session. In the caller's transaction.

    The advisory lock makes two first sign-ins of one subject wait for each other.
    """
    await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(index))
    account = await Account.get_or_none(kind=kind, app=app, subject_index=index)
    present = now()
    level: int | None = None
    if account is None:
        account = await _new_account(kind, app, subject, index, union)
        citizen = await Citizen.get(id=account.citizen_id)
    else:
        citizen = await Citizen.get(id=account.citizen_id)
        if kind == "phone" and present - account.proved_at > RECYCLED_AFTER:
            level = 1
        else:
            account.proved_at = present
            await account.save(update_fields=["proved_at"])
    opened = await sessions.open_session(
        citizen.id,
        account.id,
        channel=kind,
        level=citizen.level if level is None else level,
        device=devices.label(caller.agent),
    )
    await audit.record(None, "identity.signed_in", "account", str(account.id), citizen_id=str(citizen.id), channel=kind)
    await _tell_of_new_device(citizen.id, opened.session_id, kind, devices.label(caller.agent))
    return opened


async def _tell_of_new_device(citizen_id: uuid.UUID, session_id: uuid.UUID, kind: str, label: str) -> None:
    """Tell a citizen who signed in before of a kind of device that none of the kept sessions had.

    By the label alone: neither addresses nor agent strings are stored, and there is no source for where an address is.
    """
    seen = await db.fetch_one(
        "SELECT count(*) AS before, count(*) FILTER (WHERE device = $3) AS alike FROM identity_session"
        " WHERE citizen_id = $1 AND id <> $2",
        citizen_id,
        session_id,
        label,
    )
    if seen is not None and seen["before"] and not seen["alike"]:
        await notices.new_device(citizen_id, session_id, CHANNEL_NAMES[kind], label)


async def _new_account(kind: str, app: str, subject: str, index: bytes, union: bytes | None) -> Account:
    """An account of a new citizen, or of the citizen who uses another of our mini-programs with the same union id."""
    sibling = await Account.filter(kind=kind, union_index=union).first() if union is not None else None
    if sibling is None:
        key, wrapped = vault().new_data_key()
        citizen = await Citizen.create(wrapped_key=wrapped, made_in=kind)
    else:
        citizen = await Citizen.get(id=sibling.citizen_id)
        key = citizen_key(citizen)
    return await Account.create(
        citizen_id=citizen.id,
        kind=kind,
        app=app,
        subject_index=index,
        subject_sealed=crypto.seal(key, subject.encode(), SUBJECT),
        union_index=union,
        proved_at=now(),
    )


async def move(account: Account, old_key: bytes, target: Citizen) -> None:
    """Give an account to another citizen: its subject is sealed anew under that citizen's key."""
    account.citizen_id = target.id
    account.subject_sealed = crypto.seal(citizen_key(target), subject_of(old_key, account).encode(), SUBJECT)
    await account.save(update_fields=["citizen_id", "subject_sealed"])


async def newest(citizen_id: uuid.UUID | str, kind: str) -> Account | None:
    """The account of a kind that was proved last."""
    return await Account.filter(citizen_id=citizen_id, kind=kind).order_by("-proved_at").first()
