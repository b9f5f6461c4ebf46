"""Staff accounts: who they are, how they come to a second factor, and how they lose both."""

from __future__ import annotations

from backend.core.http import Api, Call, Empty
from backend.identity import enrolment, errors
from backend.identity.devices import Caller
from backend.identity.staff_schemas import (
    EnrolmentBegin,
    EnrolmentBegun,
    EnrolmentConfirm,
    EnrolmentOut,
    EnrolmentsOut,
    MemberCreate,
    MemberOut,
    MemberReason,
    MembersOut,
    RecoveryCodes,
    RecoveryRenew,
    SetupCode,
)

api = Api("identity_members", "/staff/v1", tag="工作人员账号", audience="staff", roles=("admin",))


def _caller(call: Call) -> Caller:
    return Caller(address=call.address, agent=call.request.headers.get("user-agent", ""), principal=call.principal)


@api.get("/members", roles=("admin", "auditor"), out=MembersOut)
async def members(call: Call) -> MembersOut:
    """全部工作人员账号：岗位、地区、有没有登记动态码、是否停用。"""
    return await enrolment.members()


@api.post("/members", body=MemberCreate, out=MemberOut, status=201, errors=(errors.StaffExists,))
async def invite(call: Call, body: MemberCreate) -> MemberOut:
    """新建账号；要另一位管理员同意后才能登记密码和动态码。"""
    return await enrolment.invite(call.who, body)


@api.post("/members/<name>/disable", body=MemberReason, out=Empty, status=204,
          errors=(errors.StaffNotFound, errors.StaffSelf))  # fmt: skip
async def disable(call: Call, body: MemberReason, name: str) -> None:
    """停用账号，一秒内退出所有登录。"""
    await enrolment.disable(call.who, name, body.reason)


@api.post("/members/<name>/resets", body=MemberReason, out=EnrolmentOut, status=201,
          errors=(errors.StaffNotFound, errors.EnrolmentPending))  # fmt: skip
async def ask_reset(call: Call, body: MemberReason, name: str) -> EnrolmentOut:
    """申请重置密码和动态码（也用于重新启用）；另一位管理员同意后生效。"""
    return await enrolment.ask_reset(call.who, name, body.reason)


@api.get("/enrolments", roles=("admin", "auditor"), out=EnrolmentsOut)
async def waiting(call: Call) -> EnrolmentsOut:
    """等待同意或等待本人登记的账号。"""
    return await enrolment.waiting()


@api.post("/enrolments/<id>/approve", out=SetupCode, errors=(errors.EnrolmentNotFound, errors.SecondPersonNeeded))
async def approve(call: Call, id: str) -> SetupCode:
    """同意，并得到登记码，只显示这一次；请当面交给本人，24 小时内有效。"""
    return await enrolment.approve(call.who, id)


@api.post("/enrolments/<id>/withdraw", out=Empty, status=204, errors=(errors.EnrolmentNotFound,))
async def withdraw(call: Call, id: str) -> None:
    """撤回；发出的登记码作废。"""
    await enrolment.withdraw(call.who, id)


@api.post("/enrolment", audience="public", roles=(), body=EnrolmentBegin, out=EnrolmentBegun,
          errors=(errors.EnrolmentRefused, errors.StaffLocked))  # fmt: skip
async def begin(call: Call, body: EnrolmentBegin) -> EnrolmentBegun:
    """用登记码开始登记，得到验证器要扫的二维码内容。"""
    return await enrolment.begin(body.username, body.setup_code, _caller(call))


@api.post("/enrolment/confirm", audience="public", roles=(), body=EnrolmentConfirm, out=RecoveryCodes,
          errors=(errors.EnrolmentRefused, errors.EnrolmentCodeWrong, errors.StaffLocked))  # fmt: skip
async def confirm(call: Call, body: EnrolmentConfirm) -> RecoveryCodes:
    """设密码、确认动态码；恢复码只显示这一次。"""
    return await enrolment.confirm(body.username, body.setup_code, body.password, body.otp, _caller(call))


@api.post("/recovery-codes", roles=(), body=RecoveryRenew, out=RecoveryCodes,
          errors=(errors.EnrolmentCodeWrong, errors.StaffLocked))  # fmt: skip
async def recovery_codes(call: Call, body: RecoveryRenew) -> RecoveryCodes:
    """换一组新的恢复码，旧的全部作废；要输入当前动态码。"""
    return await enrolment.new_recovery_codes(call.who, body.otp)
