"""谁看过我的信息: the citizen's own view of the trail."""

from __future__ import annotations

import uuid

import asyncpg
import msgspec

from backend.core import db
from backend.core.sessions import Principal
from backend.identity import profiles
from backend.identity.schemas import DataUse, DataUses

FIELD_NAMES = {
    "name": "姓名",
    "id_number": "身份证号码",
    "phone": "手机号",
    "birth_date": "出生日期",
    "age": "年龄",
    "gender": "性别",
    "region": "所在地区",
    "level": "实名等级",
}
DEEDS = {
    "submit": "代您提交了申请",
    "view": "查看了代您申请的办件",
    "supplement": "代您补正了材料",
    "withdraw": "代您撤回了申请",
    "urge": "代您催办了一次",
    "prefill": "读取了您的信息来代您填表",
    "wallet": "查看了您的证照",
}
"""What somebody did who acts for the citizen: `details.what` of `identity.acted_for` → words."""
_acts: dict[str, str] = {
    "identity.policy_simulated": "核对您能用哪些方式核验身份",
    "identity.counter_viewed": "在窗口打开了您的确认码",
    "identity.counter_confirmed": "在窗口为您核验了身份",
    "identity.counter_refused": "在窗口没有确认您的身份",
    "identity.counter_mismatch": "在窗口输入的证件与您的不一致",
    "identity.guardianship_viewed": "核对监护关系时查看了您的姓名",
    "identity.delegation_confirmed": "核对并确认了监护关系",
    "identity.delegation_refused": "没有通过监护关系的核对",
}


def name_acts(acts: dict[str, str]) -> None:
    """Slices above name the acts that they write with a citizen's id: act → 查看了您的办件材料."""
    _acts.update(acts)


async def read(principal: Principal, cursor: str | None, limit: int) -> DataUses:
    """Newest first: every look at this citizen's data by somebody else, staff and systems alike."""
    rows = await db.fetch(
        "SELECT t.id, t.at, t.actor_kind, t.actor_id, t.act, t.purpose, t.details, s.display_name FROM core_audit t"
        " LEFT JOIN identity_staff s ON t.actor_kind = 'staff' AND s.id::text = t.actor_id"
        " WHERE t.citizen_id = $1 AND t.id < $2"
        " AND (t.actor_kind <> 'citizen' OR t.act = 'identity.acted_for')"
        " AND (t.actor_kind = 'staff' OR t.act IN ('identity.declared', 'identity.acted_for') OR t.act = ANY($3))"
        " ORDER BY t.id DESC LIMIT $4",
        str(uuid.UUID(principal.id)),
        int(cursor) if cursor else 1 << 62,
        list(_acts),
        limit + 1,
    )
    agents = {row["actor_id"] for row in rows if row["act"] == "identity.acted_for"}
    names = {agent: await profiles.masked_name(agent) for agent in agents}
    items = [_told(row, names) for row in rows[:limit]]
    return DataUses(items=items, next=str(rows[limit - 1]["id"]) if len(rows) > limit else None)


def _told(row: asyncpg.Record, agents: dict[str, str | None]) -> DataUse:
    get = row.__getitem__
    raw = get("details")
    details: dict[str, object] = msgspec.json.decode(raw) if isinstance(raw, str) else dict(raw or {})
    if get("act") == "identity.declared":
        who = str(details.get("reader") or "业务系统")
        fields = details.get("fields")
        names = [FIELD_NAMES.get(str(item), str(item)) for item in fields] if isinstance(fields, list) else []
        what = "读取了您的" + "、".join(names)
    elif get("act") == "identity.acted_for":
        who = f"代办人{agents.get(get('actor_id')) or ''}"
        what = DEEDS.get(str(details.get("what")), "代您办理了业务")
    else:
        system = str(details.get("reader") or "系统")
        who = get("display_name") or ("工作人员" if get("actor_kind") == "staff" else system)
        what = _acts.get(get("act"), "处理了与您有关的业务")
    return DataUse(at=get("at"), who=who, what=what, purpose=get("purpose"))
