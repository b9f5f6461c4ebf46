"""What a second person says of a release: the secrecy review, yes, or no with reasons."""

from __future__ import annotations

import asyncpg
import msgspec

from backend.core import audit, db
from backend.core.clock import now
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.modules import release_rows as rows
from backend.modules import rights, teams
from backend.modules.errors import SecondPersonNeeded, SecrecyReviewNeeded, WrongState
from backend.modules.releases import read_one
from backend.modules.schemas import Reject, ReleaseOut, SecrecyOut, SecrecyReview
from backend.modules.states import RELEASE, move


async def secrecy(who: Principal, release_id: str, given: SecrecyReview) -> ReleaseOut:
    """Record the 保密审查 of a release that waits for approval; once, since its content never changes.

    Raises SecondPersonNeeded, WrongState, InvalidPayload when it failed without a word why.
    """
    if not given.passed and not given.note.strip():
        raise InvalidPayload(
            errors=[FieldProblem(field="note", code="required", message="没有通过的，写明哪里不能公开")]
        )
    async with db.transaction():
        row = await _reviewed(who, release_id)
        await rights.lock(row["module_id"])
        row = await rows.get(release_id)
        if row["state"] != "in_review":
            raise WrongState("只有待审核的版本才做保密审查", context={"state": row["state"]})
        if row["secrecy"] is not None:
            raise WrongState("这个版本已经做过保密审查", context={"state": row["state"]})
        record = SecrecyOut(passed=given.passed, note=given.note.strip(), by=who.id, name=who.name or "", at=now())
        await db.execute(
            "UPDATE modules_release SET secrecy = $2::jsonb WHERE id = $1",  # it waits as long as before
            row["id"],
            msgspec.json.encode(record).decode(),
        )
        act = "modules.secrecy_passed" if given.passed else "modules.secrecy_failed"
        await audit.record(who, act, "release", release_id, module=row["module_id"], note=record.note)
    return await read_one(who, release_id)


async def approve(who: Principal, release_id: str) -> ReleaseOut:
    """Raises SecondPersonNeeded, WrongState (also when the secrecy review did not pass), SecrecyReviewNeeded,
    KeyRefused."""
    async with db.transaction():
        row = await _reviewed(who, release_id)
        await rights.lock(row["module_id"])
        row = await rows.get(release_id)
        move(RELEASE, row["state"], "approve")
        review = rows.secrecy(row["secrecy"])
        if review is None:
            raise SecrecyReviewNeeded
        if not review.passed:
            raise WrongState("保密审查没有通过，只能退回", context={"state": row["state"]})
        if row["key_id"] is not None:
            await teams.active(row["key_id"])
        await rows.act(who, release_id, "approve", reviewed_by=who.id)
    return await read_one(who, release_id)


async def reject(who: Principal, release_id: str, given: Reject) -> ReleaseOut:
    """Raises SecondPersonNeeded, WrongState."""
    async with db.transaction():
        await _reviewed(who, release_id)
        reasons = msgspec.json.encode(given.reasons).decode()
        await rows.act(who, release_id, "reject", reviewed_by=who.id, reasons=reasons)
    return await read_one(who, release_id)


async def _reviewed(who: Principal, release_id: str) -> asyncpg.Record:
    row = await rights.release_of(who, release_id)
    if who.id in (row["published_by"], row["submitted_by"]):
        raise SecondPersonNeeded
    return row
