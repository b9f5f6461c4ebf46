"""Builds the citizen pages and consoles in `h5/` when their sources changed."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from backend.local import node
from backend.local.processes import Guard
from backend.local.settings import ROOT, StartRefused

H5 = ROOT / "h5"
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results", ".vite"}


def fingerprint(folder: Path) -> str:
    """A digest of every source file's name and content."""
    digest = hashlib.sha256()
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in NOT_SOURCES)
        for name in sorted(names):
            path = Path(place, name)
            if path.is_file():
                content = path.read_bytes()
                digest.update(f"{path.relative_to(folder)}\0{len(content)}\0".encode())
                digest.update(content)
    return digest.hexdigest()


async def build(folder: Path, *, guard: Guard, log: Path, say: Callable[[str], None]) -> bool:
    """Install and build when needed; True when it built. Raises StartRefused with the end of npm's log."""
    if not (folder / "package.json").exists():
        return False
    async with node.alone(folder.name):
        sources = await asyncio.to_thread(fingerprint, folder)
        stamp = folder / "dist" / ".built-from"
        if stamp.exists() and stamp.read_text(encoding="ascii") == sources:
            return False
        say("Building the pages (only when their sources change) …")
        await node.install(folder, guard=guard, log=log)
        await node.npm(folder, ["run", "build"], guard=guard, log=log)
        if not stamp.parent.is_dir():
            raise StartRefused(f"`npm run build` ended well but left no {stamp.parent}.")
        # what was edited while it was being built is built again at the next start
        stamp.write_text(sources, encoding="ascii")
    return True
