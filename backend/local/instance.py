"""A whole copy of the program for tests and benchmarks: its own supervisor, ports and data folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from backend.local.processes import tail
from backend.local.settings import HOST, ROOT


class InstanceFailed(RuntimeError):
    """The copy did not start, or ended; the message carries the end of its output."""


class Instance:
    """`async with Instance(folder, 18100) as copy:` runs one until the block ends, whatever ends it.

    Module pages are at `port + 1` and simulators at `port + 2` unless said otherwise.
    """

    def __init__(
        self,
        data: Path,
        port: int,
        *,
        module_port: int | None = None,
        sandbox_port: int | None = None,
        env: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-m", "backend.local.run"),
    ) -> None:
        """`env` adds to the environment, `command` starts the supervisor."""
        self.data = data.resolve()
        self.port = port
        self.module_port = module_port or port + 1
        self.sandbox_port = sandbox_port or port + 2
        self._env = dict(env or {})
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None
        self._before: str | None = None  # `started` in a run.json that a killed start left

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://{HOST}:{self.sandbox_port}"

    @property
    def log(self) -> Path:
        """What the supervisor printed."""
        return self.data / "logs" / "run.log"

    def state(self) -> dict[str, Any]:
        """`run.json`: ports, urls of the servers, process ids by program; {} while nothing runs."""
        with contextlib.suppress(FileNotFoundError):
            found: dict[str, Any] = json.loads((self.data / "run.json").read_text(encoding="utf-8"))
            return found
        return {}

    @property
    def database_url(self) -> str:
        return str(self.state()["database_url"])

    @property
    def redis_url(self) -> str:
        return str(self.state()["redis_url"])

    @property
    def broker_url(self) -> str:
        return str(self.state()["broker_url"])

    @property
    def supervisor(self) -> int:
        """The supervisor's process id."""
        if self._process is None:
            raise InstanceFailed("this copy was not started")
        return self._process.pid

    def pids(self, name: str) -> list[int]:
        """Process ids of `web`, `worker`, `beat`, `sandbox`, `postgres` or `valkey`."""
        found: list[int] = self.state().get("pids", {}).get(name, [])
        return found

    def environment(self) -> dict[str, str]:
        """What a command needs to work on this copy: `python -m backend …` with it sees the same database."""
        strange = ("TF_", "PROMETHEUS_MULTIPROC_DIR", "COVERAGE_")
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(strange)}
        named = {
            "TF_DATA": str(self.data),
            "TF_PORT": str(self.port),
            "TF_MODULE_PORT": str(self.module_port),
            "TF_SANDBOX_PORT": str(self.sandbox_port),
            "TF_MODE": "local",
            "TF_SECRETS_DIR": str(self.data / "secrets"),
        }
        urls = {f"TF_{name.upper()}": self.state().get(name) for name in ("database_url", "redis_url", "broker_url")}
        return {**inherited, **named, **{name: url for name, url in urls.items() if url}, **self._env}

    async def start(self, seconds: float = 120) -> Self:
        """Start and wait for `ready`. Raises InstanceFailed with the output when it does not come."""
        await self.begin()
        deadline = time.monotonic() + seconds
        while not self._ready():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                await self.stop()
                raise InstanceFailed(f"this copy did not become ready:\n{tail(self.log, 40)}")
            await asyncio.sleep(0.05)
        return self

    def _ready(self) -> bool:
        state = self.state()
        return state.get("started") != self._before and bool(state.get("ready"))

    async def begin(self) -> None:
        """Start without waiting for `ready`."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._before = self.state().get("started")
        env = self.environment()
        for name in ("TF_DATABASE_URL", "TF_REDIS_URL", "TF_BROKER_URL"):
            if name not in self._env:
                env.pop(name, None)  # a killed start's servers are gone
        env["TF_FOLLOW_PARENT"] = str(os.getpid())
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: ASYNC220 - a few milliseconds, and before anything is measured
                self._command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    async def wait(self, seconds: float = 40) -> int:
        """Wait until the supervisor has ended; returns its exit code."""
        if self._process is None:
            raise InstanceFailed("this copy was not started")
        return await asyncio.to_thread(self._process.wait, seconds)

    async def stop(self) -> int:
        """Stop in order; returns the supervisor's exit code."""
        if self._process is None:
            return 0
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        code = await self.wait()
        self._process = None
        return code

    def kill(self, name: str, index: int = 0) -> int:
        """`kill -9` one process, as a fault would; returns its id. `supervisor` kills that one."""
        pid = self.supervisor if name == "supervisor" else self.pids(name)[index]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def healed(self, name: str, killed: int, index: int = 0, seconds: float = 20) -> int:
        """Wait until copy `index` of a program runs as another process than `killed`; returns the new id."""
        deadline = time.monotonic() + seconds
        while self.pids(name)[index] == killed:
            if time.monotonic() > deadline:
                raise InstanceFailed(f"{name} {killed} was not replaced:\n{tail(self.log, 20)}")
            await asyncio.sleep(0.02)
        return self.pids(name)[index]

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
