"""A team's own pages: the `h5/` files of a release, read from its stored bundle and kept in memory.

A set of pages is known by its module and the digest of its release, so an address never changes its content. Which set
somebody gets is decided by the registry's snapshot (`MatterEntry.release`); what is answered for an address only
depends on whether that release was ever given to citizens. A release that was rolled back is not served any more; one
that a newer release replaced is served for a day, for whoever has its page open.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import PurePosixPath

from backend.core import db, logging
from backend.modules import registry
from backend.sdk import bundle

log = logging.get("pages")

FOLDER = "h5/"
ENTRY = "index.html"
MOST_BYTES = 96 * 1024 * 1024
MOST_ABSENT = 2_000
MODULE = re.compile(r"^[a-z][a-z0-9_]{0,63}$")
DIGEST = re.compile(r"^[0-9a-f]{64}$")

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
"""What is served; a file of any other kind is not there."""

# Who may be looking at a release: now, or with a page that was opened before the newest release came.
_SHOWN = (
    "EXISTS (SELECT 1 FROM modules_rollout o WHERE o.release_id = r.id AND (o.state = 'live'"
    " OR (o.state IN ('gray', 'paused') AND o.step >= 0)"
    " OR (o.state = 'replaced' AND o.ended_at > now() - interval '1 day')))"
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `etag` is quoted as the header wants it."""

    content: bytes
    content_type: str
    etag: str


@dataclass(frozen=True, slots=True)
class PageSet:
    """The pages of one release, by their names inside `h5/`. Without files the release has no pages."""

    module: str
    version: str
    digest: str
    files: dict[str, Asset]
    size: int

    @property
    def release(self) -> str:
        return f"{self.module}@{self.version}"


_sets: OrderedDict[tuple[str, str], tuple[PageSet, int]] = OrderedDict()
_absent: dict[tuple[str, str], int] = {}
_digests: dict[str, str] = {}
_loading = asyncio.Lock()


async def of_release(release: str) -> PageSet | None:
    """The pages of a release that citizens get; None when it has none or nobody gets it."""
    module_id, _, version = release.partition("@")
    digest = _digests.get(release)
    if digest is None:
        row = await db.fetch_one(
            "SELECT digest FROM modules_release WHERE module_id = $1 AND version = $2", module_id, version
        )
        if row is None:
            return None
        digest = bytes(row["digest"]).hex()
        if len(_digests) > MOST_ABSENT:
            _digests.clear()
        _digests[release] = digest  # a released version never changes
    found = await of_digest(module_id, digest)
    return found if found is not None and ENTRY in found.files else None


async def of_digest(module_id: str, digest: str) -> PageSet | None:
    """The pages at an address; None when there are none or nobody gets that release."""
    snapshot = registry.current()
    key = (module_id, digest)
    held = _sets.get(key)
    if held is not None and held[1] == snapshot.generation:
        _sets.move_to_end(key)
        return held[0]
    if (
        not MODULE.fullmatch(module_id)
        or not DIGEST.fullmatch(digest)
        or module_id not in snapshot.modules
        or _absent.get(key) == snapshot.generation
    ):
        return None
    async with _loading:
        return await _load(key, snapshot.generation)


async def _load(key: tuple[str, str], generation: int) -> PageSet | None:
    held = _sets.get(key)
    if held is not None and held[1] == generation:
        return held[0]
    column = "r.version" if held is not None else "r.version, r.bundle"
    row = await db.fetch_one(
        f"SELECT {column} FROM modules_release r WHERE r.module_id = $1 AND r.digest = $2 AND {_SHOWN} LIMIT 1",  # noqa: S608 - words of ours
        key[0],
        bytes.fromhex(key[1]),
    )
    if row is None:
        _sets.pop(key, None)
        if len(_absent) > MOST_ABSENT:
            _absent.clear()
        _absent[key] = generation
        return None
    if held is not None:
        made = held[0]
    else:
        made = await asyncio.to_thread(_unpack, key, row["version"], row["bundle"])
    _sets[key] = (made, generation)
    _sets.move_to_end(key)
    total = sum(item.size for item, _ in _sets.values())
    while total > MOST_BYTES and len(_sets) > 1:
        _, (gone, _) = _sets.popitem(last=False)
        total -= gone.size
    return made


def _unpack(key: tuple[str, str], version: str, data: bytes | None) -> PageSet:
    files: dict[str, Asset] = {}
    read = bundle.read(bytes(data)) if data else bundle.Unpacked()
    if read.findings:  # it was judged when it was uploaded: the row is damaged
        log.error("bundle_unreadable", module=key[0], version=version, fault=str(read.findings[0]))
    else:
        for name, content in read.files.items():
            kind = TYPES.get(PurePosixPath(name).suffix.lower())
            if name.startswith(FOLDER) and kind is not None:
                etag = '"' + hashlib.blake2b(content, digest_size=12).hexdigest() + '"'
                files[name.removeprefix(FOLDER)] = Asset(content, kind, etag)
    return PageSet(key[0], version, key[1], files, sum(len(item.content) for item in files.values()))


def of_folder(files: dict[str, bytes]) -> bytes | None:
    """What a release of a folder of this repository keeps beside its content: a bundle of its `h5/` files."""
    own = {name: content for name, content in files.items() if name.startswith(FOLDER)}
    return bundle.pack_files(own) if own else None


def reset() -> None:
    """Forget everything; tests start from nothing with it."""
    _sets.clear()
    _absent.clear()
    _digests.clear()
