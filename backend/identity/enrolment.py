"""How a member of staff comes to a password and a second factor, and to new ones when they are lost.

One admin asks, another agrees and tells the member a setup code in person; with it the member chooses a password and
ties an authenticator. Nobody but the member ever knows either. A reset is the same way, and takes what was there before
away at the moment it is agreed to.
"""

from __future__ import annotations

import asyncio
import hmac
import uuid
from collections.abc import Sequence
from datetime import timedelta

import pyotp
from tortoise.exceptions import IntegrityError

from backend.core import audit, crypto, db
from backend.core.clock import now
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.keys import vault
from backend.core.sessions import Principal
from backend.identity import devices, recovery, staff
from backend.identity.errors import (
    EnrolmentCodeWrong,
    EnrolmentNotFound,
    EnrolmentPending,
    EnrolmentRefused,
    SecondPersonNeeded,
    StaffExists,
    StaffNotFound,
    StaffSelf,
)
from backend.identity.models import Staff, StaffEnrolment
from backend.identity.sealing import ENROLMENT, TOTP, index_of, redis_name
from backend.identity.staff_schemas import (
    EnrolmentBegun,
    EnrolmentOut,
    EnrolmentsOut,
    MemberCreate,
    MemberOut,
    MembersOut,
    RecoveryCodes,
    SetupCode,
)
from backend.sdk.codes import region_codes

LIFE = timedelta(hours=24)
CODE_LENGTH = 16
ISSUER = "天府通办"
ALONE = ("auditor", "admin")  # 三员分立: these two stand beside no other role


def _code_hash(staff_id: uuid.UUID, code: str) -> bytes:
    plain = code.replace("-", "").replace(" ", "").upper()
    return index_of("staff.enrolment", f"{staff_id}:{plain}")


def check_roles(roles: Sequence[str]) -> None:
    """Raises InvalidPayload."""
    alone = [role for role in roles if role in ALONE]
    if alone and len(set(roles)) > 1:
        raise InvalidPayload(
            errors=[FieldProblem(field="roles", code="apart", message="审计和管理岗位不能与其他岗位由同一人担任")]
        )


async def invite(by: Principal | None, order: MemberCreate) -> MemberOut:
    """A new member who cannot sign in yet; waits for a second admin. Raises StaffExists, InvalidPayload."""
    check_roles(order.roles)
    unknown = sorted(set(order.regions) - region_codes())
    if unknown:
        message = f"没有这个地区：{'、'.join(unknown)}"
        raise InvalidPayload(errors=[FieldProblem(field="regions", code="unknown_region", message=message)])
    try:
        async with db.transaction():
            made = await Staff.create(
                username=order.username,
                display_name=order.display_name,
                roles=sorted(set(order.roles)),
                regions=sorted(set(order.regions)),
            )
            await audit.record(
                by, "identity.staff_created", "staff", str(made.id), roles=made.roles, regions=made.regions
            )
            await _ask(made, by, "新的工作人员")
    except IntegrityError as exc:
        raise StaffExists from exc
    return _member(made, "asked", 0)


async def ask_reset(by: Principal | None, username: str, reason: str) -> EnrolmentOut:
    """Ask for a new start of somebody whose phone or password is gone. Raises StaffNotFound, EnrolmentPending."""
    async with db.transaction():
        found = await Staff.filter(username=username).select_for_update().get_or_none()
        if found is None:
            raise StaffNotFound
        made = await _ask(found, by, reason)
        return await _told(made, found)


async def _ask(member: Staff, by: Principal | None, reason: str) -> StaffEnrolment:
    present = now()
    for waiting in await StaffEnrolment.filter(staff_id=member.id, state__in=["asked", "open"]):
        if waiting.state == "asked" or (waiting.expires_at is not None and waiting.expires_at > present):
            raise EnrolmentPending
        await StaffEnrolment.filter(id=waiting.id).update(state="expired", code_hash=None, secret_sealed=None)
    made = await StaffEnrolment.create(
        staff_id=member.id, reason=reason, asked_by=None if by is None else uuid.UUID(by.id)
    )
    await audit.record(by, "identity.enrolment_asked", "staff", str(member.id), enrolment=str(made.id), reason=reason)
    return made


async def _waiting(enrolment_id: str) -> StaffEnrolment:
    try:
        number = uuid.UUID(enrolment_id)
    except ValueError as exc:
        raise EnrolmentNotFound from exc
    found = await StaffEnrolment.filter(id=number).select_for_update().get_or_none()
    if found is None or found.state not in ("asked", "open"):
        raise EnrolmentNotFound
    return found


async def approve(by: Principal | None, enrolment_id: str) -> SetupCode:
    """The second person's word: what the member had is void, and a setup code is told this once.

    Raises EnrolmentNotFound, SecondPersonNeeded. `by` None is somebody at the machine itself.
    """
    async with db.transaction():
        found = await _waiting(enrolment_id)
        if found.state != "asked":
            raise EnrolmentNotFound
        if by is not None and by.id in (str(found.asked_by), str(found.staff_id)):
            raise SecondPersonNeeded
        member = await Staff.get(id=found.staff_id)
        code = crypto.public_code(CODE_LENGTH)
        found.state, found.approved_by = "open", None if by is None else uuid.UUID(by.id)
        found.code_hash, found.expires_at = _code_hash(member.id, code), now() + LIFE
        await found.save(update_fields=["state", "approved_by", "code_hash", "expires_at"])
        await Staff.filter(id=member.id).update(
            password_hash=None, totp_sealed=None, disabled_at=None, failures=0, locked_until=None
        )
        await recovery.forget(member.id)
        await staff.end_sessions("reset", staff_id=member.id)
        await audit.record(by, "identity.enrolment_approved", "staff", str(member.id), enrolment=str(found.id))
    groups = "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))
    return SetupCode(username=member.username, setup_code=groups, expires_at=found.expires_at)


async def withdraw(by: Principal | None, enrolment_id: str) -> None:
    """End a waiting enrolment; its setup code is void. Raises EnrolmentNotFound."""
    async with db.transaction():
        found = await _waiting(enrolment_id)
        await StaffEnrolment.filter(id=found.id).update(
            state="withdrawn", finished_at=now(), code_hash=None, secret_sealed=None
        )
        await audit.record(by, "identity.enrolment_withdrawn", "staff", str(found.staff_id), enrolment=str(found.id))


async def _opened(username: str, code: str, caller: devices.Caller) -> tuple[Staff, StaffEnrolment]:
    """The enrolment that a setup code opens. Wrong ones are counted like wrong passwords."""
    name = redis_name("staff", username)
    await staff.slow_down(name, caller)
    member = await Staff.get_or_none(username=username)
    hashed = _code_hash(member.id if member is not None else uuid.UUID(int=0), code)
    if member is not None:
        for found in await StaffEnrolment.filter(staff_id=member.id, state="open", expires_at__gt=now()):
            if found.code_hash is not None and hmac.compare_digest(bytes(found.code_hash), hashed):
                return member, found
    await staff.count_failure(name)
    raise EnrolmentRefused


async def begin(username: str, code: str, caller: devices.Caller) -> EnrolmentBegun:
    """A fresh secret for the member's authenticator; whoever begins again gets another. Raises EnrolmentRefused."""
    member, found = await _opened(username, code, caller)
    secret = pyotp.random_base32()
    touched = await StaffEnrolment.filter(id=found.id, state="open").update(
        secret_sealed=vault().seal(secret.encode(), ENROLMENT)
    )
    if not touched or found.expires_at is None:
        raise EnrolmentRefused
    url = pyotp.TOTP(secret, interval=staff.STEP_SECONDS).provisioning_uri(name=member.username, issuer_name=ISSUER)
    return EnrolmentBegun(secret=secret, otpauth=url, expires_at=found.expires_at)


async def confirm(username: str, code: str, password: str, otp: str, caller: devices.Caller) -> RecoveryCodes:
    """Make password and secret the member's own. Raises EnrolmentRefused, EnrolmentCodeWrong, InvalidPayload."""
    if password.lower() in (username.lower(), code.lower()) or len(set(password)) < 6:
        raise InvalidPayload(
            errors=[FieldProblem(field="password", code="weak", message="密码太容易猜，请换一个，不要重复同几个字符")]
        )
    member, found = await _opened(username, code, caller)
    hashed = await asyncio.to_thread(staff.hash_password, password)
    async with db.transaction():
        row = await StaffEnrolment.filter(id=found.id).select_for_update().get()
        if row.state != "open":
            raise EnrolmentRefused
        secret = None if row.secret_sealed is None else vault().unseal(bytes(row.secret_sealed), ENROLMENT).decode()
        step = None if secret is None else staff.step_of(secret, otp)
        if secret is not None and step is not None:
            await db.execute(
                "UPDATE identity_staff SET password_hash = $2, totp_sealed = $3, totp_last_step = $4 WHERE id = $1",
                member.id,
                hashed,
                vault().seal(secret.encode(), TOTP),
                step,
            )
            await StaffEnrolment.filter(id=row.id).update(
                state="used", finished_at=now(), code_hash=None, secret_sealed=None
            )
            await audit.record(None, "identity.staff_enrolled", "staff", str(member.id), enrolment=str(row.id))
            return RecoveryCodes(codes=await recovery.renew(member.id, None))
    await staff.count_failure(redis_name("staff", username))
    raise EnrolmentCodeWrong


async def new_recovery_codes(principal: Principal, otp: str) -> RecoveryCodes:
    """Against a fresh one-time code. Raises EnrolmentCodeWrong."""
    name = redis_name("staff", principal.id)
    await staff.slow_down_member(name)
    if not await staff.spend_otp(principal, otp):
        await staff.count_failure(name)
        raise EnrolmentCodeWrong
    async with db.transaction():
        return RecoveryCodes(codes=await recovery.renew(uuid.UUID(principal.id), principal))


async def disable(by: Principal, username: str, reason: str) -> None:
    """Raises StaffNotFound, StaffSelf."""
    member = await Staff.get_or_none(username=username)
    if member is not None and str(member.id) == by.id:
        raise StaffSelf
    await staff.disable(username, by, reason)


async def members() -> MembersOut:
    """Everybody, with how far they are: invited, setting up, active, disabled."""
    rows = await Staff.all().order_by("username")
    states: dict[uuid.UUID, str] = {}
    for one in await StaffEnrolment.filter(state__in=["asked", "open"]):
        over = one.state == "open" and one.expires_at is not None and one.expires_at <= now()
        states[one.staff_id] = "expired" if over else one.state
    counts = await db.fetch(
        "SELECT staff_id, count(*) AS held FROM identity_recovery_code WHERE used_at IS NULL GROUP BY staff_id"
    )
    held = {row["staff_id"]: int(row["held"]) for row in counts}
    return MembersOut(items=[_member(row, states.get(row.id), held.get(row.id, 0)) for row in rows])


async def waiting() -> EnrolmentsOut:
    rows = await StaffEnrolment.filter(state__in=["asked", "open"]).order_by("created_at")
    people = {row.id: row for row in await Staff.filter(id__in=[row.staff_id for row in rows])} if rows else {}
    return EnrolmentsOut(items=[await _told(row, people[row.staff_id]) for row in rows])


def _member(row: Staff, enrolment: str | None, recovery_left: int) -> MemberOut:
    return MemberOut(
        username=row.username,
        display_name=row.display_name,
        roles=list(row.roles),
        regions=list(row.regions),
        enrolled=row.totp_sealed is not None,
        disabled=row.disabled_at is not None,
        enrolment=enrolment,
        recovery_left=recovery_left,
    )


async def _told(row: StaffEnrolment, member: Staff) -> EnrolmentOut:
    asker = None if row.asked_by is None else await Staff.get_or_none(id=row.asked_by)
    return EnrolmentOut(
        id=str(row.id),
        username=member.username,
        display_name=member.display_name,
        state=row.state,
        reason=row.reason,
        asked_by=None if asker is None else asker.display_name,
        asked_at=row.created_at,
        expires_at=row.expires_at,
    )
