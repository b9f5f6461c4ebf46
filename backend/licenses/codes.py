"""The code of 亮证: what it holds, how it is signed, how anyone checks it.

`<base64url payload>.<base64url Ed25519 signature over the payload's bytes>`, both without padding. The payload is JSON:
`v` 1, `k` key id, `n` nonce, `e` Unix time of expiry, `t` name of the licence, `h` masked holder, `s` state when
shown, `u` last valid day or null. It holds no number and no identifier.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import date, datetime

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

FORMAT = (
    "base64url(JSON) + '.' + base64url(Ed25519 signature over the JSON's bytes), no padding; "
    "JSON: v=1, k=key id, n=nonce, e=expiry (Unix seconds), t=licence, h=masked holder, s=state when shown, "
    "u=last valid day or null"
)
LIFETIME_S = 60
LONGEST = 2000


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    v: int
    k: str
    n: str
    e: int
    t: str
    h: str
    s: str
    u: date | None


class BadCode(ValueError):
    """Not a code of ours: unreadable, altered, or signed by another key."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Shown)


def new_nonce() -> str:
    """128 random bits."""
    return secrets.token_urlsafe(16)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def sign(key: Ed25519PrivateKey, shown: Shown) -> str:
    body = _encoder.encode(shown)
    return f"{_text(body)}.{_text(key.sign(body))}"


def key_id(code: str) -> str:
    """Which key the code claims; nothing is proved yet. Raises BadCode."""
    return _read(code)[0].k


def _read(code: str) -> tuple[Shown, bytes, bytes]:
    if len(code) > LONGEST or not code.isascii():
        raise BadCode
    body_text, _, signature_text = code.partition(".")
    try:
        body, signature = _bytes(body_text), _bytes(signature_text)
        return _decoder.decode(body), body, signature
    except (ValueError, binascii.Error, msgspec.DecodeError) as exc:
        raise BadCode from exc


def check(code: str, key: Ed25519PublicKey) -> Shown:
    """The content of a code that this key signed; its expiry is for the caller to look at. Raises BadCode."""
    shown, body, signature = _read(code)
    try:
        key.verify(signature, body)
    except InvalidSignature as exc:
        raise BadCode from exc
    if shown.v != 1:
        raise BadCode
    return shown


def expired(shown: Shown, at: datetime) -> bool:
    return at.timestamp() >= shown.e
