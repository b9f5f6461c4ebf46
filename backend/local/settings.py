"""What `run` reads from the environment, and the checks that come before anything is started."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
BACKLOG = 2048
HOST = "127.0.0.1"


class StartRefused(RuntimeError):
    """`run` cannot go on; the message is the sentence that the person at the terminal reads."""


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """One copy of the whole program on this machine."""

    data: Path
    port: int = 8000
    module_port: int = 8001
    sandbox_port: int = 8010
    database_url: str | None = None
    redis_url: str | None = None
    broker_url: str | None = None
    web_workers: int = 2
    workers: int = 1

    @property
    def ports(self) -> dict[str, int]:
        """The variable that sets a port, and the port."""
        return {
            "TF_PORT": self.port,
            "TF_MODULE_PORT": self.module_port,
            "TF_SANDBOX_PORT": self.sandbox_port,
        }

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets"


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise StartRefused(f"{name} must be a whole number from {low} to {high}, not {text!r}.")
    return int(text)


def load(env: Mapping[str, str] | None = None) -> LocalSettings:
    """Read the environment. Raises StartRefused with a sentence that names the variable."""
    env = os.environ if env is None else env
    settings = LocalSettings(
        data=(ROOT / (env.get("TF_DATA") or ".data")).resolve(),
        port=_number(env, "TF_PORT", 8000, 1, 65535),
        module_port=_number(env, "TF_MODULE_PORT", 8001, 1, 65535),
        sandbox_port=_number(env, "TF_SANDBOX_PORT", 8010, 1, 65535),
        database_url=env.get("TF_DATABASE_URL") or None,
        redis_url=env.get("TF_REDIS_URL") or None,
        broker_url=env.get("TF_BROKER_URL") or None,
        web_workers=_number(env, "TF_WEB_WORKERS", 2, 1, 64),
        workers=_number(env, "TF_WORKERS", 1, 1, 64),
    )
    seen: dict[int, str] = {}
    for variable, port in settings.ports.items():
        if port in seen:
            raise StartRefused(f"{seen[port]} and {variable} are both {port}; give each a port of its own.")
        seen[port] = variable
    return settings


def listen(port: int, variable: str) -> socket.socket:
    """A listening socket on loopback. Raises StartRefused when the port is not to be had."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise StartRefused(
                f"Port {port} is taken by another program; stop that one or set {variable} to a free port."
            ) from error
        raise StartRefused(f"Port {port} ({variable}) cannot be opened: {error.strerror}.") from error
    return listener


def free_port() -> int:
    """A port that nobody listens on, below the range from which the kernel takes ports for outgoing connections."""
    for _ in range(200):
        port = 20000 + int.from_bytes(os.urandom(2), "big") % 12000
        if port_is_free(port):
            return port
    raise StartRefused("No free port was found between 20000 and 32000 for PostgreSQL or Valkey.")


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


class DataLock:
    """Holds a data folder for one supervisor. The kernel lets go of it however that one ends."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Raises StartRefused while another copy runs on this folder."""
        try:
            self._data.mkdir(parents=True, exist_ok=True)
            self._data.chmod(0o700)
            file = open(self._data / "lock", "a+", encoding="utf-8")  # noqa: SIM115 - held until release()
        except OSError as error:
            raise StartRefused(f"TF_DATA {self._data} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            owner = file.read().strip() or "unknown"
            file.close()
            raise StartRefused(
                f"Another copy (process {owner}) runs on {self._data}; stop it, or set TF_DATA to another folder."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
