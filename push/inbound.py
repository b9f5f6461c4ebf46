"""What vendors tell us: verified, taken in once, and believed only after asking."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from backend.core import crypto, db, logging
from backend.core.clock import now
from backend.core.tasks import enqueue
from backend.providers.vendors import desk
from backend.providers.wechat_messages import MessagePush, MessageRefused, WeChatMessage
from push import grants, tasks
from push.errors import CallbackRefused
from push.ports import ports
from push.schemas import WechatPushQuery

log = logging.get("push")

MOST_IDS = 1000
DONE = "success"
"""What WeChat wants to read when nothing is said back."""


def check_jpush(authorization: str | None) -> None:
    """JPush proves itself with the app's own key pair (Basic), as we do towards it. Raises CallbackRefused."""
    config = desk().config.jpush
    pair = base64.b64encode(f"{config.app_key}:{config.master_secret}".encode())
    given = (authorization or "").encode("utf-8", "replace")
    if not crypto.same(given, b"Basic " + pair):
        raise CallbackRefused


async def jpush(body: bytes) -> None:
    """A callback about deliveries. The vendor publishes no fields but ids; the report is asked for those."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise CallbackRefused("内容不是有效的 JSON") from exc
    ids = sorted(_message_ids(value))[:MOST_IDS]
    if not ids:
        return
    changed = await db.execute(
        "UPDATE push_delivery SET next_at = $2 WHERE provider_message_id = ANY($1::varchar[]) AND channel = 'jpush'"
        " AND state = 'sent' AND (next_at IS NULL OR next_at > $2)",
        ids,
        now(),
    )
    if changed:
        enqueue(tasks.settle_unknown)


def _message_ids(value: Any) -> set[str]:
    """Every msg_id anywhere in a callback, single or in a batch."""
    found: set[str] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            for key, inner in item.items():
                if key.lower() in ("msg_id", "msgid") and isinstance(inner, (str, int)):
                    if len(text := str(inner)) <= 64 and "\x00" not in text:
                        found.add(text)
                else:
                    waiting.append(inner)
        elif isinstance(item, list):
            waiting.extend(item)
    return found


def wechat_echo(app: str, query: WechatPushQuery) -> str:
    """WeChat tests the address. Raises CallbackRefused."""
    try:
        _reader(app).check_echo(signature=query.signature, timestamp=query.timestamp, nonce=query.nonce)
    except MessageRefused as exc:
        raise CallbackRefused from exc
    return query.echostr


def _reader(app: str) -> MessagePush:
    """Who reads the messages of an app: the mini-program or the official account. Raises CallbackRefused."""
    clients = desk()
    if app == clients.config.wechat.app_id:
        return clients.wechat_messages
    if clients.official_messages is not None and clients.config.official and app == clients.config.official.app_id:
        return clients.official_messages
    raise CallbackRefused


async def wechat(app: str, query: WechatPushQuery, body: bytes) -> str:
    """A pushed message in encrypted mode, and the body to answer; WeChat sends it up to three times.

    Raises CallbackRefused.
    """
    reader = _reader(app)
    try:
        message = await reader.read(
            body, msg_signature=query.msg_signature, timestamp=query.timestamp, nonce=query.nonce
        )
    except MessageRefused as exc:
        raise CallbackRefused from exc
    if reader is desk().official_messages:
        text = await ports().official_reply(message)
        return DONE if text is None else await reader.reply(message, text, nonce=query.nonce)
    await _mini_program(message)
    return DONE


async def _mini_program(message: WeChatMessage) -> None:
    if message.kind != "event" or message.event not in ("subscribe_msg_popup_event", "subscribe_msg_change_event"):
        return
    citizen = await ports().citizen_of_openid(message.openid)
    if citizen is None:
        return
    async with db.transaction():
        fresh = await db.execute(
            "INSERT INTO push_inbound (source, key, created_at) VALUES ('wechat', $1, $2) ON CONFLICT DO NOTHING",
            message.dedupe_key[:200],
            now(),
        )
        if fresh:
            await _subscribe(citizen, message)


async def _subscribe(citizen: str, message: WeChatMessage) -> None:
    """popup: the dialog's answer, one entry a template; change: what the citizen did in WeChat's settings."""
    ours = set(desk().config.wechat.templates.values())
    for template_id, status in sorted(_answers(message.fields)):
        if template_id not in ours:
            continue
        if message.event == "subscribe_msg_popup_event":
            await grants.count(citizen, template_id, status, "by_event")
        elif status == "reject":
            await grants.spend_all(citizen, template_id)


def _answers(fields: dict[str, Any]) -> list[tuple[str, str]]:
    """(template id, accept or reject) of an event in XML form (nested) or JSON form (`List`)."""
    found: list[tuple[str, str]] = []
    waiting: list[Any] = [fields]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            template, status = item.get("TemplateId"), item.get("SubscribeStatusString")
            if isinstance(template, str) and isinstance(status, str):
                found.append((template, status.lower()))
            waiting.extend(item.values())
        elif isinstance(item, list):
            waiting.extend(item)
    return found
