"""Judging an uploaded bundle in a process of its own, with a deadline and bounds on memory and processor time.

The parent reads the container (`sdk.bundle.read`) and writes the files into a fresh folder; the child runs the
checker there and hands back findings, canonical content and search words. A module that makes the checker slow, huge
or crash harms nobody who is being served.
"""

from __future__ import annotations

import asyncio
import base64
import os
import resource
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from backend.core import logging
from backend.modules.errors import CheckerBusy
from backend.sdk import bundle
from backend.sdk.findings import Finding, has_errors

log = logging.get("examine")

CODE = str(Path(__file__).resolve().parents[2])
SECONDS = 60
MEMORY = 2 << 30
_one_at_a_time = asyncio.Semaphore(1)


class Verdict(msgspec.Struct, kw_only=True):
    """What the child says. `content` and `terms` are base64, empty when there is an error among the findings."""

    findings: list[Finding] = []
    module: str = ""
    name: str = ""
    version: str = ""
    owners: list[str] = []
    regions: list[str] = []
    matters: int = 0
    content: str = ""
    terms: str = ""


async def examine(files: dict[str, bytes], live: str | None) -> Verdict:
    """The checker's verdict on the files of a bundle without faults. Raises CheckerBusy when there is none in time."""
    root = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="tf-examine-"))
    try:
        await asyncio.to_thread(bundle.extract, files, root / "module")
        async with _one_at_a_time:
            return await _child(root, live)
    finally:
        await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)


async def _child(root: Path, live: str | None) -> Verdict:
    # isolated from the parent's secrets: the child needs a path to its own code and nothing else
    environment = {"PYTHONPATH": CODE, "PATH": os.environ.get("PATH", "")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "backend.modules.examine",
        str(root),
        live or "",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), SECONDS)
    except TimeoutError as exc:
        log.warning("checker_too_slow", seconds=SECONDS)
        raise CheckerBusy from exc
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        return msgspec.json.decode(out, type=Verdict)
    except msgspec.DecodeError as exc:
        log.error("checker_failed", code=process.returncode, error=err[-2_000:].decode("utf-8", "replace"))
        raise CheckerBusy from exc


def _verdict(root: Path, live: str | None) -> Verdict:
    from backend.modules import terms
    from backend.sdk.check import check_folder
    from backend.sdk.manifest import bundle_to_json, load_folder

    folder = root / "module"
    held, findings = load_folder(folder)
    if held is None:
        return Verdict(findings=findings)
    # the checker holds the folder's name against the module's id; a bundle has no folder of its own
    named = root / held.module.id
    if named != folder:
        folder.rename(named)
    findings = check_folder(named, live=live)
    made = Verdict(
        findings=findings,
        module=held.module.id,
        name=held.module.name,
        version=held.module.version,
        owners=list(held.module.owners),
        regions=list(held.module.regions),
        matters=len(held.matters),
    )
    if not has_errors(findings):
        made.content = base64.b64encode(bundle_to_json(held)).decode()
        made.terms = base64.b64encode(terms.of_bundle(held)).decode()
    return made


def main() -> int:
    """The child: argument 1 is the folder with `module/` in it, argument 2 the live version or empty."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(msgspec.json.encode(_verdict(Path(sys.argv[1]), sys.argv[2] or None)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
