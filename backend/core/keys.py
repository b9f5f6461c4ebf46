"""The vault of this process, made from the settings on first use, and the folder that its master keys lie in.

`master.key` writes. `master-<id>.key` still opens. `master-<id>.retired` is not read any more; it is kept for backups
that were made under it, until somebody takes it away.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from backend.core import crypto, logging, settings
from backend.core.crypto import Vault

log = logging.get("keys")


class NotOurs(RuntimeError):
    """The master key comes from the environment, so this program cannot change it; the message says what to do."""


@lru_cache(maxsize=1)
def vault() -> Vault:
    secrets = settings.current().secrets
    crypto.write_with(secrets.algorithm)
    folder = secrets.folder
    if folder is None:
        return Vault(secrets.master, secrets.index, older=secrets.older_masters)
    return Vault(secrets.master, secrets.index, older=secrets.older_masters, reload=_Reader(folder))


class _Reader:
    """Reads the folder when it changed. A folder that cannot be read leaves the keys as they are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[int, ...] = ()
        self._held: tuple[bytes, ...] = ()

    def __call__(self) -> tuple[bytes, ...]:
        try:
            writing = (self._folder / "master.key").stat()
            # the inode too: two changes within one tick of the file system's clock look alike otherwise
            seen = (self._folder.stat().st_mtime_ns, writing.st_mtime_ns, writing.st_ino)
            if seen != self._seen or not self._held:
                held = read(self._folder)
                self._seen, self._held = seen, held
        except (OSError, settings.SettingsError) as exc:
            log.error("master_keys_unreadable", error=type(exc).__name__)
        return self._held


def read(folder: Path) -> tuple[bytes, ...]:
    """The writing key first, then those that still open. Raises SettingsError."""
    first = settings.key_file(folder / "master.key")
    return (first, *(key for key in settings.older_masters(folder) if key != first))


def _folder() -> Path:
    folder = settings.current().secrets.folder
    if folder is None:
        raise NotOurs(
            "the master key is given by TF_SECRET_MASTER: put the present one into TF_SECRET_MASTER_OLDER, a new one"
            " into TF_SECRET_MASTER, restart all processes, then run: keys rotate --resume"
        )
    return folder


def _write(path: Path, key: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Busy(RuntimeError):
    """Somebody else rotates at this moment."""


@contextmanager
def alone() -> Iterator[None]:
    """One rotation at a time; the kernel lets go of the lock however the process ends. Raises Busy."""
    folder = settings.current().secrets.folder
    if folder is None:
        yield
        return
    with (folder / "rotation.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise Busy("another rotation is running; wait for it, or read: keys status") from exc
        yield


def renew() -> str:
    """Make a new writing key; the present one stays beside it first, so no moment knows less. Returns its id."""
    folder = _folder()
    present = settings.key_file(folder / "master.key")
    _write(folder / f"master-{crypto.key_id(present).hex()}.key", present)
    new = os.urandom(32)
    _write(folder / "master.key", new)
    return crypto.key_id(new).hex()


def retire() -> list[str]:
    """Put the keys aside that do not write. Returns their ids; nothing when the keys come from the environment."""
    folder = settings.current().secrets.folder
    if folder is None:
        return []
    retired = []
    for path in sorted(folder.glob("master-*.key")):
        path.replace(path.with_suffix(".retired"))
        retired.append(path.stem.removeprefix("master-"))
    _sync(folder)
    return retired
