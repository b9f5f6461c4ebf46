"""What the WeChat official account says: matters found by the same search as everywhere, and a word to new followers.

A reply is passive: it goes back in the answer to WeChat's own request, within five seconds, and may be asked for three
times. So it is made from memory alone and changes nothing. Source: 微信公众平台 · 被动回复用户消息 (text, 2,048 bytes).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote
from xml.sax.saxutils import escape

import msgspec

from backend.core import settings
from backend.matters import catalogue, regions
from backend.matters.schemas import MattersPage, MattersQuery
from backend.providers.wechat_messages import WeChatMessage

MOST = 5
LONGEST_QUESTION = 60
LONGEST_REPLY = 2048
HOW = "直接发来您想办的事，例如“公积金提取”“身份证换领”，可以加上地名，例如“成都 居住证”。"
_CARRIES_NOTHING = re.compile(r"[\s，。！？、,.!?;；:：“”\"'（）()]+")


async def reply_to(message: WeChatMessage) -> str | None:
    """The text to answer to a verified message, None when there is nothing to say."""
    if message.kind == "event":
        return _event(message)
    if message.kind in ("text", "voice"):
        said = message.fields.get("Content") or message.fields.get("Recognition") or ""
        return found(str(said))
    return f"还看不懂这类消息。{HOW}"


def _event(message: WeChatMessage) -> str | None:
    if message.event in ("subscribe", "subscribe_scan"):
        home = _link("/", "打开天府通办")
        safe = "办件进度和证照请在小程序或网页中登录后查看，这里不会向您索要验证码。"
        return f"您好，这里是天府通办。{HOW}\n{home}\n{safe}"
    if message.event == "click":
        return HOW
    return None  # unsubscribe, location, view …: nobody is waiting for an answer


def found(said: str) -> str:
    """Matters for what somebody wrote, best first, as links; a sentence that helps when there are none."""
    question = _CARRIES_NOTHING.sub(" ", said).strip()[:LONGEST_QUESTION]
    if not question:
        return HOW
    region, words = _place(question)
    page = msgspec.json.decode(
        catalogue.current().matters(MattersQuery(q=words, region=region, limit=MOST)), type=MattersPage
    )
    where = f"在{regions.name_of(region)}" if region != regions.PROVINCE else ""
    if not page.items:
        return f"{where}没有找到“{escape(words)}”。换个说法试试，或拨打 12345。\n{_link('/services', '按主题查找')}"
    lines = [f"{where}找到 {page.total} 项“{escape(words)}”："]
    for number, card in enumerate(page.items, 1):
        state = "" if card.available else "（暂停办理）"
        lines.append(f"{number}. {_link(f'/matters/{card.id}?region={region}', card.name)}{state}")
    if page.total > len(page.items):
        lines.append(_link(f"/search?q={quote(words)}&region={region}", "查看全部"))
    while len("\n".join(lines).encode()) > LONGEST_REPLY:
        lines.pop(-2)
    return "\n".join(lines)


def _place(question: str) -> tuple[str, str]:
    """(region, what is left of the question). The longest name wins; a question that is only a name stays whole."""
    for name, code in _names():
        if name in question:
            rest = question.replace(name, " ", 1).strip()
            if rest:
                return code, " ".join(rest.split())
    return regions.PROVINCE, question


@lru_cache(maxsize=1)
def _names() -> list[tuple[str, str]]:
    """Names of the province's regions that stand for one place only, longest first."""
    codes: dict[str, set[str]] = {}
    for region in regions.all_regions().values():
        if region.code.startswith(regions.PROVINCE[:2]) and region.code != regions.PROVINCE:
            for name in {region.name, region.short}:
                codes.setdefault(name, set()).add(region.code)
    names = [(name, next(iter(found))) for name, found in codes.items() if len(found) == 1 and len(name) > 1]
    return sorted(names, key=lambda pair: (-len(pair[0]), pair[0]))


def _link(path: str, text: str) -> str:
    return f'<a href="{escape(settings.current().http.public_url + path)}">{escape(text)}</a>'
