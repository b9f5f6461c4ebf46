"""The menu of the WeChat official account. Source: 微信公众平台 · 自定义菜单 (three buttons, five below each)."""

from __future__ import annotations

from typing import Any

from backend.providers.vendors import desk


class NoOfficialAccount(RuntimeError):
    """The vendor file names no official account."""


def menu(public_url: str) -> dict[str, Any]:
    """Our menu; every address is a page of ours."""

    def view(name: str, path: str) -> dict[str, Any]:
        return {"type": "view", "name": name, "url": public_url + path}

    return {
        "button": [
            {
                "name": "办事",
                "sub_button": [
                    view("热门服务", "/"),
                    view("按主题查找", "/services"),
                    {"type": "click", "name": "发消息找事项", "key": "how"},
                ],
            },
            {
                "name": "我的",
                "sub_button": [view("我的办件", "/cases"), view("我的证照", "/wallet"), view("我的消息", "/messages")],
            },
            {"name": "帮助", "sub_button": [view("帮助", "/help"), view("大字版设置", "/me/display")]},
        ]
    }


async def put_menu(document: dict[str, Any]) -> None:
    """Replace the menu; doing it twice is doing it once. Raises NoOfficialAccount, ProviderError."""
    client = desk().official
    if client is None:
        raise NoOfficialAccount("接入配置里没有公众号（official）")
    await client.post("/cgi-bin/menu/create", "menu", document, idempotent=True)
