"""Starting and ending child processes so that none outlives the one who started them."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import psutil

from backend.local.identity import LAUNCH, SAME
from backend.local.settings import StartRefused

GUARDIAN = Path(__file__).with_name("guardian.py")
MARK = "TF_CHILD_OF"  # in every child's environment: the data folder that it belongs to
LOG_LIMIT = 5 * 1024 * 1024
LOGS_KEPT = 3

Process = asyncio.subprocess.Process


def rotate(log: Path) -> None:
    """Keep a log below LOG_LIMIT bytes by moving it aside at a start; three old ones stay."""
    if not log.exists() or log.stat().st_size < LOG_LIMIT:
        return
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = log.with_suffix(f".log.{number}")
        if older.exists():
            older.replace(log.with_suffix(f".log.{number + 1}"))
    log.replace(log.with_suffix(".log.1"))


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, for a person."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 16384))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


def kill_group(pid: int, number: int = signal.SIGKILL) -> None:
    """Signal a child's whole process group: it leads one, so what it started is in it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


class Guard:
    """The process that ends our children should we be killed outright. Started with the first child."""

    def __init__(self) -> None:
        self._children: dict[int, int] = {}
        self._process: Process | None = None
        self._pipe: int | None = None
        self._watch: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()  # the first two children may start at the same time

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        async with self._starting:
            if self._watch is None:
                await self._spawn()
                self._watch = asyncio.create_task(self._keep())

    async def _spawn(self) -> None:
        # A pipe of our own: asyncio waits for ever when it is cancelled while it connects one of its pipes.
        reading, writing = os.pipe()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", str(GUARDIAN)),
                stdin=reading,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except BaseException:
            os.close(writing)
            raise
        finally:
            os.close(reading)
        os.set_blocking(writing, False)
        self._hang_up()
        self._pipe = writing
        for pid, number in self._children.items():
            self._tell(f"+{pid} {number}")

    def _hang_up(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None

    async def _keep(self) -> None:
        while self._process is not None:
            started = time.monotonic()
            await self._process.wait()
            if time.monotonic() - started < 1:
                await asyncio.sleep(1)
            await self._spawn()

    def _tell(self, line: str) -> None:
        if self._pipe is not None:
            with contextlib.suppress(OSError):
                os.write(self._pipe, f"{line}\n".encode())

    def add(self, pid: int, number: int) -> None:
        self._children[pid] = number
        self._tell(f"+{pid} {number}")

    def remove(self, pid: int) -> None:
        self._children.pop(pid, None)
        self._tell(f"-{pid}")

    async def close(self) -> None:
        """Dismiss the guardian; every child has ended by now."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            self._watch = None
        process, self._process = self._process, None
        self._tell("bye")
        self._hang_up()
        if process is not None:
            await process.wait()


async def spawn(
    argv: Sequence[str],
    *,
    guard: Guard,
    log: Path | int,
    env: Mapping[str, str],
    cwd: Path,
    identity: str = SAME,
    fds: Iterable[int] = (),
    stop_signal: int = signal.SIGTERM,
) -> Process:
    """Start a child that leads its own process group and does not outlive us.

    `log` is a file to append to, or a descriptor of `asyncio.subprocess`. `argv[0]` is an absolute path.
    """
    await guard.start()
    output: int
    if isinstance(log, Path):
        log.parent.mkdir(parents=True, exist_ok=True)
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    else:
        output = log
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), str(int(stop_signal)), identity),
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            env=dict(env),
            cwd=cwd,
            pass_fds=tuple(fds),
            start_new_session=True,
        )
    finally:
        if isinstance(log, Path):
            os.close(output)
    guard.add(process.pid, stop_signal)
    return process


async def reap(process: Process, guard: Guard) -> int:
    """Wait for a child's end and end whatever it left in its group. Returns its exit code."""
    code = await process.wait()
    kill_group(process.pid)
    guard.remove(process.pid)
    return code


async def stop(process: Process, *, number: int, patience: float) -> bool:
    """Ask a child to end and insist after `patience` seconds; False when that was needed."""
    if process.returncode is not None:
        return True
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)
    try:
        await asyncio.wait_for(process.wait(), patience)
    except TimeoutError:
        kill_group(process.pid)
        await process.wait()
        return False
    return True


async def run_to_end(
    argv: Sequence[str],
    *,
    guard: Guard,
    log: Path | int,
    env: Mapping[str, str],
    cwd: Path,
    identity: str = SAME,
) -> int:
    """Run a command and return its exit code. Cancelled, it ends the command with all that it started."""
    process = await spawn(argv, guard=guard, log=log, env=env, cwd=cwd, identity=identity)
    try:
        return await reap(process, guard)
    except asyncio.CancelledError:
        await stop(process, number=signal.SIGTERM, patience=3.0)
        await reap(process, guard)
        raise


def strays(name: str, folder: Path) -> list[psutil.Process]:
    """Running programs called `name` whose working directory is `folder`: servers that an earlier start left."""
    found = []
    for process in psutil.process_iter(["name"]):
        if process.info["name"] != name:
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if Path(process.cwd()) == folder and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def marked(data: Path) -> list[psutil.Process]:
    """Children of an earlier supervisor of this data folder that are still running."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(MARK) == str(data):
                found.append(process)
    return found


async def clear(find: Callable[[], list[psutil.Process]], *, number: int, patience: float = 5.0) -> int:
    """End every process that `find` returns, first with `number`, then outright. Returns how many there were."""
    first = await asyncio.to_thread(find)
    remaining = first
    for process in first:
        with contextlib.suppress(psutil.Error):
            process.send_signal(number)
    deadline = time.monotonic() + patience
    while remaining:
        if time.monotonic() > deadline + 10:
            raise StartRefused(f"Processes of an earlier start do not end: {[one.pid for one in remaining]}.")
        if time.monotonic() > deadline:
            for process in remaining:
                with contextlib.suppress(psutil.Error):
                    process.kill()
        await asyncio.sleep(0.05)
        remaining = await asyncio.to_thread(find)
    return len(first)
