"""Publishing, switching, and who may see what of it."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path

import msgspec

from backend.core import audit, db
from backend.core.sessions import Principal
from backend.modules import pages, registry, rights, terms
from backend.modules.errors import BundleRefused, MatterNotFound, ReleaseNotFound
from backend.modules.generations import bump
from backend.modules.models import HostedModule, Release, Rollout
from backend.sdk.check import check_folder
from backend.sdk.files import list_files
from backend.sdk.findings import Finding, has_errors
from backend.sdk.manifest import Bundle, bundle_to_json, load_folder


async def publish_folder(folder: Path, *, by: str) -> tuple[str, list[Finding], bool]:
    """Check a folder of this repository and make it live. Returns (release, findings, whether anything changed).

    A released version never changes: other content under a version that exists gets a build suffix
    (`1.2.0+local.1f2e3d4c`), which only this way of publishing can make. Raises BundleRefused with the findings.
    """
    source = await asyncio.to_thread(_folder_digest, folder)
    # the newest one that came from a folder: a team's release, or a rollback, that came after it stays
    same = await db.fetch_one(
        "SELECT r.module_id, r.version, r.source_digest FROM modules_rollout o"
        " JOIN modules_release r ON r.id = o.release_id WHERE o.module_id = $1 AND r.source_digest IS NOT NULL"
        " ORDER BY o.created_at DESC LIMIT 1",
        folder.name,
    )
    if same is not None and bytes(same["source_digest"]) == source:
        return f"{same['module_id']}@{same['version']}", [], False
    findings = await asyncio.to_thread(check_folder, folder)
    bundle, shape = await asyncio.to_thread(load_folder, folder)
    if bundle is None or has_errors(findings):
        raise BundleRefused(
            f"{folder.name}：{sum(1 for item in findings if item.severity == 'error') or 1} 处错误",
            extra={"findings": [str(item) for item in (findings or shape)][:20]},
        )
    own = await asyncio.to_thread(_pages, folder)
    release, changed = await publish(bundle, by=by, source_digest=source, own_pages=own)
    return release, findings, changed


def _folder_digest(folder: Path) -> bytes:
    """SHA-256 over names and contents of a folder's files."""
    state = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            state.update(f"{path.relative_to(folder).as_posix()}\x00{len(content)}\x00".encode())
            state.update(content)
    return state.digest()


def _pages(folder: Path) -> bytes | None:
    names = [name for name in list_files(folder)[0] if name.startswith(pages.FOLDER)]
    return pages.of_folder({name: (folder / name).read_bytes() for name in names})


async def publish(
    bundle: Bundle, *, by: str, source_digest: bytes | None = None, own_pages: bytes | None = None
) -> tuple[str, bool]:
    """Make a bundle the live release of its module; (release, whether anything changed). `own_pages` is the packed
    `h5/` of its folder."""
    content = bundle_to_json(bundle)
    digest = hashlib.sha256(content + (own_pages or b"")).digest()
    module = bundle.module
    words = await asyncio.to_thread(terms.of_bundle, bundle)
    async with db.transaction():
        await rights.lock(module.id)
        live = await db.fetch_one(
            "SELECT r.version, r.digest FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
            " WHERE o.module_id = $1 AND o.state = 'live'",
            module.id,
        )
        if live is not None and bytes(live["digest"]) == digest:
            await db.execute(
                "UPDATE modules_release SET source_digest = $3 WHERE module_id = $1 AND version = $2",
                module.id,
                live["version"],
                source_digest,
            )
            return f"{module.id}@{live['version']}", False
        version = module.version
        same = await db.fetch_one(
            "SELECT digest FROM modules_release WHERE module_id = $1 AND version = $2", module.id, version
        )
        if same is not None and bytes(same["digest"]) != digest:
            version = f"{module.version}+local.{digest.hex()[:8]}"
            same = await db.fetch_one(
                "SELECT digest FROM modules_release WHERE module_id = $1 AND version = $2", module.id, version
            )
        await db.execute(
            "INSERT INTO modules_module (id, name, owners, created_at) VALUES ($1, $2, $3::jsonb, now())"
            " ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, owners = EXCLUDED.owners",
            module.id,
            module.name,
            msgspec.json.encode(list(module.owners)).decode(),
        )
        if same is None:
            await Release.create(
                module_id=module.id,
                version=version,
                state="approved",
                digest=digest,
                source_digest=source_digest,
                bundle=own_pages,
                content=content,
                terms=words,
                matters=len(bundle.matters),
                published_by=by,
            )
        row = await Release.get(module_id=module.id, version=version)
        await db.execute(
            "UPDATE modules_rollout SET state = 'replaced', ended_at = now() WHERE module_id = $1 AND state = 'live'",
            module.id,
        )
        await Rollout.create(module_id=module.id, release_id=row.id, state="live", by=by)
        await bump()
        await audit.record(None, "modules.published", "release", f"{module.id}@{version}"[:64], by=by)
    return f"{module.id}@{version}", True


async def live_release(who: Principal, module_id: str) -> str:
    """The release that everybody gets of a module that the principal answers for, as `module@version`.

    Raises ModuleNotFound, NotYourRegion, ReleaseNotFound (nothing is live).
    """
    rights.require_regions(who, await rights.module_regions(module_id))
    row = await db.fetch_one(
        "SELECT r.version FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
        " WHERE o.module_id = $1 AND o.state = 'live'",
        module_id,
    )
    if row is None:
        raise ReleaseNotFound("这个模块没有在线上")
    return f"{module_id}@{row['version']}"


async def switch(
    module_id: str,
    state: registry.State,
    reason: str,
    *,
    by: Principal | None,
    matter: str = "",
    region: str = "",
    until: datetime | None = None,
) -> None:
    """Set a module or one matter on, guide_only or off. Raises MatterNotFound for a module nobody knows."""
    async with db.transaction():
        if not await HostedModule.exists(id=module_id):
            raise MatterNotFound("没有这个模块")
        await db.execute(
            "INSERT INTO modules_switch (module_id, matter, region, state, reason, until, by, at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, now()) ON CONFLICT (module_id, matter, region)"
            " DO UPDATE SET state = EXCLUDED.state, reason = EXCLUDED.reason, until = EXCLUDED.until,"
            " by = EXCLUDED.by, at = EXCLUDED.at",
            module_id,
            matter,
            region,
            state,
            reason,
            until,
            by.id if by else "system",
        )
        await bump()
        await audit.record(
            by, f"modules.switch.{state}", "module", module_id, matter=matter, region=region, reason=reason
        )
