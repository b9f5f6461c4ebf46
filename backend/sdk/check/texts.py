"""Rules on every text of a module: no markup, no secrets, no personal data, nothing unfinished."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from backend.sdk.check.context import Context
from backend.sdk.findings import Finding
from backend.sdk.numbers import check_id_number

_invisible = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]")
_markup = re.compile(r"<\s*[/!]?\s*[a-zA-Z]|javascript:|&#?\w+;", re.IGNORECASE)
_secret = re.compile(
    r"-----BEGIN |\b(?:sk|ak)-[A-Za-z0-9]{16,}"
    r"|(?:secret|password|passwd|token|api_?key|access_?key|密钥|口令)\s*[=:：]\s*\S{6,}",
    re.IGNORECASE,
)
_random = re.compile(r"\b(?=[A-Za-z0-9+/]*[0-9])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])[A-Za-z0-9+/]{40,}={0,2}")
_id_number = re.compile(r"(?<![0-9A-Za-z-])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z-])")
_mobile = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_unfinished = re.compile(
    r"(?<![A-Za-z])(?:TODO|FIXME|TBD|[Ll]orem ipsum)(?![A-Za-z])|X{3}|x{3}|(?<!等)待填(?:写|充|[）)。]|$)"
)
_address = re.compile(r"https?://[^\s，。；）]+", re.IGNORECASE)


def texts_have_no_markup(context: Context) -> Iterator[Finding]:
    for owner, path, text in context.texts:
        if not path.endswith(("pattern", "show_if", "rule")) and _markup.search(text):
            yield context.error(owner, path, "text.markup", "文字里有 HTML 或脚本", "只写文字")


def texts_are_printable(context: Context) -> Iterator[Finding]:
    for owner, path, text in context.texts:
        if _invisible.search(text):
            yield context.error(owner, path, "text.control", "文字里有控制字符", "删去不可见的字符")


def texts_have_no_secrets(context: Context) -> Iterator[Finding]:
    for owner, path, text in context.texts:
        if _secret.search(text) or (_random.search(text) and "code" not in path):
            yield context.error(owner, path, "text.secret", "像是密钥或口令", "密钥写在环境设置里，不放进模块")


def texts_have_no_personal_data(context: Context) -> Iterator[Finding]:
    for owner, path, text in context.texts:
        if path.endswith(("item_code", "code", "pattern")):
            continue
        for match in _id_number.finditer(text):
            if check_id_number(match.group().upper(), date.max) is None:
                yield context.error(owner, path, "text.personal", "文字里有身份证号码", "删去")
        if _mobile.search(text):
            yield context.error(owner, path, "text.personal", "文字里有手机号", "只写部门的公开电话")


def texts_are_finished(context: Context) -> Iterator[Finding]:
    for owner, path, text in context.texts:
        if path.endswith(("pattern", "show_if", "rule")):
            continue
        if not text.strip():
            yield context.error(owner, path, "text.unfinished", "只有空格，没有文字", "写上文字，或删去这个键")
        elif found := _unfinished.search(text):
            yield context.error(owner, path, "text.unfinished", f"没有写完：{found.group()}", "写完，或删去")


def links_are_safe(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        if matter.link is not None and not re.fullmatch(r"https://[a-z0-9.-]+(?::[0-9]+)?(?:/\S*)?", matter.link):
            yield context.error(matter, "link", "link.scheme", "链接应以 https:// 开头", "改链接")


def addresses_stay_out_of_texts(context: Context) -> Iterator[Finding]:
    for owner, path, text in context.texts:
        if owner is not None and path != "link" and _address.search(text):
            yield context.warning(owner, path, "link.text", "文字里有网址，点不开也没有检查", "网址写在 link 里")
