"""Who asks: the session behind a request, held against the level or the roles that a route needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sanic import Request

from backend.core.errors import CsrfFailed, Forbidden, LevelTooLow, NotSignedIn, SessionExpired
from backend.core.sessions import LEVEL_NAMES, Level, Principal, TokenExpired, TokenInvalid, Tokens

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SESSION_COOKIE = "tf_session"
STAFF_COOKIE = "tf_staff"
CSRF_COOKIE = "tf_csrf"
STAFF_CSRF_COOKIE = "tf_staff_csrf"  # of its own: a citizen who signs out in the same browser must not end it
CSRF_HEADER = "x-tf-csrf"


def authenticate(
    request: Request, *, level: Level, roles: tuple[str, ...], staff: bool, required: bool
) -> Principal | None:
    """Read the session from the bearer token or the cookie, and hold it against what the endpoint needs."""
    header = request.headers.get("authorization")
    by_cookie = False
    if header is not None and header[:7].lower() == "bearer ":
        token: str | None = header[7:].strip()
    else:
        cookies = request.cookies
        token = cookies.get(STAFF_COOKIE if staff else SESSION_COOKIE) if cookies else None
        by_cookie = token is not None
    if token is None:
        if required:
            raise NotSignedIn(context=missing_level(level, 0)) if not staff else NotSignedIn
        return None
    tokens: Tokens = request.app.ctx.tokens
    try:
        principal = tokens.verify(token)
    except TokenExpired as exc:
        if required:
            raise SessionExpired from exc
        return None
    except TokenInvalid as exc:
        if required:
            raise NotSignedIn("登录凭证无效，请重新登录") from exc
        return None
    if (principal.kind == "staff") != staff:
        if required:
            raise Forbidden
        return None
    if by_cookie and request.method not in SAFE:
        expected = request.cookies.get(STAFF_CSRF_COOKIE if staff else CSRF_COOKIE)
        if not expected or request.headers.get(CSRF_HEADER) != expected:
            raise CsrfFailed
    if staff:
        if roles and not set(roles).intersection(principal.roles):
            raise Forbidden
    elif principal.level < min(level, Level.VERIFIED):
        raise LevelTooLow(context=missing_level(level, principal.level))
    return principal


def _any_face(purpose: str | None) -> list[dict[str, Any]]:
    ways: list[dict[str, Any]] = [
        {"level": "face", "method": "face", "channel": channel, "call": "POST /api/v1/face-checks", "purpose": purpose}
        for channel in ("wechat", "alipay", "h5")
    ]
    if purpose is not None:
        ways.append({"level": "face", "method": "counter", "call": "POST /api/v1/counter-codes", "purpose": purpose})
    return ways


face_ways: Callable[[str | None], list[dict[str, Any]]] = _any_face
"""The ways to a face for a purpose: those of the policies, once identity has started."""


def missing_level(required: int, have: int, *, purpose: str | None = None) -> dict[str, Any]:
    """The `context` of a 401/403: which level is missing, and the ways that lead there (`identity.md`)."""
    ways: list[dict[str, Any]] = []
    if have < Level.LOGIN <= required:
        ways.append({"level": "login", "method": "phone", "call": "POST /api/v1/sessions/phone"})
        ways.append({"level": "login", "method": "wechat", "call": "POST /api/v1/sessions/wechat"})
        ways.append({"level": "login", "method": "alipay", "call": "POST /api/v1/sessions/alipay"})
    if have < Level.VERIFIED <= required:
        ways.append({"level": "verified", "method": "real_name", "call": "POST /api/v1/me/real-name"})
    if required >= Level.FACE:
        ways.extend(face_ways(purpose))
    return {
        "required": LEVEL_NAMES[int(required)],
        "required_number": int(required),
        "have": LEVEL_NAMES[int(have)],
        "have_number": int(have),
        "purpose": purpose,
        "ways": ways,
    }
