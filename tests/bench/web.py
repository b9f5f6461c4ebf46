"""Answers over HTTP, one web process, beside bare Sanic doing the same by hand."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import psutil

from backend.local.instance import Instance
from tests.bench import data, load
from tests.bench.figures import Row, in_turn
from tests.bench.ports import free_ports

SECONDS = 3.0
READS = {
    "http.matters_list": "/api/v1/matters?region=510100&limit=20",
    "http.guide": "/api/v1/matters/chengdu_housing_fund.rent_withdrawal?region=510100",
    "http.home": "/api/v1/home?region=510100",
}
NAMES = (*READS, "http.not_modified", "http.session", "http.search", "http.my_cases", "http.submit")
QUERIES = [
    "许可",
    "公积金",
    "gongjijin",
    "gjj",
    "身份证",
    "sfz",
    "jiehun",
    "交房租 提钱",
    "换驾照",
    "yibao",
    "shebao",
    "登记",
]


@dataclass
class Server:
    """A port and the process behind it."""

    port: int
    pid: int

    def cpu(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


class Bare:
    """The baseline's process."""

    def __init__(self, body: bytes, folder: Path, database_url: str = "", sql: Path | None = None) -> None:
        self.port = free_ports(1)
        file = folder / f"body-{self.port}"
        file.write_bytes(body)
        command = [sys.executable, "-m", "tests.bench.bare", str(self.port), str(file)]
        if database_url:
            command += [database_url, str(sql)] if sql else [database_url]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.server = Server(self.port, self._process.pid)

    async def ready(self) -> None:
        for _ in range(200):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise RuntimeError("the baseline did not start")

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(10)


@asynccontextmanager
async def bare(body: bytes, folder: Path, database_url: str = "", sql: Path | None = None) -> AsyncIterator[Bare]:
    server = Bare(body, folder, database_url, sql)
    try:
        await server.ready()
        yield server
    finally:
        server.stop()


async def get(url: str, headers: dict[str, str] | None = None) -> tuple[bytes, dict[str, str]]:
    async with aiohttp.ClientSession(auto_decompress=False) as session, session.get(url, headers=headers) as answer:
        if answer.status != 200:
            raise load.LoadFailed(f"{url}: {answer.status} {await answer.text()}")
        return await answer.read(), {name.lower(): value for name, value in answer.headers.items()}


async def rate(
    server: Server, requests: list[bytes], *, status: int = 200, same_length: bool = True
) -> tuple[float, float]:
    """(answers a second, microseconds of the server's processor time for each)."""
    before = server.cpu()
    result = await load.run(server.port, requests, seconds=SECONDS, status=status, same_length=same_length)
    return result.rate, (server.cpu() - before) / result.count * 1e6


async def measure(only: list[str]) -> AsyncIterator[Row]:
    wanted = [name for name in NAMES if not only or name in only]
    if not wanted:
        return
    with tempfile.TemporaryDirectory(prefix="tf-bench-") as name:
        folder = Path(name)
        instance = Instance(folder / "data", free_ports(3), env={"TF_WEB_WORKERS": "1", "TF_DATABASE_POOL_MAX": "10"})
        await instance.start()
        try:
            async for row in _rows(wanted, instance, folder):
                yield row
        finally:
            await instance.stop()


async def _rows(wanted: list[str], instance: Instance, folder: Path) -> AsyncIterator[Row]:
    port = Server(instance.port, instance.pids("web")[0])
    identity = {"accept-encoding": "identity"}
    for name, path in READS.items():
        if name in wanted:
            body, _ = await get(instance.url + path, identity)
            async with bare(body, folder) as base:
                yield await in_turn(
                    name,
                    "req/s",
                    lambda path=path: rate(port, [load.request("GET", path)]),  # type: ignore[misc]
                    lambda base=base: rate(base.server, [load.request("GET", "/body")]),  # type: ignore[misc]
                    note=f"{len(body)} bytes",
                )
    if "http.not_modified" in wanted:
        path = READS["http.guide"]
        _, headers = await get(instance.url + path, identity)
        conditional = [load.request("GET", path, headers={"If-None-Match": headers["etag"]})]
        async with bare(b"", folder) as base:
            yield await in_turn(
                "http.not_modified",
                "req/s",
                lambda: rate(port, conditional, status=304),
                lambda: rate(base.server, [load.request("GET", "/304")], status=304),
            )
    if {"http.session", "http.my_cases", "http.submit"} & set(wanted):
        citizen = await data.sign_in(instance)
        if "http.session" in wanted:
            bearer = {"Authorization": f"Bearer {citizen.token}"}
            body, _ = await get(instance.url + "/api/v1/session", bearer)
            async with bare(body, folder) as base:
                yield await in_turn(
                    "http.session",
                    "req/s",
                    lambda: rate(port, [load.request("GET", "/api/v1/session", headers=bearer)]),
                    lambda: rate(base.server, [load.request("GET", "/hmac", headers=bearer)]),
                )
        if "http.my_cases" in wanted:
            yield await _my_cases(instance, folder, citizen)
        if "http.submit" in wanted:
            yield await _submit(instance, folder, citizen)
    if "http.search" in wanted:
        async for row in _search(instance, folder):
            yield row


async def _my_cases(instance: Instance, folder: Path, citizen: data.Citizen) -> Row:
    bearer = {"Authorization": f"Bearer {citizen.token}"}
    sql = await data.fill_cases(instance, citizen, folder)
    path = "/api/v1/cases?limit=20"
    await get(instance.url + path, bearer)
    async with bare(b"", folder, instance.database_url, sql) as base:
        return await in_turn(
            "http.my_cases",
            "req/s",
            lambda: rate(Server(instance.port, instance.pids("web")[0]), [load.request("GET", path, headers=bearer)]),
            lambda: rate(base.server, [load.request("GET", "/select")]),
            note="20 of a citizen's 50 cases in a table of 1,000,000",
        )


async def _submit(instance: Instance, folder: Path, citizen: data.Citizen) -> Row:
    bodies, sql = await data.submissions(instance, citizen, folder)
    async with bare(b"", folder, instance.database_url, sql) as base:
        return await in_turn(
            "http.submit",
            "req/s",
            lambda: rate(
                Server(instance.port, instance.pids("web")[0]),
                data.submit_requests(citizen, bodies),
                status=201,
                same_length=False,
            ),
            lambda: rate(base.server, [load.request("POST", "/insert", body=bodies)], status=201),
            note="10 fields, every check, case, event, message, kept answer and audit in one transaction",
        )


async def _search(instance: Instance, folder: Path) -> AsyncIterator[Row]:
    seconds = await data.publish_large_catalogue(instance)
    yield Row("search.load_20k", "s", [seconds], [], "from publishing 20,000 matters to being served")
    paths = [f"/api/v1/matters?limit=10&q={quote(query)}" for query in QUERIES]
    requests = [load.request("GET", path) for path in paths]
    body, _ = await get(instance.url + paths[0], {"accept-encoding": "identity"})
    async with bare(body, folder) as base:
        yield await in_turn(
            "http.search",
            "req/s",
            lambda: rate(Server(instance.port, instance.pids("web")[0]), requests, same_length=False),
            lambda: rate(base.server, [load.request("GET", "/body")], same_length=False),
            note=f"{len(QUERIES)} mixed queries over 20,000 matters; repeated queries come from memory",
        )
    latencies = data.search_latencies(QUERIES)
    yield Row(
        "search.first_time_p99", "ms", [latencies], [], "in process, no query repeated, 20,000 matters; aim 10 ms"
    )
