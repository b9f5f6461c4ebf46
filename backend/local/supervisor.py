"""Starts everything of one machine in order, keeps it running, ends it in order."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import time
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backend.core.settings import SECRET_NAMES
from backend.local import pages
from backend.local.children import SERVER_RANK, Child, Children
from backend.local.plan import Plan, Planner, Program, Step, tianfu
from backend.local.processes import MARK, Guard, clear, marked, run_to_end, tail
from backend.local.progress import Progress
from backend.local.servers import Postgres, Server, Valkey, wait_for, write_private
from backend.local.settings import HOST, ROOT, DataLock, LocalSettings, StartRefused, listen

READY_WITHIN = 90.0


class Supervisor:
    """`run()` returns the exit code. `run.json` in the data folder tells what is running, as long as it is."""

    def __init__(
        self,
        settings: LocalSettings,
        planner: Planner = tianfu,
        *,
        progress: Progress | None = None,
        postgres_identity: str | None = None,
    ) -> None:
        self._settings = settings
        self._plan: Plan = planner(settings)
        self._progress = progress or Progress()
        self._guard = Guard()
        self._children = Children(self._guard, self._progress, self._note)
        self._listeners: dict[str, socket.socket] = {}
        self._env: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._halt = asyncio.Event()
        self._started = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._ready: str | None = None
        self._postgres_identity = postgres_identity

    # -- the whole life -------------------------------------------------------------------------------------------

    async def run(self) -> int:
        """Start, serve until told to stop, stop. 0 after a stop, 1 when the start failed (the reason is printed)."""
        lock = DataLock(self._settings.data)
        self._listen_to_signals()
        try:
            lock.acquire()
            await self._clear_leftovers()
            self._open_ports()
            return await self._live()
        except StartRefused as error:
            self._progress.plain(str(error))
            return 1
        finally:
            for listener in self._listeners.values():
                listener.close()
            lock.release()

    async def _live(self) -> int:
        halted = asyncio.create_task(self._halt.wait())
        start = asyncio.create_task(self._start())
        trouble = self._children.trouble
        ends: list[asyncio.Future[Any]] = [halted, trouble]
        try:
            await asyncio.wait([start, *ends], return_when=asyncio.FIRST_COMPLETED)
            if start.done():
                start.result()
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if trouble.done():
                trouble.result()
            return 0
        finally:
            start.cancel()
            await asyncio.gather(start, return_exceptions=True)
            try:
                await self._children.stop_all()
            finally:
                await self._guard.close()
                halted.cancel()
                (self._settings.data / "run.json").unlink(missing_ok=True)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue  # nohup
            loop.add_signal_handler(number, self.halt)

    def halt(self) -> None:
        """Stop in order; asked a second time, at once."""
        if self._halt.is_set():
            self._children.hurry.set()
        self._halt.set()

    # -- start ----------------------------------------------------------------------------------------------------

    async def _clear_leftovers(self) -> None:
        """Our data folder is locked, so whatever still bears its mark belonged to a supervisor that was killed."""
        if not (self._settings.data / "run.json").exists():
            return
        ended = await clear(lambda: marked(self._settings.data), number=signal.SIGINT)
        if ended:
            self._progress.say(f"Ended {ended} processes of an earlier start that was killed")

    def _open_ports(self) -> None:
        """The sockets of the citizens' port and of the module pages stay ours: a web process that dies while it
        is restarted refuses nobody, connections wait in the backlog."""
        for variable, port in self._settings.ports.items():
            self._listeners[variable] = listen(port, variable)
        self._listeners.pop("TF_SANDBOX_PORT").close()

    async def _start(self) -> None:
        settings = self._settings
        settings.logs.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(settings.data / "metrics", ignore_errors=True)  # figures of processes that are gone
        self._make_secrets()
        self._env = self._environment()
        build = asyncio.create_task(self._build_pages())
        try:
            await self._start_servers()
            for program in self._plan.early:
                self._launch(program)
            beside = [step for step in self._plan.steps if step.renews and self._done_before(step)]
            for step in self._plan.steps:
                if step not in beside:
                    await self._take(step)
            await build
        finally:
            build.cancel()
            await asyncio.gather(build, return_exceptions=True)
        for program in self._plan.programs:
            self._launch(program)
        accounts, *_ = await _together(
            self._accounts(), self._wait_until_ready(), *(self._take(step) for step in beside)
        )
        await self._children.settled()
        self._children.patient = True
        self._ready = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._note()
        self._progress.plain(f"ready http://{HOST}:{settings.port}")
        if accounts:
            self._progress.plain(str(accounts))
        if self._plan.welcome:
            self._progress.plain(self._plan.welcome)

    async def _take(self, step: Step) -> None:
        with self._progress.step(step.title):
            await self._run_step(step.name, step.argv, f"{step.name} failed")
        write_private(self._stamp(step), self._database_id())

    def _stamp(self, step: Step) -> Path:
        return self._settings.data / f"{step.name}.done"

    def _database_id(self) -> str:
        return hashlib.sha256(self._urls["database_url"].encode()).hexdigest()

    def _done_before(self, step: Step) -> bool:
        stamp = self._stamp(step)
        return stamp.exists() and stamp.read_text(encoding="ascii") == self._database_id()

    async def _accounts(self) -> str:
        """What the person at the terminal signs in with; not kept in a log, there are passwords in it."""
        if self._plan.accounts is None:
            return ""
        said = await self._run_step("demo-accounts", self._plan.accounts, "demo-accounts failed")
        (self._settings.logs / "demo-accounts.log").unlink(missing_ok=True)
        return said.rstrip()

    def _make_secrets(self) -> None:
        folder = self._settings.secrets
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        for name in SECRET_NAMES:
            path = folder / f"{name}.key"
            if path.exists():
                continue
            fresh = path.with_suffix(".new")
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)

    def _environment(self) -> dict[str, str]:
        settings = self._settings
        env = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        env |= {variable: str(port) for variable, port in settings.ports.items()}
        return env | {
            "TF_MODE": "local",
            "TF_DATA": str(settings.data),
            "TF_SECRETS_DIR": str(settings.secrets),
            "PYTHONUNBUFFERED": "1",
            MARK: str(settings.data),
        }

    async def _build_pages(self) -> None:
        if not self._plan.pages:
            return
        started = time.monotonic()
        log = self._settings.logs / "pages.log"
        if await pages.build(pages.H5, guard=self._guard, log=log, say=self._progress.say):
            self._progress.say(f"Pages built ({time.monotonic() - started:.1f} s)")

    async def _start_servers(self) -> None:
        settings = self._settings
        postgres = Postgres(settings.data, identity=self._postgres_identity) if not settings.database_url else None
        valkey = Valkey(settings.data) if not settings.redis_url else None
        await _together(*(self._start_server(server) for server in (postgres, valkey) if server is not None))
        database_url = postgres.url if postgres else settings.database_url or ""
        redis_url = valkey.url if valkey else settings.redis_url or ""
        broker_url = settings.broker_url or (valkey.broker_url if valkey else redis_url)
        self._urls = {"database_url": database_url, "redis_url": redis_url, "broker_url": broker_url}
        self._env |= {f"TF_{name.upper()}": value for name, value in self._urls.items()}
        self._note()

    async def _start_server(self, server: Server) -> None:
        title = {"postgres": "PostgreSQL", "valkey": "Valkey"}[server.name]
        with self._progress.step(f"{title} started"):
            if not server.folder.exists():
                self._progress.say(f"Making the data folder of {title} …")
            await server.prepare(self._guard)
            child = Child(
                name=server.name,
                index=0,
                argv=server.argv,
                env=server.env,
                log=server.log,
                cwd=server.folder,
                identity=server.identity,
                stop_signal=server.stop_signal,
                patience=server.patience,
                rank=SERVER_RANK,
                before=server.before_start,
            )
            self._children.watch(child)
            if not await wait_for(server.answers, lambda: child.wanted, 60):
                raise StartRefused(f"{title} does not answer ({server.log}):\n{tail(server.log)}")

    async def _run_step(self, name: str, argv: list[str], failure: str) -> str:
        """Run a command to its end; returns what it printed. Raises StartRefused with its last lines."""
        log = self._settings.logs / f"{name}.log"
        log.unlink(missing_ok=True)
        code = await run_to_end(argv, guard=self._guard, log=log, env=self._env, cwd=ROOT)
        if code != 0:
            raise StartRefused(f"{failure} ({log}):\n{tail(log)}")
        return log.read_text(encoding="utf-8", errors="replace")

    async def _wait_until_ready(self) -> None:
        started = last_said = time.monotonic()
        answer = "no answer"
        while True:
            status, answer = await _get(self._settings.port, "/readyz")
            if status == 200:
                self._progress.say(f"The web answers ({time.monotonic() - started:.1f} s)")
                return
            if time.monotonic() - started > READY_WITHIN:
                log = self._children.log_of("web")
                lines = f"\n{log}:\n{tail(log)}" if log is not None else ""
                raise StartRefused(f"/readyz did not become 200 in {READY_WITHIN:.0f} s; it said: {answer}{lines}")
            if time.monotonic() - last_said > 5:
                last_said = time.monotonic()
                self._progress.say(f"Waiting for /readyz ({answer[:120]}) …")
            await asyncio.sleep(0.05)

    # -- children -------------------------------------------------------------------------------------------------

    def _launch(self, program: Program) -> None:
        for index in range(program.copies):
            label = f"{program.name}-{index}" if program.copies > 1 else program.name
            env = {**self._env, **program.env, "TF_PROCESS": f"{program.name}-{index}"}
            fds: tuple[int, ...] = ()
            if program.serves:
                web, module = self._listeners["TF_PORT"].fileno(), self._listeners["TF_MODULE_PORT"].fileno()
                env |= {"TF_WEB_FD": str(web), "TF_MODULE_FD": str(module)}
                fds = (web, module)
            self._children.watch(
                Child(
                    name=program.name,
                    index=index,
                    argv=program.argv,
                    env=env,
                    log=self._settings.logs / f"{label}.log",
                    fds=fds,
                    stop_signal=program.stop_signal,
                    patience=program.patience,
                    rank=program.stop_rank,
                )
            )

    def _note(self) -> None:
        """Write down what runs where; tests, benchmarks and people read it."""
        settings = self._settings
        content = {
            "supervisor": os.getpid(),
            "guardian": self._guard.pid,
            "port": settings.port,
            "module_port": settings.module_port,
            "sandbox_port": settings.sandbox_port,
            **self._urls,
            "pids": self._children.pids(),
            "started": self._started,
            "ready": self._ready,
        }
        write_private(settings.data / "run.json", json.dumps(content, indent=1))

    # -- stop -----------------------------------------------------------------------------------------------------


async def _together(*works: Coroutine[Any, Any, object]) -> list[object]:
    """The results of all, or the first error once the others were cancelled and have ended."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(work) for work in works]
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed
    return [task.result() for task in tasks]


async def _get(port: int, path: str) -> tuple[int, str]:
    """(status, start of the answer) of a small GET on loopback; (0, reason) when there is none."""
    writer = None
    try:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(HOST, port), 2)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode())
        text = (await asyncio.wait_for(reader.read(4096), 5)).decode(errors="replace")
        head, _, body = text.partition("\r\n\r\n")
        return int(head.split(" ", 2)[1]), body.strip() or head.partition("\r\n")[0]
    except TimeoutError:
        return 0, "no answer yet"
    except (OSError, ValueError, IndexError) as error:
        return 0, f"no answer: {error}"
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
