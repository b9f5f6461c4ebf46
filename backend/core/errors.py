"""The error family. Every failure that a person or a program may meet has one code, registered here once.

A code is stable and dotted (`cases.not_found`). `title` is a sentence for citizens. `context` is public and travels in
the problem document; `extra` goes to the log alone.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec


class FieldProblem(msgspec.Struct, kw_only=True):
    """One bad field of a request. `field` is a dotted path (`form.monthly_rent`, `members.0.name`)."""

    field: str
    code: str
    message: str


class Problem(msgspec.Struct, kw_only=True, omit_defaults=False):
    """RFC 9457 problem document. `instance` is the request id that the log carries."""

    type: str
    title: str
    status: int
    code: str
    instance: str
    detail: str | None = None
    errors: list[FieldProblem] = []
    context: dict[str, Any] = {}


class AppError(Exception):
    """A failure with a code, an HTTP status and a sentence in Chinese.

    Subclasses set `code`, `status`, `title`; an instance may sharpen `detail`. Two classes with one code are a
    programming error and fail at import.
    """

    code: ClassVar[str] = "core.internal"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "系统出了点问题，请稍后再试"

    registry: ClassVar[dict[str, type[AppError]]] = {}

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: list[FieldProblem] | None = None,
        retry_after: int | None = None,
        context: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = errors or []
        self.retry_after = retry_after
        self.context = context or {}
        self.extra = extra or {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "code" in cls.__dict__:
            other = AppError.registry.get(cls.code)
            if other is not None and other.__qualname__ != cls.__qualname__:
                raise TypeError(f"error code {cls.code} is declared by {other.__name__} and by {cls.__name__}")
            AppError.registry[cls.code] = cls

    def problem(self, instance: str) -> Problem:
        return Problem(
            type=f"/docs/errors#{self.code}",
            title=self.title,
            status=self.status,
            code=self.code,
            instance=instance,
            detail=self.detail,
            errors=self.errors,
            context=self.context,
        )


AppError.registry[AppError.code] = AppError


class BadRequest(AppError):
    code = "http.bad_request"
    status = 400
    title = "请求的内容读不懂，请检查后重试"


class MalformedJson(AppError):
    code = "http.malformed_json"
    status = 400
    title = "请求的内容不是有效的 JSON"


class InvalidPayload(AppError):
    code = "http.invalid_payload"
    status = 422
    title = "有些内容填得不对，请按提示修改"


class NotFound(AppError):
    code = "http.not_found"
    status = 404
    title = "没有找到您要的内容"


class MethodNotAllowed(AppError):
    code = "http.method_not_allowed"
    status = 405
    title = "这个地址不支持这种操作"


class PayloadTooLarge(AppError):
    code = "http.too_large"
    status = 413
    title = "提交的内容太大了"


class UnsupportedMedia(AppError):
    code = "http.unsupported_media"
    status = 415
    title = "请以 JSON 格式提交"


class RequestTimeout(AppError):
    code = "http.timeout"
    status = 408
    title = "网络太慢，内容没有传完，请重试"


class TooManyRequests(AppError):
    code = "http.too_many_requests"
    status = 429
    title = "操作太频繁，请稍后再试"


class IdempotencyConflict(AppError):
    code = "http.idempotency_conflict"
    status = 409
    title = "这次提交与之前用同一编号的提交内容不同，请重新提交"


class Conflict(AppError):
    code = "http.conflict"
    status = 409
    title = "内容刚被改动过，请刷新后再试"


class NotSignedIn(AppError):
    code = "identity.not_signed_in"
    status = 401
    title = "请先登录"


class SessionExpired(AppError):
    code = "identity.session_expired"
    status = 401
    title = "登录已过期，请重新登录"


class LevelTooLow(AppError):
    """403 that says which level is missing (`context.required`) and which ways lead there (`context.ways`)."""

    code = "identity.level_too_low"
    status = 403
    title = "办理这一步需要更高的身份认证"


class Forbidden(AppError):
    code = "identity.forbidden"
    status = 403
    title = "您没有权限进行这项操作"


class CsrfFailed(AppError):
    code = "identity.csrf"
    status = 403
    title = "页面已失效，请刷新后重试"


class ServiceUnavailable(AppError):
    code = "core.unavailable"
    status = 503
    title = "系统正在恢复，请稍后再试，您已提交的内容不会丢失"
