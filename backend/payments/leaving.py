"""What payments hold of a citizen who takes their data along, or leaves."""

from __future__ import annotations

import uuid
from typing import Any

from backend.core import db
from backend.core.sessions import Principal
from backend.payments import service


async def export(who: Principal) -> list[Any]:
    return list((await service.list_of(who)).items)


async def open_of(citizen_id: str) -> list[str]:
    rows = await db.fetch(
        "SELECT subject FROM payments_order WHERE citizen_id = $1 AND state IN ('created', 'waiting', 'unknown')"
        " LIMIT 20",
        uuid.UUID(citizen_id),
    )
    return [f"缴费“{row['subject']}”还没有结清" for row in rows]


async def kept_of(citizen_id: str) -> list[tuple[str, str]]:
    row = await db.fetch_one(
        "SELECT count(*) AS held FROM payments_order WHERE citizen_id = $1 AND state = 'paid'", uuid.UUID(citizen_id)
    )
    assert row is not None  # an aggregate always gives one
    why = "缴费和电子票据的凭证；保存期限由财政部门规定（待确认），到期以前继续加密保存"
    return [(f"{row['held']} 笔缴费", why)] if row["held"] else []
