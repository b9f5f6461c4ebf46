"""One function a channel: send this content there. Raises ProviderError; anything else is a defect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.core.clients import ProviderError
from backend.providers import jpush
from backend.providers.vendors import desk
from push import texts
from push.texts import Content


@dataclass(frozen=True, slots=True)
class Target:
    """`address` of WeChat, Alipay or SMS; `devices` of JPush; `idempotency` is in the row already."""

    address: str
    devices: Sequence[str]
    template: str
    idempotency: str
    ttl_s: int


async def send(channel: str, target: Target, content: Content) -> str:
    """Hand over to the vendor; returns its id of the message, empty where it gives none."""
    clients = desk()
    template = texts.TEMPLATES[target.template]
    match channel:
        case "wechat":
            await clients.wechat.send_subscribe(
                openid=target.address,
                template_id=_id(clients.config.wechat.templates, target.template, channel),
                data=texts.fill(template.wechat, content),
                page=texts.page(content.link),
            )
            return ""
        case "alipay":
            await clients.alipay.send_message(
                to_open_id=target.address,
                template_id=_id(clients.config.alipay.templates, target.template, channel),
                page=texts.page(content.link),
                data=texts.fill(template.alipay, content),
            )
            return ""
        case "jpush":
            try:
                payload = jpush.notice(
                    title=content.title,
                    text=content.body,
                    extras={"message": content.id, "link": content.link or ""},
                    registration_ids=target.devices,
                    ttl_s=target.ttl_s,
                    apns_production=clients.config.jpush.apns_production,
                )
            except ValueError as error:
                raise ProviderError("permanent", "jpush", "payload", call="push", message=str(error)) from error
            return (await clients.jpush.send(payload, cid=target.idempotency)).msg_id
        case "sms":
            sent = await clients.sms.send(
                target.address, target.template, texts.fill(template.sms, content), out_id=target.idempotency
            )
            return sent.biz_id
        case _:
            raise ValueError(f"not a channel: {channel!r}")


def _id(templates: dict[str, str], name: str, channel: str) -> str:
    try:
        return templates[name]
    except KeyError as error:
        raise ProviderError("permanent", channel, "template_missing", message=name) from error
