"""Commands about keys: a team's, with which bundles are signed, and a department's, with which it speaks."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backend.modules import cli_output as out
from backend.modules.cli_session import Host
from backend.sdk import sign

P = "/publish/v1"


def _team(args: argparse.Namespace, host: Host) -> int:
    page: Any = None
    if args.name:
        page = host.call("POST", f"{P}/teams", {"id": args.team, "name": args.name})
    if args.add_key:
        body: dict[str, Any] = {"public_key": args.add_key.read_text("utf-8")}
        if args.vouch_with:
            old = sign.load_private(args.vouch_with)
            new = sign.load_public(body["public_key"])
            body |= {
                "vouched_by": sign.key_id(old.public_key()),
                "proof": sign.vouch(args.team, new, old),
            }
        page = host.call("POST", f"{P}/teams/{args.team}/keys", body)
    if args.agree:
        page = host.call("POST", f"{P}/teams/{args.team}/keys/{args.agree}/agree")
    if args.revoke:
        page = host.call("POST", f"{P}/teams/{args.team}/keys/{args.revoke}/revoke", {"reason": args.reason})
    if page is None:
        page = host.call("GET", f"{P}/teams/{args.team}")
    if args.json:
        out.as_json(page)
        return 0
    words = {"proposed": "等另一位管理员同意", "active": "在用", "retired": "已换新", "revoked": "已吊销"}
    rows = [[key["id"], words[key["state"]], out.moment(key["created_at"]), key["reason"]] for key in page["keys"]]
    out.table(f"{page['id']}  {page['name']}", ["密钥", "状态", "登记", "原因"], rows)
    return 0


def _department(args: argparse.Namespace, host: Host) -> int:
    path = f"{P}/modules/{args.module}/department-keys"
    page: Any = None
    if args.add_key:
        page = host.call("POST", path, {"public_key": args.add_key.read_text("utf-8")})
    if args.confirm:
        page = host.call("POST", f"{path}/{args.confirm}/confirm")
    if args.revoke:
        page = host.call("POST", f"{path}/{args.revoke}/revoke", {"reason": args.reason})
    if page is None:
        page = host.call("GET", path)
    if args.platform_keys:
        args.platform_keys.mkdir(parents=True, exist_ok=True)
        for key in page["platform"]:
            (args.platform_keys / f"{key['id']}.pub").write_text(key["public_key"], "utf-8")
    if args.json:
        out.as_json(page)
        return 0
    words = {"proposed": "等管理员确认", "active": "在用", "revoked": "已吊销"}
    rows = [
        [key["id"], key["algorithm"], words[key["state"]], out.moment(key["created_at"]), key["reason"]]
        for key in page["keys"]
    ]
    out.table(f"{page['module']} 部门的密钥", ["密钥", "算法", "状态", "登记", "原因"], rows)
    out.table("平台的公钥", ["密钥", "算法"], [[key["id"], key["algorithm"]] for key in page["platform"]])
    return 0


def add(command: Callable[..., Any]) -> None:
    """Add the commands; `command(name, text, run)` gives a parser."""
    team = command("team", "团队和密钥：登记、换新、吊销、查看", _team)
    team.add_argument("team")
    team.add_argument("--name", help="登记这个团队（管理员）")
    team.add_argument("--add-key", type=Path, metavar="公钥", help="登记公钥（管理员，或用旧私钥证明）")
    team.add_argument("--vouch-with", type=Path, metavar="旧私钥", help="换新：用旧私钥证明，旧密钥随即停用")
    team.add_argument("--agree", metavar="密钥编号", help="同意另一位管理员登记的公钥（管理员）")
    team.add_argument("--revoke", metavar="密钥编号", help="吊销（管理员）")
    team.add_argument("--reason", default="未说明", help="吊销的原因")
    department = command("department", "部门的密钥：登记、确认、吊销；不写就列出", _department)
    department.add_argument("module")
    department.add_argument("--add-key", type=Path, metavar="公钥", help="登记部门的公钥，等管理员确认")
    department.add_argument("--confirm", metavar="密钥编号", help="管理员确认一把登记的公钥（不能是登记的人）")
    department.add_argument("--revoke", metavar="密钥编号", help="吊销，立即生效")
    department.add_argument("--reason", default="", help="吊销的原因")
    department.add_argument("--platform-keys", type=Path, metavar="文件夹", help="把平台的公钥写进这个文件夹")
