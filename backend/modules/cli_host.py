"""Commands that ask the host: sign in, submit, review, roll out, switch, teams and keys."""

from __future__ import annotations

import argparse
import getpass
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from backend.modules import cli_keys
from backend.modules import cli_output as out
from backend.modules.cli_session import Host, HostAway, HostRefused, forget, keep
from backend.modules.states import UNDER_WAY, WORDS
from backend.sdk import bundle, sign
from backend.sdk.findings import Finding, has_errors

Run = Callable[[argparse.Namespace, Host], int]
P = "/publish/v1"


def guarded(run: Run) -> Callable[[argparse.Namespace], int]:
    """Turn what the host says into sentences and exit codes."""

    def wrapped(args: argparse.Namespace) -> int:
        try:
            return run(args, Host(args.host))
        except HostRefused as exc:
            if args.json:
                out.as_json(exc.problem)
            found = msgspec.convert(exc.problem.get("context", {}).get("findings", []), list[Finding])
            if not args.json:
                out.findings(found)
                for item in [] if found else exc.problem.get("errors", []):
                    out.say(f"  {item['field']}：{item['message']}", "yellow")
            title = exc.problem.get("title", "")
            detail = exc.problem.get("detail")
            text = f"{title}：{detail}" if detail and detail != title else title
            if exc.status == 401:
                return out.fail(f"{text}（modules login）", out.UNREACHABLE)
            return out.fail(text)
        except HostAway as exc:
            return out.fail(str(exc), out.UNREACHABLE)
        except OSError as exc:
            return out.fail(f"{exc.filename or ''}：{exc.strerror}")
        except sign.KeyUnreadable as exc:
            return out.fail(f"{str(exc).splitlines()[0]} 不是可用的密钥文件")

    return wrapped


def _login(args: argparse.Namespace, host: Host) -> int:
    password = os.environ.get("TF_STAFF_PASSWORD") or getpass.getpass("密码：")
    code = args.otp or input("动态码：")
    host.token = None
    made = host.call("POST", "/staff/v1/sessions", {"username": args.username, "password": password, "otp": code})
    path = keep(host.base, made["token"], made["staff"]["display_name"])
    return _told(args, {"host": host.base, "expires_at": made["expires_at"]}, f"已登录 {host.base}，凭证在 {path}")


def _logout(args: argparse.Namespace, host: Host) -> int:
    try:
        host.call("DELETE", "/staff/v1/session")
    finally:
        forget()
    return _told(args, {}, "已退出")


def _submit(args: argparse.Namespace, host: Host) -> int:
    """Upload (a folder is packed and signed first) and ask for review."""
    path: Path = args.path
    if path.is_dir():
        if args.key is None:
            return out.fail("提交文件夹要用 --key 指定团队的私钥")
        from backend.sdk.check import check_folder

        found = check_folder(path)
        if has_errors(found):
            out.findings(found)
            return out.fail("有错误，没有提交")
        data = bundle.pack(path)
    else:
        data = path.read_bytes()
    signature = Path(f"{path}.sig")
    if args.key is not None:
        made = msgspec.json.encode(sign.sign(data, sign.load_private(args.key)))
    elif signature.is_file():
        made = signature.read_bytes()
    else:
        return out.fail(f"没有签名：用 --key 签名，或先运行 modules sign {path}")
    release = host.upload(data, made)
    if not args.draft and release["state"] == "draft":
        release = host.call("POST", f"{P}/releases/{release['id']}/submit")
    if args.wait:
        release = _wait(host, release, args.wait)
    if args.json:
        out.as_json(release)
    else:
        _release(release)
    return int(release["state"] == "rejected")


def _wait(host: Host, release: dict[str, Any], seconds: int) -> dict[str, Any]:
    """Until the checker has spoken."""
    until = time.monotonic() + seconds
    while release["state"] in ("submitted", "checking") and time.monotonic() < until:
        time.sleep(0.5)
        release = host.call("GET", f"{P}/releases/{release['id']}")
    return release


def _release(release: dict[str, Any]) -> None:
    out.say(f"{release['module']}@{release['version']}  {WORDS[release['state']]}", "bold")
    out.say(f"  编号 {release['id']}，{release['matters']} 个事项，摘要 {release['digest'][:16]}…", "dim")
    out.findings(msgspec.convert(release["findings"], list[Finding]))
    for reason in release["reasons"]:
        place = reason["file"] + (f":{reason['line']}" if reason.get("line") else "")
        out.say(f"  {place}：{reason['text']}", "yellow")


def _status(args: argparse.Namespace, host: Host) -> int:
    if args.module is None:
        found = host.call("GET", f"{P}/modules")
        if args.json:
            out.as_json(found)
        else:
            rows = [[row["id"], row["name"], row["live"] or "—", row["candidate"] or "—"] for row in found["items"]]
            out.table("我的模块", ["模块", "名称", "线上", "灰度"], rows)
        return 0
    page = host.call("GET", f"{P}/modules/{args.module}")
    if args.json:
        out.as_json(page)
        return 0
    out.say(f"{page['id']}  {page['name']}  线上 {page['live'] or '无'}，灰度 {page['candidate'] or '无'}", "bold")
    rows = [
        [item["version"], WORDS[item["state"]], out.moment(item["state_at"]), item["id"]] for item in page["releases"]
    ]
    out.table("版本", ["版本", "状态", "时间", "编号"], rows)
    rows = [
        [item["version"], WORDS[item["state"]], _step(item), out.moment(item["step_at"]), item["reason"], item["id"]]
        for item in page["rollouts"]
    ]
    out.table("上线", ["版本", "状态", "步骤", "时间", "原因", "编号"], rows)
    if page["switches"]:
        rows = [
            [
                item["matter"] or "全部",
                item["region"] or "全部",
                item["state"],
                item["reason"],
                out.moment(item["until"]),
            ]
            for item in page["switches"]
        ]
        out.table("开关", ["事项", "地区", "状态", "原因", "到期"], rows)
    for notice in page["notices"]:
        out.say(f"{out.moment(notice['at'])}  {notice['text']}", "yellow")
    return 0


def _step(rollout: dict[str, Any]) -> str:
    return f"{rollout['step'] + 1}/{len(rollout['steps'])}" if rollout["steps"] else "全部"


def _find(host: Host, given: str) -> str:
    """The id of a release from `module@version`, or the id itself."""
    module, at, version = given.partition("@")
    if not at:
        return given
    page = host.call("GET", f"{P}/modules/{module}")
    for item in page["releases"]:
        if item["version"] == version:
            return str(item["id"])
    raise HostRefused(404, {"title": f"没有找到 {given}"})


def _diff(args: argparse.Namespace, host: Host) -> int:
    path = f"{P}/releases/{_find(host, args.release)}/differences"
    found = host.call("GET", path)
    while found["next"] is not None:
        more = host.call("GET", f"{path}?start={found['next']}")
        found = {**more, "items": [*found["items"], *more["items"]]}
    if args.json:
        out.as_json(found)
        return 0
    out.say(f"{found['release']} 和线上 {found['live'] or '（无）'} 的不同：{len(found['items'])} 处", "bold")
    differences_of(found["items"])
    return 0


def differences_of(items: list[dict[str, Any]]) -> None:
    """One line a difference, as the host told it."""
    signs = {"added": ("+", "green"), "removed": ("-", "red"), "changed": ("~", "yellow")}
    for item in items:
        mark, style = signs[item["change"]]
        values = [f"“{item[key]}”" for key in ("before", "after") if item.get(key) is not None]
        where = f"{item['matter']} " if item["matter"] else ""
        out.say(f" {mark} {where}{item['what']}：{' → '.join(values)}{item.get('note', '')}", style)


def _secrecy(args: argparse.Namespace, host: Host) -> int:
    body = {"passed": args.failed is None, "note": args.failed or args.note}
    made = host.call("POST", f"{P}/releases/{_find(host, args.release)}/secrecy-review", body)
    outcome = "保密审查没有通过" if args.failed else "已通过保密审查"
    return _told(args, made, f"{made['module']}@{made['version']} {outcome}")


def _approve(args: argparse.Namespace, host: Host) -> int:
    made = host.call("POST", f"{P}/releases/{_find(host, args.release)}/approve")
    return _told(args, made, f"已通过 {made['module']}@{made['version']}")


def _reject(args: argparse.Namespace, host: Host) -> int:
    reasons = []
    for text in args.reason:
        file, colon, words = text.partition("：" if "：" in text else ":")
        reasons.append({"file": file, "text": words} if colon else {"file": ".", "text": text})
    made = host.call("POST", f"{P}/releases/{_find(host, args.release)}/reject", {"reasons": reasons})
    return _told(args, made, f"已退回 {made['module']}@{made['version']}")


def _rollout(args: argparse.Namespace, host: Host) -> int:
    steps = [parse_step(text) for text in args.step]
    body: dict[str, Any] = {"release": _find(host, args.release), "steps": steps}
    if args.at:
        body["start_at"] = args.at
    made = host.call("POST", f"{P}/rollouts", body)
    return _told(args, made, f"{made['module']}@{made['version']}：{WORDS[made['state']]}，编号 {made['id']}")


def parse_step(text: str) -> dict[str, Any]:
    """`percent=5,regions=510104+510105,cohorts=testers,hold=30m` as the host takes it. Raises ValueError."""
    step: dict[str, Any] = {}
    for part in text.split(","):
        key, _, value = part.strip().partition("=")
        if key == "percent":
            step["percent"] = int(value.removesuffix("%"))
        elif key in ("regions", "cohorts") and value:
            step[key] = value.split("+")
        elif key == "hold" and value:
            units = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
            step["hold_s"] = int(value[:-1]) * units[value[-1]]
        else:
            raise ValueError(part)
    return step


def _checked_step(text: str) -> str:
    try:
        parse_step(text)
    except (ValueError, KeyError, IndexError) as exc:
        raise argparse.ArgumentTypeError(f"看不懂 {text!r}，应像 percent=5,regions=510104+510105,hold=30m") from exc
    return text


def _act(act: str, states: tuple[str, ...]) -> Run:
    def run(args: argparse.Namespace, host: Host) -> int:
        target = args.rollout
        if "-" not in target:  # a module: its rollout that this can be done to
            page = host.call("GET", f"{P}/modules/{target}")
            fitting = [item for item in page["rollouts"] if item["state"] in states]
            fitting.sort(key=lambda item: item["state"] == "live")  # a candidate goes before the live release
            if not fitting:
                return out.fail("没有可以这样做的上线")
            target = fitting[0]["id"]
        made = host.call("POST", f"{P}/rollouts/{target}/{act}", {"reason": args.reason})
        return _told(args, made, f"{made['module']}@{made['version']}：{WORDS[made['state']]}")

    return run


def _switch(args: argparse.Namespace, host: Host) -> int:
    body = {"state": args.state, "reason": args.reason, "matter": args.matter, "region": args.region}
    if args.until:
        body["until"] = args.until
    made = host.call("PUT", f"{P}/switches/{args.module}", body)
    return _told(args, made, f"{args.module}：{args.state}")


def _told(args: argparse.Namespace, made: Any, sentence: str) -> int:
    if args.json:
        out.as_json(made)
    else:
        out.say(sentence, "green")
    return 0


def add(commands: Any) -> None:
    """Add the commands to the parser of `modules`."""

    def command(name: str, text: str, run: Run) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        made.add_argument("--host", help="平台的地址，默认是登录过的那个，或 TF_HOST")
        made.add_argument("--json", action="store_true", help="给程序读的输出")
        made.set_defaults(run=guarded(run))
        return made

    login = command("login", "登录平台（密码从 TF_STAFF_PASSWORD 读，或当场输入）", _login)
    login.add_argument("username")
    login.add_argument("--otp", help="动态码")
    command("logout", "退出登录", _logout)
    submit = command("submit", "上传模块包或文件夹并提交审核", _submit)
    submit.add_argument("path", type=Path)
    submit.add_argument("--key", type=Path, help="团队的私钥；没有就用 <模块包>.sig")
    submit.add_argument("--draft", action="store_true", help="只上传为草稿，不提交审核")
    submit.add_argument("--wait", type=int, default=0, metavar="秒", help="等平台检查完")
    status = command("status", "模块的版本、上线、开关和通知；不写模块就列出全部", _status)
    status.add_argument("module", nargs="?")
    diff = command("diff", "一个版本和线上的不同", _diff)
    diff.add_argument("release", help="模块@版本，或编号")
    secrecy = command("secrecy", "记下保密审查的结论（不能是上传或提交的人）", _secrecy)
    secrecy.add_argument("release", help="模块@版本，或编号")
    secrecy.add_argument("--note", default="", help="说明")
    secrecy.add_argument("--failed", metavar="原因", help="没有通过：哪里不能公开；这个版本就只能退回")
    approve = command("approve", "审核通过（不能是提交的人；先做保密审查）", _approve)
    approve.add_argument("release", help="模块@版本，或编号")
    reject = command("reject", "退回，写明每个文件的原因", _reject)
    reject.add_argument("release", help="模块@版本，或编号")
    reject.add_argument("--reason", action="append", required=True, help="文件：原因；可以写多次")
    rollout = command("rollout", "把审核通过的版本分步上线；不写步骤就马上全部上线", _rollout)
    rollout.add_argument("release", help="模块@版本，或编号")
    rollout.add_argument(
        "--step",
        action="append",
        default=[],
        type=_checked_step,
        help="percent=5,regions=510104+510105,cohorts=testers,hold=30m；可以写多次，一步比一步大",
    )
    rollout.add_argument("--at", help="开始的时间，如 2026-05-01T09:00:00+08:00")
    for name, text, states in (
        ("pause", "暂停上线：看到新版本的人照旧，不再扩大", ("scheduled", "gray")),
        ("resume", "继续上线", ("paused",)),
        ("rollback", "立即回退", (*UNDER_WAY, "live")),
    ):
        made = command(name, text, _act(name, states))
        made.add_argument("rollout", help="模块，或上线的编号")
        made.add_argument("--reason", required=True)
    switch = command("switch", "开关：on 正常、guide_only 只看指南、off 停办，立即生效", _switch)
    switch.add_argument("module")
    switch.add_argument("state", choices=["on", "guide_only", "off"])
    switch.add_argument("--reason", default="", help="群众会看到")
    switch.add_argument("--matter", default="", help="事项代码，默认全部")
    switch.add_argument("--region", default="", help="地区代码，默认全部")
    switch.add_argument("--until", help="到期自动恢复，如 2026-05-01T09:00:00+08:00")
    cli_keys.add(command)
