"""What cases hold of a citizen: handed out, what stops a closing, what stays, what goes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.cases import drafts, reading
from backend.cases.rows import COLUMNS, Row
from backend.core import db
from backend.core.sessions import Principal

MOST = 500
ARCHIVE = "行政机关办理行政事项的档案；保存期限由主管部门规定（待确认），到期以前继续加密保存"


async def export(who: Principal) -> list[Any]:
    """Whole cases, the newest first."""
    found = await db.fetch(
        f"SELECT {', '.join(COLUMNS)} FROM cases_case WHERE citizen_id = $1 ORDER BY submitted_at DESC LIMIT $2",  # noqa: S608
        UUID(who.id),
        MOST,
    )
    return [await reading.out(Row(*record.values())) for record in found]


async def export_drafts(who: Principal) -> list[Any]:
    return list((await drafts.list_of(who)).items)


async def open_of(citizen_id: str) -> list[str]:
    found = await db.fetch(
        "SELECT number, matter_name FROM cases_case WHERE citizen_id = $1 AND ended_at IS NULL LIMIT 20",
        UUID(citizen_id),
    )
    return [f"办件 {row['number']}（{row['matter_name']}）还在办理" for row in found]


async def kept_of(citizen_id: str) -> list[tuple[str, str]]:
    row = await db.fetch_one("SELECT count(*) AS held FROM cases_case WHERE citizen_id = $1", UUID(citizen_id))
    assert row is not None  # an aggregate always gives one
    return [(f"{row['held']} 个办件及其材料", ARCHIVE)] if row["held"] else []


async def closed(citizen_id: str) -> None:
    """Drafts go at once; loose files with the next tidying, which also deletes their bytes."""
    await db.execute("DELETE FROM cases_draft WHERE citizen_id = $1", UUID(citizen_id))
    await db.execute(
        "UPDATE cases_upload SET created_at = '2000-01-01Z' WHERE citizen_id = $1 AND case_id IS NULL", UUID(citizen_id)
    )
