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
# A rule of a style sheet or a style attribute; only colours that stand together can be held against each other.
_block = re.compile(r"""\{([^{}]*)\}|\sstyle\s*=\s*["']([^"'<>]*)["']""", re.I)
_VALUE = r"\s*:\s*(#(?:[0-9a-f]{6}|[0-9a-f]{3})|white|black)\s*(?=[;!}]|$)"
_ink = re.compile(rf"(?:^|;)\s*color{_VALUE}", re.I)
_paper = re.compile(rf"(?:^|;)\s*background(?:-color)?{_VALUE}", re.I)
CONTRAST = 4.5
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
_script = re.compile(r"<script|\son[a-z]+\s*=", re.I)


def web_files_stay_in_h5(context: Context) -> Iterator[Finding]:
    for name, path in context.files:
        if path.suffix.lower() in PAGE_FILES - _PICTURES and not name.startswith("h5/"):
            yield _fault(name, "page.stray", "网页文件只能放在 h5/ 下", "移到 h5/，或删去")


def pictures_have_no_script(context: Context) -> Iterator[Finding]:
    for name, path in context.files:
        if path.suffix.lower() == ".svg":
            text = path.read_text("utf-8", "replace")
            if _script.search(text):
                yield _fault(name, "page.svg", "SVG 里有脚本", "删去脚本", _line(text, _script))


def pages_have_an_entry(context: Context) -> Iterator[Finding]:
    if (context.root / "h5").is_dir() and not (context.root / "h5" / "index.html").is_file():
        yield _fault("h5", "page.index", "h5/ 里没有 index.html", "补上入口页")


def pages_that_matters_open_are_there(context: Context) -> Iterator[Finding]:
    if (context.root / "h5" / "index.html").is_file():
        return
    for matter in context.matters:
        if matter.page:
            mend = "放入 h5/index.html，或删去 page = true"
            yield context.error(matter, "page", "page.entry", "要进入自己的页面，模块里却没有 h5/index.html", mend)


def pages_are_opened_by_a_matter(context: Context) -> Iterator[Finding]:
    if (context.root / "h5").is_dir() and not any(matter.page for matter in context.matters):
        mend = "在要用页面的事项里写 page = true，或删去 h5/"
        yield context.warning(None, "", "page.unused", "有 h5/，却没有事项进入它", mend)


def colours_can_be_told_apart(context: Context) -> Iterator[Finding]:
    for name, text in context.page_texts:
        for block in _block.finditer(text):
            ink, paper = (_colour(pattern, block[1] or block[2] or "") for pattern in (_ink, _paper))
            if ink and paper and (ratio := _contrast(ink, paper)) < CONTRAST:
                message = f"文字和背景的对比只有 {ratio:.1f}:1"
                line = text.count("\n", 0, block.start()) + 1
                yield _fault(name, "page.contrast", message, f"调到 {CONTRAST}:1 以上", line)


def pages_have_an_elder_version(context: Context) -> Iterator[Finding]:
    """Bare text grows with the reader's own settings; pages with styles or scripts of their own have to do it."""
    if not any(name.startswith("h5/") and path.suffix.lower() in {".css", ".js"} for name, path in context.files):
        return
    if not any("elder" in text for _, text in [*context.page_texts, *context.page_words]):
        mend = "问桥要 style，mode 是 elder 时正文不小于 18px，按钮高不小于 60px，见 docs/modules/pages.md"
        yield Finding(severity="warning", code="page.elder", file="h5", message="页面没有长辈版", mend=mend)


def _colour(pattern: re.Pattern[str], declarations: str) -> tuple[int, int, int] | None:
    found = pattern.search(declarations)
    if found is None:
        return None
    value = {"white": "fff", "black": "000"}.get(found[1].lower(), found[1].lstrip("#"))
    digits = value if len(value) == 6 else "".join(char * 2 for char in value)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """The contrast ratio of WCAG 2.1, 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def pages_load_nothing_foreign(context: Context) -> Iterator[Finding]:
    yield from _found(context, _foreign, "page.foreign", "引用了别的网站的资源", "资源都放进 h5/")


def pages_are_big_enough_to_read(context: Context) -> Iterator[Finding]:
    yield from _found(context, _small, "page.small", "字号小于 12px", "正文不小于 16px，长辈版不小于 18px")


def pages_have_no_inline_script(context: Context) -> Iterator[Finding]:
    mend = "脚本写成 h5/ 里的文件，用 src 引入"
    yield from _found(context, _inline, "page.inline", "有内嵌脚本，内容安全策略会拦下", mend, html=True)


def pages_can_be_enlarged(context: Context) -> Iterator[Finding]:
    mend = "去掉 user-scalable 和 maximum-scale"
    yield from _found(context, _no_zoom, "page.zoom", "禁止了放大，老人看不清", mend, html=True)


def pages_name_their_language(context: Context) -> Iterator[Finding]:
    for name, text in context.page_texts:
        if name.lower().endswith(".html") and not _lang.search(text):
            yield _fault(name, "page.lang", "没有写语言，读屏软件会念错", '写 <html lang="zh-CN">')


def _found(
    context: Context, pattern: re.Pattern[str], code: str, message: str, mend: str, *, html: bool = False
) -> Iterator[Finding]:
    """A finding for each page that has the pattern, at its first line."""
    for name, text in context.page_texts:
        if (not html or name.lower().endswith(".html")) and pattern.search(text):
            yield _fault(name, code, message, mend, _line(text, pattern))


def _line(text: str, pattern: re.Pattern[str]) -> int | None:
    found = pattern.search(text)
    return None if found is None else text.count("\n", 0, found.start()) + 1


def _fault(name: str, code: str, message: str, mend: str, line: int | None = None) -> Finding:
    return Finding(severity="error", code=code, file=name, message=message, mend=mend, line=line)
