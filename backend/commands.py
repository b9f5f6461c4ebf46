"""Small commands for whoever runs the program."""

from __future__ import annotations

import sys

from backend import wiring
from backend.core import audit, db
from backend.core.settings import load


async def verify_audit() -> int:
    """Recompute the audit trail; exit code 1 and the row's id when it was tampered with."""
    await db.connect(wiring.database(load()))
    try:
        verdict = await audit.verify()
    finally:
        await db.disconnect()
    if verdict.broken_at is None:
        sys.stdout.write(f"audit trail intact: {verdict.checked} rows\n")
        return 0
    sys.stdout.write(f"audit trail broken at row {verdict.broken_at} after {verdict.checked} rows\n")
    return 1
