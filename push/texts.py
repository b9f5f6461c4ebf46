"""Words of push: states as a citizen reads them, and what a message becomes on each channel.

The vendors' templates are applied for with the fields below; a field that is missing in a message's data is filled
from its title and body. `providers.wechat_fields` cuts WeChat's values to their types.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from backend.core.clock import SHANGHAI

STATES: dict[str, str] = {
    "queued": "等待发送",
    "claimed": "正在发送",
    "sent": "已发送",
    "received": "已送达",
    "read": "已读",
    "retry": "等待重试",
    "unknown": "结果未知",
    "failed": "没有送到",
    "skipped": "未使用",
    "expired": "已过时",
    "stopped": "已取消",
}
CHANNELS: dict[str, str] = {"wechat": "微信", "alipay": "支付宝", "jpush": "手机推送", "sms": "短信"}

PROGRESS: dict[str, str] = {"progress": "办理中", "action_needed": "待您处理", "result": "已办结"}
"""The state that a template shows when a message does not bring its own."""

PAGE = "pages/index/index"
"""The mini-program page that opens a path of the citizen pages (`to`)."""


@dataclass(frozen=True, slots=True)
class Content:
    """A message as the templates need it."""

    id: str
    kind: str
    title: str
    body: str
    link: str | None
    data: Mapping[str, str]
    created_at: datetime

    def value(self, key: str, default: str) -> str:
        found = str(self.data.get(key) or "").strip()
        return found or default

    @property
    def time(self) -> str:
        return self.created_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Template:
    """`wechat`, `alipay`, `sms`: the vendor's field → the text for it."""

    title: str
    wechat: Mapping[str, Callable[[Content], str]]
    alipay: Mapping[str, Callable[[Content], str]]
    sms: Mapping[str, Callable[[Content], str]]


def _matter(content: Content) -> str:
    return content.value("matter", content.title)


def _state(content: Content) -> str:
    return content.value("state", PROGRESS.get(content.kind, content.title))


def _license(content: Content) -> str:
    return content.value("license", content.title)


def _date(content: Content) -> str:
    return content.value("date", content.created_at.astimezone(SHANGHAI).strftime("%Y-%m-%d"))


def _short(text: Callable[[Content], str], limit: int) -> Callable[[Content], str]:
    def cut(content: Content) -> str:
        value = " ".join(text(content).split())
        return value if len(value) <= limit else value[: limit - 1] + "…"

    return cut


TEMPLATES: dict[str, Template] = {
    "case_news": Template(
        title="办件进度通知",
        wechat={
            "thing1": _matter,
            "phrase2": _state,
            "time3": lambda content: content.time,
            "thing4": lambda content: content.body,
        },
        alipay={
            "keyword1": _short(_matter, 60),
            "keyword2": _short(_state, 20),
            "keyword3": _short(lambda content: content.body, 120),
        },
        sms={"matter": _short(_matter, 20), "state": _short(_state, 20)},
    ),
    "reminder": Template(
        title="到期提醒",
        wechat={"thing1": _license, "date2": _date, "thing3": lambda content: content.body},
        alipay={
            "keyword1": _short(_license, 60),
            "keyword2": _date,
            "keyword3": _short(lambda content: content.body, 120),
        },
        sms={"license": _short(_license, 20), "date": _date},
    ),
    "notice": Template(
        title="服务通知",
        wechat={
            "thing1": lambda content: content.title,
            "thing2": lambda content: content.body,
            "time3": lambda content: content.time,
        },
        alipay={
            "keyword1": _short(lambda content: content.title, 60),
            "keyword2": _short(lambda content: content.body, 120),
        },
        sms={"text": _short(lambda content: content.title, 35)},
    ),
}

OF_KIND: dict[str, str] = {
    "progress": "case_news",
    "action_needed": "case_news",
    "result": "case_news",
    "reminder": "reminder",
    "policy": "notice",
    "security": "notice",
}


def page(link: str | None) -> str:
    """The mini-program page for a link."""
    return PAGE if link is None else f"{PAGE}?to={quote(link, safe='')}"


def fill(fields: Mapping[str, Callable[[Content], str]], content: Content) -> dict[str, str]:
    return {key: text(content) for key, text in fields.items()}
