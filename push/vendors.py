"""The vendors' clients of this process; made by `backend.app` and `backend.worker` from the vendor file."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from backend.providers.alipay import Alipay
from backend.providers.alipay_gateway import AlipayGateway
from backend.providers.config import Vendors
from backend.providers.jpush import JPush
from backend.providers.sms import AliyunSms, SmsSender
from backend.providers.wechat import WeChat
from backend.providers.wechat_messages import MessagePush


@dataclass(frozen=True, slots=True)
class Clients:
    wechat: WeChat
    wechat_push: MessagePush
    alipay: Alipay
    jpush: JPush
    sms: SmsSender
    sms_templates: frozenset[str]


_clients: Clients | None = None


def configure(config: Vendors, redis: Redis) -> None:
    """Make the clients; they connect on first use."""
    use(
        Clients(
            wechat=WeChat(config.wechat, redis),
            wechat_push=MessagePush(config.wechat),
            alipay=Alipay(AlipayGateway(config.alipay)),
            jpush=JPush(config.jpush),
            sms=AliyunSms(config.sms),
            sms_templates=frozenset(config.sms.templates),
        )
    )


def use(clients: Clients) -> None:
    global _clients
    _clients = clients


def current() -> Clients:
    if _clients is None:
        raise RuntimeError("push.vendors.configure() was not called in this process")
    return _clients
