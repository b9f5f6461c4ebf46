"""`modules adopt`: take over another city's module, see what it has changed since, and take that over too.

The origin is a folder, or a module of the host (`chengdu_housing_fund` or `chengdu_housing_fund@1.2.0`).
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import urllib.parse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.modules import cli_output as out
from backend.modules import differences
from backend.modules.cli_host import P, differences_of, guarded
from backend.modules.cli_session import Host, HostRefused
from backend.modules.schemas import Difference
from backend.sdk import adopt
from backend.sdk.check import check_folder
from backend.sdk.codes import region_codes, region_names
from backend.sdk.files import list_files
from backend.sdk.findings import has_errors
from backend.sdk.manifest import Bundle, Contact, Department, Module, bundle_from_json, load_folder

_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
_KEPT = re.compile(r"(h5/.*|NOTICE|LICENSE.*)")


class Refused(Exception):
    """The message says in Chinese what is wrong."""


@dataclass
class Source:
    """The origin, and what lies beside its matters in the folder (pages, notices)."""

    bundle: Bundle
    files: dict[str, bytes]


def _adopt(args: argparse.Namespace, host: Host) -> int:
    try:
        if args.status or args.update:
            if len(args.paths) != 1:
                raise Refused("--status 和 --update 后面只写自己的文件夹；来源是文件夹时用 --source")
            return _status(args, host) if args.status else _update(args, host)
        if len(args.paths) != 2:
            raise Refused("写两样：来源（文件夹，或平台上的模块）和自己的新文件夹")
        return _first(args, host)
    except Refused as exc:
        return out.fail(str(exc))


def _first(args: argparse.Namespace, host: Host) -> int:
    target = Path(args.paths[1])
    id = target.resolve().name
    if not args.department or not args.region:
        raise Refused("写明 --department 部门全称 和 --region 地区代码")
    if not _ID.fullmatch(id):
        raise Refused(f"模块 id（文件夹名）只能用小写字母、数字和下划线，以字母开头：{id}")
    if target.exists() and any(target.iterdir() if target.is_dir() else [target]):
        raise Refused(f"{target} 已经存在，而且不是空的")
    for region in args.region:
        if region not in region_codes():
            raise Refused(f"没有这个地区：{region}，用 GB/T 2260 六位代码，例如绵阳 510700")
    source = _source(args.paths[0], host)
    if source.bundle.module.id == id:
        raise Refused("模块 id 要和来源不一样，换一个文件夹名")
    wanted = set(args.matter) or {matter.code for matter in source.bundle.matters}
    missing = wanted - {matter.code for matter in source.bundle.matters}
    if missing:
        raise Refused(f"来源没有这些事项：{'、'.join(sorted(missing))}")
    origin = adopt.restricted(source.bundle, wanted)
    mine = Module(
        id=id,
        name=args.name or args.department,
        version="0.1.0",
        department=Department(name=args.department),
        regions=args.region,
        owners=[args.team or f"{id}_team"],
        contact=Contact(complaint=args.complaint, phone=args.phone),
        connector=adopt.connector_of(origin.module, id, args.connector),
    )
    made = adopt.adopted(origin, mine)
    names = _write(target, made, source.files)
    left = adopt.open_points(made, region_names(origin.module.regions))
    if args.json:
        out.as_json(
            {"folder": str(target), "files": names, "origin": msgspec.to_builtins(made.module.origin), "left": left}
        )
        return 0
    out.say(f"已采用 {origin.module.id}@{origin.module.version}，{len(made.matters)} 个事项，写在 {target}", "green")
    out.say("还要由你们核对和补上：", "bold")
    for line in left:
        out.say(f"  {line}")
    out.say(f"接着：运行 python -m backend modules check {target}", "dim")
    return 0


def _write(target: Path, made: Bundle, files: dict[str, bytes]) -> list[str]:
    """All of the folder or nothing: written beside it, checked, and moved into place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".adopt-", dir=target.parent) as room:
        folder = Path(room) / made.module.id
        folder.mkdir()
        names = adopt.write(folder, made, files)
        found = [item for item in check_folder(folder) if item.severity == "error"]
        if has_errors(found):
            out.findings(found)
            raise Refused("采用后的模块没有通过检查，什么都没有写")
        before = Path(room) / "before"
        if target.exists():
            target.rename(before)
        try:
            shutil.move(folder, target)
        except OSError:
            if before.exists():
                before.rename(target)
            raise
    return names


def _source(given: str, host: Host, version: str | None = None) -> Source:
    """A folder, or a module of the host. Raises Refused, HostRefused, HostAway."""
    path = Path(given)
    if path.is_dir():
        return Source(_bundle(path), _beside(path))
    module, _, named = given.partition("@")
    if not _ID.fullmatch(module):
        raise Refused(f"没有文件夹 {given}，也不像模块的 id")
    wanted = named or version
    query = "?" + urllib.parse.urlencode({"version": wanted}) if wanted else ""
    answer = host.call("GET", f"{P}/modules/{module}/source{query}")
    bundle = bundle_from_json(msgspec.json.encode(answer["content"]))
    # a folder that the host publishes itself may carry a suffix that its own manifest does not
    return Source(replace(bundle, module=replace(bundle.module, version=answer["version"])), {})


def _bundle(folder: Path) -> Bundle:
    bundle, found = load_folder(folder)
    if bundle is None:
        out.findings(found)
        raise Refused(f"{folder} 读不成模块")
    return bundle


def _beside(folder: Path) -> dict[str, bytes]:
    names, _ = list_files(folder)
    return {name: (folder / name).read_bytes() for name in names if _KEPT.fullmatch(name)}


@dataclass
class Comparison:
    """My module, the newest origin, and what changed between the version it was adopted from and that one."""

    mine: Bundle
    newest: Bundle
    items: list[dict[str, Any]]
    mine_changed: bool
    base_known: bool
    files: dict[str, bytes]


def _compare(args: argparse.Namespace, host: Host) -> Comparison:
    folder = Path(args.paths[0])
    mine = _bundle(folder)
    origin = mine.module.origin
    if origin is None:
        raise Refused(f"{folder} 没有 [origin]，不是采用来的")
    source = _source(args.source or origin.module, host)
    if source.bundle.module.id != origin.module:
        raise Refused(f"来源应该是 {origin.module}，给的是 {source.bundle.module.id}")
    changed = adopt.digest(mine) != origin.digest
    codes = {matter.code for matter in mine.matters}
    base = mine if not changed else _base(args, host, origin.module, origin.version, origin.digest, codes)
    compared = adopt.restricted(source.bundle, codes)
    items: list[dict[str, Any]] = []
    own = list(differences.between(adopt.neutral(base), adopt.neutral(mine))) if base is not None else []
    start = adopt.neutral(base if base is not None else mine)
    for item in differences.between(start, adopt.neutral(compared)):
        row = msgspec.to_builtins(item)
        row["yours"] = "unknown" if base is None else "changed" if _touched(item, own) else "same"
        items.append(row)
    for matter in source.bundle.matters:
        if matter.code not in codes:
            row = {
                "matter": matter.code,
                "what": "事项",
                "place": "",
                "change": "added",
                "before": None,
                "after": matter.name,
            }
            items.append({**row, "yours": "not_adopted"})
    return Comparison(mine, source.bundle, items, changed, base is not None, source.files)


def _base(
    args: argparse.Namespace, host: Host, module: str, version: str, digest: str, codes: set[str]
) -> Bundle | None:
    """The version that was adopted, to tell one's own changes from the origin's. Only the host keeps old versions."""
    if args.source and Path(args.source).is_dir():
        found = _bundle(Path(args.source))
        return (
            found
            if found.module.version == version and adopt.digest(adopt.restricted(found, codes)) == digest
            else None
        )
    try:
        return adopt.restricted(_source(f"{module}@{version}", host).bundle, codes)
    except HostRefused as exc:
        if exc.status != 404:
            raise
        return None


def _touched(item: Difference, own: list[Difference]) -> bool:
    """Whether one of one's own changes lies in the same place, around it or inside it."""
    return any(
        item.matter == mine.matter
        and (
            item.place == mine.place
            or f"{item.place}.".startswith(f"{mine.place}." if mine.place else "")
            or f"{mine.place}.".startswith(f"{item.place}." if item.place else "")
        )
        for mine in own
    )


_YOURS = {
    "same": "可以直接采用",
    "changed": "你们也改过这里",
    "unknown": "没有留下当时的版本，看不出是谁改的",
    "not_adopted": "没有采用这个事项",
}


def _status(args: argparse.Namespace, host: Host) -> int:
    found = _compare(args, host)
    origin = found.mine.module.origin
    assert origin is not None
    newest = found.newest.module.version
    if args.json:
        out.as_json(
            {
                "module": found.mine.module.id,
                "origin": msgspec.to_builtins(origin),
                "newest": newest,
                "newest_digest": adopt.digest(
                    adopt.restricted(found.newest, {matter.code for matter in found.mine.matters})
                ),
                "changed": found.mine_changed,
                "items": found.items,
            }
        )
        return 0
    said = "，你们改过共同的部分" if found.mine_changed else ""
    out.say(f"{found.mine.module.id} 采用自 {origin.module}@{origin.version}{said}；来源现在是 {newest}", "bold")
    if not found.items:
        out.say("  没有要采用的变化", "green")
    differences_of([{**item, "note": f"  （{_YOURS[item['yours']]}）"} for item in found.items])
    if any(item["yours"] == "same" for item in found.items) and not found.mine_changed:
        out.say(f"采用这些变化：python -m backend modules adopt --update {args.paths[0]}", "dim")
    return 0


def _update(args: argparse.Namespace, host: Host) -> int:
    """The newest origin in this place; what this place said of limits, places and facts stays."""
    found = _compare(args, host)
    folder, mine = Path(args.paths[0]), found.mine.module
    assert mine.origin is not None
    if found.mine_changed:
        raise Refused("你们改过共同的部分，不能整个换成来源的新版本：照 --status 列出的逐处改")
    codes = {matter.code for matter in found.mine.matters}
    kept = {matter.code for matter in found.newest.matters} & codes
    origin = adopt.restricted(found.newest, kept)
    if adopt.digest(origin) == mine.origin.digest:
        # the same content under a newer number is nothing to take over
        return _said(args, folder, mine, "来源没有变化，什么都没有改")
    local = replace(mine, version=adopt.next_version(mine.version))
    made = adopt.adopted(origin, local, mine={matter.code: matter for matter in found.mine.matters})
    _write(folder, made, {**_beside(folder), **found.files})
    return _said(
        args, folder, made.module, f"已换成 {origin.module.id}@{origin.module.version}，版本升到 {local.version}"
    )


def _said(args: argparse.Namespace, folder: Path, module: Module, sentence: str) -> int:
    if args.json:
        out.as_json({"folder": str(folder), "version": module.version, "origin": msgspec.to_builtins(module.origin)})
    else:
        out.say(sentence, "green")
    return 0


def add(commands: Any) -> None:
    """Add the command to the parser of `modules`."""
    text = "采用别的地方的模块：共同的部分照旧，只换部门、地区、联系方式和时限；以后看来源改了什么"
    made: argparse.ArgumentParser = commands.add_parser("adopt", help=text, description=text)
    made.add_argument("paths", nargs="+", metavar="来源 文件夹", help="来源是文件夹，或平台上的模块（可写 模块@版本）")
    made.add_argument("--department", help="你们部门的全称")
    made.add_argument("--region", action="append", default=[], help="六位地区代码；可以写多次")
    made.add_argument("--name", help="模块名称，默认同部门")
    made.add_argument("--team", help="团队名，默认 <模块 id>_team")
    made.add_argument("--complaint", default="12345", help="投诉渠道")
    made.add_argument("--phone", help="咨询电话")
    made.add_argument("--connector", metavar="地址", help="本部门系统的地址（来源接了部门系统时）")
    made.add_argument("--matter", action="append", default=[], help="只采用这些事项；可以写多次，默认全部")
    act = made.add_mutually_exclusive_group()
    act.add_argument("--status", action="store_true", help="看来源改了什么、哪些可以采用")
    act.add_argument("--update", action="store_true", help="换成来源的新版本，本地的内容留着，版本号升一级")
    made.add_argument("--source", metavar="来源", help="--status、--update 时来源在哪里：文件夹，或平台上的模块")
    made.add_argument("--host", help="平台的地址，默认是登录过的那个，或 TF_HOST")
    made.add_argument("--json", action="store_true", help="给程序读的输出")
    made.set_defaults(run=guarded(_adopt))
