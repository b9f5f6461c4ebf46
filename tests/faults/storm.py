"""A campaign to many while processes die and the vendor misbehaves; then the ledger is held against the vendor."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.town import Citizen, Client, Town, eventually

REGION = "513437"  # nobody else of a copy lives here
WORDS: dict[str, Any] = {
    "name": "演练",
    "kind": "policy",
    "title": "政策调整通知",
    "body": "您所在地区的一项政策有调整，请查看具体内容。",
    "reason": "您的地区是雷波县",
    "rule": f"citizen.region == '{REGION}'",
    "hour_from": 0,
    "hour_to": 24,
    "halt_percent": 90,
}
PARTS = ("sent", "skipped", "failed", "unknown", "waiting")


@dataclass
class Storm:
    """`told` is the vendor's own count of devices, `seconds` from the start to the last hand-over."""

    targeted: int = 0
    figures: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    wechat: Counter[str] = field(default_factory=Counter)
    killed: list[str] = field(default_factory=list)
    seconds: float = 0.0
    after_pause: int = 0


async def settle_many(town: Town, people: int) -> None:
    """So many citizens with a phone that JPush reaches and no quiet hours. One real account lends its wrapped key:
    nothing of theirs is sealed."""
    async with town.database() as db:
        await db.execute(
            "WITH made AS (INSERT INTO identity_citizen (id, created_at, wrapped_key, level, made_in, elder, region)"
            " SELECT gen_random_uuid(), now(), (SELECT wrapped_key FROM identity_citizen WHERE wrapped_key IS NOT NULL"
            " LIMIT 1), 2, 'phone', false, $2 FROM generate_series(1, $1) RETURNING id), devices AS (INSERT INTO"
            " push_device (id, citizen_id, session_id, registration_id, platform, created_at, seen_at)"
            " SELECT gen_random_uuid(), id, 's', 'd' || replace(id::text, '-', ''), 'android', now(), now() FROM made)"
            " INSERT INTO push_preference (citizen_id, channels, off, quiet_from, quiet_to, updated_at)"
            " SELECT id, '{}', '[]', '00:00', '00:00', now() FROM made",
            people,
            REGION,
        )
        await db.execute("ANALYZE")


async def by_wechat(town: Town, name: str) -> Citizen:
    """A citizen whom WeChat reaches, which cannot tell repeats apart."""
    who = town.person()
    code = (await town.control("POST", "/wechat/code", {"name": name}))["code"]
    who.token = (await who.call("POST", "/api/v1/sessions/wechat", {"code": code}))["token"]
    await who.call("PUT", "/api/v1/preferences", {"quiet_from": "00:00", "quiet_to": "00:00"})
    await who.call("PATCH", "/api/v1/me", {"region": REGION})
    templates = (await who.call("GET", "/api/v1/push/templates"))["items"]
    answers = {item["template_id"]: "accept" for item in templates}
    await who.call("POST", "/api/v1/push/grants", {"answers": answers}, status=204)
    return who


async def started(town: Town, *, pace: int, key: str = "storm", **changes: Any) -> tuple[Client, dict[str, Any]]:
    mine, second = await town.staff("operator"), await town.staff("operator.second")
    words = {**WORDS, "pace": pace, **changes}
    campaign = await mine.call("POST", "/operate/v1/campaigns", words, status=201, key=key)
    for who, act in ((mine, "submit"), (second, "approve"), (mine, "start")):
        campaign = await who.call("POST", f"/operate/v1/campaigns/{campaign['id']}/{act}", {"version": 1})
    return mine, campaign


async def _told(town: Town) -> int:
    return int((await town.control("GET", "/jpush/told"))["devices"])


async def blow(
    town: Town,
    people: int,
    *,
    pace: int,
    kills: Sequence[str],
    faults: Sequence[dict[str, Any]],
    seed: int,
    seconds: float,
) -> Storm:
    """Send to all; kill one program after another at random shares of the way, and set a fault of the vendor between
    two kills; pause in the middle. Ends when nothing of it waits any more."""
    dice = random.Random(seed)
    storm = Storm()
    mine, campaign = await started(town, pace=pace)
    path = f"/operate/v1/campaigns/{campaign['id']}"
    begun = time.monotonic()
    step = people / (len(kills) + 2)
    for number, name in enumerate(kills):
        mark = int(step * (number + 0.5 + dice.random() / 2))

        async def reached(mark: int = mark) -> bool:
            return await _told(town) >= mark

        await eventually(reached, seconds=seconds, what=f"{mark} told")
        if number < len(faults):
            await town.control("PUT", "/faults/jpush/push", dict(faults[number]))
        killed = town.copy.kill(name)
        storm.killed.append(name)
        await town.copy.healed(name, killed, seconds=40)
        if number == len(kills) // 2:
            storm.after_pause = await _pause(town, mine, path)

    async def over() -> bool:
        await asyncio.sleep(0.5)  # figures of many are no question to ask twenty times a second
        answer = await mine.send("GET", path)  # a killed database answers 503 for a while
        return answer.status == 200 and answer.body["state"] == "done" and not await _asked(town)

    await eventually(over, seconds=seconds, what="the end of the campaign")
    storm.seconds = time.monotonic() - begun
    storm.figures = (await mine.call("GET", path))["figures"]
    storm.targeted = storm.figures["targeted"]
    storm.told = await town.control("GET", "/jpush/told")
    storm.wechat = Counter(item["detail"]["touser"] for item in await town.received("wechat", "subscribe"))
    return storm


async def _asked(town: Town) -> bool:
    """Whether an unknown outcome has still to be asked about."""
    async with town.database() as db:
        found: bool = await db.fetchval(
            "SELECT EXISTS (SELECT 1 FROM push_delivery WHERE state = 'claimed' OR (state = 'unknown' AND channel ="
            " 'jpush' AND next_at IS NOT NULL))"
        )
    return found


async def _pause(town: Town, mine: Client, path: str) -> int:
    """Pause, and how many were told in the two seconds that began two seconds later; then resume."""

    async def act(name: str) -> bool:
        answer = await mine.send("POST", f"{path}/{name}", {"version": 1})
        return answer.status == 200 or (answer.status == 409 and name == "pause")

    await eventually(lambda: act("pause"), seconds=30, what="a pause")
    await asyncio.sleep(2)  # what the promise allows
    before = await _told(town)
    await asyncio.sleep(2)
    after = await _told(town)
    await eventually(lambda: act("resume"), seconds=30, what="to go on")
    return after - before


def judge(storm: Storm) -> None:
    """The ledger's figures equal the vendor's, nobody was told twice, and every unknown is listed."""
    figures = storm.figures
    assert figures["targeted"] == sum(figures[part] for part in PARTS), figures
    assert figures["waiting"] == 0, figures
    assert storm.told["twice"] == [], "told twice with an idempotency value"
    assert storm.told["times"] == storm.told["devices"]
    assert max(storm.wechat.values(), default=0) <= 1, "WeChat cannot tell repeats apart: none is sent"
    accepted = storm.told["devices"] + len(storm.wechat)
    assert figures["sent"] <= accepted <= figures["sent"] + figures["unknown"], (figures, storm.told, storm.wechat)
    assert figures["failed"] == 0, figures
