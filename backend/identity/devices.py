"""From where somebody calls, in the few words that a list of devices shows."""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.core.sessions import Principal

_APPS = (("alipay", "支付宝"), ("miniprogram", "微信小程序"), ("micromessenger", "微信"))
_SYSTEMS = (
    ("harmony", "鸿蒙"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("android", "安卓"),
    ("windows", "Windows 电脑"),
    ("mac os", "苹果电脑"),
    ("linux", "Linux 电脑"),
)


@dataclass(frozen=True, slots=True)
class Caller:
    """`address` and `agent` are what the request showed; neither is stored."""

    address: str = field(repr=False)
    agent: str = field(repr=False)
    principal: Principal | None = None


def label(agent: str) -> str:
    """A user agent as people would say it: 微信小程序 · 安卓. The agent string itself is not kept."""
    text = agent[:512].lower()
    app = next((name for mark, name in _APPS if mark in text), "浏览器" if "mozilla" in text else "其他程序")
    system = next((name for mark, name in _SYSTEMS if mark in text), None)
    return f"{app} · {system}" if system else app
