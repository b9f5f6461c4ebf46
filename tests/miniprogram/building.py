"""A platform's built output as the harness runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from backend.local import node
from backend.local.settings import ROOT
from tests.miniprogram.host import API, Platform

HARNESS = Path(__file__).with_name("harness")
PROGRAM = ROOT / "miniprogram"
SECONDS = 600


def run(folder: Path, *argv: str, **more: str) -> None:
    """A tool of node in `folder`; its last words when it fails."""
    done = subprocess.run(
        [str(node.tools() / argv[0]), *argv[1:]],
        cwd=folder,
        env={**node.environment(), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, f"{' '.join(argv)} failed in {folder.name}/:\n{done.stdout[-4000:]}"


class Output:
    """One platform's built output: `dist` as the vendor's tool would upload it, `bundle` as the browser runs it."""

    def __init__(self, platform: Platform, dist: Path, bundle: Path) -> None:
        self.platform, self.dist, self.bundle = platform, dist, bundle

    @property
    def content(self) -> dict[str, Any]:
        return dict(json.loads(self.bundle.read_text(encoding="utf-8")))


def compiled(platform: Platform, dist: Path, target: Path) -> Output:
    """`dist` as one file for the browser."""
    subprocess.run([sys.executable, "-m", "backend.local.node", str(HARNESS)], check=True, timeout=SECONDS)
    target.parent.mkdir(parents=True, exist_ok=True)
    run(HARNESS, "node", "compile.mjs", str(dist), str(target), platform)
    return Output(platform, dist, target)


def built(platform: Platform, folder: Path) -> Output:
    """The real program, from its source, for one platform."""
    subprocess.run([sys.executable, "-m", "backend.local.node", str(PROGRAM)], check=True, timeout=SECONDS)
    dist = folder / platform
    run(PROGRAM, "node", "scripts/build.mjs", platform, TF_API=API, TF_OUT=str(dist))
    return compiled(platform, dist, folder / f"{platform}.json")
