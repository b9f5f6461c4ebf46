"""From an approved release to citizens and back: scheduled → gray, step by step → live; pause, resume, roll back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import msgspec

from backend.core import audit, db
from backend.core.clock import now
from backend.core.errors import Conflict, FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.modules import rights
from backend.modules.errors import NothingToReturnTo, WrongState
from backend.modules.generations import bump
from backend.modules.models import Rollout
from backend.modules.registry import covers
from backend.modules.schemas import Because, RolloutCreate, RolloutOut, RolloutStep
from backend.modules.states import ROLLOUT, UNDER_WAY, move
from backend.sdk.codes import region_codes
from backend.sdk.manifest import bundle_from_json

_steps = msgspec.json.Decoder(list[RolloutStep])


def check_steps(steps: list[RolloutStep], regions: list[str]) -> list[FieldProblem]:
    """What is wrong with the steps of a rollout in a module of these regions: unknown places, or a step that narrows
    (somebody would fall back to the old release)."""
    wrong: list[FieldProblem] = []
    for at, step in enumerate(steps):
        for region in step.regions:
            if region not in region_codes() or not any(covers(area, region) for area in regions):
                problem = f"{region} 不在模块的适用地区里"
                wrong.append(FieldProblem(field=f"steps.{at}.regions", code="region", message=problem))
        if at and not _wider(step, steps[at - 1]):
            problem = "范围比上一步小，看到新版本的人会退回旧版本"
            wrong.append(FieldProblem(field=f"steps.{at}", code="narrower", message=problem))
    return wrong


def _wider(step: RolloutStep, before: RolloutStep) -> bool:
    regions = not step.regions or (
        bool(before.regions) and all(any(covers(area, region) for area in step.regions) for region in before.regions)
    )
    cohorts = set(before.cohorts) <= set(step.cohorts)
    return regions and cohorts and step.share >= before.share


async def create(who: Principal, given: RolloutCreate) -> RolloutOut:
    """Raises ReleaseNotFound, NotYourRegion, WrongState (not approved, live already), Conflict (one is under way),
    InvalidPayload."""
    async with db.transaction():
        release = await rights.release_of(who, given.release)
        await rights.lock(release["module_id"])
        row = await rights.release_of(who, given.release)
        if row["state"] != "approved":
            raise WrongState("只有审核通过的版本才能上线", context={"state": row["state"]})
        bundle = bundle_from_json(bytes(row["content"]))
        wrong = check_steps(given.steps, list(bundle.module.regions))
        if given.start_at is not None and given.start_at.tzinfo is None:
            wrong.append(FieldProblem(field="start_at", code="format", message="时间要写时区"))
        if wrong:
            raise InvalidPayload(errors=wrong)
        others = await db.fetch(
            "SELECT id, state, release_id FROM modules_rollout WHERE module_id = $1 AND state = ANY($2::text[])",
            row["module_id"],
            [*UNDER_WAY, "live"],
        )
        if any(other["release_id"] == row["id"] and other["state"] == "live" for other in others):
            raise WrongState("这个版本已经上线", context={"state": "live"})
        if any(other["state"] in UNDER_WAY for other in others):
            raise Conflict("这个模块还有一次上线没有结束，先完成或回退它")
        made = await Rollout.create(
            module_id=row["module_id"],
            release_id=row["id"],
            state="scheduled",
            by=who.id,
            steps=msgspec.to_builtins(given.steps),
            start_at=given.start_at,
        )
        await audit.record(
            who, "modules.rollout", "rollout", str(made.id), module=row["module_id"], version=row["version"]
        )
        if given.start_at is None or given.start_at <= now():
            await _begin(await _locked(str(made.id)), who)
    return await read(who, str(made.id))


async def read(who: Principal, rollout_id: str) -> RolloutOut:
    """Raises RolloutNotFound, NotYourRegion."""
    await rights.rollout_of(who, rollout_id)
    return out(await _joined(rollout_id))


async def pause(who: Principal, rollout_id: str, given: Because) -> RolloutOut:
    """Hold the present step: who sees the candidate keeps it, nobody new gets it. Raises WrongState."""
    async with db.transaction():
        row = await _of(who, rollout_id)
        await _set(row, move(ROLLOUT, row["state"], "pause"), reason=given.reason)
        await _told(who, "pause", row, given.reason)
    return await read(who, rollout_id)


async def resume(who: Principal, rollout_id: str, given: Because) -> RolloutOut:
    """Go on; the hold time of the step begins anew. Raises WrongState."""
    async with db.transaction():
        row = await _of(who, rollout_id)
        act = "wait" if row["step"] < 0 else "resume"
        await _set(row, move(ROLLOUT, row["state"], act), reason=given.reason, step_at=now())
        await _told(who, "resume", row, given.reason)
    return await read(who, rollout_id)


async def roll_back(who: Principal | None, rollout_id: str, reason: str) -> None:
    """Take the release back at once: a candidate disappears, a live release gives way to the one before it.

    `who` None is the guard. Raises WrongState, NothingToReturnTo.
    """
    async with db.transaction():
        row = await _of(who, rollout_id)
        state = move(ROLLOUT, row["state"], "roll_back")
        if row["state"] == "live":
            earlier = await db.fetch_one(
                "SELECT o.id, o.state FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
                " WHERE o.module_id = $1 AND o.state = 'replaced' AND r.state = 'approved' AND o.release_id <> $2"
                " ORDER BY o.ended_at DESC LIMIT 1",
                row["module_id"],
                row["release_id"],
            )
            if earlier is None:
                raise NothingToReturnTo
            await _set(row, state, reason=reason, ended_at=now())
            await _set(earlier, move(ROLLOUT, earlier["state"], "restore"), ended_at=None)
            await _owners(earlier["id"])
        else:
            await _set(row, state, reason=reason, ended_at=now())
        await bump()
        await _told(who, "roll_back", row, reason)


async def advance() -> int:
    """Begin what is due, widen what has held long enough, finish what has no step left; how many moved."""
    rows = await db.fetch(
        "SELECT id FROM modules_rollout WHERE (state = 'scheduled' AND (start_at IS NULL OR start_at <= $1))"
        " OR state = 'gray' ORDER BY created_at",
        now(),
    )
    moved = 0
    for found in rows:
        async with db.transaction():
            moved += await _advance(await _locked(str(found["id"])))
    return moved


async def _advance(row: asyncpg.Record) -> bool:
    if row["state"] == "scheduled":
        await _begin(row, None)
        return True
    if row["state"] != "gray":
        return False  # somebody paused it meanwhile
    steps = _steps.decode(row["steps"])
    step: int = row["step"]
    if row["step_at"] + timedelta(seconds=steps[step].hold_s) > now():
        return False
    if step + 1 < len(steps):
        await _set(row, move(ROLLOUT, row["state"], "advance"), step=step + 1, step_at=now())
        await bump()
        await _told(None, "advance", row, f"{step + 1}")
    else:
        await _finish(row, None)
    return True


async def _begin(row: asyncpg.Record, who: Principal | None) -> None:
    if _steps.decode(row["steps"]):
        await _set(row, move(ROLLOUT, row["state"], "start"), step=0, step_at=now())
        await bump()
        await _told(who, "start", row, "0")
    else:
        await _finish(row, who)


async def _finish(row: asyncpg.Record, who: Principal | None) -> None:
    """Everybody gets the release; the one before it is kept for a way back."""
    live = await db.fetch(
        "SELECT id, state FROM modules_rollout WHERE module_id = $1 AND state = 'live'", row["module_id"]
    )
    for before in live:
        await _set(before, move(ROLLOUT, before["state"], "replace"), ended_at=now())
    await _set(row, move(ROLLOUT, row["state"], "finish"), step_at=now())
    await _owners(row["id"])
    await bump()
    await _told(who, "finish", row, "")


async def _owners(rollout_id: Any) -> None:
    """Name and owners of the module are those of its live release."""
    found = await db.fetch_one(
        "SELECT r.content FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id WHERE o.id = $1",
        rollout_id,
    )
    assert found is not None
    module = bundle_from_json(bytes(found["content"])).module
    await db.execute(
        "UPDATE modules_module SET name = $2, owners = $3::jsonb WHERE id = $1",
        module.id,
        module.name,
        msgspec.json.encode(list(module.owners)).decode(),
    )


async def _of(who: Principal | None, rollout_id: str) -> asyncpg.Record:
    if who is not None:
        await rights.rollout_of(who, rollout_id)
    return await _locked(rollout_id)


async def _locked(rollout_id: str) -> asyncpg.Record:
    key = rights.identifier(rollout_id)
    found = await db.fetch_one("SELECT module_id FROM modules_rollout WHERE id = $1", key)
    assert found is not None
    await rights.lock(found["module_id"])
    row = await db.fetch_one("SELECT * FROM modules_rollout WHERE id = $1", key)
    assert row is not None
    return row


_COLUMNS = ("reason", "ended_at", "step", "step_at")


async def _set(row: asyncpg.Record, state: str, **columns: Any) -> None:
    assert set(columns) <= set(_COLUMNS)
    sets = "".join(f", {name} = ${at}" for at, name in enumerate(columns, 3))
    await db.execute(
        f"UPDATE modules_rollout SET state = $2{sets} WHERE id = $1",  # noqa: S608 - names of ours
        row["id"],
        state,
        *columns.values(),
    )


async def _told(who: Principal | None, act: str, row: asyncpg.Record, reason: str) -> None:
    await audit.record(who, f"modules.rollout_{act}", "rollout", str(row["id"]), module=row["module_id"], reason=reason)


async def _joined(rollout_id: str) -> asyncpg.Record:
    row = await db.fetch_one(f"{SELECT} WHERE o.id = $1", rights.identifier(rollout_id))
    assert row is not None
    return row


SELECT = "SELECT o.*, r.version FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"


def out(row: asyncpg.Record) -> RolloutOut:
    return RolloutOut(
        id=str(row["id"]),
        module=row["module_id"],
        release=str(row["release_id"]),
        version=row["version"],
        state=row["state"],
        step=row["step"],
        steps=_steps.decode(row["steps"]),
        step_at=row["step_at"],
        start_at=row["start_at"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        reason=row["reason"],
    )
