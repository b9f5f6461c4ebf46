"""Staff of a company: invited by name, accepted by the person, ended by either side at once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from redis.exceptions import RedisError

from backend.companies import acting, reading
from backend.companies.acting import record
from backend.companies.errors import (
    CompanyNotFound,
    InvitationRefused,
    RightMissing,
    StaffNotFound,
    TooManyInvitations,
)
from backend.companies.models import Company, Staff
from backend.companies.schemas import CompanyInvitation, CompanyOut, CompanyStaffInvite, CompanyStaffInvited
from backend.companies.sealing import NAME, index_of, key_of, lock_number, opened
from backend.core import audit, crypto, db, logging, redis
from backend.core.clock import now, today
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.identity import service as identity
from push import service as push

log = logging.get("companies")

CODE_LIFE = timedelta(hours=24)
CODE_LENGTH = 12
LONGEST = timedelta(days=3 * 365)
OPEN_AT_MOST = 50


def _code_hash(code: str) -> bytes:
    return index_of("code", code.replace("-", "").replace(" ", "").upper())


def _name_index(staff_id: uuid.UUID, name: str) -> bytes:
    return index_of("staff.name", f"{staff_id}:{identity.clean_name(name)}")


async def invite(who: Principal, company_id: str, order: CompanyStaffInvite) -> CompanyStaffInvited:
    """A code for the person of that name. Only the legal representative gives the right to manage.

    Raises InvalidPayload, CompanyNotFound, RightMissing, TooManyInvitations. In the caller's transaction.
    """
    if not today() <= order.ends_on <= today() + LONGEST or order.starts_on > order.ends_on:
        message = "截止日期要在今天以后、三年以内，且不早于开始日期"
        raise InvalidPayload(errors=[FieldProblem(field="ends_on", code="range", message=message)])
    async with db.transaction():
        found = await acting.acting(who, company_id, "manage")
        if "manage" in order.rights and found.staff_id is not None:
            raise RightMissing("管理办事人员的权限只有法定代表人能给")
        company = uuid.UUID(found.company_id)
        await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(company.bytes))
        if await Staff.filter(company_id=company, state="invited", code_expires_at__gt=now()).count() >= OPEN_AT_MOST:
            raise TooManyInvitations
        staff_id, code = uuid.uuid4(), crypto.public_code(CODE_LENGTH)
        made = await Staff.create(
            id=staff_id,
            company_id=company,
            inviter_id=uuid.UUID(who.id),
            name_index=_name_index(staff_id, order.name),
            code_hash=_code_hash(code),
            code_expires_at=now() + CODE_LIFE,
            rights=sorted(set(order.rights)),
            starts_on=order.starts_on,
            ends_on=order.ends_on,
        )
        await record(who, found, "staff_invited", "company_staff", str(staff_id), rights=made.rights)
    return CompanyStaffInvited(
        id=str(staff_id), code=f"{code[:4]}-{code[4:8]}-{code[8:]}", expires_at=made.code_expires_at
    )


async def _invited(who: Principal, code: str, *, lock: bool = False) -> Staff:
    """The invitation of a code, for the person whose name it carries. One answer for all that is wrong."""
    try:
        await redis.limit(f"companies:code:{who.id}", 20, 3600, message="尝试次数较多，请一小时后再试")
    except RedisError as exc:
        log.warning("code_limit_lost", error=type(exc).__name__)  # 59 random bits stay unguessable
    query = Staff.filter(code_hash=_code_hash(code), state="invited", code_expires_at__gt=now())
    found = await (query.select_for_update() if lock else query).get_or_none()
    me = await identity.profile(who.id)
    if found is None or me.name is None or str(found.inviter_id) == who.id:
        raise InvitationRefused
    if not crypto.same(bytes(found.name_index or b""), _name_index(found.id, me.name)):
        raise InvitationRefused
    return found


async def look(who: Principal, code: str) -> CompanyInvitation:
    """What a code would agree to. Raises InvitationRefused."""
    found = await _invited(who, code)
    company = await Company.get(id=found.company_id)
    return CompanyInvitation(
        id=str(found.id),
        company=opened(key_of(company), company.name_sealed, NAME),
        rights=list(found.rights),  # type: ignore[arg-type]
        starts_on=found.starts_on,
        ends_on=found.ends_on,
    )


async def accept(who: Principal, code: str) -> CompanyOut:
    """Raises InvitationRefused. A newer place replaces the older one of the same person."""
    async with db.transaction():
        found = await _invited(who, code, lock=True)
        company = await Company.get(id=found.company_id)
        if str(company.representative_id) == who.id:
            raise InvitationRefused
        me = uuid.UUID(who.id)
        await Staff.filter(company_id=company.id, citizen_id=me, state="active").update(
            state="ended", ended_at=now(), ended_by="replaced"
        )
        found.citizen_id, found.state, found.accepted_at = me, "active", now()
        found.code_hash = found.name_index = None
        await found.save(update_fields=["citizen_id", "state", "accepted_at", "code_hash", "name_index"])
        await audit.record(
            who, "companies.staff_accepted", "company_staff", str(found.id), citizen_id=who.id,
            company=str(company.id), inviter=str(found.inviter_id),
        )  # fmt: skip
        await _tell(
            found.inviter_id,
            found,
            "accepted",
            "对方已接受单位的邀请",
            "可以在单位空间里查看权限和期限，也可以随时结束。",
        )
        return reading.told(company, found)


async def decline(who: Principal, code: str) -> None:
    """Raises InvitationRefused."""
    async with db.transaction():
        found = await _invited(who, code, lock=True)
        await _end(found, "declined", "person")
        await audit.record(
            who, "companies.staff_declined", "company_staff", str(found.id), company=str(found.company_id)
        )
        await _tell(found.inviter_id, found, "declined", "对方没有接受单位的邀请", "邀请已作废。")


async def end(who: Principal, staff_id: str) -> None:
    """The person, or whoever manages, at once; a manager is ended by the legal representative or themselves.

    Raises StaffNotFound, for another company's as for none, and RightMissing.
    """
    try:
        number = uuid.UUID(staff_id)
    except ValueError as exc:
        raise StaffNotFound from exc
    async with db.transaction():
        # the company before its staff, as everywhere; an act under way holds the place shared, so the end waits for it
        await db.fetch(
            "SELECT id FROM companies_company WHERE id = (SELECT company_id FROM companies_staff WHERE id = $1)"
            " FOR SHARE",
            number,
        )
        found = await Staff.filter(id=number).select_for_update().get_or_none()
        if found is None:
            raise StaffNotFound
        own = str(found.citizen_id) == who.id
        if not own:
            await _may_end(who, found)
        if found.state not in ("invited", "active"):
            return
        was = found.state
        await _end(found, "ended", "person" if own else "company")
        await audit.record(
            who, "companies.staff_ended", "company_staff", str(found.id), company=str(found.company_id),
            citizen_id=None if found.citizen_id is None else str(found.citizen_id), by="person" if own else "company",
        )  # fmt: skip
        if was == "active":
            other = found.inviter_id if own else found.citizen_id
            await _tell(other, found, "ended", "单位办事的权限已结束", "从现在起，这个权限不能再用。")


async def _may_end(who: Principal, found: Staff) -> None:
    try:
        leave = await acting.acting(who, str(found.company_id))
    except CompanyNotFound as exc:
        raise StaffNotFound from exc
    if "manage" not in leave.rights or ("manage" in found.rights and leave.staff_id is not None):
        raise RightMissing


async def _end(found: Staff, state: str, by: str) -> None:
    await Staff.filter(id=found.id).update(state=state, ended_at=now(), ended_by=by, code_hash=None, name_index=None)


async def _tell(citizen_id: uuid.UUID | None, row: Staff, event: str, title: str, body: str) -> None:
    if citizen_id is None:
        return
    await push.notify(
        citizen_id, "security", title=title, body=body, link="/me/companies", reason="您在一个单位空间里",
        dedupe_key=f"companies.staff:{row.id}:{event}",
    )  # fmt: skip
