"""Migrations, by Tortoise's own tool, under an advisory lock and a lock timeout."""

from __future__ import annotations

import asyncio
import os
import sys

import asyncpg
from tortoise.cli import cli
from tortoise.migrations.api import migrate as tortoise_migrate

from backend import wiring
from backend.core import db
from backend.core.settings import load

_LOCK = 7_310_000


async def migrate() -> int:
    """Apply what is missing. Two at once: the second waits for the first, then finds nothing to do."""
    settings = load()
    guard = await asyncpg.connect(settings.db.url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", _LOCK)
        config = wiring.database(settings)
        config["connections"]["default"]["credentials"]["server_settings"] = {"lock_timeout": "10s"}
        applied: list[str] = []

        def progress(event: str, app: str, name: str) -> None:
            if event == "apply_done":
                applied.append(f"{app}.{name}")

        await tortoise_migrate(config=config, progress=progress)
        await db.disconnect()
    finally:
        await guard.close()
    sys.stdout.write(f"migrations applied: {len(applied)}\n")
    return 0


def make(apps: list[str]) -> int:
    """Write the migrations that the models ask for. Needs settings (`TF_DATABASE_URL` …), not a running database."""
    os.environ.setdefault("TF_DATABASE_URL", "postgres://tianfu@127.0.0.1:5432/none")
    os.environ.setdefault("TF_REDIS_URL", "redis://127.0.0.1:6379/0")
    for name in ("SESSION", "MASTER", "INDEX"):
        os.environ.setdefault(f"TF_SECRET_{name}", "00" * 32)  # not read by the autodetector
    context = cli.CLIContext(config="backend.migrate.CONFIG", config_file=None)
    asyncio.run(cli.makemigrations(context, tuple(apps), empty=False, name=None))
    return 0


def __getattr__(name: str) -> object:
    if name == "CONFIG":  # read by Tortoise's command line
        return wiring.database(load())
    raise AttributeError(name)
