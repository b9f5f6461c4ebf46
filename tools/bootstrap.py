"""Makes `.venv` from a lock file with hashes. Standard library only; any Python 3.11 to 3.14 runs it.

    python tools/bootstrap.py run|dev           make or complete .venv
    .venv/bin/python tools/bootstrap.py --check run|dev   exit code 0 when there is nothing to do

A stamp is written only after everything of a lock file was installed, so an interrupted start is taken up again.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ROOT / "requirements.lock", "dev": ROOT / "requirements-dev.lock"}
OLDEST, NEWEST = (3, 11), (3, 14)


def stamp(kind: str) -> Path:
    return VENV / f".installed-{kind}"


def fingerprint(kind: str) -> str:
    return hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest()


def installed(kind: str) -> bool:
    """Whether .venv holds what the lock file says. The development lock file contains the other one."""
    for one in {kind, "dev"}:
        with contextlib.suppress(OSError):
            if stamp(one).read_text(encoding="ascii") == fingerprint(one):
                return True
    return False


def usable() -> bool:
    """Whether .venv has a Python that runs, is new enough and has pip."""
    code = f"import sys, pip; sys.exit(not {OLDEST} <= sys.version_info[:2] <= {NEWEST})"
    try:
        return subprocess.run([PYTHON, "-c", code], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def say(text: str) -> None:
    show(f"{text}\n")


def create() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        sys.exit(f"Python 3.11 to 3.14 is needed; {sys.executable} is {version}. PYTHON=/path/to/python3.13 make …")
    try:
        import ensurepip
        import venv
    except ImportError as error:
        sys.exit(
            f"{sys.executable} has no module {error.name}, which makes environments. On Debian and Ubuntu it is in the "
            f"package python3-venv; or name another Python: PYTHON=/path/to/python3.13 make …"
        )
    del ensurepip
    say(f"Making .venv with Python {version} …")
    if VENV.exists():
        shutil.rmtree(VENV)
    try:
        venv.EnvBuilder(with_pip=True, symlinks=True).create(VENV)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"{sys.executable} cannot make an environment in {VENV}: {error}")


class Counter:
    """Turns pip's lines into one line of progress."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._seen: set[str] = set()
        self._terminal = sys.stdout.isatty()
        self._last = time.monotonic()

    def read(self, line: str) -> None:
        found = re.match(r"\s*(?:Collecting|Requirement already satisfied:) ([A-Za-z0-9._-]+)", line)
        if found:
            self._seen.add(found.group(1))
            self._show(f"  {len(self._seen):3d} of {self._total}  {found.group(1)}")
        elif line.startswith("Installing collected packages"):
            self._show("  unpacking …", always=True)

    def _show(self, text: str, *, always: bool = False) -> None:
        if self._terminal:
            show(f"\r\x1b[K{text}")
        elif always or time.monotonic() - self._last > 2:
            self._last = time.monotonic()
            say(text)

    def close(self) -> None:
        if self._terminal:
            show("\r\x1b[K")


def install(kind: str) -> None:
    lock = LOCKS[kind]
    wanted = fingerprint(kind)
    total = sum(1 for line in lock.read_text(encoding="utf-8").splitlines() if re.match(r"[A-Za-z0-9]", line))
    say(f"Installing the packages of {lock.name} …")
    started = time.monotonic()
    argv = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", str(lock)]
    argv += ["--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    counter = Counter(total)
    lines: list[str] = []
    with subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", env=environment
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            lines.append(line)
            counter.read(line)
    counter.close()
    if pip.returncode != 0:
        sys.exit(f"pip could not install {lock.name}; its last lines:\n{''.join(lines[-25:])}")
    stamp(kind).write_text(wanted, encoding="ascii")
    say(f"Installed in {time.monotonic() - started:.0f} s; later starts reuse it.")


def main() -> None:
    arguments = sys.argv[1:]
    kind = arguments[-1] if arguments else ""
    if kind not in LOCKS or len(arguments) > 2 or (len(arguments) == 2 and arguments[0] != "--check"):
        sys.exit("usage: bootstrap.py [--check] run|dev")
    if arguments[0] == "--check":
        sys.exit(not installed(kind))
    (ROOT / ".cache").mkdir(exist_ok=True)
    with open(ROOT / ".cache" / "bootstrap.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another command is installing packages here; waiting for it …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if installed(kind) and usable():
            return
        if not usable():
            create()
        install(kind)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
