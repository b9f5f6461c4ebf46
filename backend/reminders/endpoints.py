"""Reminders for operators and for citizens."""

from __future__ import annotations

from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.reminders import calls, service
from backend.reminders.errors import CallDone as CallDoneAlready
from backend.reminders.errors import (
    CallNotFound,
    CannotSnooze,
    NoNumber,
    ReminderNotFound,
    RuleChanged,
    RuleInvalid,
    RuleNotFound,
)
from backend.reminders.schemas import (
    CallDone,
    CallList,
    CallNumber,
    CallsQuery,
    ReminderList,
    RuleList,
    RuleOut,
    RulePut,
    Snooze,
)

api = Api("reminders", "/api/v1", tag="到期提醒")
staff_api = Api("reminders_staff", "/staff/v1", tag="到期电话提醒", audience="staff", roles=("window",))
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


@staff_api.get("/calls", query=CallsQuery, out=CallList)
async def to_call(call: Call) -> CallList:
    """本窗口要打电话提醒的人"""
    query: CallsQuery = call.query
    return await calls.of_window(call.who, cursor=query.cursor, limit=query.limit)


@staff_api.post("/calls/<id:str>/number", out=CallNumber, errors=(CallNotFound, CallDoneAlready, NoNumber))
async def number(call: Call, id: str) -> CallNumber:
    """看要打的号码（会记入本人的“谁看过我的信息”）"""
    return CallNumber(phone=await calls.number(call.who, id))


@staff_api.post("/calls/<id:str>/done", body=CallDone, status=204, errors=(CallNotFound, CallDoneAlready))
async def called(call: Call, body: CallDone, id: str) -> None:
    """记下电话的结果"""
    await calls.done(call.who, id, body)


@operate_api.get("/reminder-rules", roles=("operator", "auditor"), out=RuleList)
async def rules(call: Call) -> RuleList:
    """到期提醒规则，以及今后 30 天要提醒多少"""
    return await service.all_rules()


@operate_api.put("/reminder-rules", body=RulePut, out=RuleOut, errors=(RuleNotFound, RuleChanged, RuleInvalid))
async def put_rule(call: Call, body: RulePut) -> RuleOut:
    """修改一条到期提醒规则"""
    return await service.put(call.who, body)
