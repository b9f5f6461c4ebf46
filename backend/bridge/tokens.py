"""The scoped token of an opened page: a few minutes, one session, one module, one release (decision 0076)."""

from __future__ import annotations

import base64
import hmac
import time

import msgspec

from backend.bridge.errors import PageTokenRefused
from backend.core import settings
from backend.core.sessions import Principal

SECONDS = 300


class Scope(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What a token is good for. A guest's has no citizen and no session; `expires` is a Unix time."""

    citizen: str
    session: str
    module: str
    release: str
    expires: int


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Scope)


def _sign(body: bytes) -> bytes:
    # a key of its own: a session's token is never one of these, nor the other way round
    key = hmac.digest(settings.current().secrets.session, b"bridge.page.v1", "sha256")
    return base64.urlsafe_b64encode(hmac.digest(key, body, "sha256")).rstrip(b"=")


def issue(who: Principal | None, module: str, release: str) -> str:
    scope = Scope(
        citizen=who.id if who else "",
        session=who.session if who else "",
        module=module,
        release=release,
        expires=int(time.time()) + SECONDS,
    )
    body = base64.urlsafe_b64encode(_encoder.encode(scope)).rstrip(b"=")
    return f"{body.decode()}.{_sign(body).decode()}"


def open_scope(token: str, who: Principal | None, module: str) -> Scope:
    """What the token allows whoever presents it. Raises PageTokenRefused, without saying which of the reasons."""
    body, _, signature = token.partition(".")
    try:
        if not hmac.compare_digest(_sign(body.encode("ascii")), signature.encode("ascii")):
            raise PageTokenRefused
        scope = _decoder.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, msgspec.DecodeError, RecursionError) as exc:
        raise PageTokenRefused from exc
    asker = (who.id, who.session) if who else ("", "")
    if scope.expires <= time.time() or scope.module != module or (scope.citizen, scope.session) != asker:
        raise PageTokenRefused
    return scope
