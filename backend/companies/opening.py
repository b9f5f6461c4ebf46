"""Opening a company's space: the authority names the legal representative, who shows their face for this company.

A company that is open already changes its legal representative in the same way: the authority's word and the new one's
face. The former one has no right from that moment.
"""

from __future__ import annotations

import uuid

from backend.companies import reading
from backend.companies.errors import AuthorityUnavailable, CompanyMismatch, CompanyUnknown, ProofLimit
from backend.companies.models import Company, Proof, Staff
from backend.companies.schemas import CompanyOpen, CompanyOut
from backend.companies.sealing import NAME, REPRESENTATIVE, USCC, index_of, key_of, lock_number
from backend.core import audit, calendar, crypto, db
from backend.core.access import missing_level
from backend.core.clock import now, today
from backend.core.errors import FieldProblem, InvalidPayload, LevelTooLow
from backend.core.keys import vault
from backend.core.sessions import Level, Principal
from backend.identity import service as identity
from backend.providers.authority import Match
from backend.providers.vendors import desk
from backend.sdk.numbers import check_uscc, clean_number
from push import service as push

TRIES_A_DAY = 5
TRIES_A_COMPANY_A_DAY = 20  # by everybody together: a company cannot be searched for its representative


def clean_name(name: str) -> str:
    """Full-width brackets as the register writes them, no spaces."""
    return "".join(name.split()).translate(str.maketrans("()", "（）"))


def purpose_of(index: bytes) -> str:
    """The face for one company: another company's does not do, and the purpose does not show which it is."""
    return f"company:{index[:8].hex()}"


async def open_(who: Principal, order: CompanyOpen) -> CompanyOut:
    """Open the space, or take it over as the new legal representative.

    Raises InvalidPayload, LevelTooLow (face), ProofLimit, CompanyMismatch, CompanyUnknown, AuthorityUnavailable.
    """
    uscc, name = clean_number(order.uscc), clean_name(order.name)
    fault = check_uscc(uscc)
    if fault is not None:
        raise InvalidPayload(errors=[FieldProblem(field="uscc", code="uscc", message=fault)])
    if len(name) < 2:
        raise InvalidPayload(errors=[FieldProblem(field="name", code="format", message="请按营业执照填写单位名称")])
    me = await identity.profile(who.id)
    index = index_of("uscc", uscc)
    purpose = purpose_of(index)
    if purpose not in {one.purpose for one in await identity.assurances_of(who)} or not me.name or not me.id_number:
        raise LevelTooLow(
            "开通单位空间需要法定代表人本人刷脸核验", context=missing_level(Level.FACE, who.level, purpose=purpose)
        )
    async with db.transaction():
        proof = await _count_try(who, index)
    answer = await desk().authority.check_legal_person(
        uscc=uscc, name=name, representative=me.name, id_number=me.id_number, purpose="天府通办开通单位空间"
    )
    async with db.transaction():
        await Proof.filter(id=proof).update(outcome=answer)
        if answer == "match":
            return await _settle(who, purpose, index, uscc, name, me.name)
        await audit.record(who, "companies.proof_failed", "proof", str(proof), citizen_id=who.id, result=answer)
    raise _refusal(answer)


def _refusal(answer: Match) -> Exception:
    if answer == "unavailable":
        return AuthorityUnavailable(retry_after=30)
    return CompanyUnknown() if answer == "not_found" else CompanyMismatch()


async def _count_try(who: Principal, index: bytes) -> uuid.UUID:
    """Write the try before the authority is asked. The locks keep parallel tries countable."""
    for lock in sorted((lock_number(index), lock_number(uuid.UUID(who.id).bytes))):
        await db.execute("SELECT pg_advisory_xact_lock($1)", lock)
    row = await db.fetch_one(
        "SELECT count(*) FILTER (WHERE citizen_id = $1) AS mine, count(*) FILTER (WHERE uscc_index = $2) AS theirs"
        " FROM companies_proof WHERE created_at >= $3 AND outcome <> 'unavailable' AND (citizen_id = $1"
        " OR uscc_index = $2)",
        uuid.UUID(who.id),
        index,
        calendar.start_of(today()),
    )
    assert row is not None  # an aggregate always gives one
    if row["mine"] >= TRIES_A_DAY or row["theirs"] >= TRIES_A_COMPANY_A_DAY:
        raise ProofLimit(retry_after=3600)
    return (await Proof.create(citizen_id=uuid.UUID(who.id), uscc_index=index)).id


async def _settle(who: Principal, purpose: str, index: bytes, uscc: str, name: str, person: str) -> CompanyOut:
    """After a match, in one transaction. Whoever proves the same company at the same moment waits."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(index))
    found = await Company.filter(uscc_index=index).select_for_update().get_or_none()
    company_id = uuid.uuid4() if found is None else found.id
    await identity.consume_assurance(who, purpose, used_by=f"company:{company_id}")
    if found is None:
        key, wrapped = vault().new_data_key()
        found = Company(id=company_id, wrapped_key=wrapped, uscc_index=index, representative_id=uuid.UUID(who.id))
        found.uscc_sealed = crypto.seal(key, uscc.encode(), USCC)
        act = "companies.opened"
    else:
        key = key_of(found)
        act = "companies.proved_again" if str(found.representative_id) == who.id else "companies.representative_changed"
    before, found.representative_id = found.representative_id, uuid.UUID(who.id)
    found.name_sealed = crypto.seal(key, name.encode(), NAME)
    found.representative_sealed = crypto.seal(key, person.encode(), REPRESENTATIVE)
    found.proved_at = now()
    await found.save()
    # the representative needs no place among the staff; what the former one had offered is void
    await Staff.filter(company_id=company_id, citizen_id=uuid.UUID(who.id), state="active").update(
        state="ended", ended_at=now(), ended_by="representative"
    )
    if act == "companies.representative_changed":
        await Staff.filter(company_id=company_id, state="invited").update(
            state="ended", ended_at=now(), ended_by="representative", code_hash=None, name_index=None
        )
        if before is not None:
            await push.notify(
                before, "security", title="您不再是单位空间的法定代表人",
                body="登记机关确认了新的法定代表人，您在这个单位空间的权限已经结束。", link="/me/companies",
                reason="您曾是单位的法定代表人", dedupe_key=f"companies.changed:{company_id}:{uuid.uuid4()}",
            )  # fmt: skip
    await audit.record(
        who, act, "company", str(company_id), citizen_id=who.id, former=None if before is None else str(before)
    )
    return reading.told(found, None)
