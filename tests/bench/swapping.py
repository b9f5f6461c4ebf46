"""`swap.*`: from a release made live to every web process serving it, under load; and what a large snapshot costs."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from backend.local.instance import Instance
from backend.local.settings import ROOT
from tests.bench import data
from tests.bench.figures import ROUNDS, Row
from tests.bench.ports import free_ports
from tests.journeys.town import Town
from tests.modules.swaps import GUIDE, Stage, asking, release_of, staged

NAMES = ("swap.publish_to_live", "swap.load_20k", "swap.memory_20k")
SWAPS = 34  # a round; three rounds are the hundred of the aim
PROCESSES = 2
PEOPLE = 4


async def measure(only: list[str]) -> AsyncIterator[Row]:
    wanted = [name for name in NAMES if not only or name in only]
    if not wanted:
        return
    with tempfile.TemporaryDirectory(prefix="tf-bench-") as folder:
        env = {"TF_WEB_WORKERS": str(PROCESSES), "TF_TRUSTED_PROXIES": "1"}
        async with Instance(Path(folder) / "data", free_ports(3), env=env) as instance:
            if "swap.publish_to_live" in wanted:
                async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
                    yield await _publish_to_live(Town(instance, http))
            if set(wanted) - {"swap.publish_to_live"}:
                await data.publish_large_catalogue(instance)
                async for row in _large(instance):
                    if row.name in wanted:
                        yield row


@asynccontextmanager
async def _one_connection_each(stage: Stage) -> AsyncIterator[list[aiohttp.ClientSession]]:
    """A kept connection to each web process; answers tell processes apart by the first half of the request id."""
    held: dict[str, aiohttp.ClientSession] = {}
    try:
        for _ in range(400):
            http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1))
            async with http.get(stage.town.url + "/healthz") as answer:
                await answer.read()
                process = answer.headers["x-request-id"].partition("-")[0]
            if process in held:
                await http.close()
            else:
                held[process] = http
            if len(held) == PROCESSES:
                break
        else:
            raise RuntimeError(f"only {len(held)} of {PROCESSES} processes answered")
        yield list(held.values())
    finally:
        for http in held.values():
            await http.close()


async def _serves(http: aiohttp.ClientSession, stage: Stage, version: str) -> float:
    """The moment at which this process served the version."""
    while True:
        async with http.get(stage.town.url + GUIDE) as answer:
            if release_of(await answer.read()) == version:
                return time.perf_counter()
        await asyncio.sleep(0.002)


async def _publish_to_live(town: Town) -> Row:
    """The 99th percentile of a round, in milliseconds from sending the request to the last process serving it."""
    stage = await staged(town, processes=PROCESSES)
    rounds: list[float] = []
    every: list[float] = []
    failed = answers = 0
    async with _one_connection_each(stage) as connections:
        for _ in range(ROUNDS):
            took: list[float] = []
            async with asking(town, people=PEOPLE) as load:
                for _ in range(SWAPS):
                    started = time.perf_counter()
                    followed = [asyncio.create_task(_serves(http, stage, "1.1.0")) for http in connections]
                    rollout = await stage.roll_out(stage.second)
                    took.append((max(await asyncio.gather(*followed)) - started) * 1_000)
                    await stage.roll_back(rollout["id"])
                    await asyncio.gather(*(_serves(http, stage, "1.0.0") for http in connections))
            if load.wrong:
                raise RuntimeError(load.wrong[0])
            failed += load.lost
            answers += sum(load.answers.values())
            rounds.append(statistics.quantiles(took, n=100)[98])
            every += took
    note = (
        f"p99 of {SWAPS} releases a round, {PROCESSES} web processes, each followed by a rollback, {PEOPLE} people"
        f" asking: {answers} answers, {failed} failed or mixed; median {statistics.median(every):.0f} ms; aim 1,000 ms"
    )
    return Row("swap.publish_to_live", "ms", rounds, [], note)


async def _large(instance: Instance) -> AsyncIterator[Row]:
    """A process of its own that builds the newest snapshot, as a web process does when it starts."""
    seconds = Row(
        "swap.load_20k", "s", [], [], "a fresh process reads and builds 20,000 matters and their index; aim 5 s"
    )
    memory = Row("swap.memory_20k", "MB", [], [], "what that adds to the memory of the process; aim 150 MB")
    for _ in range(ROUNDS):
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.bench.building",
            cwd=ROOT,
            env=instance.environment(),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await child.communicate()
        if child.returncode != 0:
            raise RuntimeError("the snapshot was not built")
        found = json.loads(out.splitlines()[-1])
        seconds.values.append(found["seconds"])
        memory.values.append(found["mb"])
    yield seconds
    yield memory
