"""The programs that are kept running, and how they are restarted and stopped."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.local.identity import SAME
from backend.local.processes import Guard, Process, kill_group, reap, rotate, spawn, stop, tail
from backend.local.progress import Progress
from backend.local.settings import ROOT, StartRefused

SERVER_RANK = 9  # databases stop last
QUICK = 5.0  # a child that lived less than this long did not start well
GIVE_UP = 5  # so many quick deaths in a row before the first `ready` end the whole start


@dataclass(slots=True)
class Child:
    """One running copy of a program, restarted for as long as `wanted`."""

    name: str
    index: int
    argv: list[str]
    env: Mapping[str, str]
    log: Path
    cwd: Path = ROOT
    identity: str = SAME
    fds: tuple[int, ...] = ()
    stop_signal: int = signal.SIGTERM
    patience: float = 5.0
    rank: int = 1
    before: Callable[[], Awaitable[None]] | None = None
    wanted: bool = True
    deaths: int = 0  # quick ones, in a row
    since: float = 0.0  # when the running process was started
    process: Process | None = None
    keeper: asyncio.Task[None] | None = None

    @property
    def label(self) -> str:
        return self.log.stem

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.returncode is None


class Children:
    """Keeps children alive until `stop_all`. `trouble` gets the error that nobody here can do anything about."""

    def __init__(self, guard: Guard, progress: Progress, changed: Callable[[], None]) -> None:
        """`changed` is called whenever a child has a new process id."""
        self._guard = guard
        self._progress = progress
        self._changed = changed
        self._all: list[Child] = []
        self.patient = False  # set once all was ready: from then on nobody is given up
        self.hurry = asyncio.Event()
        self.trouble: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def pids(self) -> dict[str, list[int]]:
        """Process ids by program, in the order of their copies."""
        found: dict[str, list[int]] = {}
        for child in self._all:
            if child.process is not None:
                found.setdefault(child.name, []).append(child.process.pid)
        return found

    def log_of(self, name: str) -> Path | None:
        return next((child.log for child in self._all if child.name == name), None)

    async def settled(self) -> None:
        """Wait until every child runs, and has run for a while if it died at first. Comes to an end: whatever
        keeps dying becomes `trouble`."""
        while not all(self._steady(child) for child in self._all):  # noqa: ASYNC110 - mere time makes it true
            await asyncio.sleep(0.05)

    def _steady(self, child: Child) -> bool:
        return child.alive and (child.deaths == 0 or time.monotonic() - child.since > QUICK)

    def watch(self, child: Child) -> None:
        self._all.append(child)
        child.keeper = asyncio.create_task(self._keep(child))
        child.keeper.add_done_callback(self._report)

    def _report(self, keeper: asyncio.Task[None]) -> None:
        """A keeper that fell over must not leave its child unwatched and nobody told."""
        error = None if keeper.cancelled() else keeper.exception()
        if error is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self.trouble.done():
            self.trouble.set_exception(error)

    async def _keep(self, child: Child) -> None:
        """Run a child again and again until it is no longer wanted."""
        rotate(child.log)
        while child.wanted:
            if child.before is not None:
                await child.before()
            if not child.wanted:
                return
            child.since = time.monotonic()
            child.process = await spawn(
                child.argv,
                guard=self._guard,
                log=child.log,
                env=child.env,
                cwd=child.cwd,
                identity=child.identity,
                fds=child.fds,
                stop_signal=child.stop_signal,
            )
            self._changed()
            if not child.wanted:  # told to stop while it was being started
                child.process.send_signal(child.stop_signal)
            code = await reap(child.process, self._guard)
            if not child.wanted:
                return
            child.deaths = child.deaths + 1 if time.monotonic() - child.since < QUICK else 0
            await self._after_death(child, code, child.deaths)

    async def _after_death(self, child: Child, code: int, quick: int) -> None:
        how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        if not self.patient and quick >= GIVE_UP:
            child.wanted = False
            self._fail(StartRefused(f"{child.label} {how}, {quick} times ({child.log}):\n{tail(child.log)}"))
            return
        delay = 0.0 if quick < 2 else min(10.0, 0.25 * 2 ** (quick - 2))
        again = "again at once" if delay == 0 else f"again in {delay:g} s"
        self._progress.say(f"{child.label} {how}; {again}")
        if quick == 2:
            self._progress.plain(f"{child.log}:\n{tail(child.log, 10)}")
        await asyncio.sleep(delay)

    async def stop_all(self) -> None:
        rushing = asyncio.create_task(self._rush())
        for child in self._all:
            if child.rank < SERVER_RANK:
                child.wanted = False
        try:
            for rank in sorted({child.rank for child in self._all}):
                await asyncio.gather(*(self._stop(child) for child in self._all if child.rank == rank))
        finally:
            rushing.cancel()
            if self.trouble.done():
                self.trouble.exception()  # told already, or overtaken by the stop

    async def _stop(self, child: Child) -> None:
        child.wanted = False
        if child.process is not None and not await stop(
            child.process, number=child.stop_signal, patience=child.patience
        ):
            self._progress.say(f"{child.label} did not end within {child.patience:.0f} s and was killed")
        if child.keeper is not None:
            if not child.alive:
                child.keeper.cancel()  # it may be waiting to start the child again
            await asyncio.gather(child.keeper, return_exceptions=True)

    async def _rush(self) -> None:
        await self.hurry.wait()
        for child in self._all:
            if child.alive and child.process is not None and child.rank < SERVER_RANK:
                kill_group(child.process.pid)
