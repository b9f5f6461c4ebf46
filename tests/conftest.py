"""What the tests stand on: real PostgreSQL and Valkey, the app over real HTTP, the simulators over real HTTP.

`TF_TEST_DATABASE_URL` and `TF_TEST_REDIS_URL` point at servers that run already; otherwise the embedded ones start.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

ROOT = Path(__file__).resolve().parents[1]


def free_socket() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    return listener


@dataclass(frozen=True)
class Servers:
    """Addresses of the database server and of Redis; `data` is a folder for this run."""

    database_url: str
    redis_url: str
    data: Path


@pytest.fixture(scope="session")
async def servers() -> AsyncIterator[Servers]:
    """PostgreSQL and Valkey for the whole run, with a database of its own that is migrated once."""
    with tempfile.TemporaryDirectory(prefix="tf-test-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        stop: Callable[[], Awaitable[None]] | None = None
        admin = os.environ.get("TF_TEST_DATABASE_URL")
        redis_url = os.environ.get("TF_TEST_REDIS_URL")
        if not admin or not redis_url:
            from tests.embedded import start_servers

            admin, redis_url, stop = await start_servers(data)
        name = f"test_{secrets.token_hex(4)}"
        connection = await asyncpg.connect(admin)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        url = admin.rsplit("/", 1)[0] + "/" + name
        (data / "secrets").mkdir(mode=0o700)
        for secret in ("session", "master", "index"):
            (data / "secrets" / f"{secret}.key").write_bytes(secrets.token_bytes(32))
            os.environ.pop(f"TF_SECRET_{secret.upper()}", None)
        os.environ.update(
            TF_MODE="local",
            TF_DATA=str(data),
            TF_DATABASE_URL=url,
            TF_REDIS_URL=redis_url,
            TF_BROKER_URL=redis_url,
            TF_SECRETS_DIR=str(data / "secrets"),
        )
        from backend.migrate import migrate

        await migrate()
        try:
            yield Servers(url, redis_url, data)
        finally:
            connection = await asyncpg.connect(admin)
            await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await connection.close()
            if stop is not None:
                await stop()


@dataclass(frozen=True)
class Simulators:
    """The running simulators: `base` for calls, `control` for `/_control`."""

    base: str

    async def get(self, path: str) -> Any:
        async with aiohttp.ClientSession() as session, session.get(self.base + path) as answer:
            return await answer.json()

    async def send(self, method: str, path: str, body: Any = None) -> Any:
        async with aiohttp.ClientSession() as session, session.request(method, self.base + path, json=body) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.content_type == "application/json" else None

    async def code_for(self, phone: str) -> str:
        """The last SMS code for a phone; waits for a message that is on its way."""
        for _ in range(100):
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"{self.base}/_control/sms/{phone}") as answer,
            ):
                if answer.status == 200:
                    code: str | None = (await answer.json()).get("code")
                    if code:
                        return code
            await asyncio.sleep(0.05)
        raise AssertionError(f"no code reached {phone}")


@pytest.fixture(scope="session")
async def sandbox(servers: Servers) -> AsyncIterator[Simulators]:
    """The vendors' simulators on a free port, for the whole run."""
    from backend.sandbox.app import create_app

    listener = free_socket()
    port = listener.getsockname()[1]
    os.environ["TF_SANDBOX_PORT"] = str(port)
    app = create_app(servers.data)
    server = await app.create_server(sock=listener, return_asyncio_server=True)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    yield Simulators(f"http://127.0.0.1:{port}")
    await server.before_stop()
    await server.close()
    await server.after_stop()


@dataclass
class Client:
    """A session with `base`; paths are relative to it. `token` signs in by bearer."""

    base: str
    http: aiohttp.ClientSession
    token: str | None = None

    def request(self, method: str, path: str, **options: Any) -> Any:
        headers = dict(options.pop("headers", {}))
        if self.token is not None and "authorization" not in {name.lower() for name in headers}:
            headers["Authorization"] = f"Bearer {self.token}"
        return self.http.request(method, self.base + path, headers=headers, **options)

    async def call(self, method: str, path: str, body: Any = None, *, status: int | None = None, **options: Any) -> Any:
        """The decoded answer; asserts the status when one is given."""
        async with self.request(method, path, json=body, **options) as answer:
            text = await answer.text()
            if status is not None:
                assert answer.status == status, f"{method} {path}: {answer.status} {text}"
            return await answer.json(content_type=None) if text else None


@dataclass(frozen=True)
class Server:
    """The application of this test run."""

    base: str
    app: Any


@pytest.fixture(scope="session")
async def running(servers: Servers, sandbox: Simulators) -> AsyncIterator[Server]:
    """The web application over real HTTP, once for the whole run."""
    listener = free_socket()
    port = listener.getsockname()[1]
    os.environ["TF_PORT"] = str(port)
    os.environ["TF_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    # Vendors call back to where this run listens; the vendor file, read below, names it too.
    await sandbox.send("PUT", "/_control/public", {"url": os.environ["TF_PUBLIC_URL"]})
    from backend.app import create_app
    from backend.core import keys, settings
    from backend.modules import cli

    settings.current.cache_clear()
    keys.vault.cache_clear()
    from backend import wiring
    from backend.core import db, redis
    from backend.modules import service as modules

    held = settings.current()
    redis.connect(held.redis_url)
    await db.connect(wiring.database(held))
    for folder in cli.folders(ROOT / "matrix_modules"):
        await modules.publish_folder(folder, by="tests")
    await db.disconnect()
    await redis.disconnect()
    app = create_app(held)
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    yield Server(f"http://127.0.0.1:{port}", app)
    await server.before_stop()
    await server.close()
    await server.after_stop()


# Published modules stay: they are made once for the run, and a release never changes.
KEPT_TABLES = {"modules_module", "modules_release", "modules_rollout", "modules_generation", "tortoise_migrations"}


# table → the sequence of its id; who refers to a table stands before it
_tables: dict[str, str | None] = {}


async def _learn_tables() -> None:
    from backend.core import db

    sequences = {
        row["name"]: row["sequence"]
        for row in await db.fetch(
            "SELECT t.tablename AS name, CASE WHEN c.column_name IS NULL THEN NULL"
            " ELSE pg_get_serial_sequence(quote_ident(t.tablename), 'id') END AS sequence FROM pg_tables t"
            " LEFT JOIN information_schema.columns c ON c.table_name = t.tablename AND c.column_name = 'id'"
            " WHERE t.schemaname = 'public'"
        )
        if row["name"] not in KEPT_TABLES
    }
    refers: dict[str, set[str]] = {name: set() for name in sequences}
    for row in await db.fetch(
        "SELECT conrelid::regclass::text AS child, confrelid::regclass::text AS parent"
        " FROM pg_constraint WHERE contype = 'f'"
    ):
        if row["child"] != row["parent"] and row["child"] in refers:
            refers[row["child"]].add(row["parent"])
    waiting = dict(sequences)
    while waiting:
        free = [name for name in waiting if not any(name in refers[other] for other in waiting if other != name)]
        assert free, f"tables refer to each other in a circle: {sorted(waiting)}"
        for name in free:
            _tables[name] = waiting.pop(name)


@pytest.fixture
async def database(running: Server) -> None:
    """Tables as new, but for the published modules; Redis emptied; no message waiting."""
    from backend.core import db, redis, tasks

    if not _tables:
        await _learn_tables()
    # deleting the few rows there are is many times quicker than truncating every table
    filled = " UNION ALL ".join(f"SELECT '{name}' AS name WHERE EXISTS (SELECT 1 FROM {name})" for name in _tables)
    used = {row["name"] for row in await db.fetch(filled)}
    async with db.transaction():
        for name, sequence in _tables.items():
            if name in used:
                await db.execute(f"DELETE FROM {name}")
                if sequence is not None:
                    await db.fetch(f"SELECT setval('{sequence}', 1, false)")
    await redis.client().flushdb()
    tasks._dispatcher = Recorder()  # type: ignore[assignment]


class Recorder:
    """Stands where messages leave for the broker, so that a test decides when they are worked on."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Any, tuple[Any, ...]]] = []

    def put(self, entry: Any, args: tuple[Any, ...]) -> None:
        self.waiting.append((entry, args))

    def close(self) -> None:
        self.waiting.clear()


@pytest.fixture
async def drain(database: None) -> Callable[[], Awaitable[int]]:
    """Run what was enqueued, and what that enqueues, until nothing is left; returns how many ran."""
    from backend.core import tasks

    async def run() -> int:
        done = 0
        recorder: Any = tasks._dispatcher
        while recorder.waiting:
            entry, args = recorder.waiting.pop(0)
            await entry.run(*args)
            done += 1
            assert done < 1_000, "tasks enqueue each other without end"
        return done

    return run


@pytest.fixture
async def http(running: Server, database: None) -> AsyncIterator[Client]:
    """A client without a session."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Client(running.base, session)


@pytest.fixture
async def server(running: Server, database: None) -> Server:
    """The application with empty tables."""
    return running


SignIn = Callable[..., Awaitable[Client]]


@pytest.fixture
async def sign_in(
    running: Server, database: None, sandbox: Simulators, drain: Callable[[], Awaitable[int]]
) -> AsyncIterator[SignIn]:
    """`await sign_in(phone=…)`: a client at level 1; with name and id_number at level 2."""
    sessions: list[aiohttp.ClientSession] = []

    async def run(phone: str = "13800000001", *, name: str | None = None, id_number: str | None = None) -> Client:
        session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        sessions.append(session)
        client = Client(running.base, session)
        await client.call("POST", "/api/v1/phone-codes", {"phone": phone}, status=202)
        await drain()
        code = await sandbox.code_for(phone)
        made = await client.call("POST", "/api/v1/sessions/phone", {"phone": phone, "code": code}, status=200)
        client.token = made["token"]
        if name is not None:
            me = await client.call("POST", "/api/v1/me/real-name", {"name": name, "id_number": id_number}, status=200)
            client.token = me.get("token") or client.token
        return client

    yield run
    for session in sessions:
        await session.close()
