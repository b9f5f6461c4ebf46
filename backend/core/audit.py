"""The append-only, hash-chained trail.

Writing is one insert in the caller's transaction, without a lock: a job gives rows their place in the chain afterwards
(`chain_new`), so the trail costs a request nothing but its row. `verify` recomputes the chain. A place is not an id:
transactions commit in another order than they took their ids.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec

from backend.core import db
from backend.core.sessions import Principal

_LOCK = 7_310_001  # advisory lock: one chaining job at a time
_COLUMNS = "id, at, actor_kind, actor_id, act, subject_kind, subject_id, citizen_id, purpose, details"


async def record(
    actor: Principal | None,
    act: str,
    subject_kind: str,
    subject_id: str,
    *,
    citizen_id: str | None = None,
    purpose: str | None = None,
    **details: Any,
) -> None:
    """Append one act. `details` must hold no personal data: the citizen whose data was touched is `citizen_id`."""
    await db.execute(
        "INSERT INTO core_audit (at, actor_kind, actor_id, act, subject_kind, subject_id, citizen_id, purpose, details)"
        " VALUES (now(), $1, $2, $3, $4, $5, $6, $7, $8::jsonb)",
        actor.kind if actor else "system",
        actor.id if actor else "system",
        act,
        subject_kind,
        subject_id,
        citizen_id,
        purpose,
        msgspec.json.encode(details).decode(),
    )


def _link(previous: bytes, row: Any) -> bytes:
    body = msgspec.json.encode(
        [
            row["id"],
            row["at"].timestamp(),
            row["actor_kind"],
            row["actor_id"],
            row["act"],
            row["subject_kind"],
            row["subject_id"],
            row["citizen_id"],
            row["purpose"],
            row["details"] if isinstance(row["details"], str) else msgspec.json.encode(row["details"]).decode(),
        ]
    )
    return hashlib.sha256(previous + body).digest()


async def chain_new(batch: int = 5_000) -> int:
    """Chain rows that are not chained yet; returns how many. Rows younger than two seconds wait, so that the chain
    is nearly in the order of the ids; a transaction that commits later comes later in the chain."""
    async with db.transaction():
        held = await db.fetch_one("SELECT pg_try_advisory_xact_lock($1) AS held", _LOCK)
        if held is None or not held["held"]:
            return 0
        last = await db.fetch_one(
            "SELECT link, chain FROM core_audit WHERE link IS NOT NULL ORDER BY link DESC LIMIT 1"
        )
        previous, place = (bytes(last["chain"]), last["link"]) if last else (b"\x00" * 32, 0)
        rows = await db.fetch(
            f"SELECT {_COLUMNS} FROM core_audit WHERE link IS NULL AND at < now() - interval '2 seconds'"  # noqa: S608
            " ORDER BY id LIMIT $1",
            batch,
        )
        updates: list[tuple[int, int, bytes]] = []
        for row in rows:
            previous, place = _link(previous, row), place + 1
            updates.append((row["id"], place, previous))
        await db.execute_many("UPDATE core_audit SET link = $2, chain = $3 WHERE id = $1", updates)
        return len(updates)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Result of `verify`: rows checked, the id of the first row that does not fit, and `head`, the last good place.

    `cut` when the trail does not hold what was written down of it before.
    """

    checked: int
    broken_at: int | None
    head: str
    cut: bool = False


async def verify(written_down: str | None = None) -> Verdict:
    """Recompute the whole chain. A changed, removed or reordered row breaks it at that row or at the next.

    The chain alone cannot tell that its end was cut off or that all of it was made anew; `written_down`, a head of an
    earlier verdict (`<place>:<chain value in hex>`) that was kept elsewhere, can. Raises ValueError when it is none.
    """
    awaited: tuple[int, bytes] | None = None
    if written_down is not None:
        number, _, value = written_down.partition(":")
        awaited = (int(number), bytes.fromhex(value))
    previous = b"\x00" * 32
    checked = place = 0
    met = awaited is None or awaited[0] == 0
    while True:
        rows = await db.fetch(
            f"SELECT {_COLUMNS}, link, chain FROM core_audit WHERE link > $1 ORDER BY link LIMIT 5000",  # noqa: S608
            place,
        )
        if not rows:
            return Verdict(checked, None, f"{place}:{previous.hex()}", cut=not met)
        for row in rows:
            good, previous = previous, _link(previous, row)
            if previous != bytes(row["chain"]) or row["link"] != place + 1:
                return Verdict(checked, row["id"], f"{place}:{good.hex()}")
            checked += 1
            place = row["link"]
            met = met or (place, previous) == awaited
