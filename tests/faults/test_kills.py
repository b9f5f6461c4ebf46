"""`kill -9` of a web process, a worker, Valkey and PostgreSQL during 200 submissions.

What was answered 201 exists once, is told once, and everything that was begun comes to its end.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest

from tests.journeys.applying import BIRTH, FILING, application, birth, filing
from tests.journeys.town import Answer, Citizen, Town, eventually, opened, step
from tests.local.machines import remains

CITIZENS, EACH, TOGETHER = 20, 10, 6
KILLS = {30: ("web", 0), 70: ("worker", 0), 110: ("valkey", 0), 150: ("postgres", 0), 180: ("web", 1)}
LOST = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, asyncio.TimeoutError)


@pytest.fixture
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A town that nobody else uses, checked for what stays behind when it is gone."""
    folder = tmp_path_factory.mktemp("faults")
    async with opened(folder, TF_TEST_OF=str(folder.resolve())) as town:
        yield town
        copy = town.copy
    assert remains(copy) == [], "processes stayed behind"


async def _settled_in(town: Town, index: int) -> Citizen:
    """A citizen who hears by short message, by JPush or by WeChat, in turn; never quiet."""
    who = town.person()
    if index % 3 == 2:
        code = (await town.control("POST", "/wechat/code", {"name": who.name}))["code"]
        who.token = (await who.call("POST", "/api/v1/sessions/wechat", {"code": code}))["token"]
    else:
        await who.sign_in()
    await who.prove_name()
    await who.call("PUT", "/api/v1/preferences", {"quiet_from": "00:00", "quiet_to": "00:00"})
    if index % 3 == 1:
        device = {"registration_id": f"device{index:06}", "platform": "android"}
        await who.call("POST", "/api/v1/push/devices", device, status=204)
    if index % 3 == 2:
        templates = (await who.call("GET", "/api/v1/push/templates"))["items"]
        answers = {item["template_id"]: "accept" for item in templates}
        for _ in range(EACH * 2):
            await who.call("POST", "/api/v1/push/grants", {"answers": answers}, status=204)
    return who


@dataclass
class Progress:
    """What was answered, and who waits for how much of it."""

    done: dict[str, str] = field(default_factory=dict)  # number → key
    tries: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=lambda: [0.02])  # seconds from a submission to its 201
    dice: random.Random = field(default_factory=lambda: random.Random(20))
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def add(self, number: str, key: str) -> None:
        async with self.moved:
            self.done[number] = key
            self.moved.notify_all()

    def impatience(self) -> float:
        """Seconds after which somebody hangs up: anywhere within what a submission takes here and now, so that a
        fast machine and a slow one both lose answers, before and after the case exists."""
        return statistics.median(self.took[-20:]) * self.dice.random()

    async def reaches(self, count: int) -> None:
        async with self.moved:
            await self.moved.wait_for(lambda: len(self.done) >= count)


async def _insist(who: Citizen, body: dict[str, Any], key: str, progress: Progress, *, impatient: bool) -> None:
    """Submit until there is an answer, as a page does on a bad network: the same key every time. Who is impatient
    hangs up at the first try while the program is at work, so that answers of cases that exist are lost."""
    patience = itertools.chain((progress.impatience(),) if impatient else (), itertools.repeat(20.0))
    for wait in itertools.chain((0.05, 0.1, 0.2), itertools.repeat(0.4, 150)):
        progress.tries += 1
        begun = time.perf_counter()
        try:
            answer: Answer = await who.send("POST", "/api/v1/cases", body, key=key, timeout=next(patience))
        except LOST as exc:
            progress.lost[type(exc).__name__] += 1
        else:
            if answer.status == 201:
                progress.took.append(time.perf_counter() - begun)
                await progress.add(answer.body["number"], key)
                return
            assert answer.status == 503, f"only 503 may be answered meanwhile: {answer}"
            progress.lost["503"] += 1
        await asyncio.sleep(wait)
    raise AssertionError(f"{key} got no answer: {progress.lost}")


async def _kill_on_the_way(town: Town, progress: Progress) -> list[tuple[str, int, int]]:
    """Kill one process at each mark; it must be replaced before the next."""
    replaced = []
    for count, (name, index) in KILLS.items():
        await progress.reaches(count)
        killed = town.copy.kill(name, index)
        replaced.append((name, killed, await town.copy.healed(name, killed, index, seconds=40)))
    return replaced


# An unknown outcome without a next look is an end: WeChat cannot be asked, and is not sent twice.
OPEN = "(state IN ('queued', 'claimed', 'retry') OR (state = 'unknown' AND next_at IS NOT NULL))"


async def _unsettled(town: Town) -> dict[str, int]:
    async with town.database() as db:
        row = await db.fetchrow(
            "SELECT (SELECT count(*) FROM push_message WHERE plan_at IS NOT NULL) AS unplanned,"
            f" (SELECT count(*) FROM push_delivery WHERE {OPEN}) AS undelivered,"
            " (SELECT count(*) FROM cases_case WHERE dispatch IN ('pending', 'sent', 'recalling')) AS undispatched"
        )
    return {name: count for name, count in dict(row).items() if count}


@pytest.mark.timeout(280)
async def test_nothing_is_lost_or_doubled_when_processes_are_killed_during_200_submissions(own: Town) -> None:
    with step("twenty citizens settle in"):
        people = await asyncio.gather(*(_settled_in(own, index) for index in range(CITIZENS)))
        bodies = {
            BIRTH: await application(people[0], BIRTH, birth()),
            FILING: await application(people[0], FILING, filing()),
        }
        await own.control("DELETE", "/received")

    with step("two hundred submissions and five deaths"):
        progress = Progress()
        work = [
            (who, bodies[BIRTH if turn % 2 else FILING], f"{who.phone}-{turn}")
            for turn in range(EACH)
            for who in people
        ]
        queue = enumerate(work)

        async def clerk() -> None:
            for count, (who, body, key) in queue:
                await _insist(who, body, key, progress, impatient=count % 3 == 0)

        killer = asyncio.create_task(_kill_on_the_way(own, progress))
        await asyncio.gather(*(clerk() for _ in range(TOGETHER)))
        replaced = await killer
        assert len(progress.done) == CITIZENS * EACH == len(set(progress.done.values()))
        assert [name for name, _, _ in replaced] == [name for name, _ in KILLS.values()]
        assert progress.tries > CITIZENS * EACH, "the kills must have been felt"
        assert progress.lost["TimeoutError"] > 10, f"answers must have been lost: {progress.lost}"

    with step("everything comes to rest"):

        async def rest() -> bool:
            return not await _unsettled(own)

        try:
            await eventually(rest, seconds=180)  # an unknown outcome is asked about after a minute, and once more
        except AssertionError as exc:
            async with own.database() as db:
                left = [dict(row) for row in await db.fetch(f"SELECT * FROM push_delivery WHERE {OPEN} LIMIT 5")]
            raise AssertionError(f"not settled: {await _unsettled(own)} {left}") from exc

    with step("each exists once, with one history"):
        async with own.database() as db:
            numbers = [row["number"] for row in await db.fetch("SELECT number FROM cases_case")]
            assert sorted(numbers) == sorted(progress.done)
            twice = await db.fetch(
                "SELECT case_id FROM cases_event WHERE kind = 'submitted' GROUP BY case_id HAVING count(*) > 1"
            )
            assert twice == []
            licences = await db.fetchval("SELECT count(*) FROM licenses_license")
            assert licences == CITIZENS * EACH // 2, "one for each that was decided at once"
            kept = await db.fetchval("SELECT count(*) FROM core_kept_answer WHERE status IS NULL")
            assert kept == 0, "no half-written answer"
        for who in people:
            listed = await who.call("GET", "/api/v1/cases?limit=100")
            assert len(listed["items"]) == EACH

    with step("each is told once in the inbox"):
        told: Counter[str] = Counter()
        for who in people:
            told.update(item["link"] for item in await who.messages() if (item["link"] or "").startswith("/cases/"))
        assert told == Counter({f"/cases/{number}": 1 for number in progress.done})

    with step("and once outside, as far as the vendor lets us know"):
        async with own.database() as db:
            rows = await db.fetch(
                "SELECT d.channel, d.state, d.idempotency FROM push_delivery d"
                " JOIN push_message m ON m.id = d.message_id"
                " WHERE m.dedupe_key LIKE 'case:%' AND d.state <> 'skipped'"
            )
        states = Counter((row["channel"], row["state"]) for row in rows)
        arrived = [text for who in people for text in await who.texts()]
        texts = Counter(text["out_id"] for text in arrived if not text["code"])
        assert max(texts.values(), default=0) <= 1, f"a text went out twice: {states}"
        assert set(texts) <= {row["idempotency"] for row in rows if row["channel"] == "sms"}
        pushed = await own.received("jpush", "push")
        cids = {item["detail"]["cid"] for item in pushed}
        assert len(cids) == sum(row["channel"] == "jpush" for row in rows), "one cid a message, whatever was repeated"
        subscribed = Counter(
            (item["detail"]["touser"], item["detail"]["page"]) for item in await own.received("wechat", "subscribe")
        )
        assert subscribed, "citizens with WeChat hear there"
        assert max(subscribed.values()) <= 1, "WeChat cannot tell repeats apart: none is sent"
        lost = sum(count for (_, state), count in states.items() if state not in ("sent", "received", "read"))
        assert lost <= len(KILLS) * 2, f"what died in a worker's hands may stay unknown, no more: {states}"

    with step("the trail is whole"):
        checked = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "backend", "audit", "verify"),
            env=own.copy.environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await checked.communicate()
        assert checked.returncode == 0, out.decode()
