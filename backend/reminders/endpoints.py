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
    NothingProposed,
    ReminderNotFound,
    RuleChanged,
    RuleInvalid,
    RuleNotFound,
    SecondPersonNeeded,
)
from backend.reminders.schemas import (
    CallDone,
    CallList,
    CallNumber,
    CallsQuery,
    ReminderList,
    RuleDecision,
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
    return await service.all_rules(call.who)


@operate_api.put("/reminder-rules", body=RulePut, out=RuleOut, errors=(RuleNotFound, RuleChanged, RuleInvalid))
async def put_rule(call: Call, body: RulePut) -> RuleOut:
    """提出对一条到期提醒规则的修改，由另一个运营人员批准；只是停用的立即停用"""
    return await service.put(call.who, body)


@operate_api.post(
    "/reminder-rules/<id:str>/approve",
    body=RuleDecision,
    out=RuleOut,
    errors=(RuleNotFound, RuleChanged, NothingProposed, SecondPersonNeeded),
)
async def approve_rule(call: Call, body: RuleDecision, id: str) -> RuleOut:
    """批准另一个运营人员提出的修改"""
    return await service.approve(call.who, id, body.version)


@operate_api.post(
    "/reminder-rules/<id:str>/reject",
    body=RuleDecision,
    out=RuleOut,
    errors=(RuleNotFound, RuleChanged, NothingProposed),
)
async def reject_rule(call: Call, body: RuleDecision, id: str) -> RuleOut:
    """不批准，或撤回自己提出的修改"""
    return await service.reject(call.who, id, body.version)
