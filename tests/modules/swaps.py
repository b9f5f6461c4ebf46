"""A running copy with several web processes, releases that differ in every word, and people who keep asking."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.sdk import sign
from tests.journeys.town import Client, Town, eventually
from tests.modules.conftest import SECRECY, TEAM, module
from tests.sdk.samples import MATTER

SAMPLE = "try_module.sample"
GUIDE = f"/api/v1/matters/{SAMPLE}"
LIST = "/api/v1/matters?q=%E6%8D%A2%E7%89%88%E4%BA%8B%E9%A1%B9&region=510100"
WORDS = {"1.0.0": "甲", "1.1.0": "乙"}
LOST = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, asyncio.TimeoutError)
PROCESSES = 3
GROW = "UPDATE modules_generation SET number = number + 1"


def marked(version: str) -> bytes:
    """A release that says which one it is in its name, summary, form, papers and rules."""
    word = WORDS[version]
    matter = (
        MATTER.replace('name = "示例事项"', f'name = "换版事项{word}"')
        .replace('summary = "给谁办，办成什么。"', f'summary = "概要{word}"')
        .replace('title = "金额（元）"', f'title = "金额{word}"')
        .replace('name = "收入证明"', f'name = "收入材料{word}"')
        .replace('text = "在成都居住。"', f'text = "条件{word}。"')
    )
    return module(version, matter=matter)


def release_of(raw: bytes) -> str | None:
    """The one release that an answer is of, by everything that it says; None when it says nothing of the module. Raises
    AssertionError for a mixture."""
    text = raw.decode()
    said = {
        word
        for word in WORDS.values()
        for lead in ("换版事项", "概要", "金额", "收入材料", "条件")
        if lead + word in text
    }
    named = {version for version in WORDS if f"try_module@{version}" in text}
    assert len(said) <= 1, f"words of {said} in one answer: {text[:600]}"
    assert not named or {WORDS[version] for version in named} == said, f"{named} and {said}: {text[:600]}"
    return next((version for version, word in WORDS.items() if word in said), None)


class Missing(AssertionError):
    """A process that should answer does not."""


@dataclass
class Load:
    """What came back. `bytes_of` holds every body by path and release: there may be one each."""

    answers: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    lost: int = 0
    bytes_of: dict[tuple[str, str | None], set[bytes]] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def asking(town: Town, *, people: int = 6) -> AsyncIterator[Load]:
    """People who keep asking until the block ends, half of them on a new connection each time."""
    load = Load()
    over = asyncio.Event()

    async def person(number: int) -> None:
        connector = aiohttp.TCPConnector(limit=1, force_close=number % 2 == 0)
        async with aiohttp.ClientSession(connector=connector) as http:
            while not over.is_set():
                path = (GUIDE, GUIDE, LIST)[number % 3]
                try:
                    async with http.get(town.url + path, timeout=aiohttp.ClientTimeout(total=20)) as answer:
                        raw = await answer.read()
                        status = answer.status
                except LOST:
                    load.lost += 1
                    continue
                if status != 200:
                    load.wrong.append(f"{status} {path}")
                    continue
                try:
                    release = release_of(raw)
                except AssertionError as exc:
                    load.wrong.append(str(exc))
                    continue
                load.answers[release or "none"] += 1
                load.bytes_of.setdefault((path, release), set()).add(raw)
                await asyncio.sleep(0.004)

    tasks = [asyncio.create_task(person(number)) for number in range(people)]
    try:
        yield load
    finally:
        over.set()
        await asyncio.gather(*tasks)


@dataclass
class Stage:
    """The copy, its publisher, and the ids of both releases; 1.0.0 is live."""

    town: Town
    publisher: Client
    reviewer: Client
    key: Ed25519PrivateKey
    processes: int
    first: str = ""
    second: str = ""

    async def approved(self, data: bytes) -> str:
        """Upload a bundle and bring it through check and review; the release's id."""
        form = aiohttp.FormData()
        form.add_field("bundle", data, filename="m.tar", content_type="application/x-tar")
        signature = msgspec.json.encode(sign.sign(data, self.key))
        form.add_field("signature", signature, filename="m.tar.sig", content_type="application/json")
        headers = {"Authorization": f"Bearer {self.publisher.token}", "X-Forwarded-For": self.publisher.address}
        url = f"{self.town.url}/publish/v1/releases"
        async with self.town.http.post(url, data=form, headers=headers) as answer:
            made = await answer.json(content_type=None)
            assert answer.status == 201, made
        path = f"/publish/v1/releases/{made['id']}"
        await self.publisher.call("POST", f"{path}/submit", key=f"submit{_turn()}")

        async def judged() -> bool:
            return bool((await self.publisher.call("GET", path))["state"] == "in_review")

        await eventually(judged, seconds=40, what="the checker's verdict")
        await self.reviewer.call("POST", f"{path}/secrecy-review", SECRECY, key=f"secrecy{_turn()}")
        await self.reviewer.call("POST", f"{path}/approve", key=f"approve{_turn()}")
        return str(made["id"])

    async def roll_out(self, release: str, *steps: dict[str, Any]) -> dict[str, Any]:
        body = {"release": release, "steps": list(steps)}
        made = await self.publisher.send("POST", "/publish/v1/rollouts", body, key=f"{release}{_turn()}")
        assert made.status == 201, made
        assert made.body["state"] == ("gray" if steps else "live"), made
        return dict(made.body)

    async def roll_back(self, rollout: str) -> None:
        path = f"/publish/v1/rollouts/{rollout}/rollback"
        made = await self.publisher.send("POST", path, {"reason": "演练"}, key=f"back{rollout}")
        assert made.status == 200, made

    async def fresh(self, path: str, processes: int | None = None) -> list[tuple[int, bytes]]:
        """Answers over new connections, until so many different processes have answered. They tell themselves apart by
        the first half of the request id."""

        async def one() -> tuple[str, int, bytes]:
            # both questions on one connection, so both to one process
            async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as http:
                async with http.get(f"{self.town.url}/healthz") as alive:
                    process = alive.headers["x-request-id"].partition("-")[0]
                async with http.get(self.town.url + path) as answer:
                    return process, answer.status, await answer.read()

        found: list[tuple[str, int, bytes]] = []
        for _ in range(60):
            found += await asyncio.gather(*(one() for _ in range(8)))
            if len({process for process, _, _ in found}) >= (processes or self.processes):
                return [(status, raw) for _, status, raw in found]
        raise Missing(f"fewer than {processes or self.processes} processes answered")

    async def serves(self, version: str, *, seconds: float) -> None:
        """Every process serves the newest generation, and with it this release, within so many seconds."""

        async def all_of_them() -> bool:
            async with self.town.database() as db:
                newest = await db.fetchval("SELECT number FROM modules_generation")
            try:
                # one that lags may serve the release by chance, and go through others before it has caught up
                told = [msgspec.json.decode(raw) for _, raw in await self.fresh("/publish/v1/generation")]
                if any(item["generation"] != newest for item in told):
                    return False
                return {release_of(raw) for _, raw in await self.fresh(GUIDE)} == {version}
            except Missing:
                return False  # one that was killed is on its way back

        await eventually(all_of_them, seconds=seconds, what=f"{version} everywhere")

    async def flip(self, release: str) -> None:
        """Make a release live behind everybody's back: the rows change and nobody is told."""
        async with self.town.database() as db, db.transaction():
            await db.execute(
                "UPDATE modules_rollout SET state = 'replaced' WHERE module_id = 'try_module' AND state = 'live'"
            )
            await db.execute(
                "INSERT INTO modules_rollout (id, created_at, module_id, release_id, state, by, steps, step, step_at,"
                " reason) VALUES (gen_random_uuid(), now(), 'try_module', $1::text::uuid, 'live', 'test', '[]', -1,"
                " now(), '')",
                release,
            )
            await db.execute(GROW)


_turns = iter(range(1_000_000))


def _turn() -> int:
    return next(_turns)


async def staged(town: Town, *, processes: int = PROCESSES) -> Stage:
    """A team with a key, and two approved releases, the first one live in so many web processes."""
    key = sign.generate()
    admin, publisher = await town.staff("admin"), await town.staff("publisher")
    reviewer = await town.staff("reviewer.chengdu")
    await admin.call("POST", "/publish/v1/teams", {"id": TEAM, "name": "试用团队"}, status=201, key="team")
    body = {"public_key": sign.public_pem(key.public_key())}
    await admin.call("POST", f"/publish/v1/teams/{TEAM}/keys", body, status=201, key="key")
    stage = Stage(town, publisher, reviewer, key, processes)
    stage.first, stage.second = [await stage.approved(marked(version)) for version in WORDS]
    await stage.roll_out(stage.first)
    await stage.serves("1.0.0", seconds=60)
    return stage
