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
