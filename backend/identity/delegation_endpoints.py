"""Acting for others, as citizens and windows meet it."""

from __future__ import annotations

from backend.core.errors import TooManyRequests
from backend.core.http import Api, Call, Empty
from backend.core.sessions import Level
from backend.identity import delegations, errors, guardians
from backend.identity.schemas import (
    DelegationCode,
    DelegationCreate,
    DelegationCreated,
    DelegationOut,
    DelegationsOut,
    GuardianshipCode,
    GuardianshipCreate,
    GuardianshipSeen,
    InvitationOut,
)
from backend.identity.staff_schemas import (
    MemberReason,
)

api = Api("delegations", "/api/v1", tag="家人代办")
staff_api = Api("guardianships", "/staff/v1", tag="监护关系核对", audience="staff", roles=("window",))

_CODE = (errors.DelegationCodeRefused, TooManyRequests)


@api.get("/delegations", level=Level.VERIFIED, out=DelegationsOut)
async def mine(call: Call) -> DelegationsOut:
    """我替谁办、谁替我办，连同 90 天内结束的。"""
    return await delegations.list_of(call.who)


@api.post("/delegations", level=Level.VERIFIED, body=DelegationCreate, out=DelegationCreated, status=201,
          idempotent=True, errors=(errors.TooManyDelegations,))  # fmt: skip
async def invite(call: Call, body: DelegationCreate) -> DelegationCreated:
    """邀请家人：得到一个邀请码交给对方；被代办的一方要刷脸（目的 `delegate:new`）。"""
    return await delegations.invite(call.who, body)


@api.delete("/delegations/<id>", level=Level.VERIFIED, status=204, out=Empty,
            errors=(errors.DelegationNotFound,))  # fmt: skip
async def end(call: Call, id: str) -> None:
    """结束代办，立即生效；任何一方都可以。"""
    await delegations.end(call.who, id)


@api.post("/delegation-invitations", level=Level.VERIFIED, body=DelegationCode, out=InvitationOut, errors=_CODE)
async def look(call: Call, body: DelegationCode) -> InvitationOut:
    """看邀请码的内容：谁、哪些事项、到什么时候。"""
    return await delegations.look(call.who, body.code)


@api.post("/delegation-invitations/accept", level=Level.VERIFIED, body=DelegationCode, out=DelegationOut,
          errors=(*_CODE, errors.TooManyDelegations))  # fmt: skip
async def accept(call: Call, body: DelegationCode) -> DelegationOut:
    """同意；被代办的一方先刷脸（目的见邀请内容的 `purpose`）。"""
    return await delegations.accept(call.who, body.code)


@api.post("/delegation-invitations/decline", level=Level.VERIFIED, body=DelegationCode, out=Empty, status=204,
          errors=_CODE)  # fmt: skip
async def decline(call: Call, body: DelegationCode) -> None:
    """不同意；邀请码作废。"""
    await delegations.decline(call.who, body.code)


@api.post("/guardianships", level=Level.VERIFIED, body=GuardianshipCreate, out=DelegationCreated, status=201,
          errors=(errors.TooManyDelegations, errors.DelegationSelf, errors.RealNameMismatch, errors.RealNameNotFound,
                  errors.RealNameUnavailable, errors.RealNameLimit))  # fmt: skip
async def ask_guardianship(call: Call, body: GuardianshipCreate) -> DelegationCreated:
    """监护人申请代办：先刷脸（目的 `guardian:new`），再带材料和受理码到窗口核对。"""
    return await guardians.ask(call.who, body)


@staff_api.post("/guardianships/find", body=GuardianshipCode, out=GuardianshipSeen,
                errors=(errors.GuardianshipNotFound,))  # fmt: skip
async def find(call: Call, body: GuardianshipCode) -> GuardianshipSeen:
    """用监护人出示的受理码打开申请；双方都能看到这次查看。"""
    return await guardians.find(call.who, body.code)


@staff_api.post("/guardianships/<id>/confirm", body=MemberReason, out=Empty, status=204,
                errors=(errors.GuardianshipNotFound,))  # fmt: skip
async def confirm(call: Call, body: MemberReason, id: str) -> None:
    """核对了户口簿等材料，关系属实。"""
    await guardians.decide(call.who, id, body.reason, confirmed=True)


@staff_api.post("/guardianships/<id>/refuse", body=MemberReason, out=Empty, status=204,
                errors=(errors.GuardianshipNotFound,))  # fmt: skip
async def refuse(call: Call, body: MemberReason, id: str) -> None:
    """材料不足或关系不符；理由会告诉申请人。"""
    await guardians.decide(call.who, id, body.reason, confirmed=False)
