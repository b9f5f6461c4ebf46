"""What can go wrong between a team's own page and the platform."""

from __future__ import annotations

from backend.core.errors import AppError


class NoOwnPages(AppError):
    code = "bridge.no_pages"
    status = 404
    title = "这个事项没有部门自己的页面，请从办事指南办理"


class PageTokenRefused(AppError):
    """Forged, expired, of another session, another module, or of a release that nobody gets any more."""

    code = "bridge.token_refused"
    status = 403
    title = "页面的凭证无效或已过期，请重新打开这个页面"


class ConsentNeeded(AppError):
    """`context.fields` are the declared fields to ask for."""

    code = "bridge.consent_needed"
    status = 403
    title = "您还没有同意这个页面使用您的信息"


class NotDeclared(AppError):
    code = "bridge.not_declared"
    status = 403
    title = "模块没有声明这一项，页面不能使用"
