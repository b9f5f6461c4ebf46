"""Reading a module folder: only plain files of known kinds, within bounds, each TOML with its line numbers."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import Any

from backend.sdk.findings import Finding, Severity

MAX_PACKAGE = 20 * 1024 * 1024
MAX_TOML = 4 * 1024 * 1024
MAX_FILES = 2000
MAX_LINE = 2000  # longer lines get no line number; their patterns would be slow
MAX_DEPTH = 6

TEXT_FILES = frozenset({".toml", ".md", ".txt", ".json", ".svg"})
PAGE_FILES = frozenset({".html", ".css", ".js", ".map", ".ico", ".png", ".jpg", ".jpeg", ".webp", ".woff2"})
FORM_FILES = frozenset({".pdf", ".ofd", ".docx", ".xlsx"})
ALLOWED_FILES = TEXT_FILES | PAGE_FILES | FORM_FILES
ALLOWED_NAMES = frozenset({"NOTICE", "LICENSE", "hooks.py"})

_header = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_key = re.compile(r"^\s*([A-Za-z0-9_.\-\"']+)\s*=")


class SourceFile:
    """A parsed TOML file that can say on which line a value stands."""

    def __init__(self, name: str, text: str) -> None:
        """Raises tomllib.TOMLDecodeError for text that is not TOML."""
        self.name = name
        self.data: dict[str, Any] = tomllib.loads(text)
        self._text = text
        self._lines: dict[str, int] | None = None

    def line(self, path: str) -> int | None:
        """The line of `matters.3.limits.promise` or of the nearest part of it that has a line of its own."""
        if self._lines is None:
            self._lines = _index(self._text, self.data)
        parts = path.split(".") if path else []
        while parts:
            found = self._lines.get(".".join(parts))
            if found is not None:
                return found
            parts.pop()
        return None

    def finding(self, severity: Severity, code: str, path: str, message: str, mend: str = "") -> Finding:
        """A finding about the value at `path`."""
        return Finding(severity=severity, code=code, file=self.name, line=self.line(path), message=message, mend=mend)


def _index(text: str, data: dict[str, Any]) -> dict[str, int]:
    """Line numbers of headers and keys, and of the items of an array that has one item a line.

    Other values that span lines (strings, nested arrays) are skipped over.
    """
    lines: dict[str, int] = {}
    items: list[int] = []
    array = ""
    counts: dict[str, int] = {}
    prefix = ""
    quote: str | None = None
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if quote is None and depth == 0 and len(line) <= MAX_LINE:
            header = _header.match(line)
            if header:
                prefix = _table(header.group(1) == "[[", header.group(2), counts)
                lines.setdefault(prefix, number)
                continue
            key = _key.match(line)
            if key:
                name = key.group(1).replace('"', "").replace("'", "")
                array, items = f"{prefix}.{name}" if prefix else name, []
                lines.setdefault(array, number)
        elif quote is None and depth == 1 and line.lstrip()[:1] not in ("", "#", "]"):
            items.append(number)
        elif quote is None and depth == 0:
            array = ""  # a line too long to be looked at
        quote, depth = _scan(line, quote, depth)
        if depth == 0 and items:
            # several items on a line, or one over several: the count tells, and then the key's line has to do
            if len(items) == _length(data, array):
                lines |= {f"{array}.{index}": at for index, at in enumerate(items)}
            items = []
    return lines


def _length(data: Any, path: str) -> int | None:
    """How many items the array at `path` has; None when there is none."""
    for part in path.split("."):
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return len(data) if isinstance(data, list) else None


def _table(array: bool, name: str, counts: dict[str, int]) -> str:
    """The path of a table header, with the index of each array of tables put in."""
    path: list[str] = []
    parts = [part.strip().strip("\"'") for part in name.split(".")]
    for position, part in enumerate(parts):
        path.append(part)
        key = ".".join(path)
        if array and position == len(parts) - 1:
            counts[key] = counts.get(key, -1) + 1
        if key in counts:
            path.append(str(counts[key]))
    return ".".join(path)


def _scan(line: str, quote: str | None, depth: int) -> tuple[str | None, int]:
    """Follow strings and brackets over one line; what is still open goes on in the next."""
    at = 0
    while at < len(line):
        if quote is not None:
            if line.startswith(quote, at):
                at += len(quote)
                quote = None
            else:
                at += 2 if quote[0] == '"' and line[at] == "\\" else 1
            continue
        char = line[at]
        if char == "#":
            break
        if char in "\"'":
            quote = char * 3 if line.startswith(char * 3, at) else char
            at += len(quote)
            continue
        depth += (char in "[{") - (char in "]}")
        at += 1
    if quote is not None and len(quote) == 1:
        quote = None
    return quote, max(depth, 0)


def read_folder(root: Path) -> tuple[list[SourceFile], list[Finding]]:
    """The TOML files of a module, `module.toml` first, and every fault of the folder itself."""
    findings: list[Finding] = []
    if not root.is_dir() or root.is_symlink():
        return [], [_fault("folder.missing", ".", f"没有这个文件夹：{root.name}", "给出模块文件夹的路径")]
    sources: list[SourceFile] = []
    for name in sorted(_walk(root, findings), key=lambda item: (item != "module.toml", item)):
        if name != "module.toml" and not re.fullmatch(r"matters(\.toml|/[^/]+\.toml)", name):
            if name.endswith(".toml"):
                findings.append(
                    _fault("folder.stray", name, "这个 TOML 文件不会被读取", "事项放在 matters/ 下或 matters.toml 里")
                )
            continue
        source = _parse(root, name, findings)
        if source is not None:
            sources.append(source)
    if not any(source.name == "module.toml" for source in sources) and not findings:
        findings.append(_fault("folder.module", "module.toml", "缺少 module.toml", "写明 id、名称、版本、部门和地区"))
    return sources, findings


def _parse(root: Path, name: str, findings: list[Finding]) -> SourceFile | None:
    path = root / name
    if path.stat().st_size > MAX_TOML:
        findings.append(_fault("folder.size", name, f"文件超过 {MAX_TOML >> 20} MB", "把事项拆成几个文件"))
        return None
    try:
        return SourceFile(name, path.read_bytes().decode("utf-8"))
    except RecursionError:
        findings.append(_fault("toml.syntax", name, "内容嵌套太深", "减少层级"))
    except UnicodeDecodeError:
        findings.append(_fault("toml.encoding", name, "不是 UTF-8 文本", "用 UTF-8 重新保存"))
    except ValueError as error:  # TOMLDecodeError, and numbers too long for Python
        line = re.search(r"at line (\d+)", str(error))
        findings.append(
            Finding(
                severity="error",
                code="toml.syntax",
                file=name,
                line=int(line.group(1)) if line else None,
                message=f"TOML 语法有误：{error}",
                mend="检查引号、括号和等号；同一个键不能写两次",
            )
        )
    return None


def list_files(root: Path) -> tuple[list[str], list[Finding]]:
    """Names of the files that belong to a module folder, sorted, and every fault of the folder itself."""
    findings: list[Finding] = []
    return sorted(_walk(root, findings)), findings


def _walk(root: Path, findings: list[Finding]) -> list[str]:
    """Relative names of the plain files. Links, odd kinds, hidden files and too much of anything are findings."""
    names: list[str] = []
    total = 0
    for folder, folders, files in os.walk(root, followlinks=False):
        here = Path(folder)
        folders[:] = sorted(item for item in folders if item != "__pycache__")
        for item in [*folders, *files]:
            path = here / item
            name = path.relative_to(root).as_posix()
            if path.is_symlink():
                findings.append(_fault("folder.symlink", name, "不允许符号链接", "放入文件本身"))
                folders[:] = [other for other in folders if other != item]
            elif item.startswith("."):
                findings.append(_fault("folder.hidden", name, "不允许隐藏文件", "删除它，密钥和环境配置不放在模块里"))
                folders[:] = [other for other in folders if other != item]
            elif len(Path(name).parts) > MAX_DEPTH:
                findings.append(_fault("folder.depth", name, f"文件夹层级超过 {MAX_DEPTH} 层", "减少层级"))
            elif path.is_dir():
                continue
            elif not path.is_file():
                findings.append(_fault("folder.kind", name, "只允许普通文件", "删除它"))
            elif path.suffix.lower() not in ALLOWED_FILES and item not in ALLOWED_NAMES:
                findings.append(
                    _fault("folder.kind", name, f"不接受这种文件：{path.suffix or item}", "删除它，或换成允许的格式")
                )
            else:
                total += path.stat().st_size
                names.append(name)
    if len(names) > MAX_FILES:
        findings.append(_fault("folder.count", ".", f"文件超过 {MAX_FILES} 个", "合并事项文件，删去多余的页面资源"))
    if total > MAX_PACKAGE:
        findings.append(_fault("folder.size", ".", f"模块超过 {MAX_PACKAGE >> 20} MB", "压缩图片，删去多余文件"))
    return names


def _fault(code: str, name: str, message: str, mend: str) -> Finding:
    return Finding(severity="error", code=code, file=name, message=message, mend=mend)
