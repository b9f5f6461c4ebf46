"""Any failure as problem+json (RFC 9457), and what may be said of it."""

from __future__ import annotations

import itertools
import os
from typing import Any, cast

import msgspec
from redis.exceptions import RedisError
from sanic import Request
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse
from tortoise.exceptions import BaseORMException

from backend.core import db, logging
from backend.core.errors import (
    AppError,
    BadRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    RequestTimeout,
    ServiceUnavailable,
    UnsupportedMedia,
)

log = logging.get("http")

PROBLEM = "application/problem+json; charset=utf-8"

encoder = msgspec.json.Encoder()

_prefix = os.urandom(4).hex()
_counter = itertools.count(1)


def new_request_id() -> str:
    """Names a request in its answer and in the log."""
    return f"{_prefix}-{next(_counter):08x}"


_SANIC_ERRORS: dict[int, type[AppError]] = {
    400: BadRequest,
    404: NotFound,
    405: MethodNotAllowed,
    408: RequestTimeout,
    413: PayloadTooLarge,
    415: UnsupportedMedia,
    503: ServiceUnavailable,
}


def problem_response(exc: BaseException, request: Request | None, request_id: str) -> HTTPResponse:
    """Any failure as problem+json. What is not ours is logged whole and told in one plain sentence."""
    if isinstance(exc, AppError):
        error: AppError = exc
        if error.status >= 500 or error.extra:
            log.warning("problem", id=request_id, code=error.code, status=error.status, **error.extra)
    elif isinstance(exc, SanicException):
        error = _SANIC_ERRORS.get(exc.status_code, BadRequest if exc.status_code < 500 else AppError)()
    elif isinstance(exc, RedisError) or db.is_connection_error(exc):
        log.warning("backing_service_lost", id=request_id, error=repr(exc))
        error = ServiceUnavailable(retry_after=2)
    else:
        log.error(
            "unhandled",
            id=request_id,
            path=request.path if request is not None else None,
            error=type(exc).__name__,
            orm=isinstance(exc, BaseORMException),
            exc_info=cast(Any, exc),
        )
        error = AppError()
    response = HTTPResponse(encoder.encode(error.problem(request_id)), status=error.status, content_type=PROBLEM)
    response.headers["cache-control"] = "no-store"
    if error.retry_after is not None:
        response.headers["retry-after"] = str(error.retry_after)
    if error.status == 401:
        response.headers["www-authenticate"] = "Bearer"
    if isinstance(exc, SanicException) and exc.headers:
        for name, value in exc.headers.items():
            if name.lower() in ("allow", "connection"):
                response.headers[name] = value
    return response
