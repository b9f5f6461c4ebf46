"""What happens to a case without anybody's doing, when its time has come (`Case.work_at`)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.cases import clock as law
from backend.cases import due, history, keyring, rows
from backend.cases.history import Step
from backend.cases.rows import Row
from backend.core import clock, db
from backend.modules import registry

AGAIN = timedelta(minutes=5)


async def waiting(batch: int = 500) -> list[UUID]:
    """Cases whose time has come, the longest waiting first."""
    found = await db.fetch(
        "SELECT id FROM cases_case WHERE work_at <= $1 ORDER BY work_at LIMIT $2", clock.now(), batch
    )
    return [row["id"] for row in found]


def step_of(row: Row, light: str) -> Step | None:
    """What the clock does to this case now; None when only the light changes."""
    if row.state in ("approved", "refused"):
        return Step("delivered", "结果已送达您的消息和证照夹" if row.license_id else "决定已送达您的消息")
    if row.state == "delivered":
        return Step("closed", "办件已归档")
    if row.booked is not None:
        return Step("lapsed", "预约的日期已过，这次预约结束")
    if row.phase == "receipt" and light == "red":
        text = "五个工作日内没有告知补正，依照行政许可法第三十二条，自收到之日起视为受理"
        return Step("deemed_accepted", text)
    if row.phase == "decide" and light == "red":
        return Step("overdue", "办理已超过时限，已在经办单位的待办里标红；您可以催办，也可以投诉")
    return None


async def process(case_id: UUID) -> None:
    async with db.transaction():
        row = await rows.by_id(case_id, lock=True)
        now = clock.now()
        if row is None or row.work_at is None or row.work_at > now:
            return
        entry = await registry.pinned(row.release, row.code)
        key = await keyring.data_key(row)
        light = law.light(row.reckoning, now)
        step = step_of(row, light)
        past = await rows.events(row.id)
        await history.proceed(row, entry, [] if step is None else [step], past=past, key=key, at=now)
        row.light = law.light(row.reckoning, now)
        row.work_at = due.next_work(row)
        if row.work_at is not None and row.work_at <= now:
            row.work_at = now + AGAIN  # never a busy circle, whatever the clock says
        await db.execute("UPDATE cases_case SET light = $2, work_at = $3 WHERE id = $1", row.id, row.light, row.work_at)
