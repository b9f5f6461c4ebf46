"""`python -m backend modules preview DIR`: one folder in the real citizen pages, with simulators, on loopback alone.

It is `run` with another plan: a copy of its own (data folder, database, ports on loopback) that holds this module and
nothing else. A program of it watches the folder: what passes the checker becomes the live release, what does not is
shown in the page while the last good one is kept.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import os
import signal
import sys
from pathlib import Path
from typing import Any

import msgspec

from backend.local import run
from backend.local.plan import Plan, Planner, Program, Step
from backend.local.settings import ROOT, LocalSettings, StartRefused, free_port, port_is_free
from backend.previewing import Found
from backend.sandbox.people import PEOPLE

PORT = 8080
LOOK_SECONDS = 0.25
FOREIGN = ("TF_DATABASE_URL", "TF_REDIS_URL", "TF_BROKER_URL", "TF_VENDOR_FILE", "TF_WEB_WORKERS", "TF_WORKERS")


def planner(folder: Path) -> Planner:
    """The programs of a preview: the citizens' web, one worker for all queues, simulators, and the watcher."""

    def plan(settings: LocalSettings) -> Plan:
        backend = [sys.executable, "-m", "backend"]
        state = settings.data / "preview.json"
        state.unlink(missing_ok=True)
        return Plan(
            early=[Program("sandbox", [*backend, "sandbox"], stop_rank=3)],
            steps=[Step("migrate", "Database migrated", [*backend, "migrate"])],
            programs=[
                Program("web", [*backend, "web"], serves=True, env={"TF_PREVIEW": str(state)}),
                Program(
                    "worker",
                    [*backend, "worker", "--concurrency=1"],
                    patience=10.0,
                    stop_rank=2,
                ),
                Program("beat", [*backend, "beat"]),
                Program("watch", [sys.executable, "-m", "backend.local.preview", str(folder), str(state)]),
            ],
            welcome=_welcome(folder, settings),
        )

    return plan


def _welcome(folder: Path, settings: LocalSettings) -> str:
    someone = PEOPLE[0]
    return "\n".join(
        (
            f"预览 {folder} ：http://127.0.0.1:{settings.port}/",
            "改了文件就存盘，页面会自己更新；有错误时列在页面下方。Ctrl-C 结束。",
            f"要试着办理：用手机号 {someone.phone} 登录（虚构的人），验证码在"
            f" http://127.0.0.1:{settings.sandbox_port}/_control/sms/{someone.phone}",
        )
    )


def _preview(args: argparse.Namespace) -> int:
    folder: Path = args.folder.resolve()
    if not folder.is_dir():
        print(f"没有这个文件夹：{args.folder}", file=sys.stderr)
        return 1
    for name in FOREIGN:  # a preview never touches the database or the vendors of another copy
        os.environ.pop(name, None)
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    os.environ.setdefault("TF_DATA", str(ROOT / ".data" / "preview" / name))
    os.environ["TF_WEB_WORKERS"] = "1"
    try:
        _ports(args.port)
    except StartRefused as exc:
        print(exc, file=sys.stderr)
        return 1
    return run.main(planner=planner(folder))


def _ports(given: int | None) -> None:
    """One for the pages, as asked or the usual one when it is free; any for the rest."""
    if given is not None:
        os.environ["TF_PORT"] = str(given)
    taken = {os.environ.get(name) for name in ("TF_PORT", "TF_MODULE_PORT", "TF_SANDBOX_PORT")}
    for name in ("TF_PORT", "TF_MODULE_PORT", "TF_SANDBOX_PORT"):
        if os.environ.get(name):
            continue
        port = PORT if name == "TF_PORT" and port_is_free(PORT) else free_port()
        while str(port) in taken:
            port = free_port()
        taken.add(str(port))
        os.environ[name] = str(port)


def add(commands: Any) -> None:
    """Add the command to the parser of `modules`."""
    text = "在真实的群众页面里看这个文件夹，存盘就更新，不用账号；Ctrl-C 结束"
    made: argparse.ArgumentParser = commands.add_parser("preview", help=text, description=text)
    made.add_argument("folder", type=Path, metavar="文件夹")
    made.add_argument("--port", type=int, help=f"页面的端口，默认 {PORT}，被占用就另选一个")
    made.set_defaults(run=_preview)


# -- the watcher, a program of the copy ------------------------------------------------------------------------------


def _trace(folder: Path) -> tuple[Any, ...]:
    """What tells that something was saved: names, sizes and times."""
    found: list[Any] = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            try:
                held = os.stat(os.path.join(place, name), follow_symlinks=False)
            except OSError:
                continue  # an editor that writes beside and renames
            found.append((place, name, held.st_size, held.st_mtime_ns, held.st_ino))
    return tuple(found)


class Watcher:
    """Publishes a folder whenever it was saved and passes the checker; writes what it found for the pages."""

    def __init__(self, folder: Path, state: Path) -> None:
        self._folder = folder
        self._state = state
        self._release: str | None = None
        self._matters: list[dict[str, str]] = []

    async def look(self) -> None:
        """One look at the folder as it is now."""
        from backend.modules import service
        from backend.sdk.check import check_folder
        from backend.sdk.findings import has_errors
        from backend.sdk.manifest import load_folder

        findings = await asyncio.to_thread(check_folder, self._folder)
        bundle, _ = await asyncio.to_thread(load_folder, self._folder)
        if bundle is not None and not has_errors(findings):
            self._release, _ = await service.publish(bundle, by="preview")
            self._matters = [
                {"id": f"{bundle.module.id}.{matter.code}", "name": matter.name} for matter in bundle.matters[:50]
            ]
        found = Found(
            folder=str(self._folder),
            module=self._folder.name,
            release=self._release,
            findings=findings[:100],
            matters=self._matters,
        )
        fresh = self._state.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(found))
        fresh.replace(self._state)

    async def follow(self) -> None:
        """Look now and after every change, once nothing has changed for one round: a half-saved folder is no news."""
        seen: tuple[Any, ...] | None = None
        before = await asyncio.to_thread(_trace, self._folder)
        while True:
            now = await asyncio.to_thread(_trace, self._folder)
            if now == before and now != seen:
                seen = now
                await self.look()
            before = now
            await asyncio.sleep(LOOK_SECONDS)


async def watch(folder: Path, state: Path) -> None:
    """Until SIGTERM. A database that goes away ends it; the supervisor starts another."""
    from backend import wiring
    from backend.core import db, redis
    from backend.core.settings import load

    settings = load()
    redis.connect(settings.redis_url)
    await db.connect(wiring.database(settings))
    following = asyncio.create_task(Watcher(folder, state).follow())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, following.cancel)
    try:
        await following
    except asyncio.CancelledError:
        pass
    finally:
        await db.disconnect()
        await redis.disconnect()


if __name__ == "__main__":
    asyncio.run(watch(Path(sys.argv[1]), Path(sys.argv[2])))
