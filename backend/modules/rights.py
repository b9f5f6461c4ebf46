"""Who may do what with a module: staff whose regions cover all of the module's regions."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from backend.core import db
from backend.core.sessions import Principal
from backend.modules import registry
from backend.modules.errors import ModuleNotFound, NotYourRegion, NotYourTeam, ReleaseNotFound, RolloutNotFound
from backend.modules.registry import covers
from backend.sdk.manifest import bundle_from_json


def require_regions(who: Principal, regions: Iterable[str]) -> None:
    """Raise NotYourRegion unless each region lies in one of the principal's."""
    if not covered(who, regions):
        raise NotYourRegion


def covered(who: Principal, regions: Iterable[str]) -> bool:
    return all(any(covers(mine, region) for mine in who.regions) for region in regions)


async def lock(module_id: str) -> None:
    """One change of a module at a time, until the caller's transaction ends."""
    await db.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 7310002))", module_id)


async def module_regions(module_id: str) -> list[str]:
    """The regions of a module by its newest release. Raises ModuleNotFound."""
    row = await db.fetch_one(
        "SELECT content FROM modules_release WHERE module_id = $1 ORDER BY created_at DESC LIMIT 1", module_id
    )
    if row is None:
        raise ModuleNotFound
    return list(bundle_from_json(bytes(row["content"])).module.regions)


async def regions_of(module_id: str) -> list[str]:
    """The regions that citizens get a module in; of its newest release while they get none. Raises ModuleNotFound."""
    found = registry.current().modules.get(module_id)
    return list(found.regions) if found else await module_regions(module_id)


async def teams_of(who: Principal) -> set[str] | None:
    """The teams whose keys the principal may read: those that own a module of his regions; None is every team."""
    if not {"admin", "auditor"}.isdisjoint(who.roles):
        return None
    rows = await db.fetch("SELECT id, owners FROM modules_module")
    return {
        team for row in rows if covered(who, await regions_of(row["id"])) for team in msgspec.json.decode(row["owners"])
    }


async def require_team(who: Principal, team: str) -> None:
    """Raise NotYourTeam unless the principal may read the team's keys."""
    if not {"admin", "auditor"}.isdisjoint(who.roles):
        return
    for row in await db.fetch("SELECT id FROM modules_module WHERE owners ? $1", team):
        if covered(who, await regions_of(row["id"])):
            return
    raise NotYourTeam


async def release_of(who: Principal, release_id: str) -> asyncpg.Record:
    """The row of a release that the principal may act on. Raises ReleaseNotFound, NotYourRegion."""
    key = identifier(release_id)
    row = await db.fetch_one("SELECT * FROM modules_release WHERE id = $1", key) if key else None
    if row is None:
        raise ReleaseNotFound
    require_regions(who, bundle_from_json(bytes(row["content"])).module.regions)
    return row


async def rollout_of(who: Principal, rollout_id: str) -> asyncpg.Record:
    """The row of a rollout that the principal may act on. Raises RolloutNotFound, NotYourRegion."""
    key = identifier(rollout_id)
    row = await db.fetch_one("SELECT * FROM modules_rollout WHERE id = $1", key) if key else None
    if row is None:
        raise RolloutNotFound
    await release_of(who, str(row["release_id"]))
    return row


def identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
