"""How long identity keeps what; the job deletes by this table and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from backend.core import db
from backend.core.clock import now

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `table` go `days` after `moment` (SQL); a row whose moment is null stays. `what` and `why` are Chinese,
    for the page in the docs, which a test holds against this table."""

    table: str
    moment: str
    days: int
    what: str
    why: str


LOGS = "网络安全法第二十一条：日志不少于六个月"
OWN = "平台自定；主管部门的规定待确认"

RULES = (
    Rule("identity_phone_code", "created_at", 1, "登录验证码（号码和验证码发出后即清除）", OWN),
    Rule("identity_session", "coalesce(ended_at, expires_at)", 180, "办事人登录记录", LOGS),
    Rule("identity_staff_session", "coalesce(ended_at, expires_at)", 180, "工作人员登录记录", LOGS),
    Rule("identity_staff_enrolment", "finished_at", 180, "工作人员登记和重置", LOGS),
    Rule("identity_face_check", "created_at", 180, "刷脸核验过程（没有人脸图像）", LOGS),
    Rule("identity_counter_code", "created_at", 180, "窗口确认码", LOGS),
    Rule("identity_assurance", "created_at", 1095, "核验台账", OWN),
    Rule("identity_delegation", "ended_at", 1095, "已结束的代办", OWN),
    Rule("identity_closure", "done_at", 1095, "注销的申请和结果", OWN),
)


async def purge() -> dict[str, int]:
    """Delete what is past its time, in pieces; table → rows. Repeating it, or being killed in it, does no harm."""
    gone: dict[str, int] = {}
    for rule in RULES:
        while True:
            count = await db.execute(
                f"DELETE FROM {rule.table} WHERE id IN (SELECT id FROM {rule.table}"  # noqa: S608 - constants
                f" WHERE {rule.moment} < $1 LIMIT {BATCH})",
                now() - timedelta(days=rule.days),
            )
            gone[rule.table] = gone.get(rule.table, 0) + count
            if count < BATCH:
                break
    return gone
