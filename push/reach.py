"""How a citizen can be reached at this moment: what `choosing` decides on, read from rows and from identity."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

import asyncpg
import msgspec

from backend.core import db
from backend.providers.vendors import desk
from push import grants, health, texts
from push.choosing import Facts
from push.ports import Addresses, ports
from push.schemas import Preferences

NAMES = ("jpush", "wechat", "alipay", "sms")


def read_preferences(row: asyncpg.Record | None) -> Preferences:
    """A row of push_preference; the defaults when there is none."""
    if row is None:
        return Preferences(channels=dict.fromkeys(NAMES, True))  # type: ignore[arg-type]
    channels = msgspec.json.decode(row["channels"])
    return msgspec.convert(
        {
            "channels": {name: bool(channels.get(name, True)) for name in NAMES},
            "off": msgspec.json.decode(row["off"]),
            "quiet_from": row["quiet_from"],
            "quiet_to": row["quiet_to"],
        },
        Preferences,
    )


async def preferences(citizen_id: str) -> Preferences:
    return read_preferences(
        await db.fetch_one(
            "SELECT channels, off, quiet_from, quiet_to FROM push_preference WHERE citizen_id = $1",
            uuid.UUID(citizen_id),
        )
    )


async def devices(citizen_id: str) -> list[str]:
    """JPush registrations, the most recent first."""
    rows = await db.fetch(
        "SELECT registration_id FROM push_device WHERE citizen_id = $1 ORDER BY seen_at DESC", uuid.UUID(citizen_id)
    )
    return [row["registration_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Reach:
    addresses: Addresses
    template: str
    """Our name of the template for this kind of message."""
    facts: Facts


async def load(
    citizen_id: str, kind: str, *, urgent: bool, at: datetime, tried: Mapping[str, str] | None = None
) -> Reach:
    """Read everything `choose` needs. Identity is asked for addresses; its errors come through."""
    clients = desk()
    template = texts.OF_KIND[kind]
    wechat_template = clients.config.wechat.templates.get(template)
    addresses = await ports().addresses(citizen_id)
    wanted = await preferences(citizen_id)
    left = await grants.left(citizen_id)
    state = await health.load(at)
    ready = {"jpush"}
    if wechat_template:
        ready.add("wechat")
    if template in clients.config.alipay.templates:
        ready.add("alipay")
    if template in clients.config.sms.templates:
        ready.add("sms")
    return Reach(
        addresses=addresses,
        template=template,
        facts=Facts(
            kind=kind,
            urgent=urgent,
            at=at,
            wechat=bool(addresses.wechat_openid),
            grants=left.get(wechat_template or "", 0),
            alipay=bool(addresses.alipay_user_id),
            devices=len(await devices(citizen_id)),
            phone=bool(addresses.phone),
            ready=frozenset(ready),
            channels={str(name): on for name, on in wanted.channels.items()},
            off=frozenset(wanted.off),
            quiet_from=time.fromisoformat(wanted.quiet_from),
            quiet_to=time.fromisoformat(wanted.quiet_to),
            paused=state.paused,
            tried=dict(tried or {}),
        ),
    )
