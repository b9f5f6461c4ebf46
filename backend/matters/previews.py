"""Releases shown in the citizens' pages before anybody gets them: to whoever has a link of an hour.

The link is given to somebody who may read the release, for a phone as well as for a screen; nothing can be submitted
through it. What it opens is kept in Redis under the digest of its ticket and is gone with its time.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

import msgspec
from redis.exceptions import RedisError

from backend.core import audit, db, redis
from backend.core.clock import now
from backend.core.errors import ServiceUnavailable
from backend.core.sessions import Principal
from backend.matters import guide
from backend.matters.errors import PreviewOver
from backend.matters.schemas import Guide, PreviewLink, PreviewOut
from backend.modules import rights
from backend.modules.errors import MatterNotFound
from backend.modules.registry import MatterEntry
from backend.modules.terms import Phrase, Terms
from backend.sdk.manifest import bundle_from_json

LASTS = timedelta(hours=1)
MOST = 200


class _Held(msgspec.Struct):
    release: str
    until: str


def _key(ticket: str) -> str:
    return f"matters:preview:{hashlib.sha256(ticket.encode()).hexdigest()}"


async def make(who: Principal, release_id: str) -> PreviewLink:
    """A link to a release. Raises ReleaseNotFound, NotYourRegion, ServiceUnavailable."""
    row = await rights.release_of(who, release_id)
    ticket, until = secrets.token_urlsafe(32), now() + LASTS
    held = msgspec.json.encode(_Held(str(row["id"]), until.isoformat()))
    async with db.transaction():  # before the link works: no release is shown without a trace of who gave it out
        await audit.record(
            who, "modules.previewed", "release", str(row["id"]), module=row["module_id"], version=row["version"]
        )
    try:
        await redis.client().set(_key(ticket), held, ex=int(LASTS.total_seconds()))
    except RedisError as exc:
        raise ServiceUnavailable(retry_after=5) from exc
    return PreviewLink(path=f"/preview/{ticket}", expires_at=until)


async def _opened(ticket: str) -> tuple[_Held, str, str, list[MatterEntry]]:
    """(what is held, state of the release, name of the module, its matters). Raises PreviewOver."""
    try:
        found = await redis.client().get(_key(ticket))
    except RedisError as exc:
        raise ServiceUnavailable(retry_after=5) from exc
    if found is None:
        raise PreviewOver
    held = msgspec.json.decode(found, type=_Held)
    row = await db.fetch_one(
        "SELECT module_id, version, state, content FROM modules_release WHERE id = $1", rights.identifier(held.release)
    )
    if row is None:  # a draft that gave way to its successor
        raise PreviewOver
    bundle = bundle_from_json(bytes(row["content"]))
    release = f"{row['module_id']}@{row['version']}"
    nothing = Terms(Phrase("", []), [])
    entries = [
        MatterEntry(bundle.module, matter, release, order, nothing) for order, matter in enumerate(bundle.matters)
    ]
    return held, row["state"], bundle.module.name, entries


async def read(ticket: str) -> PreviewOut:
    """What the link shows. Raises PreviewOver."""
    held, state, name, entries = await _opened(ticket)
    return PreviewOut(
        release=entries[0].release,
        name=name,
        state=state,
        expires_at=msgspec.convert(held.until, type(now())),
        total=len(entries),
        matters=[guide.card(entry) for entry in entries[:MOST]],
    )


async def matter(ticket: str, code: str) -> Guide:
    """A guide, with its form, as citizens would get it. Raises PreviewOver, MatterNotFound."""
    _, _, _, entries = await _opened(ticket)
    found = next((entry for entry in entries if entry.id == code), None)
    if found is None:
        raise MatterNotFound
    return guide.build(found, None)
