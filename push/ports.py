"""What push asks of the floors above it; handed over by `backend.app` and `backend.worker`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.providers.wechat_messages import WeChatMessage


class Addresses(Protocol):
    """Where a citizen can be reached, in clear; None where there is no such address."""

    @property
    def phone(self) -> str | None: ...
    @property
    def wechat_openid(self) -> str | None: ...
    @property
    def alipay_user_id(self) -> str | None: ...


async def _silent(_: WeChatMessage) -> str | None:
    """No official account here."""
    return None


@dataclass(frozen=True, slots=True)
class Ports:
    """addresses          of a citizen id
    citizen_of_openid  the citizen id behind a WeChat openid, None when unknown
    official_reply     what the official account answers to a verified message, None for nothing
    addresses_of_many  citizen id → addresses in one go, without those who are not found
    """

    addresses: Callable[[str], Awaitable[Addresses]]
    citizen_of_openid: Callable[[str], Awaitable[str | None]]
    official_reply: Callable[[WeChatMessage], Awaitable[str | None]] = _silent
    addresses_of_many: Callable[[Sequence[str]], Awaitable[Mapping[str, Addresses]]] | None = None


_ports: Ports | None = None


def configure(ports: Ports) -> None:
    global _ports
    _ports = ports


def ports() -> Ports:
    if _ports is None:
        raise RuntimeError("push.ports.configure() was not called in this process")
    return _ports
