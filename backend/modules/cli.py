"""`python -m backend modules …`: what a team does with a folder, what it asks of the host, and what the host does
with the folders of this repository.

Exit codes: 0 done; 1 refused (findings, a refusal of the host); 2 wrong arguments; 3 the host could not be reached or
nobody is signed in.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend import wiring
from backend.core import db, redis
from backend.core.errors import AppError
from backend.core.settings import load
from backend.modules import cli_adopt, cli_folders, cli_host, cli_rebase, service

FOLDER = Path(__file__).resolve().parents[2] / "matrix_modules"


def folders(root: Path) -> list[Path]:
    return sorted(path.parent for path in root.glob("*/module.toml"))


async def _publish(root: Path) -> int:
    settings = load()
    redis.connect(settings.redis_url)
    await db.connect(wiring.database(settings))
    failed = changed = 0
    try:
        for folder in folders(root):
            try:
                _, _, new = await service.publish_folder(folder, by="local")
                changed += new
            except AppError as exc:
                failed += 1
                sys.stderr.write(f"{exc.detail or exc.title}\n")
                for line in exc.extra.get("findings", []):
                    sys.stderr.write(f"  {line}\n")
    finally:
        await db.disconnect()
        await redis.disconnect()
    sys.stdout.write(f"modules: {len(folders(root))} looked at, {changed} published, {failed} refused\n")
    return 1 if failed else 0


def _publish_local(args: argparse.Namespace) -> int:
    return asyncio.run(_publish(args.root))


def parser(more: Callable[[Any], None] | None = None) -> argparse.ArgumentParser:
    """`more` adds commands of a floor above."""
    root = argparse.ArgumentParser(prog="python -m backend modules", description="写模块、检查、提交、灰度和上线")
    commands = root.add_subparsers(dest="command", required=True, metavar="命令")
    cli_folders.add(commands)
    cli_host.add(commands)
    cli_adopt.add(commands)
    cli_rebase.add(commands)
    if more is not None:
        more(commands)
    publish = commands.add_parser("publish-local", help="发布本仓库 matrix_modules/ 里的模块（启动时自动运行）")
    publish.add_argument("root", nargs="?", type=Path, default=FOLDER)
    publish.set_defaults(run=_publish_local)
    return root


def main(argv: list[str], more: Callable[[Any], None] | None = None) -> int:
    args = parser(more).parse_args(argv)
    return int(args.run(args))
