"""How a citizen can be reached at this moment: what `choosing` decides on, read from rows and from identity."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import asyncpg
import msgspec

from backend.core import db
from backend.providers.vendors import desk
from push import grants, health, texts
from push.choosing import CAPS, Facts
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
            "agencies_off": msgspec.json.decode(row["agencies_off"] or "[]"),
            "quiet_from": row["quiet_from"],
            "quiet_to": row["quiet_to"],
        },
        Preferences,
    )


async def preferences(citizen_id: str) -> Preferences:
    return read_preferences(
        await db.fetch_one(
            "SELECT channels, off, agencies_off, quiet_from, quiet_to FROM push_preference WHERE citizen_id = $1",
            uuid.UUID(citizen_id),
        )
    )


async def devices(citizen_id: str) -> list[str]:
    """JPush registrations, the most recent first."""
    return (await devices_of_many([uuid.UUID(citizen_id)])).get(citizen_id, [])


async def devices_of_many(citizens: Sequence[uuid.UUID]) -> dict[str, list[str]]:
    """Citizen id → JPush registrations, the most recent first."""
    rows = await db.fetch(
        "SELECT citizen_id, registration_id FROM push_device WHERE citizen_id = ANY($1::uuid[]) ORDER BY seen_at DESC",
        list(citizens),
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(str(row["citizen_id"]), []).append(row["registration_id"])
    return found


def address_on(channel: str, addresses: Addresses) -> str:
    """The address of WeChat, Alipay or SMS; empty where there is none."""
    match channel:
        case "wechat":
            return addresses.wechat_openid or ""
        case "alipay":
            return addresses.alipay_user_id or ""
        case "sms":
            return addresses.phone or ""
        case _:
            return ""


@dataclass(frozen=True, slots=True)
class Reach:
    addresses: Addresses
    template: str
    """Our name of the template for this kind of message."""
    facts: Facts


async def load(
    citizen_id: str,
    kind: str,
    *,
    urgent: bool,
    at: datetime,
    tried: Mapping[str, str] | None = None,
    agency: str = "",
) -> Reach:
    """Read everything `choose` needs. Identity is asked for addresses; its errors come through."""
    addresses = await ports().addresses(citizen_id)
    read = await _read([citizen_id], kind, at)
    return read(citizen_id, addresses, urgent, tried or {}, agency)


async def load_many(citizen_ids: Sequence[str], kind: str, *, urgent: bool, at: datetime) -> dict[str, Reach]:
    """The same for many at once; who is not found is left out."""
    many = await addresses_of(citizen_ids)
    read = await _read(list(many), kind, at)
    return {citizen: read(citizen, addresses, urgent, {}, "") for citizen, addresses in many.items()}


async def addresses_of(citizen_ids: Sequence[str]) -> Mapping[str, Addresses]:
    """Citizen id → addresses; who is not found is left out."""
    at_once = ports().addresses_of_many
    if at_once is not None:
        return await at_once(citizen_ids)
    return {citizen: await ports().addresses(citizen) for citizen in citizen_ids}


async def counted_again(facts: Facts, citizen: uuid.UUID) -> Facts:
    """The facts with what was told meanwhile; after `one_at_a_time`."""
    if facts.kind not in CAPS:
        return facts
    day, week = (await _lately([citizen], facts.kind, facts.at)).get(str(citizen), (0, 0))
    return replace(facts, told_day=day, told_week=week)


async def _read(
    citizen_ids: Sequence[str], kind: str, at: datetime
) -> Callable[[str, Addresses, bool, Mapping[str, str], str], Reach]:
    """What the rows say of these citizens, as a function from one of them to their reach. Five queries."""
    clients = desk()
    template = texts.OF_KIND[kind]
    wechat_template = clients.config.wechat.templates.get(template)
    keys = [uuid.UUID(citizen) for citizen in citizen_ids]
    wanted_rows = await db.fetch(
        "SELECT citizen_id, channels, off, agencies_off, quiet_from, quiet_to FROM push_preference"
        " WHERE citizen_id = ANY($1::uuid[])",
        keys,
    )
    wanted = {str(row["citizen_id"]): row for row in wanted_rows}
    left = await grants.left_of_many(keys, wechat_template or "")
    held = await devices_of_many(keys)
    lately = await _lately(keys, kind, at) if kind in CAPS else {}
    state = await health.load(at)
    ready = {"jpush"}
    if wechat_template:
        ready.add("wechat")
    if template in clients.config.alipay.templates:
        ready.add("alipay")
    if template in clients.config.sms.templates:
        ready.add("sms")

    def of(citizen: str, addresses: Addresses, urgent: bool, tried: Mapping[str, str], agency: str) -> Reach:
        chosen = read_preferences(wanted.get(citizen))
        day, week = lately.get(citizen, (0, 0))
        return Reach(
            addresses=addresses,
            template=template,
            facts=Facts(
                kind=kind,
                urgent=urgent,
                at=at,
                wechat=bool(addresses.wechat_openid),
                grants=left.get(citizen, 0),
                alipay=bool(addresses.alipay_user_id),
                devices=len(held.get(citizen, ())),
                phone=bool(addresses.phone),
                ready=frozenset(ready),
                channels={str(name): on for name, on in chosen.channels.items()},
                off=frozenset(chosen.off),
                quiet_from=time.fromisoformat(chosen.quiet_from),
                quiet_to=time.fromisoformat(chosen.quiet_to),
                paused=state.paused,
                tried=dict(tried),
                told_day=day,
                told_week=week,
                agency=agency,
                agencies_off=frozenset(chosen.agencies_off),
            ),
        )

    return of


async def one_at_a_time(citizens: Sequence[uuid.UUID], kind: str) -> None:
    """Until the caller's transaction ends nobody else chooses channels for these citizens and this kind: two sendings
    that meet would each count without the other, and a cap would let both by. Kinds without a cap wait for nobody.

    Rows of messages are locked before this, never after; and the locks are taken in one order."""
    if kind in CAPS:
        await db.fetch(
            "SELECT pg_advisory_xact_lock(key) FROM (SELECT hashtextextended('push_cap:' || $2 || c, 0) AS key"
            " FROM unnest($1::text[]) AS t (c) GROUP BY 1 ORDER BY 1) k",
            [str(citizen) for citizen in citizens],
            kind,
        )


async def _lately(citizens: Sequence[uuid.UUID], kind: str, at: datetime) -> dict[str, tuple[int, int]]:
    """Citizen → messages of this kind that were told outside the inbox in the last day and the last week."""
    rows = await db.fetch(
        "SELECT m.citizen_id, count(*) FILTER (WHERE m.created_at > $4) AS day, count(*) AS week FROM push_message m"
        " WHERE m.citizen_id = ANY($1::uuid[]) AND m.kind = $2 AND m.created_at > $3 AND EXISTS (SELECT 1 FROM"
        " push_delivery d WHERE d.message_id = m.id AND d.state NOT IN ('skipped', 'failed', 'expired', 'stopped'))"
        " GROUP BY m.citizen_id",
        list(citizens),
        kind,
        at - timedelta(days=7),
        at - timedelta(days=1),
    )
    return {str(row["citizen_id"]): (int(row["day"]), int(row["week"])) for row in rows}
