"""What can go wrong between a citizen and a module."""

from __future__ import annotations

from backend.core.errors import AppError


class MatterNotFound(AppError):
    code = "modules.matter_not_found"
    status = 404
    title = "没有找到这个事项，可能已经下线或改了名称"


class ReleaseUnknown(AppError):
    code = "modules.release_unknown"
    status = 409
    title = "这个事项的办理要求已更新，请刷新后核对再提交"


class SwitchedOff(AppError):
    code = "modules.switched_off"
    status = 503
    title = "这个事项暂停网上办理"


class DepartmentUnavailable(AppError):
    """`unknown` true: the call may have arrived; ask with `track` before repeating it."""

    code = "modules.department_unavailable"
    status = 503
    title = "部门的系统暂时连不上，您填写的内容已保留，请过一会儿再试"
    unknown: bool = False


class DepartmentRefused(AppError):
    code = "modules.department_refused"
    status = 422
    title = "部门的系统没有接受这次请求"


class NoConnector(AppError):
    code = "modules.no_connector"
    status = 503
    title = "这个事项还没有接通部门的系统，请按指南到窗口办理"


class BundleRefused(AppError):
    code = "modules.bundle_refused"
    status = 422
    title = "模块没有通过检查"


class ReleaseNotFound(AppError):
    code = "modules.release_not_found"
    status = 404
    title = "没有找到这个版本"


class RolloutNotFound(AppError):
    code = "modules.rollout_not_found"
    status = 404
    title = "没有找到这次上线"


class ModuleNotFound(AppError):
    code = "modules.not_found"
    status = 404
    title = "没有找到这个模块"


class TeamNotFound(AppError):
    code = "modules.team_not_found"
    status = 404
    title = "没有找到这个团队"


class NotYourTeam(AppError):
    code = "modules.not_your_team"
    status = 403
    title = "这个团队没有您负责地区的模块，密钥只给负责它的发布人和管理员看"


class WrongState(AppError):
    """`context.state` is the present state, `context.act` what was asked."""

    code = "modules.wrong_state"
    status = 409
    title = "现在的状态不能这样做"


class KeyRefused(AppError):
    """A key that nobody registered, that was revoked or that a successor took over."""

    code = "modules.key_refused"
    status = 403
    title = "签名的密钥不被接受"


class NotYourRegion(AppError):
    code = "modules.not_your_region"
    status = 403
    title = "这个模块不在您负责的地区"


class SecondPersonNeeded(AppError):
    code = "modules.second_person"
    status = 403
    title = "要由另一个人来审核，提交的人不能审核自己的版本"


class SecrecyReviewNeeded(AppError):
    """Nothing goes to citizens before somebody has said that it may be public."""

    code = "modules.secrecy_review_needed"
    status = 409
    title = "还没有做保密审查，不能批准"


class TeamExists(AppError):
    code = "modules.team_exists"
    status = 409
    title = "这个团队或密钥已经登记过"


class NothingToReturnTo(AppError):
    code = "modules.nothing_to_return_to"
    status = 409
    title = "没有更早的版本可以回退；要停办请用开关"


class CheckerBusy(AppError):
    code = "modules.checker_busy"
    status = 503
    title = "检查排队太久或没有完成，请过一会儿再提交"
