"""What is held about a citizen: masked for the citizen's pages, clear for the server alone."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast

import msgspec

from backend.core import audit, crypto, db
from backend.core.clock import today
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.keys import vault
from backend.core.sessions import LEVEL_NAMES, Principal
from backend.identity import assurance, revocation, sessions
from backend.identity.accounts import CHANNEL_NAMES
from backend.identity.errors import CitizenNotFound
from backend.identity.models import Account, Citizen, Session
from backend.identity.schemas import AccountOut, DeviceOut, Me, MeUpdate, SessionOut
from backend.identity.sealing import ID_NUMBER, NAME, SUBJECT, citizen_key, index_of, opened, subject_of
from backend.providers.vendors import desk
from backend.sdk.codes import region_codes
from backend.sdk.numbers import age_on, birth_date, gender

REMEMBERED_SECONDS = 60.0
_NONE: dict[str, Any] = {}

Kind = Literal["phone", "wechat", "alipay"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Clear values; for the server only, never for an answer or a log. `level` 1 signed in, 2 verified."""

    id: str
    name: str | None
    id_number: str | None
    phone: str | None
    birth: date | None
    age: int | None
    gender: str | None
    region: str | None
    elder: bool
    level: int

    def __repr__(self) -> str:
        return f"Profile(id={self.id!r})"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a citizen can be reached; clear values. `alipay_user_id` may be an open_id."""

    phone: str | None
    wechat_openid: str | None
    alipay_user_id: str | None

    def __repr__(self) -> str:
        return "Addresses(…)"


def _number(citizen_id: str | uuid.UUID) -> uuid.UUID:
    try:
        return uuid.UUID(str(citizen_id))
    except ValueError as exc:
        raise CitizenNotFound from exc


async def _citizen(citizen_id: str | uuid.UUID) -> Citizen:
    citizen = await Citizen.get_or_none(id=_number(citizen_id))
    while citizen is not None and citizen.merged_into is not None:
        citizen = await Citizen.get_or_none(id=citizen.merged_into)
    if citizen is None or citizen.closed_at is not None:
        raise CitizenNotFound
    return citizen


_PERSON = (
    "SELECT c.id, c.wrapped_key, c.name_sealed, c.id_number_sealed, c.region, c.elder, c.level, a.subject_sealed"
    " FROM identity_citizen c LEFT JOIN LATERAL (SELECT subject_sealed FROM identity_account"
    " WHERE citizen_id = c.id AND kind = 'phone' ORDER BY proved_at DESC LIMIT 1) a ON true WHERE c.id = $1"
    " AND c.merged_into IS NULL AND c.closed_at IS NULL AND c.wrapped_key IS NOT NULL"
)


async def profile(citizen_id: str | uuid.UUID) -> Profile:
    """Clear values of a citizen. Raises CitizenNotFound."""
    return (await profile_and_key(citizen_id))[0]


async def profile_and_key(citizen_id: str | uuid.UUID) -> tuple[Profile, bytes]:
    """Clear values of a citizen and the key that new data of theirs is sealed with, in one statement. Raises
    CitizenNotFound."""
    try:
        row = await db.fetch_one(_PERSON, uuid.UUID(str(citizen_id)))
    except ValueError as exc:
        raise CitizenNotFound from exc
    if row is None:  # merged into another, or gone
        row = await db.fetch_one(_PERSON, (await _citizen(citizen_id)).id)
        if row is None:
            raise CitizenNotFound
    key = vault().unwrap(row["wrapped_key"])
    id_number = opened(key, row["id_number_sealed"], ID_NUMBER)
    born = birth_date(id_number) if id_number else None
    held = Profile(
        id=str(row["id"]),
        name=opened(key, row["name_sealed"], NAME),
        id_number=id_number,
        phone=opened(key, row["subject_sealed"], SUBJECT),
        birth=born,
        age=age_on(born, today()) if born else None,
        gender=gender(id_number) if id_number else None,
        region=row["region"],
        elder=row["elder"],
        level=row["level"],
    )
    return held, key


FIELDS = ("name", "id_number", "phone", "birth_date", "age", "gender", "region", "level")


async def declared(
    citizen_id: str | uuid.UUID, fields: Sequence[str], reader: str, purpose: str, case_number: str | None = None
) -> dict[str, Any]:
    """Exactly these fields of a citizen, for a module or a department; the look is written to the trail.

    Names with or without `citizen.` in front; answers carry the name as it was asked. What is not held is left out.
    `reader` says who looks, in Chinese, `purpose` what for: the citizen reads both.
    """
    held = await profile(citizen_id)
    values: dict[str, Any] = {
        "name": held.name,
        "id_number": held.id_number,
        "phone": held.phone,
        "birth_date": held.birth.isoformat() if held.birth else None,
        "age": held.age,
        "gender": held.gender,
        "region": held.region,
        "level": held.level,
    }
    found = {field: value for field in fields if (value := values.get(field.removeprefix("citizen."))) is not None}
    if found:
        await audit.record(
            None,
            "identity.declared",
            "citizen",
            held.id,
            citizen_id=held.id,
            purpose=purpose[:200],
            reader=reader,
            fields=sorted(field.removeprefix("citizen.") for field in found),
            case_number=case_number,
        )
    return found


async def data_key(citizen_id: str | uuid.UUID) -> bytes:
    """The key under which slices above seal this citizen's data. Raises CitizenNotFound.

    Exactly this citizen's, also after a merge: what was sealed before stays readable under the id it was sealed for.
    After closing too, while a duty keeps something.
    """
    row = await db.fetch_one("SELECT wrapped_key FROM identity_citizen WHERE id = $1", _number(citizen_id))
    if row is None:
        raise CitizenNotFound
    if row["wrapped_key"] is None:
        raise crypto.Unreadable("the key of this citizen was destroyed")
    return vault().unwrap(row["wrapped_key"])


async def masked_name(citizen_id: str) -> str | None:
    """None for somebody who is gone or has no proved name."""
    try:
        name = (await profile(citizen_id)).name
    except (CitizenNotFound, crypto.Unreadable):
        return None
    return crypto.mask_name(name) if name else None


async def addresses(citizen_id: str | uuid.UUID) -> Addresses:
    """Of each kind the address that was proved last; none of a closed account. Raises CitizenNotFound."""
    try:
        citizen = await _citizen(citizen_id)
    except CitizenNotFound:
        if await Citizen.exists(id=_number(citizen_id), closed_at__isnull=False):
            return Addresses(None, None, None)
        raise
    key = citizen_key(citizen)
    found: dict[str, str] = {}
    for account in await Account.filter(citizen_id=citizen.id).order_by("proved_at"):
        found[account.kind] = subject_of(key, account)
    return Addresses(found.get("phone"), found.get("wechat"), found.get("alipay"))


async def regions_of(citizen_ids: Iterable[str]) -> dict[str, str]:
    """Citizen id → the region that they chose; who chose none is left out."""
    rows = await db.fetch(
        "SELECT id, region FROM identity_citizen WHERE id = ANY($1::uuid[]) AND region IS NOT NULL",
        [uuid.UUID(citizen_id) for citizen_id in citizen_ids],
    )
    return {str(row["id"]): row["region"] for row in rows}


async def addresses_of_many(citizen_ids: Sequence[str]) -> dict[str, Addresses]:
    """Citizen id → addresses, in one query; who is not found, or whose key was destroyed, is left out."""
    rows = await db.fetch(
        "SELECT c.id AS citizen, c.wrapped_key, a.kind, a.subject_sealed FROM identity_citizen c LEFT JOIN"
        " identity_account a ON a.citizen_id = c.id WHERE c.id = ANY($1::uuid[]) AND c.wrapped_key IS NOT NULL"
        " ORDER BY a.proved_at",
        [uuid.UUID(citizen_id) for citizen_id in citizen_ids],
    )
    found: dict[str, dict[str, str]] = {}
    keys: dict[str, bytes] = {}
    for row in rows:
        citizen = str(row["citizen"])
        kinds = found.setdefault(citizen, {})
        if row["kind"] is not None:
            if citizen not in keys:
                keys[citizen] = vault().unwrap(row["wrapped_key"])
            kinds[row["kind"]] = crypto.unseal(keys[citizen], row["subject_sealed"], SUBJECT).decode()
    return {
        citizen: Addresses(kinds.get("phone"), kinds.get("wechat"), kinds.get("alipay"))
        for citizen, kinds in found.items()
    }


def remembered_session(principal: Principal) -> msgspec.Raw | None:
    """The encoded answer for this very token, if it was given in the last minute and nothing changed since."""
    held = revocation.watch().answers.get(principal.id, _NONE).get(principal.session)
    if held is None or held[0] != principal.expires or held[1] < time.time():
        return None
    answer: msgspec.Raw = held[2]
    return answer


async def read_session(principal: Principal) -> SessionOut:
    """The page's first question. Remembered while changes can be heard, see `remembered_session`."""
    row = await db.fetch_one(
        "SELECT c.wrapped_key, c.name_sealed, c.elder, a.subject_sealed FROM identity_citizen c LEFT JOIN LATERAL"
        " (SELECT subject_sealed FROM identity_account WHERE citizen_id = c.id AND kind = 'phone'"
        " ORDER BY proved_at DESC LIMIT 1) a ON true WHERE c.id = $1",
        uuid.UUID(principal.id),
    )
    if row is None:
        raise CitizenNotFound
    name = phone = None
    if principal.level >= 2:
        citizen = Citizen(wrapped_key=row["wrapped_key"], name_sealed=row["name_sealed"], made_in="")
        key = citizen_key(citizen)
        name = opened(key, citizen.name_sealed, NAME)
    else:
        key = citizen_key(Citizen(wrapped_key=row["wrapped_key"], made_in=""))
    if row["subject_sealed"] is not None:
        phone = subject_of(key, Account(subject_sealed=row["subject_sealed"]))
    assurances = await assurance.of(principal)
    answer = SessionOut(
        level=principal.level,
        level_name=LEVEL_NAMES[principal.level],
        expires_at=sessions.instant(principal.expires),
        csrf=sessions.csrf_of(principal.session),
        name=crypto.mask_name(name) if name else None,
        phone=crypto.mask_phone(phone) if phone else None,
        elder=row["elder"],
        assurances=assurances,
    )
    until = min([time.time() + REMEMBERED_SECONDS, *(item.expires_at.timestamp() for item in assurances)])
    encoded = msgspec.Raw(msgspec.json.encode(answer))
    revocation.watch().remember(principal.id, principal.session, (principal.expires, until, encoded))
    return answer


async def me(principal: Principal) -> Me:
    """Masked. A session of level 1 sees nothing of what level 2 proved: the phone may have a new owner."""
    held = await profile(principal.id)
    key = await data_key(held.id)
    verified = principal.level >= 2
    accounts = await Account.filter(citizen_id=held.id).order_by("created_at")
    devices = await Session.filter(citizen_id=held.id, ended_at=None).order_by("-seen_at").limit(50)
    return Me(
        level=principal.level,
        level_name=LEVEL_NAMES[principal.level],
        name=crypto.mask_name(held.name) if held.name and verified else None,
        id_number=crypto.mask_id_number(held.id_number) if held.id_number and verified else None,
        phone=crypto.mask_phone(held.phone) if held.phone else None,
        age=held.age if verified else None,
        elder=held.elder,
        region=held.region,
        accounts=[
            AccountOut(kind=cast(Kind, item.kind), label=_label(item, key), created_at=item.created_at)
            for item in accounts
        ],
        devices=[
            DeviceOut(
                id=str(item.id),
                channel=item.channel,
                label=item.device,
                created_at=item.created_at,
                seen_at=item.seen_at,
                current=str(item.id) == principal.session,
            )
            for item in devices
        ],
    )


def _label(account: Account, key: bytes) -> str:
    if account.kind == "phone":
        return crypto.mask_phone(subject_of(key, account))
    return f"{CHANNEL_NAMES[account.kind]}账号"


async def update_me(principal: Principal, body: MeUpdate) -> Me:
    """Raises InvalidPayload for a region that the province's table does not have: an audience is counted by it."""
    if body.region is not None and body.region not in region_codes():
        raise InvalidPayload(
            errors=[FieldProblem(field="region", code="unknown_region", message="没有这个地区，请重新选择")]
        )
    async with db.transaction():
        changes = {name: value for name in ("elder", "region") if (value := getattr(body, name)) is not None}
        if changes:
            await Citizen.filter(id=principal.id).update(**changes)
            revocation.announce_change(principal.id)
    return await me(principal)


async def citizen_of_openid(openid: str) -> str | None:
    """The citizen id behind an openid of our mini-program; None when unknown."""
    app = desk().config.wechat.app_id
    account = await Account.get_or_none(kind="wechat", app=app, subject_index=index_of("wechat", f"{app}:{openid}"))
    return str(account.citizen_id) if account is not None else None


async def citizen_of_phone(phone: str) -> str | None:
    """The citizen id behind a phone number; None when unknown. The caller must not tell the two apart to anybody."""
    account = await Account.get_or_none(kind="phone", app="", subject_index=index_of("phone", phone))
    return str(account.citizen_id) if account is not None else None
