"""What may go wrong with licences."""

from __future__ import annotations

from backend.core.errors import AppError


class LicenseNotFound(AppError):
    code = "licenses.not_found"
    status = 404
    title = "没有找到这张证照"


class LicenseNotValid(AppError):
    """409: only a valid licence can be shown; `context.state` says what it is."""

    code = "licenses.not_valid"
    status = 409
    title = "这张证照已失效，不能出示"


class CodeUnknown(AppError):
    code = "licenses.code_unknown"
    status = 404
    title = "这不是天府通办的亮证码，请当心假冒"


class CodeExpired(AppError):
    code = "licenses.code_expired"
    status = 410
    title = "亮证码已过期，请让持证人刷新后再扫"
