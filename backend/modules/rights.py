"""Who may do what with a module: staff whose regions cover all of the module's regions."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import asyncpg

from backend.core import db
from backend.core.sessions import Principal
from backend.modules.errors import ModuleNotFound, NotYourRegion, ReleaseNotFound, RolloutNotFound
from backend.modules.registry import covers
from backend.sdk.manifest import bundle_from_json


def require_regions(who: Principal, regions: Iterable[str]) -> None:
    """Raise NotYourRegion unless each region lies in one of the principal's."""
    if not all(any(covers(mine, region) for mine in who.regions) for region in regions):
        raise NotYourRegion


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
