"""Reminders for operators and for citizens."""

from __future__ import annotations

from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.reminders import service
from backend.reminders.errors import CannotSnooze, ReminderNotFound, RuleChanged, RuleInvalid, RuleNotFound
from backend.reminders.schemas import ReminderList, RuleList, RuleOut, RulePut, Snooze

api = Api("reminders", "/api/v1", tag="到期提醒")
operate_api = Api("reminders_operate", "/operate/v1", tag="到期提醒规则", audience="staff", roles=("operator",))


@api.get("/reminders", level=Level.VERIFIED, out=ReminderList)
async def reminders(call: Call) -> ReminderList:
    """我快到期的证照和提醒"""
    return await service.mine(call.who.id)


@api.post(
    "/reminders/<id:str>/snooze",
    level=Level.VERIFIED,
    body=Snooze,
    status=204,
    errors=(ReminderNotFound, CannotSnooze),
)
async def snooze(call: Call, body: Snooze, id: str) -> None:
    """过几天再提醒我"""
    await service.snooze(call.who, id, body.days)


@operate_api.get("/reminder-rules", roles=("operator", "auditor"), out=RuleList)
async def rules(call: Call) -> RuleList:
    """到期提醒规则，以及今后 30 天要提醒多少"""
    return await service.all_rules()


@operate_api.put("/reminder-rules", body=RulePut, out=RuleOut, errors=(RuleNotFound, RuleChanged, RuleInvalid))
async def put_rule(call: Call, body: RulePut) -> RuleOut:
    """修改一条到期提醒规则"""
    return await service.put(call.who, body)
