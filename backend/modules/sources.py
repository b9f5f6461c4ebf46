"""What a module of one city gives to another that adopts it: the content of releases that citizens have had."""

from __future__ import annotations

import msgspec

from backend.core import db
from backend.modules.errors import ReleaseNotFound
from backend.modules.schemas import SourceOut
from backend.sdk import adopt
from backend.sdk.manifest import Bundle, bundle_from_json


async def read(module_id: str, version: str | None) -> SourceOut:
    """Any publisher may read it, wherever the module holds: it was public. Raises ReleaseNotFound."""
    if version is None:
        row = await db.fetch_one(
            "SELECT r.version FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
            " WHERE o.module_id = $1 AND o.state = 'live'",
            module_id,
        )
        if row is None:
            raise ReleaseNotFound("这个模块没有在线上")
        version = str(row["version"])
    bundle = await content(module_id, version)
    return SourceOut(
        module=module_id, version=version, digest=adopt.digest(bundle), content=msgspec.to_builtins(bundle)
    )


async def content(module_id: str, version: str) -> Bundle:
    """A release that has been live: what only lay in a draft or a review is nobody else's. Raises ReleaseNotFound."""
    row = await db.fetch_one(
        "SELECT content FROM modules_release r WHERE module_id = $1 AND version = $2 AND EXISTS"
        " (SELECT 1 FROM modules_rollout o WHERE o.release_id = r.id AND o.state IN ('live', 'replaced'))",
        module_id,
        version,
    )
    if row is None:
        raise ReleaseNotFound
    return bundle_from_json(bytes(row["content"]))
