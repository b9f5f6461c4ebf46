"""Commands on a folder, without any host: new, check, pack, keygen, sign, reference."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from backend.modules import cli_output as out
from backend.sdk import bundle, reference, scaffold, sign
from backend.sdk.check import check_folder, page_of
from backend.sdk.findings import Finding, has_errors
from backend.sdk.manifest import load_folder

DOCS = Path(__file__).resolve().parents[2] / "docs" / "modules"


def _new(args: argparse.Namespace) -> int:
    folder: Path = args.folder
    plan = scaffold.Plan(
        id=folder.resolve().name,
        name=args.name or args.department,
        department=args.department,
        region=args.region,
        team=args.team or f"{folder.resolve().name}_team",
        size=args.size,
    )
    try:
        made = scaffold.write(folder, plan)
    except scaffold.ScaffoldRefused as exc:
        return out.fail(str(exc))
    except OSError as exc:
        return out.fail(f"写不了 {folder}：{exc.strerror}")
    if args.json:
        out.as_json({"folder": str(folder), "files": made})
        return 0
    out.say(f"已建好 {folder}", "green")
    for name in made:
        out.say(f"  {name}")
    out.say(f"接着：改好内容，运行 python -m backend modules check {folder}", "dim")
    return 0


def _check(args: argparse.Namespace) -> int:
    found: dict[str, list[Finding]] = {str(path): _findings(path, args.live) for path in args.paths}
    if args.json:
        out.as_json({path: [_row(item) for item in items] for path, items in found.items()})
    else:
        for path, items in found.items():
            errors = sum(item.severity == "error" for item in items)
            style = "red" if errors else "yellow" if items else "green"
            out.say(f"{path}：{errors} 处错误，{len(items) - errors} 处提醒", style)
            out.findings(items)
    return int(any(has_errors(items) for items in found.values()))


def _row(item: Finding) -> dict[str, Any]:
    """A finding for programs: these keys, always all of them; `line` is null where a whole file is meant."""
    return {
        "severity": item.severity,
        "code": item.code,
        "file": item.file,
        "line": item.line,
        "message": item.message,
        "mend": item.mend,
        "page": page_of(item.code),
    }


def _findings(path: Path, live: str | None) -> list[Finding]:
    """Findings of a folder or of a bundle file."""
    if not path.is_file():
        return check_folder(path, live=live)
    read = bundle.read(path.read_bytes())
    if read.findings:
        return read.findings
    with tempfile.TemporaryDirectory(prefix="tf-check-") as place:
        folder = Path(place) / "module"
        bundle.extract(read.files, folder)
        held, _ = load_folder(folder)
        # the checker holds the folder's name against the module's id; a bundle has no folder of its own
        return check_folder(folder.rename(Path(place) / held.module.id) if held else folder, live=live)


def _pack(args: argparse.Namespace) -> int:
    folder: Path = args.folder
    found = check_folder(folder)
    if has_errors(found):
        out.findings(item for item in found if item.severity == "error")
        return out.fail("有错误，没有打包")
    try:
        data = bundle.pack(folder)
    except ValueError as exc:
        return out.fail(str(exc))
    read = bundle.read(data)
    if read.findings:
        out.findings(read.findings)
        return out.fail("有错误，没有打包")
    target: Path = args.out or Path(f"{folder.resolve().name}.tar")
    made = {"bundle": str(target), "digest": sign.digest(data), "bytes": len(data), "files": len(read.files)}
    try:
        target.write_bytes(data)
        if args.key:
            made["signature"] = str(_sign_file(target, data, args.key))
    except sign.KeyUnreadable:
        return out.fail(f"{args.key} 不是 modules keygen 生成的私钥")
    except OSError as exc:
        return out.fail(f"{exc.filename}：{exc.strerror}")
    return _told(args, made, f"已打包 {target}，{len(read.files)} 个文件，{len(data)} 字节，摘要 {made['digest']}")


def _sign_file(target: Path, data: bytes, key: Path) -> Path:
    signature = Path(f"{target}.sig")
    signature.write_bytes(msgspec.json.format(msgspec.json.encode(sign.sign(data, sign.load_private(key)))) + b"\n")
    return signature


def _sign(args: argparse.Namespace) -> int:
    try:
        made = _sign_file(args.bundle, args.bundle.read_bytes(), args.key)
    except sign.KeyUnreadable:
        return out.fail(f"{args.key} 不是 modules keygen 生成的私钥")
    except OSError as exc:
        return out.fail(f"{exc.filename}：{exc.strerror}")
    return _told(args, {"signature": str(made)}, f"已签名 {made}")


def _keygen(args: argparse.Namespace) -> int:
    key = sign.generate()
    public = Path(f"{args.file}.pub")
    try:
        sign.save_private(key, args.file)
        public.write_text(sign.public_pem(key.public_key()))
    except FileExistsError:
        return out.fail(f"{args.file} 已经存在，不会覆盖")
    except OSError as exc:
        return out.fail(f"{exc.filename}：{exc.strerror}")
    made = {"private": str(args.file), "public": str(public), "key_id": sign.key_id(key.public_key())}
    return _told(args, made, f"私钥 {args.file}（只留在自己手里），公钥 {public}，编号 {made['key_id']}")


def _reference(args: argparse.Namespace) -> int:
    if args.check:
        old = reference.stale(args.folder)
        return out.fail(f"要重新生成：{'、'.join(old)}") if old else 0
    return reference.main([str(args.folder)])


def _told(args: argparse.Namespace, made: dict[str, Any], sentence: str) -> int:
    if args.json:
        out.as_json(made)
    else:
        out.say(sentence, "green")
    return 0


def add(commands: Any) -> None:
    """Add the commands to the parser of `modules`."""

    def command(name: str, text: str, run: Any) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        made.add_argument("--json", action="store_true", help="给程序读的输出")
        made.set_defaults(run=run)
        return made

    new = command("new", "新建一个模块文件夹，建好就能通过检查", _new)
    new.add_argument("folder", type=Path, help="文件夹；名字就是模块 id")
    new.add_argument("--size", choices=scaffold.SIZES, default="form", help="只有链接、带表单、连接部门系统")
    new.add_argument("--department", required=True, help="部门全称")
    new.add_argument("--name", help="模块名称，默认同部门")
    new.add_argument("--region", default="510000", help="六位地区代码")
    new.add_argument("--team", help="团队名，默认 <模块 id>_team")
    check = command("check", "像平台那样检查文件夹或模块包，列出每一处问题", _check)
    check.add_argument("paths", nargs="+", type=Path, metavar="文件夹")
    check.add_argument("--live", help="线上的版本；新版本要比它高")
    pack = command("pack", "打包；内容一样，字节就一样", _pack)
    pack.add_argument("folder", type=Path)
    pack.add_argument("--out", type=Path, help="默认 <模块 id>.tar")
    pack.add_argument("--key", type=Path, help="同时用这把私钥签名")
    signing = command("sign", "给模块包签名，写到 <模块包>.sig", _sign)
    signing.add_argument("bundle", type=Path)
    signing.add_argument("--key", type=Path, required=True)
    keygen = command("keygen", "生成团队的密钥", _keygen)
    keygen.add_argument("file", type=Path, help="私钥写到这个文件，公钥写到 <文件>.pub")
    made = command("reference", "生成 docs/modules/ 里的参考和 JSON Schema", _reference)
    made.add_argument("folder", nargs="?", type=Path, default=DOCS)
    made.add_argument("--check", action="store_true", help="只看是不是最新的")
