"""Real name: a name and an id number, held against the authority.

Three things can follow from a match: this citizen is verified; or the number belongs to an older citizen, made in
another channel, and the two become one; or the phone that this session was made with belongs to somebody else by now,
and moves to whoever proved both the phone and the name.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import date, timedelta

from backend.core import audit, crypto, db
from backend.core.clock import now, today
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.keys import vault
from backend.core.sessions import Principal
from backend.identity import accounts, assurance, devices, merging, notices, ports, revocation, sessions
from backend.identity.errors import (
    RealNameLimit,
    RealNameMismatch,
    RealNameNotFound,
    RealNameOther,
    RealNameUnavailable,
)
from backend.identity.models import Account, Citizen, Session
from backend.identity.sealing import ID_NUMBER, NAME, citizen_key, index_of, lock_number, opened
from backend.providers.authority import Match
from backend.providers.vendors import desk
from backend.sdk.numbers import birth_date, check_id_number, clean_number

TRIES_A_DAY = 5
FRESH_CODE = timedelta(minutes=30)  # a phone moves only soon after its code was proved
TRIES_A_NUMBER_A_DAY = 10  # by everybody together: an id number cannot be searched for its name
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・．.･", "·"))


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proved; clear only in memory."""

    name: str
    id_number: str
    index: bytes

    def __repr__(self) -> str:
        return "Proof(…)"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`opened.refresh_token` is set when the session is a new one."""

    citizen_id: str
    opened: sessions.Opened
    message: str | None


def clean_name(name: str) -> str:
    """The name as the authority keeps it: composed, one kind of dot, no spaces at the ends or between Han."""
    text = unicodedata.normalize("NFC", name).strip().translate(_DOTS)
    text = re.sub(r"\s*·\s*", "·", re.sub(r"[\s\u3000]+", " ", text))
    return text if text.isascii() or any("a" <= char.lower() <= "z" for char in text) else text.replace(" ", "")


def check(name: str, id_number: str) -> Proof:
    """The cleaned pair. Raises InvalidPayload with a sentence for each field."""
    clean, number = clean_name(name), clean_number(id_number)
    problems: list[FieldProblem] = []
    letters = all(unicodedata.category(char)[0] in "LM" or unicodedata.category(char) == "Co" or char in "· "
                  for char in clean)  # fmt: skip
    if not 2 <= len(clean) <= 50 or not letters or clean[0] in "· " or clean[-1] in "· ":
        problems.append(FieldProblem(field="name", code="format", message="请按身份证填写姓名，间隔号用“·”"))
    fault = check_id_number(number, today())
    if fault is not None:
        problems.append(FieldProblem(field="id_number", code="id_number", message=fault))
    if problems:
        raise InvalidPayload(errors=problems)
    return Proof(clean, number, index_of("id_number", number))


async def prove(principal: Principal, name: str, id_number: str, caller: devices.Caller) -> Outcome:
    """Raises InvalidPayload, RealNameMismatch, RealNameNotFound, RealNameUnavailable, RealNameLimit, RealNameOther."""
    proof = check(name, id_number)
    async with db.transaction():
        session = await sessions.live(principal)
        citizen = await Citizen.get(id=principal.id)
        known = _same_person(citizen, proof)
        if not known:
            _refuse_other(citizen, session, proof)
            attempt = await count_try(citizen.id, session.root_id, proof)
    if known:
        return await _confirm(principal, proof)
    answer = await desk().authority.check(name=proof.name, id_number=proof.id_number, purpose="天府通办实名认证")
    if answer != "match":
        await refused(principal, attempt, answer)
    async with db.transaction():
        await passed(attempt)
        return await _apply(principal, proof, caller)


def _same_person(citizen: Citizen, proof: Proof) -> bool:
    """The citizen repeats what is proved already: no need to ask the authority again."""
    if citizen.id_number_index is None or not crypto.same(bytes(citizen.id_number_index), proof.index):
        return False
    return opened(citizen_key(citizen), citizen.name_sealed, NAME) == proof.name


def _refuse_other(citizen: Citizen, session: Session, proof: Proof) -> None:
    """A verified citizen cannot become somebody else; only a phone may turn out to have a new owner."""
    if citizen.id_number_index is None or crypto.same(bytes(citizen.id_number_index), proof.index):
        return
    if session.channel != "phone" or session.account_id is None:
        raise RealNameOther
    if now() - session.created_at > FRESH_CODE:
        raise RealNameOther("如果这个手机号现在归您使用，请退出后用短信验证码重新登录，再填写自己的身份信息")


async def count_try(citizen_id: uuid.UUID, session_id: uuid.UUID, proof: Proof) -> uuid.UUID:
    """Write the try before the authority is asked; raises RealNameLimit. The lock keeps parallel tries countable."""
    for lock in sorted((lock_number(proof.index), lock_number(citizen_id.bytes))):
        await db.execute("SELECT pg_advisory_xact_lock($1)", lock)
    row = await db.fetch_one(
        "SELECT count(*) FILTER (WHERE citizen_id = $1) AS mine, count(*) FILTER (WHERE subject_index = $2) AS theirs"
        " FROM identity_assurance WHERE method = 'real_name' AND outcome IN ('asked', 'failed') AND created_at >= $3"
        " AND (citizen_id = $1 OR subject_index = $2)",
        citizen_id,
        proof.index,
        assurance.day_start(),
    )
    assert row is not None  # an aggregate always gives one
    if row["mine"] >= TRIES_A_DAY or row["theirs"] >= TRIES_A_NUMBER_A_DAY:
        raise RealNameLimit(context={"ways": [_COUNTER]})
    return await assurance.write(
        citizen_id,
        session_id,
        method="real_name",
        provider="authority",
        business_id="",
        outcome="asked",
        result_code="",
        purpose="real_name",
        subject_index=proof.index,
    )


_COUNTER = {"level": "verified", "method": "counter", "label": "带身份证到就近的政务服务中心窗口核实身份"}


async def passed(attempt: uuid.UUID) -> None:
    """The authority said yes to a try; in the caller's transaction."""
    await db.execute("UPDATE identity_assurance SET outcome = 'passed', result_code = 'match' WHERE id = $1", attempt)


async def person_of(proof: Proof, *, made_in: str) -> Citizen:
    """Whoever a proved number belongs to, made when nobody of it was here; in the caller's transaction."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(proof.index))
    found = await Citizen.get_or_none(id_number_index=proof.index, closed_at=None)
    if found is None:
        _, wrapped = vault().new_data_key()
        found = await Citizen.create(wrapped_key=wrapped, made_in=made_in)
        await _verify(found, proof)
    return found


async def refused(principal: Principal, attempt: uuid.UUID, answer: Match) -> None:
    outcome = "unavailable" if answer == "unavailable" else "failed"
    async with db.transaction():
        await db.execute(
            "UPDATE identity_assurance SET outcome = $2, result_code = $3 WHERE id = $1", attempt, outcome, answer
        )
        await audit.record(
            principal, "identity.real_name_failed", "assurance", str(attempt), citizen_id=principal.id, result=answer
        )
    if answer == "unavailable":
        raise RealNameUnavailable(retry_after=30)
    if answer == "not_found":
        raise RealNameNotFound(context={"ways": [_COUNTER]})
    raise RealNameMismatch(context={"ways": [_COUNTER]})


async def _confirm(principal: Principal, proof: Proof) -> Outcome:
    """The same person again, e.g. after signing in with a number that was idle for long: this session is level 2."""
    async with db.transaction():
        session = await sessions.live(principal)
        citizen = await Citizen.get(id=principal.id)
        session.level = max(session.level, citizen.level)
        await session.save(update_fields=["level"])
        if session.account_id is not None:
            await Account.filter(id=session.account_id).update(proved_at=now())
        revocation.announce_change(principal.id)
    return Outcome(principal.id, _kept(session), None)


def _kept(session: Session) -> sessions.Opened:
    token, expires = sessions.access_token(session, str(session.citizen_id))
    return sessions.Opened(token, None, expires, session.level, sessions.csrf_of(str(session.id)), session.id)


async def _apply(principal: Principal, proof: Proof, caller: devices.Caller) -> Outcome:
    """After a match, in one transaction. Whoever proves the same number at the same moment waits."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", lock_number(proof.index))
    session = await sessions.live(principal)
    owner = await Citizen.get_or_none(id_number_index=proof.index, closed_at=None)
    await Citizen.filter(id__in=[principal.id, *([owner.id] if owner else [])]).order_by("id").select_for_update()
    citizen = await Citizen.get(id=principal.id)
    if citizen.id_number_index is not None and not crypto.same(bytes(citizen.id_number_index), proof.index):
        _refuse_other(citizen, session, proof)
        return await _move_phone(principal, citizen, session, owner, proof, caller)
    if owner is not None and owner.id != citizen.id:
        return await _merge(principal, citizen, session, owner, caller)
    await _verify(citizen, proof)
    await db.execute(
        "UPDATE identity_session SET level = 2 WHERE citizen_id = $1 AND ended_at IS NULL AND level < 2", citizen.id
    )
    await audit.record(principal, "identity.verified", "citizen", str(citizen.id), citizen_id=str(citizen.id))
    revocation.announce_change(str(citizen.id))
    session.level = 2
    return Outcome(str(citizen.id), _kept(session), None)


async def _verify(citizen: Citizen, proof: Proof) -> None:
    key = citizen_key(citizen)
    citizen.name_sealed = crypto.seal(key, proof.name.encode(), NAME)
    citizen.id_number_sealed = crypto.seal(key, proof.id_number.encode(), ID_NUMBER)
    citizen.id_number_index = proof.index
    citizen.level, citizen.verified_at = max(citizen.level, 2), now()
    citizen.birth_month = month_of(proof.id_number)
    await citizen.save(
        update_fields=["name_sealed", "id_number_sealed", "id_number_index", "level", "verified_at", "birth_month"]
    )


def month_of(id_number: str) -> date | None:
    """The first day of the month of birth, None when the number carries no date."""
    born = birth_date(id_number)
    return born.replace(day=1) if born is not None else None


async def learn_months(batch: int = 500) -> int:
    """Fill `birth_month` of those who were verified before it was kept; how many rows were looked at."""
    seen, last = 0, uuid.UUID(int=0)
    while (
        rows := await Citizen.filter(
            id__gt=last, birth_month=None, level__gte=2, closed_at=None, wrapped_key__isnull=False
        )
        .order_by("id")
        .limit(batch)
    ):
        for citizen in rows:
            number = opened(citizen_key(citizen), citizen.id_number_sealed, ID_NUMBER)
            month = month_of(number) if number else None
            if month is not None:
                await Citizen.filter(id=citizen.id, birth_month=None).update(birth_month=month)
        seen, last = seen + len(rows), rows[-1].id
    return seen


async def _merge(
    principal: Principal, young: Citizen, session: Session, old: Citizen, caller: devices.Caller
) -> Outcome:
    """The unverified citizen of this session becomes part of the older, verified one.

    The same proof was given on both sides. Every account moves; the young one's sessions end, this one is opened anew
    for the older citizen, who is told.
    """
    key = citizen_key(young)
    channel = accounts.CHANNEL_NAMES.get(session.channel, "网页")
    for account in await Account.filter(citizen_id=young.id):
        await accounts.move(account, key, old)
    young.merged_into = old.id
    await young.save(update_fields=["merged_into"])
    await sessions.end_where("merged", citizen_id=young.id)
    if old.level < 2:
        raise RuntimeError("a citizen with an id number is always verified")
    fresh = await sessions.open_session(
        old.id, session.account_id, channel=session.channel, level=2, device=devices.label(caller.agent)
    )
    await merging.delegations(str(young.id), str(old.id))
    for moved in ports.current().citizen_merged:
        await moved(str(young.id), str(old.id))
    await audit.record(
        replace_id(principal, old.id), "identity.merged", "citizen", str(young.id), citizen_id=str(old.id),
        channel=session.channel,
    )  # fmt: skip
    await notices.account_joined(old.id, channel, uuid.uuid4())
    revocation.announce_change(str(old.id))
    made_in = accounts.CHANNEL_NAMES.get(old.made_in, old.made_in)
    return Outcome(str(old.id), fresh, f"您以前用{made_in}开通过账号，现在已合并到那个账号，原来的办件和证照都在。")


async def _move_phone(
    principal: Principal, former: Citizen, session: Session, owner: Citizen | None, proof: Proof, caller: devices.Caller
) -> Outcome:
    """The number has a new owner, who proved the code and a real name: the phone moves, the former owner is told."""
    account = await Account.get(id=session.account_id)
    created = owner is None
    if owner is None:
        _, wrapped = vault().new_data_key()
        owner = await Citizen.create(wrapped_key=wrapped, made_in="phone")
        await _verify(owner, proof)
    await accounts.move(account, citizen_key(former), owner)
    account.proved_at = now()
    await account.save(update_fields=["proved_at"])
    await sessions.end_where("phone_moved", citizen_id=former.id, account_id=account.id)
    fresh = await sessions.open_session(
        owner.id, account.id, channel="phone", level=2, device=devices.label(caller.agent)
    )
    event = uuid.uuid4()
    await audit.record(
        replace_id(principal, owner.id), "identity.phone_moved", "account", str(account.id), citizen_id=str(former.id)
    )
    await notices.phone_moved(former.id, event)
    if not created:
        await notices.account_joined(owner.id, accounts.CHANNEL_NAMES["phone"], event)
    revocation.announce_change(str(former.id))
    revocation.announce_change(str(owner.id))
    message = "这个手机号原来绑定在别人的账号上，已改绑到您名下。"
    if not created:
        message += (
            f"您以前用{accounts.CHANNEL_NAMES.get(owner.made_in, owner.made_in)}开通过账号，现在登录的就是那个账号。"
        )
    return Outcome(str(owner.id), fresh, message)


def replace_id(principal: Principal, citizen_id: uuid.UUID) -> Principal:
    """The same session's principal under the citizen it now belongs to."""
    return Principal(
        kind=principal.kind, id=str(citizen_id), session=principal.session, level=2, expires=principal.expires
    )
