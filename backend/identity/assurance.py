"""The assurance ledger: what was proved, how, for which purpose, and whether it was used.

Face is never a level of a session. It is a proof for one purpose, good for a while and for one use, made in the session
(or its web-view) that uses it.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from backend.core import db
from backend.core.access import missing_level
from backend.core.clock import SHANGHAI, now
from backend.core.errors import LevelTooLow
from backend.core.sessions import Level, Principal
from backend.identity import revocation
from backend.identity.schemas import AssuranceOut

_GOOD = (
    " citizen_id = $1 AND session_id = (SELECT root_id FROM identity_session WHERE id = $2 AND ended_at IS NULL)"
    " AND outcome = 'passed' AND method IN ('face', 'counter') AND used_at IS NULL AND expires_at > $3"
)


def day_start() -> datetime:
    """Midnight in Asia/Shanghai: daily limits end there."""
    return now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


async def write(
    citizen_id: uuid.UUID | str,
    session_id: uuid.UUID | str,
    *,
    method: str,
    provider: str,
    business_id: str,
    outcome: str,
    result_code: str,
    purpose: str,
    good_for: timedelta | None = None,
    subject_index: bytes | None = None,
) -> uuid.UUID:
    """Append a row to the ledger, in the caller's transaction."""
    present = now()
    row: Any = await db.fetch_one(
        "INSERT INTO identity_assurance (id, created_at, citizen_id, session_id, method, provider, business_id,"
        " result_code, outcome, purpose, subject_index, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
        uuid.uuid4(),
        present,
        uuid.UUID(str(citizen_id)),
        uuid.UUID(str(session_id)),
        method,
        provider,
        business_id[:300],
        result_code[:64],
        outcome,
        purpose,
        subject_index,
        present + good_for if good_for is not None else None,
    )
    found: uuid.UUID = row["id"]
    return found


async def consume(principal: Principal, purpose: str, used_by: str) -> None:
    """Spend the proof for a purpose, in the caller's transaction. Raises LevelTooLow with the ways to make one."""
    used = await db.execute(
        "UPDATE identity_assurance SET used_at = now(), used_by = $5 WHERE id = ("  # noqa: S608 - constants only
        f"SELECT id FROM identity_assurance WHERE {_GOOD} AND purpose = $4 ORDER BY created_at LIMIT 1 FOR UPDATE)"
        " AND used_at IS NULL",
        uuid.UUID(principal.id),
        uuid.UUID(principal.session),
        now(),
        purpose,
        used_by[:160],
    )
    if used == 0:
        raise LevelTooLow("这一步需要本人刷脸核验", context=missing_level(Level.FACE, principal.level, purpose=purpose))
    revocation.announce_change(principal.id)


async def of(principal: Principal) -> list[AssuranceOut]:
    """Proofs that this session may still use."""
    rows: list[asyncpg.Record] = await db.fetch(
        f"SELECT purpose, method, expires_at FROM identity_assurance WHERE {_GOOD} ORDER BY expires_at",  # noqa: S608
        uuid.UUID(principal.id),
        uuid.UUID(principal.session),
        now(),
    )
    return [AssuranceOut(purpose=row["purpose"], method=row["method"], expires_at=row["expires_at"]) for row in rows]
