"""What every process of this program opens and closes: database, Redis, vendors, registry, and what floors hand up."""

from __future__ import annotations

import asyncio
import time

from backend import ports, wiring
from backend.core import db, logging, redis
from backend.core.settings import Settings, SettingsError
from backend.matters import catalogue
from backend.modules import gateway, registry
from backend.providers import config, vendors

log = logging.get("process")

VENDOR_FILE_SECONDS = 20.0


async def _vendors(settings: Settings) -> config.Vendors:
    """The vendor file. In local mode the simulators write it at their first start, beside us: wait for it."""
    if settings.vendor_file is None:
        raise SettingsError("TF_VENDOR_FILE is missing: the file with the vendors' addresses and keys")
    until = time.monotonic() + (VENDOR_FILE_SECONDS if settings.local else 0)
    while True:
        try:
            return await asyncio.to_thread(config.load, settings.vendor_file)
        except config.VendorFileError:
            if time.monotonic() >= until:
                raise
            await asyncio.sleep(0.1)


async def start(settings: Settings, *, follow: bool = True) -> None:
    """Open everything. Raises what keeps the process from working; nothing is half open for long, the caller exits."""
    client = redis.connect(settings.redis_url)
    ports.configure()
    catalogue.install()
    held = await _vendors(settings)
    vendors.configure(held, client, settings.data / "blobs")
    gateway.configure(held.departments, settings.http.public_url)
    await _database(settings)
    if follow:
        await registry.start()
    else:
        await registry.refresh()


async def _database(settings: Settings) -> None:
    """Connect; a server that is still starting is waited for."""
    until = time.monotonic() + 30
    while True:
        try:
            await db.connect(wiring.database(settings))
            return
        except Exception as exc:
            if not db.is_connection_error(exc) or time.monotonic() >= until:
                raise
            log.warning("database_not_ready", error=repr(exc))
            await db.disconnect()
            await asyncio.sleep(0.3)


async def stop() -> None:
    await registry.stop()
    await vendors.close()
    await db.disconnect()
    await redis.disconnect()
