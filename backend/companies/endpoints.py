"""A company's space, as its representative and its staff meet it."""

from __future__ import annotations

from backend.companies import errors, service
from backend.companies.schemas import (
    CompanyInvitation,
    CompanyInvitationCode,
    CompanyList,
    CompanyOpen,
    CompanyOut,
    CompanyStaffInvite,
    CompanyStaffInvited,
    CompanyStaffList,
)
from backend.core.errors import TooManyRequests
from backend.core.http import Api, Call, Empty
from backend.core.sessions import Level

api = Api("companies", "/api/v1", tag="单位空间")

_CODE = (errors.InvitationRefused, TooManyRequests)


@api.get("/companies", level=Level.VERIFIED, out=CompanyList)
async def mine(call: Call) -> CompanyList:
    """我代表的、我在里面办事的单位，连同我的权限。"""
    return await service.list_of(call.who)


@api.post("/companies", level=Level.VERIFIED, body=CompanyOpen, out=CompanyOut, status=201,
          errors=(errors.CompanyMismatch, errors.CompanyUnknown, errors.AuthorityUnavailable,
                  errors.ProofLimit))  # fmt: skip
async def open_space(call: Call, body: CompanyOpen) -> CompanyOut:
    """法定代表人开通单位空间，或在变更后接手；先刷脸（目的见 403 的 `context.purpose`，一个单位一个）。"""
    return await service.open_(call.who, body)


@api.get("/companies/<id>", level=Level.VERIFIED, out=CompanyOut, errors=(errors.CompanyNotFound,))
async def company(call: Call, id: str) -> CompanyOut:
    """一个单位和我在其中的权限。"""
    return await service.get(call.who, id)


@api.get("/companies/<id>/staff", level=Level.VERIFIED, out=CompanyStaffList,
         errors=(errors.CompanyNotFound, errors.RightMissing))  # fmt: skip
async def staff(call: Call, id: str) -> CompanyStaffList:
    """单位的办事人员，连同已结束的。"""
    return await service.staff_of(call.who, id)


@api.post("/companies/<id>/staff", level=Level.VERIFIED, body=CompanyStaffInvite, out=CompanyStaffInvited, status=201,
          errors=(errors.CompanyNotFound, errors.RightMissing, errors.TooManyInvitations))  # fmt: skip
async def invite(call: Call, body: CompanyStaffInvite, id: str) -> CompanyStaffInvited:
    """邀请办事人员：得到一个邀请码交给本人。"""
    return await service.invite(call.who, id, body)


@api.delete("/company-staff/<id>", level=Level.VERIFIED, status=204, out=Empty,
            errors=(errors.StaffNotFound, errors.RightMissing))  # fmt: skip
async def end(call: Call, id: str) -> None:
    """结束一位办事人员的权限，立即生效；单位和本人都可以。"""
    await service.end(call.who, id)


@api.post("/company-invitations", level=Level.VERIFIED, body=CompanyInvitationCode, out=CompanyInvitation, errors=_CODE)
async def look(call: Call, body: CompanyInvitationCode) -> CompanyInvitation:
    """看邀请码的内容：哪个单位、什么权限、到什么时候。"""
    return await service.look(call.who, body.code)


@api.post("/company-invitations/accept", level=Level.VERIFIED, body=CompanyInvitationCode, out=CompanyOut, errors=_CODE)
async def accept(call: Call, body: CompanyInvitationCode) -> CompanyOut:
    """接受邀请；姓名要与邀请一致。"""
    return await service.accept(call.who, body.code)


@api.post("/company-invitations/decline", level=Level.VERIFIED, body=CompanyInvitationCode, out=Empty, status=204,
          errors=_CODE)  # fmt: skip
async def decline(call: Call, body: CompanyInvitationCode) -> None:
    """不接受；邀请码作废。"""
    await service.decline(call.who, body.code)
