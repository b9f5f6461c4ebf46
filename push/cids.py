"""A small stock of JPush cids: each delivery stores one before its first attempt, and one call brings many."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from backend.providers.vendors import desk

FRESH = timedelta(hours=1)
"""A cid lives for a day from its issue; what lay here longer than this is thrown away."""

BATCH = 20
MANY = 500

_stock: deque[tuple[str, datetime]] = deque()


async def take(at: datetime) -> tuple[str, datetime]:
    """A cid and the time from which its day counts. Raises ProviderError when none can be had."""
    while _stock:
        cid, born = _stock.popleft()
        if timedelta() <= at - born < FRESH:
            return cid, born
    found = await desk().jpush.cids(BATCH)
    _stock.extend((cid, at) for cid in found[1:])
    return found[0], at


async def many(count: int, at: datetime) -> list[tuple[str, datetime]]:
    """So many cids, or fewer. What is not used is handed back by `give_back`. Raises ProviderError."""
    found: list[tuple[str, datetime]] = []
    while _stock and len(found) < count:
        cid, born = _stock.popleft()
        if timedelta() <= at - born < FRESH:
            found.append((cid, born))
    if len(found) < count:
        found += [(cid, at) for cid in await desk().jpush.cids(min(1000, max(MANY, count - len(found))))]
    _stock.extend(found[count:])
    return found[:count]


def give_back(cids: list[tuple[str, datetime]]) -> None:
    _stock.extend(cids)


def forget() -> None:
    """Drop the stock: it belongs to an app key, and tests change it."""
    _stock.clear()
