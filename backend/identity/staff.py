"""Staff: password and one-time code, lock-out, short sessions."""

from __future__ import annotations

import asyncio
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from redis.exceptions import RedisError

from backend.core import audit, crypto, db, logging, redis
from backend.core.clock import now
from backend.core.errors import SessionExpired, TooManyRequests
from backend.core.keys import vault
from backend.core.sessions import Principal, Tokens
from backend.core.settings import current
from backend.identity import devices, recovery, revocation, sessions
from backend.identity.errors import StaffLocked, StaffNotFound, StaffSignInFailed
from backend.identity.models import Staff, StaffSession
from backend.identity.sealing import TOTP, redis_name
from backend.identity.staff_schemas import (
    StaffOut,
    StaffSessionCreated,
    StaffSessionOut,
)

log = logging.get("identity.staff")

FAILURES = 5
LOCK = timedelta(minutes=15)
TRIES_AN_ADDRESS = (60, 900)
STEP_SECONDS = 30
ROLES = ("window", "reviewer", "publisher", "operator", "auditor", "admin")

_hasher = PasswordHasher()  # argon2id, RFC 9106's second recommendation
_hashing = asyncio.Semaphore(2)  # 64 MiB and a core for a moment each


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff as the floors above see one."""

    id: str
    username: str
    display_name: str
    roles: tuple[str, ...]
    regions: tuple[str, ...]


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to check against when there is no such user, so that both take the same time."""
    return _hasher.hash(crypto.random_token())


async def _password_fits(hashed: str | None, password: str) -> bool:
    def check() -> bool:
        try:
            _hasher.verify(hashed or _nobody(), password)
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None

    async with _hashing:
        return await asyncio.to_thread(check)


async def create(
    username: str, display_name: str, password: str, totp_secret: str, roles: list[str], regions: list[str]
) -> Member:
    """A new member; `totp_secret` base32. Raises ValueError for an unknown role."""
    unknown = set(roles) - set(ROLES)
    if unknown:
        raise ValueError(f"no such roles: {', '.join(sorted(unknown))}")
    hashed = await asyncio.to_thread(_hasher.hash, password)
    async with db.transaction():
        staff = await Staff.create(
            username=username,
            display_name=display_name,
            password_hash=hashed,
            totp_sealed=vault().seal(totp_secret.encode(), TOTP),
            roles=roles,
            regions=regions,
        )
        await audit.record(None, "identity.staff_created", "staff", str(staff.id), roles=roles, regions=regions)
    return _member(staff)


async def ensure(
    username: str,
    display_name: str,
    password: str,
    totp_secret: str,
    roles: list[str],
    regions: list[str],
    *,
    renew: bool,
) -> None:
    """Make a member who is not there yet; with `renew` give one who is there this password and secret."""
    existing = await Staff.get_or_none(username=username)
    if existing is None:
        await create(username, display_name, password, totp_secret, roles, regions)
    elif renew:
        hashed = await asyncio.to_thread(_hasher.hash, password)
        async with db.transaction():
            await Staff.filter(id=existing.id).update(password_hash=hashed, failures=0, locked_until=None)
            await db.execute(
                "UPDATE identity_staff SET totp_sealed = $2, totp_last_step = 0 WHERE id = $1",
                existing.id,
                vault().seal(totp_secret.encode(), TOTP),
            )
            await end_sessions("renewed", staff_id=existing.id)
            await audit.record(None, "identity.staff_renewed", "staff", str(existing.id))


async def sign_in(
    username: str, password: str, otp: str | None, caller: devices.Caller, recovery_code: str | None = None
) -> StaffSessionCreated:
    """Raises StaffSignInFailed, StaffLocked. Unknown users are counted and answered like known ones.

    `recovery_code` stands in the place of `otp`.
    """
    name = redis_name("staff", username)
    await slow_down(name, caller)
    staff = await Staff.get_or_none(username=username)
    fits = await _password_fits(staff.password_hash if staff is not None else None, password)
    if staff is None:
        await count_failure(name)
        raise StaffSignInFailed
    present = now()
    if staff.locked_until is not None and staff.locked_until > present:
        raise StaffLocked(retry_after=max(1, int((staff.locked_until - present).total_seconds())))
    if not (fits and staff.disabled_at is None and await _second_factor(staff, otp, recovery_code)):
        await count_failure(name)
        await _failed(staff)
        raise StaffSignInFailed
    await forget_failures(name)
    expires = present + timedelta(seconds=current().sessions.staff_seconds)
    async with db.transaction():
        await Staff.filter(id=staff.id).update(failures=0, locked_until=None)
        session = await StaffSession.create(staff_id=staff.id, device=devices.label(caller.agent), expires_at=expires)
        principal = Principal(
            kind="staff",
            id=str(staff.id),
            session=str(session.id),
            level=0,
            expires=int(expires.timestamp()),
            roles=tuple(staff.roles),
            regions=tuple(staff.regions),
            name=staff.display_name,
        )
        await audit.record(
            principal, "identity.staff_signed_in", "staff", str(staff.id),
            **({"factor": "recovery_code"} if otp is None else {}),
        )  # fmt: skip
    tokens = revocation.watch().tokens or Tokens(current().secrets.session)
    return StaffSessionCreated(
        token=tokens.issue(principal),
        expires_at=expires,
        csrf=sessions.csrf_of(str(session.id)),
        staff=_out(_member(staff)),
        recovery_left=await recovery.left(staff.id),
    )


async def _second_factor(staff: Staff, otp: str | None, code: str | None) -> bool:
    """Spend a one-time code or a recovery code; False when it is wrong or was used."""
    if otp is None:
        return code is not None and await recovery.spend(staff.id, code)
    if staff.totp_sealed is None:
        return False
    step = step_of(vault().unseal(bytes(staff.totp_sealed), TOTP).decode(), otp)
    return step is not None and await _spend_step(staff, step)


async def spend_otp(principal: Principal, otp: str) -> bool:
    """A fresh one-time code of somebody who is signed in, for an act that asks for it again."""
    staff = await Staff.get_or_none(id=principal.id, disabled_at=None)
    return staff is not None and await _second_factor(staff, otp, None)


def step_of(secret: str, otp: str) -> int | None:
    """The 30-second step that a code belongs to: now, or one to either side; None when it is wrong."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    present = int(now().timestamp()) // STEP_SECONDS
    found: int | None = None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.generate_otp(step), otp):
            found = step
    return found


async def _spend_step(staff: Staff, step: int) -> bool:
    """Use a step up; False when it, or a later one, was used before."""
    touched = await db.execute(
        "UPDATE identity_staff SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2", staff.id, step
    )
    return touched == 1


async def _failed(staff: Staff) -> None:
    async with db.transaction():
        row = await db.fetch_one(
            "UPDATE identity_staff SET failures = failures + 1,"
            " locked_until = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until END WHERE id = $1"
            " RETURNING failures",
            staff.id,
            FAILURES,
            now() + LOCK,
        )
        if row is not None and row["failures"] >= FAILURES:
            await db.execute("UPDATE identity_staff SET failures = 0 WHERE id = $1", staff.id)
            await audit.record(None, "identity.staff_locked", "staff", str(staff.id))


def hash_password(password: str) -> str:
    """argon2id; blocks for a moment, so it is called in a thread."""
    return _hasher.hash(password)


async def slow_down_member(name: str) -> None:
    """Raises StaffLocked when somebody who is signed in guessed too often."""
    try:
        failures = await redis.client().get(f"identity:staff:failures:{name}")
    except (RedisError, OSError) as exc:
        log.warning("staff_limits_lost", error=type(exc).__name__)
        return
    if failures is not None and int(failures) >= FAILURES:
        raise StaffLocked(retry_after=int(LOCK.total_seconds()))


async def slow_down(name: str, caller: devices.Caller) -> None:
    """Refuse before any hashing. Without Redis the row's own lock is left, which knows only known users."""
    try:
        await redis.limit(f"identity:staff:address:{redis_name('address', caller.address)}", *TRIES_AN_ADDRESS)
        failures = await redis.client().get(f"identity:staff:failures:{name}")
        if failures is not None and int(failures) >= FAILURES:
            left = await redis.client().ttl(f"identity:staff:failures:{name}")
            raise StaffLocked(retry_after=max(1, int(left)))
    except TooManyRequests as exc:
        raise StaffLocked(retry_after=exc.retry_after) from exc
    except (RedisError, OSError) as exc:
        log.warning("staff_limits_lost", error=type(exc).__name__)


async def count_failure(name: str) -> None:
    try:
        key = f"identity:staff:failures:{name}"
        await redis.client().incr(key)
        await redis.client().expire(key, int(LOCK.total_seconds()))
    except (RedisError, OSError) as exc:
        log.warning("staff_limits_lost", error=type(exc).__name__)


async def forget_failures(name: str) -> None:
    try:
        await redis.client().delete(f"identity:staff:failures:{name}")
    except (RedisError, OSError) as exc:
        log.warning("staff_limits_lost", error=type(exc).__name__)


def _member(staff: Staff) -> Member:
    return Member(str(staff.id), staff.username, staff.display_name, tuple(staff.roles), tuple(staff.regions))


def _out(member: Member) -> StaffOut:
    return StaffOut(
        username=member.username,
        display_name=member.display_name,
        roles=list(member.roles),
        regions=list(member.regions),
    )


async def member(staff_id: str) -> Member:
    """Raises StaffNotFound."""
    try:
        number = uuid.UUID(staff_id)
    except ValueError as exc:
        raise StaffNotFound from exc
    staff = await Staff.get_or_none(id=number)
    if staff is None:
        raise StaffNotFound
    return _member(staff)


async def names(staff_ids: Iterable[str]) -> dict[str, str]:
    """Display names of those members that exist, by id; ids of others (the host itself) are left out."""
    keys = []
    for staff_id in staff_ids:
        try:
            keys.append(uuid.UUID(staff_id))
        except ValueError:
            continue
    if not keys:
        return {}
    rows = await db.fetch("SELECT id, display_name FROM identity_staff WHERE id = ANY($1::uuid[])", keys)
    return {str(row["id"]): row["display_name"] for row in rows}


async def session(principal: Principal) -> StaffSessionOut:
    row = await StaffSession.get_or_none(id=principal.session, ended_at=None)
    if row is None:
        raise SessionExpired
    return StaffSessionOut(
        expires_at=row.expires_at, csrf=sessions.csrf_of(str(row.id)), staff=_out(await member(principal.id)),
        recovery_left=await recovery.left(row.staff_id),
    )  # fmt: skip


async def sign_out(principal: Principal) -> None:
    async with db.transaction():
        await end_sessions("signed_out", id=principal.session)
        await audit.record(principal, "identity.staff_signed_out", "staff", principal.id)


async def disable(username: str, by: Principal | None = None, reason: str = "") -> None:
    """Close an account; its sessions end within a second. Raises StaffNotFound."""
    async with db.transaction():
        staff = await Staff.filter(username=username).select_for_update().get_or_none()
        if staff is None:
            raise StaffNotFound
        if staff.disabled_at is None:
            await Staff.filter(id=staff.id).update(disabled_at=now())
            await audit.record(by, "identity.staff_disabled", "staff", str(staff.id), reason=reason)
        await end_sessions("disabled", staff_id=staff.id)


async def end_sessions(reason: str, **conditions: object) -> None:
    for row in await StaffSession.filter(ended_at=None, **conditions):
        await StaffSession.filter(id=row.id).update(ended_at=now(), end_reason=reason)
        revocation.announce_end(str(row.id))
