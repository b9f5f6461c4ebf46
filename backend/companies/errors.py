"""What can go wrong with a company's space."""

from __future__ import annotations

from backend.core.errors import AppError, Forbidden, NotFound, ServiceUnavailable, TooManyRequests


class CompanyNotFound(NotFound):
    """Also for one that the asker does not belong to."""

    code = "companies.not_found"
    title = "没有找到这个单位"


class StaffNotFound(NotFound):
    code = "companies.staff_not_found"
    title = "没有找到这位办事人员"


class RightMissing(Forbidden):
    code = "companies.right_missing"
    title = "单位没有给您这项权限，请联系单位的管理人员"


class CompanyMismatch(AppError):
    """The authority knows the company, not with this name or this legal representative."""

    code = "companies.mismatch"
    status = 422
    title = "单位名称或法定代表人与登记信息不一致，请按营业执照核对；只有法定代表人本人能开通"


class CompanyUnknown(AppError):
    code = "companies.unknown"
    status = 422
    title = "暂时查不到这个单位，请核对统一社会信用代码，或到政务服务中心窗口核实"


class AuthorityUnavailable(ServiceUnavailable):
    code = "companies.authority_unavailable"
    title = "单位登记信息暂时查不到，请稍后再试"


class ProofLimit(TooManyRequests):
    code = "companies.proof_limit"
    title = "今天核对单位信息的次数已用完，请明天再试"


class InvitationRefused(AppError):
    """Wrong, used, expired, one's own, or made for somebody of another name: one answer."""

    code = "companies.invitation_refused"
    status = 422
    title = "邀请码不对、已用过、已过期，或不是发给您的，请联系单位重新邀请"


class TooManyInvitations(AppError):
    code = "companies.too_many_invitations"
    status = 409
    title = "还没有答复的邀请太多，请先撤回不再需要的"
