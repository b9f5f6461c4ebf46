"""Use cases of licences: issuing, the wallet, showing, verifying."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import asyncpg
import msgspec

from backend.cases.ports import Decided
from backend.core import audit, crypto, db, paging
from backend.core.clock import SHANGHAI, now, today
from backend.core.sessions import Principal
from backend.core.settings import current
from backend.identity import service as identity
from backend.licenses import codes, identifier, signing
from backend.licenses.errors import CodeExpired, CodeUnknown, LicenseNotFound, LicenseNotValid
from backend.licenses.schemas import LicenseLine, LicenseList, LicenseOut, ShowOut, VerifyKeys, VerifyOut
from backend.sdk.numbers import check_uscc

HOLDER, NUMBER, DETAILS = b"licenses.holder", b"licenses.number", b"licenses.details"
SERIAL_TAIL = 12
NUMBER_KEYS = ("license_number", "number", "证照编号", "编号")
"""Where a department's decision may bring the licence's own number."""

ACTS = {"license.verified": "核验了您出示的证照", "license.issued": "为您签发了证照"}
"""What 谁看过我的信息 calls the acts that are written here."""

State = Literal["valid", "expired", "revoked"]


async def issue_for_case(case: Decided) -> str | None:
    """Issue the licence that an approved case gives; None when its matter gives none. Once a case, however often
    it is called. Runs in the caller's transaction; returns the licence's id."""
    result = case.entry.matter.result
    if result is None or result.license is None:
        return None
    existing = await db.fetch_one("SELECT id FROM licenses_license WHERE case_id = $1", case.id)
    if existing is not None:
        return str(existing["id"])
    async with db.transaction():
        profile = await identity.profile(case.citizen_id)
        key = await identity.data_key(case.citizen_id)
        issued_on = case.decided_at.astimezone(SHANGHAI).date()
        issuer_code = _office_code(case)
        serial = f"{issued_on:%Y%m%d}{crypto.public_code(SERIAL_TAIL)}"
        row = await db.fetch_one(
            "INSERT INTO licenses_license (id, citizen_id, key_of, type, name, issuer, issuer_code, issued_on,"
            " valid_until, state, identifier, serial, version, case_id, case_number, holder_sealed, number_sealed,"
            " details_sealed, created_at) VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, 'valid', $9, $10, 1, $11, $12,"
            " $13, $14, $15, $16) ON CONFLICT (case_id) DO NOTHING RETURNING id",
            uuid.uuid4(),
            uuid.UUID(case.citizen_id),
            result.license,
            result.name,
            case.entry.department,
            issuer_code,
            issued_on,
            issued_on + timedelta(days=result.valid_days) if result.valid_days else None,
            identifier.make(
                authority=issuer_code,
                sequence=await _sequence(issuer_code, result.license),
                issuer=issuer_code,
                serial=serial,
                version=1,
            ),
            serial,
            case.id,
            case.number,
            crypto.seal(key, (profile.name or "").encode(), HOLDER),
            crypto.seal(key, _number(case.details, serial).encode(), NUMBER),
            crypto.seal(key, msgspec.json.encode(_lines(case.details, issuer_code)), DETAILS),
            now(),
        )
        if row is None:
            row = await db.fetch_one("SELECT id FROM licenses_license WHERE case_id = $1", case.id)
            assert row is not None
        else:
            await audit.record(
                None, "license.issued", "license", str(row["id"]), citizen_id=case.citizen_id, purpose=case.number
            )
        return str(row["id"])


def _office_code(case: Decided) -> str:
    """The code of the office that decided, where the module gives one that can be right."""
    if case.entry.matter.department is not None:
        return identifier.UNKNOWN_OFFICE  # another office than the module's, named without a code
    code = case.entry.module.department.code
    return code if code and check_uscc(code) is None else identifier.UNKNOWN_OFFICE


async def _sequence(authority: str, kind: str) -> int:
    """The three digits of a type within its authority, given out once. Raises ValueError after 999 types."""
    found = await db.fetch_one(
        "SELECT sequence FROM licenses_type WHERE authority_code = $1 AND type = $2", authority, kind
    )
    if found is None:
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended('licenses_type:' || $1, 0))", authority)
        found = await db.fetch_one(
            "INSERT INTO licenses_type (authority_code, type, sequence, created_at)"
            " SELECT $1::varchar, $2::varchar, coalesce(max(sequence), 0) + 1, $3::timestamptz FROM licenses_type"
            " WHERE authority_code = $1::varchar"
            " ON CONFLICT (authority_code, type) DO UPDATE SET type = excluded.type RETURNING sequence",
            authority,
            kind,
            now(),
        )
        assert found is not None
    return int(found["sequence"])


def _number(details: Mapping[str, Any], serial: str) -> str:
    """The licence's own number when the department gave one, else the serial."""
    for name in NUMBER_KEYS:
        value = details.get(name)
        if isinstance(value, str) and 1 <= len(value.strip()) <= 64:
            return value.strip()
    return serial


def _lines(details: Mapping[str, Any], issuer_code: str) -> list[LicenseLine]:
    lines = [
        LicenseLine(label=str(label)[:40], value=str(value)[:300])
        for label, value in details.items()
        if label not in NUMBER_KEYS and isinstance(value, (str, int, float)) and not isinstance(value, bool)
    ]
    code = "待确认" if issuer_code == identifier.UNKNOWN_OFFICE else issuer_code
    return [*lines, LicenseLine(label="颁发机构代码", value=code)]


async def held_of(citizen_id: str, kinds: Sequence[str]) -> dict[str, str]:
    """As `has_license` for several types in one statement: type → id of the newest valid licence."""
    if not kinds:
        return {}
    rows = await db.fetch(
        "SELECT DISTINCT ON (type) type, id FROM licenses_license WHERE citizen_id = $1 AND type = ANY($2::varchar[])"
        " AND state = 'valid' AND (valid_until IS NULL OR valid_until >= $3) ORDER BY type, created_at DESC",
        uuid.UUID(citizen_id),
        list(kinds),
        today(),
    )
    return {row["type"]: str(row["id"]) for row in rows}


async def has_license(citizen_id: str, kind: str) -> str | None:
    """The id of a licence of that type that is valid today, for 免提交 and `license('<type>').valid`; else None."""
    row = await db.fetch_one(
        "SELECT id FROM licenses_license WHERE citizen_id = $1 AND type = $2 AND state = 'valid'"
        " AND (valid_until IS NULL OR valid_until >= $3) ORDER BY created_at DESC LIMIT 1",
        uuid.UUID(citizen_id),
        kind,
        today(),
    )
    return None if row is None else str(row["id"])


_COLUMNS = (
    "id, citizen_id, key_of, type, name, issuer, issuer_code, issued_on, valid_until, state, identifier, case_number,"
    " holder_sealed, number_sealed, details_sealed, created_at"
)


def _state(state: str, valid_until: date | None) -> State:
    """Expiry is a matter of the calendar, not of a job that may be late."""
    if state == "revoked":
        return "revoked"
    return "expired" if valid_until is not None and valid_until < today() else "valid"


def _out(row: asyncpg.Record, key: bytes) -> LicenseOut:
    return LicenseOut(
        id=str(row["id"]),
        type=row["type"],
        name=row["name"],
        number=_half(crypto.unseal(key, bytes(row["number_sealed"]), NUMBER).decode()),
        holder=_holder(row, key),
        issuer=row["issuer"],
        issued_on=row["issued_on"],
        valid_until=row["valid_until"],
        state=_state(row["state"], row["valid_until"]),
        identifier=row["identifier"],
        case_number=row["case_number"],
        details=msgspec.json.decode(crypto.unseal(key, bytes(row["details_sealed"]), DETAILS), type=list[LicenseLine]),
    )


def _holder(row: asyncpg.Record, key: bytes) -> str:
    return crypto.mask_name(crypto.unseal(key, bytes(row["holder_sealed"]), HOLDER).decode())


def _half(number: str) -> str:
    """A licence's number shows its second half (`standards.md` §11.4)."""
    return crypto.mask_tail(number, len(number) // 2)


async def list_of(citizen_id: str, *, cursor: str | None, limit: int) -> LicenseList:
    """The wallet, newest first."""
    before, last = paging.position(cursor, paging.FIRST_DOWN)
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM licenses_license WHERE citizen_id = $1 AND (created_at, id) < ($2, $3)"  # noqa: S608
        " ORDER BY created_at DESC, id DESC LIMIT $4",
        uuid.UUID(citizen_id),
        before,
        last,
        limit + 1,
    )
    more, rows = len(rows) > limit, rows[:limit]
    keys = {owner: await identity.data_key(str(owner)) for owner in {row["key_of"] for row in rows}}
    return LicenseList(
        items=[_out(row, keys[row["key_of"]]) for row in rows],
        next=paging.cursor(rows[-1]["created_at"], rows[-1]["id"]) if more else None,
    )


async def export(who: Principal) -> list[LicenseOut]:
    """The whole wallet, as its owner sees it."""
    items: list[LicenseOut] = []
    cursor: str | None = None
    while True:
        page = await list_of(who.id, cursor=cursor, limit=100)
        items += page.items
        cursor = page.next
        if cursor is None:
            return items


async def kept_of(citizen_id: str) -> list[tuple[str, str]]:
    """What stays of licences when an account is closed."""
    row = await db.fetch_one(
        "SELECT count(*) AS held FROM licenses_license WHERE citizen_id = $1", uuid.UUID(citizen_id)
    )
    assert row is not None  # an aggregate always gives one
    why = "颁发机构签发证照的记录；保存期限由颁发机构规定（待确认），到期以前继续加密保存"
    return [(f"{row['held']} 张电子证照", why)] if row["held"] else []


async def list_for(who: Principal, delegation_id: str, *, cursor: str | None, limit: int) -> LicenseList:
    """The wallet of somebody who lets me look; they can read that I did. Raises NotDelegated."""
    async with db.transaction():
        acting = await identity.acting(who, delegation_id, wallet=True)
        await identity.record_act(who, acting, "wallet", "wallet", acting.id, "查看证照")
        return await list_of(acting.citizen_id, cursor=cursor, limit=limit)


async def _mine(citizen_id: str, license_id: str) -> asyncpg.Record:
    try:
        key = uuid.UUID(license_id)
    except ValueError as exc:
        raise LicenseNotFound from exc
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM licenses_license WHERE id = $1 AND citizen_id = $2",  # noqa: S608
        key,
        uuid.UUID(citizen_id),
    )
    if row is None:
        raise LicenseNotFound
    return row


async def get(citizen_id: str, license_id: str) -> LicenseOut:
    """Raises LicenseNotFound, also for somebody else's."""
    row = await _mine(citizen_id, license_id)
    return _out(row, await identity.data_key(str(row["key_of"])))


async def show(who: Principal, license_id: str) -> ShowOut:
    """A code that is good for 60 seconds. Codes shown before stay good until their own end, so that a scan at the
    moment of rotation does not fail. Raises LicenseNotFound, LicenseNotValid."""
    row = await _mine(who.id, license_id)
    state = _state(row["state"], row["valid_until"])
    if state != "valid":
        raise LicenseNotValid(context={"state": state})
    holder = _holder(row, await identity.data_key(str(row["key_of"])))
    key = await signing.current()
    at = now()
    ends = datetime.fromtimestamp(int(at.timestamp()) + codes.LIFETIME_S, UTC)
    nonce = codes.new_nonce()
    code = codes.sign(
        key.private,
        codes.Shown(
            v=1,
            k=key.id,
            n=nonce,
            e=int(ends.timestamp()),
            t=row["name"],
            h=holder,
            s=state,
            u=row["valid_until"],
        ),
    )
    async with db.transaction():
        await db.execute(
            "INSERT INTO licenses_showing (nonce_digest, license_id, shown_at, expires_at, verified)"
            " VALUES ($1, $2, $3, $4, 0)",
            crypto.digest(nonce).hex(),
            row["id"],
            at,
            ends,
        )
        await audit.record(
            who, "license.shown", "license", license_id, citizen_id=who.id, purpose=f"亮证：{row['name']}"[:200]
        )
    return ShowOut(code=code, url=f"{current().http.public_url}/verify/{code}", expires_at=ends)


async def verify(code: str) -> VerifyOut:
    """What a verifier may know: state, name of the licence, masked holder. Raises CodeUnknown, CodeExpired."""
    try:
        key = await signing.public(codes.key_id(code))
        if key is None:
            raise CodeUnknown
        shown = codes.check(code, key)
    except codes.BadCode as exc:
        raise CodeUnknown from exc
    if codes.expired(shown, now()):
        raise CodeExpired
    async with db.transaction():
        row = await db.fetch_one(
            "UPDATE licenses_showing s SET verified = verified + 1 FROM licenses_license l"
            " WHERE s.nonce_digest = $1 AND l.id = s.license_id RETURNING l.id, l.citizen_id, l.name, l.issuer,"
            " l.issued_on, l.valid_until, l.state, l.identifier, s.shown_at",
            crypto.digest(shown.n).hex(),
        )
        if row is None:
            raise CodeUnknown
        await audit.record(
            None,
            "license.verified",
            "license",
            str(row["id"]),
            citizen_id=str(row["citizen_id"]),
            purpose=f"扫码核验：{row['name']}"[:200],
        )
    state = _state(row["state"], row["valid_until"])
    return VerifyOut(
        valid=state == "valid",
        state=state,
        name=row["name"],
        holder=shown.h,
        issuer=row["issuer"],
        issued_on=row["issued_on"],
        valid_until=row["valid_until"],
        identifier=identifier.masked(row["identifier"]),
        shown_at=row["shown_at"],
    )


async def verify_keys() -> VerifyKeys:
    return VerifyKeys(items=await signing.published(), format=codes.FORMAT)


async def move_citizen(old: str, new: str) -> None:
    """Two accounts became one: the wallet moves; sealed values stay under the key they were sealed with."""
    await db.execute(
        "UPDATE licenses_license SET citizen_id = $2 WHERE citizen_id = $1", uuid.UUID(old), uuid.UUID(new)
    )
