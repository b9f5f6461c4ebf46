"""Messages that WeChat's servers push to us, and our answers, in encrypted mode, through wechatpy.

An incoming message is a hint; whoever acts on it asks WeChat first. Work with AES runs in a thread.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import Any

import msgspec
import xmltodict  # type: ignore[import-untyped]
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidAppIdException, InvalidSignatureException
from wechatpy.replies import TextReply
from wechatpy.utils import WeChatSigner, check_signature

from backend.providers.config import WeChatConfig

MAX_AGE_S = 300


class MessageRefused(Exception):
    """A forged, altered, stale or unreadable message. Answer 403 and do nothing."""


class WeChatMessage(msgspec.Struct, frozen=True, kw_only=True):
    """`kind` is `event`, `text` …; `event` is lower case. `dedupe_key` is stable over WeChat's three tries."""

    kind: str
    event: str
    openid: str
    created: int
    dedupe_key: str
    fields: dict[str, Any]


class MessagePush:
    def __init__(self, config: WeChatConfig, *, clock: Any = time.time) -> None:
        self._token = config.push_token
        self._crypto = WeChatCrypto(config.push_token, config.push_aes_key, config.app_id)
        self._clock = clock

    def check_echo(self, *, signature: str, timestamp: str, nonce: str) -> None:
        """The GET with which WeChat tests the address: answer `echostr` when this returns. Raises MessageRefused."""
        try:
            check_signature(self._token, signature, timestamp, nonce)
        except InvalidSignatureException as error:
            raise MessageRefused("bad signature") from error

    async def read(self, body: bytes, *, msg_signature: str, timestamp: str, nonce: str) -> WeChatMessage:
        """Verify, decrypt and parse a pushed message (XML or JSON). Raises MessageRefused."""
        self._fresh(timestamp)
        return await asyncio.to_thread(self._read, body, msg_signature, timestamp, nonce)

    async def reply(self, message: WeChatMessage, text: str, *, nonce: str) -> str:
        """The encrypted text reply to a message. `text` may hold `<a href>`; at most 2,048 bytes of UTF-8 are taken."""
        sender = str(message.fields.get("ToUserName", ""))
        answer = TextReply(source=sender, target=message.openid, content=text, create_time=int(self._clock()))
        return await self.seal(answer.render(), nonce=nonce)

    async def seal(self, answer: str, *, nonce: str, timestamp: str | None = None) -> str:
        """Encrypt a reply (XML text) for WeChat."""
        return str(await asyncio.to_thread(self._crypto.encrypt_message, answer, nonce, timestamp))

    def _fresh(self, timestamp: str) -> None:
        try:
            age = abs(float(self._clock()) - int(timestamp))
        except ValueError as error:
            raise MessageRefused("bad timestamp") from error
        if age > MAX_AGE_S:
            raise MessageRefused("stale timestamp")

    def _read(self, body: bytes, msg_signature: str, timestamp: str, nonce: str) -> WeChatMessage:
        outer = _mapping(body)
        encrypted = outer.get("Encrypt")
        if not isinstance(encrypted, str):
            raise MessageRefused("not an encrypted message")
        # wechatpy compares with `!=`; here first in constant time, before anything is decrypted.
        signer = WeChatSigner()
        signer.add_data(self._token, timestamp, nonce, encrypted)
        if not hmac.compare_digest(signer.signature, msg_signature):
            raise MessageRefused("bad signature")
        try:
            plain: str = self._crypto.decrypt_message({"Encrypt": encrypted}, msg_signature, timestamp, nonce)
        except (InvalidSignatureException, InvalidAppIdException) as error:
            raise MessageRefused(type(error).__name__) from error
        except Exception as error:
            raise MessageRefused("cannot be decrypted") from error
        return _message(plain)


def _mapping(raw: bytes | str) -> dict[str, Any]:
    """The object in an XML or JSON message. xmltodict refuses entity declarations by default."""
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    try:
        found = msgspec.json.decode(text) if text.lstrip().startswith("{") else xmltodict.parse(text)["xml"]
    except Exception as error:
        raise MessageRefused("unreadable") from error
    if not isinstance(found, dict):
        raise MessageRefused("unreadable")
    return found


def _message(plain: str) -> WeChatMessage:
    fields = _mapping(plain)
    kind, event = str(fields.get("MsgType", "")), str(fields.get("Event", ""))
    if plain.lstrip().startswith("<") and kind:
        parsed: Any = parse_message(plain)
        if parsed.type != "unknown":
            kind, event = parsed.type, getattr(parsed, "event", "") or event
    openid, created = str(fields.get("FromUserName", "")), str(fields.get("CreateTime", "0"))
    msg_id = fields.get("MsgId")
    return WeChatMessage(
        kind=kind.lower(),
        event=event.lower(),
        openid=openid,
        created=int(created) if created.isdigit() else 0,
        dedupe_key=str(msg_id) if msg_id else f"{openid}:{created}:{event.lower()}",
        fields=fields,
    )
