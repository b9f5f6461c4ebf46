"""The vendors of this process, made once from the vendor file and handed out by name."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis

from backend.core.clients import close_sessions
from backend.providers.alipay import Alipay
from backend.providers.alipay_gateway import AlipayGateway
from backend.providers.authority import Authority
from backend.providers.config import Vendors
from backend.providers.faceid import FaceId
from backend.providers.jpush import JPush
from backend.providers.sms import AliyunSms, SmsSender
from backend.providers.storage import BlobStore, DiskBlobs
from backend.providers.wechat import WeChat
from backend.providers.wechat_face import WeChatFace
from backend.providers.wechat_messages import MessagePush
from backend.providers.wechat_pay import WeChatPay


class Desk:
    """One of each. Every member is safe to share between the tasks of one event loop."""

    def __init__(self, config: Vendors, redis: Redis, blobs: Path) -> None:
        self.config = config
        self.wechat = WeChat(config.wechat, redis)
        self.wechat_face = WeChatFace(self.wechat)
        self.wechat_messages = MessagePush(config.wechat)
        self.official = WeChat(config.official, redis) if config.official is not None else None
        self.official_messages = MessagePush(config.official) if config.official is not None else None
        self.wechat_pay = WeChatPay(config.wechat_pay)
        self.alipay = Alipay(AlipayGateway(config.alipay))
        self.jpush = JPush(config.jpush)
        self.sms: SmsSender = AliyunSms(config.sms)
        self.faceid = FaceId(config.faceid)
        self.authority = Authority(config.authority)
        self.blobs: BlobStore = DiskBlobs(blobs)


_desk: Desk | None = None


def configure(config: Vendors, redis: Redis, blobs: Path) -> Desk:
    global _desk
    _desk = Desk(config, redis, blobs)
    return _desk


def desk() -> Desk:
    """The vendors of this process; `configure` must have run."""
    if _desk is None:
        raise RuntimeError("vendors.configure() was not called in this process")
    return _desk


async def close() -> None:
    global _desk
    _desk = None
    await close_sessions()
