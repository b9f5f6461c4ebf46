"""`python -m backend modules …`: check folders, publish the ones of this repository, switch."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from backend import wiring
from backend.core import db, redis
from backend.core.errors import AppError
from backend.core.settings import load
from backend.modules import service
from backend.sdk.check import check_folder
from backend.sdk.findings import has_errors

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


async def _switch(args: argparse.Namespace) -> int:
    settings = load()
    redis.connect(settings.redis_url)
    await db.connect(wiring.database(settings))
    try:
        await service.switch(args.module, args.state, args.reason, by=None, matter=args.matter, region=args.region)
    except AppError as exc:
        sys.stderr.write(f"{exc.detail or exc.title}\n")
        return 1
    finally:
        await db.disconnect()
        await redis.disconnect()
    return 0


def _check(paths: list[Path]) -> int:
    broken = False
    for path in paths:
        findings = check_folder(path)
        broken = broken or has_errors(findings)
        for finding in findings:
            sys.stdout.write(f"{path.name}/{finding}\n")
    return 1 if broken else 0


def main(argv: list[str]) -> int:
    root = argparse.ArgumentParser(prog="python -m backend modules")
    commands = root.add_subparsers(dest="command", required=True)
    publish = commands.add_parser("publish-local", help="publish the folders of matrix_modules/")
    publish.add_argument("root", nargs="?", type=Path, default=FOLDER)
    check = commands.add_parser("check", help="read folders as the host would and print every finding")
    check.add_argument("paths", nargs="+", type=Path)
    switch = commands.add_parser("switch", help="on, guide_only or off, at once and everywhere")
    switch.add_argument("module")
    switch.add_argument("state", choices=["on", "guide_only", "off"])
    switch.add_argument("--reason", default="")
    switch.add_argument("--matter", default="")
    switch.add_argument("--region", default="")
    args = root.parse_args(argv)
    if args.command == "publish-local":
        return asyncio.run(_publish(args.root))
    if args.command == "switch":
        return asyncio.run(_switch(args))
    return _check(args.paths)
