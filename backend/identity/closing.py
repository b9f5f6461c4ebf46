"""Leaving: what is held, handed out; the account, closed after a time to think it over.

What a duty keeps stays sealed under the citizen's key, without any way to sign in or to be found; where nothing is kept
the key is destroyed at once, and later when the last duty has ended.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import msgspec

from backend.core import audit, db
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.identity import assurance, data_uses, delegations, notices, ports, profiles, revocation, sessions
from backend.identity.errors import ClosureBlocked, ClosureNotFound
from backend.identity.merging import LIVE
from backend.identity.models import Account, Citizen, Closure, Delegation
from backend.identity.schemas import ClosureOut, DataExport, Kept

WAIT = timedelta(days=7)
SHOWN_USES = 100
EXPORT, CLOSE = "export:data", "close:account"


async def export(who: Principal) -> DataExport:
    """Everything held of this citizen, in clear. A proved citizen shows their face (purpose `export:data`) for it."""
    async with db.transaction():
        me = await profiles.profile(who.id)
        if me.level >= 2:
            await assurance.consume(who, EXPORT, used_by="export")
        await audit.record(who, "identity.exported", "citizen", who.id, citizen_id=who.id)
        shown = await profiles.me(who)
        parts: dict[str, Any] = {
            "identity": {
                "name": me.name, "id_number": me.id_number, "phone": me.phone, "birth_date": me.birth,
                "gender": me.gender, "region": me.region, "level": me.level, "elder": me.elder,
            },
            "accounts": shown.accounts,
            "devices": shown.devices,
            "proofs": await _proofs(who.id),
            "delegations": (await delegations.list_of(who)).items,
            "data_uses": (await data_uses.read(who, None, SHOWN_USES)).items,
        }  # fmt: skip
        for name, read in ports.current().exports:
            parts[name] = await read(who)
    return DataExport(made_at=now(), parts=msgspec.to_builtins(parts, str_keys=True))


async def _proofs(citizen_id: str) -> list[dict[str, Any]]:
    rows = await db.fetch(
        "SELECT created_at, method, provider, outcome, purpose, used_at FROM identity_assurance WHERE citizen_id = $1"
        " ORDER BY created_at DESC LIMIT 1000",
        uuid.UUID(citizen_id),
    )
    return [dict(row) for row in rows]


async def _open_things(citizen_id: str) -> list[str]:
    found: list[str] = []
    for look in ports.current().open_things:
        found += await look(citizen_id)
    return found


async def _kept(citizen_id: str) -> list[Kept]:
    found: list[Kept] = []
    for look in ports.current().kept:
        found += [Kept(what=what, why=why) for what, why in await look(citizen_id)]
    return found


async def ask(who: Principal) -> ClosureOut:
    """Begin to close; nothing happens for a week. Raises ClosureBlocked, LevelTooLow (face, `close:account`)."""
    async with db.transaction():
        citizen = await Citizen.filter(id=who.id).select_for_update().get()
        waiting = await Closure.get_or_none(citizen_id=who.id, state="waiting")
        if waiting is None:
            await _refuse_when_open(who.id)
            if citizen.level >= 2:
                await assurance.consume(who, CLOSE, used_by="closure")
            waiting = await Closure.create(citizen_id=who.id, due_at=now() + WAIT)
            await audit.record(who, "identity.closure_asked", "closure", str(waiting.id), citizen_id=who.id)
            await notices.closing(citizen.id, str(waiting.id), "asked")
        return ClosureOut(state="waiting", due_at=waiting.due_at, open=[], kept=await _kept(who.id))


async def _refuse_when_open(citizen_id: str) -> None:
    held = await _open_things(citizen_id)
    if held:
        raise ClosureBlocked(context={"open": held})


async def state(who: Principal) -> ClosureOut:
    """Whether a closure is under way, what would stop it, and what would be kept and why."""
    waiting = await Closure.get_or_none(citizen_id=who.id, state="waiting")
    return ClosureOut(
        state="none" if waiting is None else "waiting",
        due_at=None if waiting is None else waiting.due_at,
        open=await _open_things(who.id),
        kept=await _kept(who.id),
    )


async def cancel(who: Principal) -> None:
    """Raises ClosureNotFound."""
    async with db.transaction():
        waiting = await Closure.filter(citizen_id=who.id, state="waiting").select_for_update().get_or_none()
        if waiting is None:
            raise ClosureNotFound
        await Closure.filter(id=waiting.id).update(state="cancelled", done_at=now())
        await audit.record(who, "identity.closure_cancelled", "closure", str(waiting.id), citizen_id=who.id)


async def close_due(batch: int = 200) -> int:
    """Close what has waited long enough; each in a transaction of its own, so a killed job only leaves the rest."""
    due = await Closure.filter(state="waiting", due_at__lte=now()).order_by("due_at").limit(batch)
    for one in due:
        async with db.transaction():
            await _close(one.id)
    return len(due)


async def _close(closure_id: uuid.UUID) -> None:
    row = await Closure.filter(id=closure_id).select_for_update().get()
    if row.state != "waiting" or row.due_at > now():
        return
    citizen = await Citizen.filter(id=row.citizen_id).select_for_update().get()
    if citizen.merged_into is not None:  # it lives on in an older account: nothing of it is closed
        await Closure.filter(id=row.id).update(state="cancelled", done_at=now())
        return
    if await _open_things(str(citizen.id)):
        await Closure.filter(id=row.id).update(state="blocked", done_at=now())
        await notices.closing(citizen.id, str(row.id), "blocked")
        return
    kept = await _kept(str(citizen.id))
    await sessions.end_where("closed", citizen_id=citizen.id)
    await Account.filter(citizen_id=citizen.id).delete()
    for column in ("agent_id", "grantor_id"):
        await Delegation.filter(**{column: citizen.id, "state__in": list(LIVE)}).update(
            state="ended", ended_at=now(), ended_by="closed", code_hash=None, name_index=None
        )
    await db.execute("UPDATE identity_face_check SET subject_sealed = NULL WHERE citizen_id = $1", citizen.id)
    for erase in ports.current().citizen_closed:
        await erase(str(citizen.id))
    await db.execute(
        "UPDATE identity_citizen SET closed_at = $2, id_number_index = NULL, birth_month = NULL, region = NULL,"
        " elder = false WHERE id = $1",
        citizen.id,
        now(),
    )
    if not kept:
        await _destroy(citizen.id)
    await Closure.filter(id=row.id).update(state="done", done_at=now())
    await audit.record(
        None, "identity.account_closed", "citizen", str(citizen.id), citizen_id=str(citizen.id), kept=len(kept)
    )
    revocation.announce_change(str(citizen.id))


async def _destroy(citizen_id: uuid.UUID) -> None:
    """The keys of a closed citizen, and of the accounts that had become part of theirs; what they sealed is lost."""
    await db.execute(
        "UPDATE identity_citizen SET wrapped_key = NULL, name_sealed = NULL, id_number_sealed = NULL"
        " WHERE id = $1 OR merged_into = $1",
        citizen_id,
    )
    await audit.record(None, "identity.key_destroyed", "citizen", str(citizen_id), citizen_id=str(citizen_id))


async def destroy_keys(batch: int = 500) -> int:
    """Destroy keys of closed citizens for whom no duty is left; returns how many."""
    rows = await db.fetch(
        "SELECT id FROM identity_citizen WHERE closed_at IS NOT NULL AND wrapped_key IS NOT NULL ORDER BY closed_at"
        " LIMIT $1",
        batch,
    )
    gone = 0
    for row in rows:
        async with db.transaction():
            if not await _kept(str(row["id"])):
                await _destroy(row["id"])
                gone += 1
    return gone
