"""Rules on a team's own pages (`h5/`) and on stray web files: strict CSP, elder style, nothing from other hosts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from backend.sdk.check.context import Context
from backend.sdk.files import PAGE_FILES
from backend.sdk.findings import Finding

_foreign = re.compile(
    r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(\s*["']?(?:https?:)?//|@import\s+["'](?:https?:)?//""",
    re.I,
)
_inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S|\son[a-z]+\s*=\s*[\"']", re.I)
_no_zoom = re.compile(r"user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=\s*1(?:\.0*)?\b", re.I)
_small = re.compile(r"font-size\s*:\s*(?:[0-9]|1[01])(?:\.[0-9]+)?px", re.I)
_lang = re.compile(r"<html[^>]*\blang=", re.I)
_script = re.compile(r"<script|\son[a-z]+\s*=", re.I)


def web_files_stay_in_h5(context: Context) -> Iterator[Finding]:
    for path in sorted(context.root.rglob("*")):
        name = path.relative_to(context.root).as_posix()
        if path.suffix.lower() in PAGE_FILES - {".png", ".jpg", ".jpeg", ".webp"} and not name.startswith("h5/"):
            yield _fault(name, "page.stray", "网页文件只能放在 h5/ 下", "移到 h5/，或删去")
        if path.suffix.lower() == ".svg" and path.is_file() and _script.search(path.read_text("utf-8", "replace")):
            yield _fault(name, "page.svg", "SVG 里有脚本", "删去脚本")


def pages_keep_the_rules(context: Context) -> Iterator[Finding]:
    root = context.root / "h5"
    if not root.is_dir():
        return
    if not (root / "index.html").is_file():
        yield _fault("h5", "page.index", "h5/ 里没有 index.html", "补上入口页")
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() not in {".html", ".css"} or not path.is_file():
            continue
        name, text = path.relative_to(context.root).as_posix(), path.read_text("utf-8", "replace")
        if _foreign.search(text):
            yield _fault(name, "page.foreign", "引用了别的网站的资源", "资源都放进 h5/")
        if _small.search(text):
            yield _fault(name, "page.small", "字号小于 12px", "正文不小于 16px，长辈版不小于 18px")
        if path.suffix.lower() == ".html":
            yield from _page(name, text)


def _page(name: str, text: str) -> Iterator[Finding]:
    if _inline.search(text):
        yield _fault(name, "page.inline", "有内嵌脚本，内容安全策略会拦下", "脚本写成文件")
    if _no_zoom.search(text):
        yield _fault(name, "page.zoom", "禁止了放大，老人看不清", "去掉 user-scalable 和 maximum-scale")
    if not _lang.search(text):
        yield _fault(name, "page.lang", "没有写语言，读屏软件会念错", '写 <html lang="zh-CN">')


def _fault(name: str, code: str, message: str, mend: str) -> Finding:
    return Finding(severity="error", code=code, file=name, message=message, mend=mend)
