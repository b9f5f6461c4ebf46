"""`python -m backend.sdk.department`: keys, a department system to start from, and a trial of one's own.

Exit codes: 0 done, 1 not as it should be, 2 wrong use.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from backend.core.clients import Client, ProviderError, close_sessions
from backend.sdk.department.caller import fetch_file, send_update
from backend.sdk.department.keys import (
    ALGORITHMS,
    KeyUnreadable,
    PublicKey,
    fingerprint,
    new_pair,
    private_key,
    public_key,
)
from backend.sdk.department.signing import Signer

console = Console(highlight=False, soft_wrap=True)


class Wrong(Exception):
    """A sentence for the terminal."""


def _signer(file: Path, name: str | None = None) -> Signer:
    try:
        key = private_key(file.read_text("utf-8"))
    except KeyUnreadable as error:
        raise Wrong(f"{file} 不是 PEM 格式的 Ed25519 或 SM2 私钥") from error
    return Signer(name or fingerprint(key.public_key()), key)


def _keys(given: list[str]) -> dict[str, PublicKey]:
    """`FILE`, known by its fingerprint, or `ID=FILE`."""
    found = {}
    for item in given:
        name, _, file = item.rpartition("=")
        try:
            key = public_key(Path(file).read_text("utf-8"))
        except KeyUnreadable as error:
            raise Wrong(f"{file} 不是 PEM 格式的 Ed25519 或 SM2 公钥") from error
        found[name or fingerprint(key)] = key
    return found


def _keygen(args: argparse.Namespace) -> int:
    private, public = new_pair(args.algorithm)
    beside = args.file.with_name(args.file.name + ".pub")
    if beside.exists():
        raise Wrong(f"{beside} 已经有了，不覆盖")
    with os.fdopen(os.open(args.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(private)
    beside.write_text(public, "utf-8")
    console.print(f"私钥 {args.file}，公钥 {beside}，密钥编号 {fingerprint(public_key(public))}")
    return 0


def _serve(args: argparse.Namespace) -> int:
    """Answer at `http://127.0.0.1:<port>/<module>/<call>`."""
    from sanic import Sanic
    from sanic.response import HTTPResponse, text

    from backend.sdk.department.example import Register
    from backend.sdk.department.server import DepartmentServer

    register = Register(args.data)
    server = DepartmentServer(
        register, signer=_signer(args.key), keys=_keys(args.platform), answers=register, seen_nonce=register.seen
    )
    app: Sanic[Any, Any] = Sanic("department", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "json"

    async def alive(_: Any) -> HTTPResponse:
        return text("ok")

    app.add_route(alive, "/healthz", name="alive")
    server.mount(app, "")
    console.print(f"部门系统在 http://{args.host}:{args.port}/{args.module}，办件存在 {args.data}，按 Ctrl-C 结束")
    app.run(args.host, args.port, single_process=True, motd=False, access_log=False)
    register.close()
    return 0


async def _try(args: argparse.Namespace) -> int:
    from backend.sdk.department.trial import Trial

    trial = Trial(args.url, args.module, _signer(args.key), _keys(args.department))
    points = await trial.run(args.matter, json.loads(args.form), json.loads(args.params))
    if args.json:
        console.print_json(data=[{"name": item.name, "good": item.good, "found": item.found} for item in points])
    else:
        for item in points:
            mark = "[green]✓[/]" if item.good else "[red]✗[/]"
            console.print(f"{mark} {item.name}" + (f"  [red]{item.found}[/]" if item.found else ""))
        bad = sum(not item.good for item in points)
        console.print(f"{bad} 处不符合协议" if bad else f"{len(points)} 项都符合协议")
    return 1 if any(not item.good for item in points) else 0


async def _cases(args: argparse.Namespace) -> int:
    from backend.sdk.department.example import Register

    register = Register(args.data)
    for number, ours, state, call in await register.cases(args.module):
        console.print(f"{number}  {ours}  {state}  {call.matter}  材料 {len(call.materials)} 份")
    return 0


async def _tell(args: argparse.Namespace) -> int:
    """Note the news, then tell everything that the platform has not confirmed."""
    from backend.sdk.department.example import Register
    from backend.sdk.department.server import Refused

    register, signer, keys = Register(args.data), _signer(args.key), _keys(args.platform)
    if args.case:
        rest: dict[str, Any] = {"message": args.message}
        if args.kind == "decided":
            rest |= {"outcome": args.outcome, "result": json.loads(args.result)}
        try:
            await register.note(args.module, args.case, args.kind, **rest)
        except Refused as refused:
            raise Wrong(str(refused.title)) from refused
    client = Client(f"platform.{args.module}", args.to, timeout_s=20)
    for event in await register.untold(args.module):
        try:
            answer = await send_update(client, signer, keys, module=args.module, event=event)
        except ProviderError as error:
            if error.kind == "permanent":  # a signed refusal is final: to repeat it would change nothing
                await register.told(event)
            raise Wrong(f"{event.case_number} {event.kind}：{error.message or error.code}") from error
        await register.told(event)
        console.print(f"{event.case_number} {event.kind}" + ("（平台已经知道）" if answer.duplicate else " 已告诉平台"))
    return 0


async def _files(args: argparse.Namespace) -> int:
    """Fetch the files of a case."""
    from backend.sdk.department.example import Register

    register, signer, keys = Register(args.data), _signer(args.key), _keys(args.platform)
    found = next((call for number, _, _, call in await register.cases(args.module) if number == args.case), None)
    if found is None:
        raise Wrong("没有收到过这个办件")
    client = Client(f"platform.{args.module}", args.to, timeout_s=60, max_bytes=32 << 20)
    args.into.mkdir(parents=True, exist_ok=True)
    for at, material in enumerate(found.materials, 1):
        if material.url is None:
            console.print(f"{material.name}：没有文件（电子证照免交）")
            continue
        try:
            content = await fetch_file(client, signer, keys, module=args.module, material=material)
        except ProviderError as error:
            raise Wrong(f"{material.name}：{error.message or error.code}") from error
        path = args.into / f"{at:02d}-{material.code}"
        path.write_bytes(content)
        console.print(f"{material.name} → {path}，{len(content)} 字节")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m backend.sdk.department", description="部门系统：密钥、示例、试验")
    commands = made.add_subparsers(dest="command", required=True)

    def command(name: str, text: str, run: Any) -> argparse.ArgumentParser:
        found: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        found.set_defaults(run=run)
        return found

    keygen = command("keygen", "生成一对密钥", _keygen)
    keygen.add_argument("file", type=Path, help="私钥的文件名；公钥写在旁边的 .pub")
    keygen.add_argument("--algorithm", choices=ALGORITHMS, default="ed25519")

    def department(found: argparse.ArgumentParser, *, platform: bool = True) -> None:
        found.add_argument("--module", required=True)
        found.add_argument("--data", type=Path, default=Path("department.db"), help="存办件的文件")
        if platform:
            found.add_argument("--key", type=Path, required=True, help="部门的私钥")
            found.add_argument(
                "--platform", action="append", required=True, metavar="[编号=]公钥文件", help="平台的公钥，可以写几次"
            )

    serve = command("serve", "运行示例部门系统", _serve)
    department(serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=9000)
    cases = command("cases", "收到的办件", _cases)
    department(cases, platform=False)
    tell = command("tell", "把一个办件的进展告诉平台；不写办件就补发没有确认的", _tell)
    department(tell)
    tell.add_argument("case", nargs="?")
    tell.add_argument("kind", nargs="?", choices=("accepted", "correction", "decided", "progress"), default="progress")
    tell.add_argument("--to", required=True, metavar="平台地址")
    tell.add_argument("--message", default="")
    tell.add_argument("--outcome", choices=("approved", "refused"), default="approved")
    tell.add_argument("--result", default="{}", help="结果文书里的内容，JSON")
    files = command("files", "取一个办件的材料", _files)
    department(files)
    files.add_argument("case")
    files.add_argument("--to", required=True, metavar="平台地址")
    files.add_argument("--into", type=Path, default=Path("files"))
    trial = command("try", "按协议试一个部门系统，列出不符合的地方", _try)
    trial.add_argument("url", help="部门系统的地址，就是 [connector] 的 url")
    trial.add_argument("--module", required=True)
    trial.add_argument("--key", type=Path, required=True, help="试验用的平台私钥，部门系统要认得它的公钥")
    trial.add_argument("--department", action="append", required=True, metavar="[编号=]公钥文件", help="部门的公钥")
    trial.add_argument("--matter", default="try", help="事项代码")
    trial.add_argument("--form", default="{}", help="样例申请的表单，JSON")
    trial.add_argument("--params", default="{}", help="样例查询的内容，JSON")
    trial.add_argument("--json", action="store_true", help="给程序读的输出")
    return made


async def _awaited(run: Any, args: argparse.Namespace) -> int:
    try:
        return int(await run(args))
    finally:
        await close_sessions()


def main(argv: list[str] | None = None) -> int:
    args = _parser().parse_args(argv)
    try:
        if asyncio.iscoroutinefunction(args.run):
            return asyncio.run(_awaited(args.run, args))
        return int(args.run(args))
    except (Wrong, FileExistsError, FileNotFoundError, json.JSONDecodeError) as error:
        console.print(f"[red]{error}[/]")
        return 1


if __name__ == "__main__":
    sys.exit(main())
