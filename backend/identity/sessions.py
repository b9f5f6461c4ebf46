"""Sessions: opened, refreshed, handed to a web-view, ended.

A session is a row. What travels is a signed access token of a few minutes and an opaque refresh token that is stored
hashed and good once. A refresh token that comes back after it was used ends the session, because two hold it.
"""

from __future__ import annotations

import base64
import hmac
import os
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from backend.core import audit, crypto, db, redis
from backend.core.clock import now
from backend.core.errors import SessionExpired
from backend.core.sessions import Principal, Tokens
from backend.core.settings import current
from backend.identity import devices, revocation
from backend.identity.errors import DeviceNotFound, RefreshRefused, WebviewCodeRefused
from backend.identity.models import Session
from backend.identity.schemas import WebviewCode
from backend.identity.sealing import signing_key
from push import service as push

WEBVIEW_SECONDS = 60
REPLAY_SECONDS = 120
_MAC = 16
_SECRET = 16


@dataclass(frozen=True, slots=True)
class Opened:
    """What a sign-in hands out. `refresh_token` is None when the holder keeps the one it has."""

    token: str
    refresh_token: str | None
    expires_at: datetime
    level: int
    csrf: str
    session_id: uuid.UUID
    target: str | None = None


def csrf_of(session_id: str) -> str:
    """The CSRF value of a session: pages read it from a cookie and send it back in a header."""
    mac = hmac.digest(signing_key("csrf"), session_id.encode(), "sha256")
    return base64.urlsafe_b64encode(mac[:18]).decode()


def access_token(session: Session, citizen_id: str) -> tuple[str, datetime]:
    expires = now() + timedelta(seconds=current().sessions.access_seconds)
    principal = Principal(
        kind="citizen",
        id=citizen_id,
        session=str(session.id),
        level=session.level,
        expires=int(expires.timestamp()),
    )
    return _signer().issue(principal), expires


def _signer() -> Tokens:
    return revocation.watch().tokens or Tokens(current().secrets.session)


def _refresh_token(session_id: uuid.UUID, generation: int) -> str:
    """Id, generation and a random secret, signed: so a forged one can be told from an old one."""
    body = session_id.bytes + generation.to_bytes(4, "big") + os.urandom(_SECRET)
    mac = hmac.digest(signing_key("refresh"), body, "sha256")[:_MAC]
    return base64.urlsafe_b64encode(body + mac).rstrip(b"=").decode()


def _read_refresh_token(token: str) -> tuple[uuid.UUID, int]:
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError as exc:
        raise RefreshRefused from exc
    body, mac = raw[:-_MAC], raw[-_MAC:]
    if len(body) != 20 + _SECRET or not crypto.same(mac, hmac.digest(signing_key("refresh"), body, "sha256")[:_MAC]):
        raise RefreshRefused
    return uuid.UUID(bytes=body[:16]), int.from_bytes(body[16:20], "big")


async def open_session(
    citizen_id: uuid.UUID,
    account_id: uuid.UUID | None,
    *,
    channel: str,
    level: int,
    device: str,
    parent: Session | None = None,
    target: str | None = None,
) -> Opened:
    """A new session, in the caller's transaction. `parent` is the session that a web-view takes over from."""
    session_id = uuid.uuid4()
    refresh = _refresh_token(session_id, 0)
    present = now()
    session = await Session.create(
        id=session_id,
        citizen_id=citizen_id,
        account_id=account_id,
        root_id=parent.root_id if parent is not None else session_id,
        channel=channel,
        device=device,
        level=level,
        refresh_hash=crypto.digest(refresh),
        refreshed_at=present,
        seen_at=present,
        expires_at=present + timedelta(days=current().sessions.refresh_days),
    )
    token, expires = access_token(session, str(citizen_id))
    return Opened(token, refresh, expires, level, csrf_of(str(session_id)), session_id, target)


async def refresh(token: str, replay_key: str | None) -> Opened:
    """New tokens for a refresh token. Raises RefreshRefused.

    A token that was used before ends the session, unless the same request is repeated (same Idempotency-Key, within
    two minutes): its answer may have been lost on the way.
    """
    session_id, generation = _read_refresh_token(token)
    reused = False
    async with db.transaction():
        session = await Session.filter(id=session_id).select_for_update().get_or_none()
        present = now()
        if session is None or session.ended_at is not None or session.expires_at <= present:
            raise RefreshRefused
        if crypto.same(bytes(session.refresh_hash), crypto.digest(token)):
            new = _refresh_token(session_id, session.refresh_generation + 1)
            session.refresh_generation += 1
            session.refresh_hash = crypto.digest(new)
            session.refresh_replay = (
                crypto.seal(signing_key("refresh-replay"), new.encode(), _replay_purpose(token, replay_key))
                if replay_key
                else None
            )
            session.refreshed_at = session.seen_at = present
            await session.save(
                update_fields=["refresh_generation", "refresh_hash", "refresh_replay", "refreshed_at", "seen_at"]
            )
        else:
            again = _replayed(session, token, generation, replay_key, present)
            if again is None:
                await _end([session], "refresh_reused")
                await audit.record(
                    None, "identity.refresh_reused", "session", str(session.id), citizen_id=str(session.citizen_id)
                )
                reused = True
            else:
                new = again
    if reused:
        raise RefreshRefused
    access, expires = access_token(session, str(session.citizen_id))
    return Opened(access, new, expires, session.level, csrf_of(str(session.id)), session.id)


def _replay_purpose(token: str, key: str) -> bytes:
    return b"refresh-replay." + crypto.digest(f"{token}\x00{key}")


def _replayed(session: Session, token: str, generation: int, key: str | None, present: datetime) -> str | None:
    """The newest token, for whoever repeats exactly the request that made it."""
    if key is None or session.refresh_replay is None or generation != session.refresh_generation - 1:
        return None
    if present - session.refreshed_at > timedelta(seconds=REPLAY_SECONDS):
        return None
    try:
        sealed = bytes(session.refresh_replay)
        return crypto.unseal(signing_key("refresh-replay"), sealed, _replay_purpose(token, key)).decode()
    except crypto.Unreadable:
        return None


async def _end(sessions: list[Session], reason: str) -> None:
    """End sessions and the web-views that they were handed to; in the caller's transaction."""
    if not sessions:
        return
    rows = await db.fetch(
        "UPDATE identity_session SET ended_at = now(), end_reason = $2"
        " WHERE ended_at IS NULL AND (id = ANY($1) OR root_id = ANY($1)) RETURNING id, citizen_id",
        [session.id for session in sessions],
        reason,
    )
    await push.forget_sessions([str(row["id"]) for row in rows])
    for row in rows:
        revocation.announce_end(str(row["id"]))


async def end_where(reason: str, **conditions: Any) -> int:
    """End the open sessions that match; in the caller's transaction. Returns how many matched."""
    found = await Session.filter(ended_at=None, **conditions)
    await _end(found, reason)
    return len(found)


async def end(principal: Principal) -> None:
    async with db.transaction():
        await end_where("signed_out", id=principal.session)


async def end_of_refresh_token(token: str) -> None:
    """Sign out with a refresh token alone, when the access token is gone already."""
    try:
        session_id, _ = _read_refresh_token(token)
    except RefreshRefused:
        return
    async with db.transaction():
        await end_where("signed_out", id=session_id)


async def end_device(principal: Principal, device_id: str) -> bool:
    """End one of the citizen's sessions; True when it is the caller's own. Raises DeviceNotFound."""
    try:
        session_id = uuid.UUID(device_id)
    except ValueError as exc:
        raise DeviceNotFound from exc
    async with db.transaction():
        if not await end_where("ended_by_citizen", id=session_id, citizen_id=principal.id):
            raise DeviceNotFound
        await audit.record(principal, "identity.device_ended", "session", str(session_id), citizen_id=principal.id)
    return str(session_id) == principal.session


async def live(principal: Principal) -> Session:
    """The caller's session row. Raises SessionExpired when it was ended a moment ago."""
    session = await Session.get_or_none(id=principal.session, citizen_id=principal.id, ended_at=None)
    if session is None:
        raise SessionExpired
    return session


class _Handover(msgspec.Struct, array_like=True):
    session: str
    target: str


async def make_webview_code(principal: Principal, target: str) -> WebviewCode:
    """A code for one web-view: good once, within a minute, for this session and this page."""
    session = await live(principal)
    code = crypto.random_token(24)
    await redis.client().set(
        f"identity:webview:{crypto.digest(code).hex()}",
        msgspec.json.encode(_Handover(str(session.id), target)),
        ex=WEBVIEW_SECONDS,
    )
    return WebviewCode(code=code, expires_at=now() + timedelta(seconds=WEBVIEW_SECONDS))


async def sign_in_webview(code: str, caller: devices.Caller) -> Opened:
    """Open the web-view's session. Raises WebviewCodeRefused; the second use of a code is refused like a wrong one."""
    held = await redis.client().getdel(f"identity:webview:{crypto.digest(code).hex()}")
    if held is None:
        raise WebviewCodeRefused
    handover = msgspec.json.decode(held, type=_Handover)
    async with db.transaction():
        parent = await Session.get_or_none(id=handover.session, ended_at=None)
        if parent is None:
            raise WebviewCodeRefused
        return await open_session(
            parent.citizen_id,
            parent.account_id,
            channel="webview",
            level=parent.level,
            device=devices.label(caller.agent),
            parent=parent,
            target=handover.target,
        )


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def principal_of(opened: Opened, citizen_id: str) -> Principal:
    """The principal inside a token that was just issued."""
    return Principal(
        kind="citizen",
        id=citizen_id,
        session=str(opened.session_id),
        level=opened.level,
        expires=int(opened.expires_at.timestamp()),
    )
