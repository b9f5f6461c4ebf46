"""Typed settings, read once from the environment. No domain knowledge, no I/O beyond secret files.

In `local` mode secrets are made at first run under the data folder. Outside it every secret must be given, and a
development secret is refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

Mode = Literal["local", "production"]
SECRET_NAMES = ("session", "master", "index")


class SettingsError(RuntimeError):
    """The environment is not usable; the message names the variable and what it should hold."""


@dataclass(frozen=True, slots=True)
class Database:
    url: str
    pool_min: int = 1
    pool_max: int = 10


@dataclass(frozen=True, slots=True)
class Http:
    port: int = 8000
    module_port: int = 8001
    sandbox_port: int = 8010
    public_url: str = "http://127.0.0.1:8000"
    module_url: str = "http://127.0.0.1:8001"
    body_limit: int = 256 * 1024
    upload_chunk_limit: int = 6 * 1024 * 1024
    trusted_proxies: int = 0


@dataclass(frozen=True, slots=True)
class Secrets:
    """`session` signs access tokens, `master` wraps data keys, `index` keys the blind indexes. 32 bytes each.

    `older_masters` open and do not write. `folder` is where the master keys lie, none when the environment gives them.
    `algorithm` seals new values; old ones are read whatever it is.
    """

    session: bytes = field(repr=False)
    master: bytes = field(repr=False)
    index: bytes = field(repr=False)
    older_masters: tuple[bytes, ...] = field(default=(), repr=False)
    folder: Path | None = None
    algorithm: Literal["aes-256-gcm", "sm4-gcm"] = "aes-256-gcm"


@dataclass(frozen=True, slots=True)
class Sessions:
    access_seconds: int = 900
    refresh_days: int = 30
    staff_seconds: int = 8 * 3600
    face_seconds: int = 1800


@dataclass(frozen=True, slots=True)
class Settings:
    mode: Mode
    data: Path
    db: Database
    redis_url: str
    broker_url: str
    http: Http
    secrets: Secrets
    sessions: Sessions
    sandbox_url: str | None
    vendor_file: Path | None
    preview: Path | None = None

    @property
    def local(self) -> bool:
        return self.mode == "local"


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    raw = env.get(name, "")
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError as exc:
        raise SettingsError(f"{name} must be a whole number, not {raw!r}") from exc


def _secret(env: Mapping[str, str], folder: Path, name: str) -> bytes:
    """32 bytes from `TF_SECRET_<NAME>` (hex), else from `<folder>/<name>.key` (raw or hex)."""
    given = env.get(f"TF_SECRET_{name.upper()}")
    if given is not None:
        try:
            raw = bytes.fromhex(given)
        except ValueError as exc:
            raise SettingsError(f"TF_SECRET_{name.upper()} must be 64 hex digits") from exc
    else:
        path = folder / f"{name}.key"
        if not path.is_file():
            raise SettingsError(f"the secret {name!r} is missing: set TF_SECRET_{name.upper()} or TF_SECRETS_DIR")
        raw = key_file(path)
    if len(raw) != 32:
        raise SettingsError(f"the secret {name!r} must be 32 bytes long, not {len(raw)}")
    return raw


def key_file(path: Path) -> bytes:
    """32 bytes from a file that holds them raw or in hex. Raises SettingsError."""
    try:
        raw = path.read_bytes()
        if len(raw) != 32:
            raw = bytes.fromhex(raw.decode().strip())
    except OSError as exc:
        raise SettingsError(f"{path.name} in TF_SECRETS_DIR cannot be read: {exc.strerror}") from exc
    except ValueError as exc:
        raise SettingsError(f"{path.name} in TF_SECRETS_DIR must hold 32 bytes or 64 hex digits") from exc
    if len(raw) != 32:
        raise SettingsError(f"{path.name} in TF_SECRETS_DIR must hold 32 bytes, not {len(raw)}")
    return raw


def older_masters(folder: Path) -> tuple[bytes, ...]:
    """Master keys beside the writing one: `master-<id>.key`."""
    return tuple(key_file(path) for path in sorted(folder.glob("master-*.key")))


def _secrets(env: Mapping[str, str], folder: Path) -> Secrets:
    algorithm = env.get("TF_SEAL_ALGORITHM") or "aes-256-gcm"
    if algorithm not in ("aes-256-gcm", "sm4-gcm"):
        raise SettingsError(f"TF_SEAL_ALGORITHM must be aes-256-gcm or sm4-gcm, not {algorithm!r}")
    given = "TF_SECRET_MASTER" in env
    older: list[bytes] = []
    for text in filter(None, env.get("TF_SECRET_MASTER_OLDER", "").split(",")):
        try:
            older.append(bytes.fromhex(text.strip()))
        except ValueError as exc:
            raise SettingsError("TF_SECRET_MASTER_OLDER must be 64 hex digits a key, with commas between") from exc
        if len(older[-1]) != 32:
            raise SettingsError("TF_SECRET_MASTER_OLDER must be 64 hex digits a key, with commas between")
    return Secrets(
        **{name: _secret(env, folder, name) for name in SECRET_NAMES},
        older_masters=tuple(older) if given else older_masters(folder),
        folder=None if given else folder,
        algorithm="sm4-gcm" if algorithm == "sm4-gcm" else "aes-256-gcm",
    )


def load(env: Mapping[str, str] | None = None) -> Settings:
    """Read settings. Raises SettingsError with a sentence that names the variable."""
    env = os.environ if env is None else env
    mode = env.get("TF_MODE", "local")
    if mode not in ("local", "production"):
        raise SettingsError(f"TF_MODE must be local or production, not {mode!r}")
    data = Path(env.get("TF_DATA", ".data")).resolve()
    folder = Path(env.get("TF_SECRETS_DIR", str(data / "secrets")))
    if mode == "production" and folder == data / "secrets" and not env.get("TF_SECRET_MASTER"):
        raise SettingsError("production refuses the development secrets of the data folder: set TF_SECRETS_DIR")
    secrets = _secrets(env, folder)
    port = _number(env, "TF_PORT", 8000)
    module_port = _number(env, "TF_MODULE_PORT", 8001)
    sandbox_port = _number(env, "TF_SANDBOX_PORT", 8010)
    database_url = env.get("TF_DATABASE_URL", "")
    redis_url = env.get("TF_REDIS_URL", "")
    if not database_url or not redis_url:
        raise SettingsError("TF_DATABASE_URL and TF_REDIS_URL are missing; `make run` sets them by itself")
    vendor = env.get("TF_VENDOR_FILE", "")
    return Settings(
        mode="local" if mode == "local" else "production",
        data=data,
        db=Database(
            url=database_url,
            pool_min=_number(env, "TF_DATABASE_POOL_MIN", 1),
            pool_max=_number(env, "TF_DATABASE_POOL_MAX", 10),
        ),
        redis_url=redis_url,
        broker_url=env.get("TF_BROKER_URL") or redis_url,
        http=Http(
            port=port,
            module_port=module_port,
            sandbox_port=sandbox_port,
            public_url=env.get("TF_PUBLIC_URL") or f"http://127.0.0.1:{port}",
            module_url=(env.get("TF_MODULE_URL") or f"http://127.0.0.1:{module_port}").rstrip("/"),
            trusted_proxies=_number(env, "TF_TRUSTED_PROXIES", 0),
        ),
        secrets=secrets,
        sessions=Sessions(access_seconds=_number(env, "TF_SESSION_SECONDS", 900)),
        sandbox_url=f"http://127.0.0.1:{sandbox_port}" if mode == "local" else None,
        vendor_file=Path(vendor) if vendor else (data / "sandbox" / "credentials.json" if mode == "local" else None),
        preview=Path(env["TF_PREVIEW"]) if mode == "local" and env.get("TF_PREVIEW") else None,
    )


@lru_cache(maxsize=1)
def current() -> Settings:
    """The settings of this process."""
    return load()
