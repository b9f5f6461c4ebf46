"""A module as one file: an uncompressed ustar archive whose bytes depend on the content alone.

Files lie in the order of their names, owned by nobody, dated 1970, readable by all, and nothing else is in it: no
folders, links, extensions or padding. So there is exactly one bundle for a content, and `read` refuses every other
one by holding each header against the header that `pack` would have written. Nothing is ever decompressed.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from backend.sdk.files import ALLOWED_FILES, ALLOWED_NAMES, MAX_DEPTH, MAX_FILES, MAX_PACKAGE, list_files
from backend.sdk.findings import Finding

BLOCK = 512
END = b"\x00" * (2 * BLOCK)
MAX_BUNDLE = MAX_PACKAGE + (MAX_FILES + 2) * 2 * BLOCK
MAX_FINDINGS = 200
MAX_NAME = 100

_KINDS = {
    b"1": "硬链接",
    b"2": "符号链接",
    b"3": "设备文件",
    b"4": "设备文件",
    b"5": "文件夹条目",
    b"6": "管道",
    b"x": "扩展头",
    b"g": "扩展头",
    b"L": "扩展头",
    b"K": "扩展头",
    b"S": "稀疏文件",
}
_COMPRESSED = (b"\x1f\x8b", b"PK", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"(\xb5/\xfd", b"Rar!")


@dataclass
class Unpacked:
    """What a bundle holds: content by name, and every fault. With a fault in it the files must not be used."""

    files: dict[str, bytes] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def pack(folder: Path) -> bytes:
    """The bundle of a folder. Raises ValueError naming the first fault of the folder; run the checker first."""
    names, findings = list_files(folder)
    if findings:
        raise ValueError(str(findings[0]))
    return pack_files({name: (folder / name).read_bytes() for name in names})


def pack_files(files: dict[str, bytes]) -> bytes:
    """The bundle of these contents. Raises ValueError for a name that no bundle may hold."""
    parts: list[bytes] = []
    for name in sorted(files, key=lambda item: item.encode()):
        fault = name_fault(name)
        if fault:
            raise ValueError(f"{name}：{fault}")
        content = files[name]
        parts += (header(name.encode(), len(content)), content, b"\x00" * (-len(content) % BLOCK))
    return b"".join((*parts, END))


def header(name: bytes, size: int) -> bytes:
    """The one header that a file of this name and size has."""
    fields = (
        name.ljust(100, b"\x00"),
        b"0000644\x00",
        b"0000000\x00",
        b"0000000\x00",
        b"%011o\x00" % size,
        b"%011o\x00" % 0,
        b" " * 8,
        b"0",
        b"\x00" * 100,
        b"ustar\x0000",
        b"\x00" * 64,
        b"0000000\x00" * 2,
        b"\x00" * 167,
    )
    block = b"".join(fields)
    return block[:148] + b"%06o\x00 " % sum(block) + block[156:]


def name_fault(name: str) -> str | None:
    """Why a file of this name cannot be in a bundle; None when it can."""
    path = PurePosixPath(name)
    if not name or name.startswith("/") or "\\" in name or ":" in name or name.endswith("/"):
        return "文件名不是相对路径"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "路径越出了模块文件夹"
    if len(name.encode()) > MAX_NAME:
        return f"文件名太长，最多 {MAX_NAME} 个字节（一个汉字占三个）"
    if not name.isprintable() or unicodedata.normalize("NFC", name) != name:
        return "文件名里有看不见的或不规范的字符"
    if any(part.startswith(".") for part in path.parts):
        return "不允许隐藏文件"
    if len(path.parts) > MAX_DEPTH:
        return f"文件夹层级超过 {MAX_DEPTH} 层"
    if name == "hooks.py":
        return "上传的模块不能带 Python 代码"
    if path.suffix.lower() not in ALLOWED_FILES and path.name not in ALLOWED_NAMES:
        return "不接受这种文件"
    return None


def read(data: bytes) -> Unpacked:
    """Read a bundle from anybody. Writes nothing, decompresses nothing, and says everything that is wrong at once."""
    found = Unpacked()

    def fault(code: str, name: str, message: str, mend: str = "用 modules pack 重新打包") -> None:
        if len(found.findings) < MAX_FINDINGS:
            found.findings.append(Finding(severity="error", code=code, file=name, message=message, mend=mend))

    if len(data) > MAX_BUNDLE:
        fault("bundle.size", ".", f"模块包超过 {MAX_PACKAGE >> 20} MB", "压缩图片，删去多余文件")
        return found
    if data.startswith(_COMPRESSED):
        fault("bundle.compressed", ".", "模块包是压缩过的，平台不解压")
        return found
    count = total = at = 0
    before = b""
    seen: dict[str, str] = {}
    while at + BLOCK <= len(data) and data[at : at + BLOCK] != END[:BLOCK]:
        block = data[at : at + BLOCK]
        raw, size = block[:100].rstrip(b"\x00"), _size(block[124:136])
        if block[257:263] != b"ustar\x00" or size is None:
            fault("bundle.format", ".", f"模块包从第 {at} 字节起读不懂")
            return found
        at += BLOCK + size + (-size % BLOCK)
        name = raw.decode("utf-8", "replace")
        shown = name if name.isprintable() and name else repr(raw[:60])
        count += 1
        total += size
        if count > MAX_FILES:
            fault("bundle.count", ".", f"文件超过 {MAX_FILES} 个", "合并事项文件，删去多余的页面资源")
            return found
        if total > MAX_PACKAGE:
            fault("bundle.size", ".", f"模块超过 {MAX_PACKAGE >> 20} MB", "压缩图片，删去多余文件")
            return found
        start = at - size - (-size % BLOCK)
        if at > len(data):
            fault("bundle.short", shown, "模块包不完整")
            return found
        kind = block[156:157]
        if kind in _KINDS:
            fault("bundle.kind", shown, f"模块包里有{_KINDS[kind]}，只允许普通文件", "放入文件本身")
            continue
        wrong = name_fault(name)
        if wrong:
            fault("bundle.name", shown, wrong, "改文件名或删去这个文件")
            continue
        if block != header(raw, size) or data[start + size : at].strip(b"\x00"):
            fault("bundle.header", shown, "文件头里有多余的内容（时间、属主或权限）")
            continue
        key = name.casefold()
        if key in seen:
            fault("bundle.duplicate", shown, f"和 {seen[key]} 重名", "每个文件只放一次，不靠大小写区分")
            continue
        if raw <= before:
            fault("bundle.order", shown, "文件没有按名字排列")
        seen[key], before = name, max(raw, before)
        found.files[name] = data[start : start + size]
    if data[at:] != END:
        fault("bundle.end", ".", "模块包的结尾不对，后面还有别的内容，或不完整")
    for name in found.files:
        if any(str(parent) in found.files for parent in PurePosixPath(name).parents):
            fault("bundle.duplicate", name, "同一个名字既是文件又是文件夹", "改名")
    return found


def _size(text: bytes) -> int | None:
    """Eleven octal digits and a NUL; None for anything else (base-256 sizes, spaces, signs)."""
    digits = text[:11]
    if text[11:] != b"\x00" or not digits.isdigit() or b"8" in digits or b"9" in digits:
        return None
    return int(digits, 8)


def extract(files: dict[str, bytes], into: Path) -> None:
    """Write the files of a bundle without faults into an empty folder."""
    for name, content in files.items():
        if name_fault(name):
            raise ValueError(name)
        path = into / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
