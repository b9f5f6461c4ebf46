"""`modules rebase`: what the live release would change for open cases and drafts, and moving those that still fit."""

from __future__ import annotations

import argparse
from collections import Counter
from typing import Any

from backend.modules import cli_output as out
from backend.modules.cli_host import P, differences_of, guarded
from backend.modules.cli_session import Host


def _rebase(args: argparse.Namespace, host: Host) -> int:
    items: list[dict[str, Any]] = []
    changes: dict[tuple[str, str], dict[str, Any]] = {}
    release, after = "", None
    while True:
        body = {"move": args.yes, "after": after}
        found = host.call("POST", f"{P}/modules/{args.module}/rebase", body)
        release, after = found["release"], found["next"]
        items += found["items"]
        changes |= {(item["release"], item["matter"]): item for item in found["changes"]}
        if after is None:
            break
        if not args.json and out.console().is_terminal:
            out.say(f"  看过 {len(items)} 件…", "dim")
    moves = [item for item in items if item["moves"]]
    stays = [item for item in items if not item["moves"]]
    if args.json:
        out.as_json(
            {
                "release": release,
                "moved": args.yes,
                "moves": len(moves),
                "stays": len(stays),
                "items": items,
                "changes": list(changes.values()),
            }
        )
        return 0
    did = "已换到" if args.yes else "可以换到"
    out.say(f"{did} {release}：{len(moves)} 件；留在原来的版本：{len(stays)} 件", "bold")
    for change in changes.values():
        out.say(f"{change['release']} 的 {change['matter']}，新版本的不同：")
        differences_of(change["items"])
    told: Counter[tuple[str, ...]] = Counter()
    for item in stays:
        if item["number"] is None:  # a draft is its owner's alone: how many, and why
            told[item["name"], "草稿", "；".join(item["reasons"])] += 1
    rows = [[item["name"], item["number"], "；".join(item["reasons"])] for item in stays if item["number"]]
    rows += [[name, f"{count} 份{what}", reasons] for (name, what, reasons), count in told.items()]
    if rows:
        out.table("留在原来的版本", ["事项", "办件", "原因"], rows)
    if moves and not args.yes:
        out.say(f"换过去：python -m backend modules rebase {args.module} --yes", "dim")
    return 0


def add(commands: Any) -> None:
    """Add the command to the parser of `modules`."""
    text = "看线上版本对在办的办件和草稿有什么影响；加 --yes 把还符合要求的换过去"
    made: argparse.ArgumentParser = commands.add_parser("rebase", help=text, description=text)
    made.add_argument("module")
    made.add_argument("--yes", action="store_true", help="换过去；不写只看")
    made.add_argument("--host", help="平台的地址，默认是登录过的那个，或 TF_HOST")
    made.add_argument("--json", action="store_true", help="给程序读的输出")
    made.set_defaults(run=guarded(_rebase))
