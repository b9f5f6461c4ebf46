"""Signatures of the department protocol: Ed25519 or SM2 over what makes a request that request.

Signed text of a request, lines joined with a line feed:

    method, path with query, timestamp, nonce, sha256(body) in hex, module, idempotency key (empty when none)

and of an answer: status, the request's nonce, timestamp, sha256(body) in hex. Module and idempotency key are in the
text so that a request cannot be used for another module or repeated under another key. Timestamps are whole seconds
since the epoch, valid for 300 s either way; a nonce is accepted once.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature

from backend.sdk.department.keys import PrivateKey, PublicKey

WINDOW_S = 300
_NONCE = re.compile(r"^[A-Za-z0-9_-]{16,64}$")

H_MODULE = "X-TF-Module"
H_TIMESTAMP = "X-TF-Timestamp"
H_NONCE = "X-TF-Nonce"
H_KEY = "X-TF-Key"
H_SIGNATURE = "X-TF-Signature"
H_IDEMPOTENCY = "Idempotency-Key"

SeenNonce = Callable[[str, int], Awaitable[bool]]
"""(nonce, seconds to remember) → whether it was seen before. Must remember and answer in one step."""


class SignatureRefused(Exception):
    """A request or answer that must not be trusted. `code`: missing, stale, unknown_key, bad_signature, replayed."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Signer(NamedTuple):
    """A private key with the id under which the other side knows its public half."""

    key_id: str
    key: PrivateKey


class Verified(NamedTuple):
    module: str
    key_id: str
    nonce: str
    idempotency_key: str


def sign_request(
    signer: Signer,
    *,
    module: str,
    method: str,
    path: str,
    body: bytes,
    idempotency_key: str = "",
    now: float | None = None,
    nonce: str | None = None,
) -> dict[str, str]:
    """The headers of a request; blocking with SM2. `path` is the request target as sent, with its query."""
    stamp, nonce = str(int(time.time() if now is None else now)), nonce or secrets.token_urlsafe(24)
    text = _request_text(method, path, stamp, nonce, body, module, idempotency_key)
    headers = {
        H_MODULE: module,
        H_TIMESTAMP: stamp,
        H_NONCE: nonce,
        H_KEY: signer.key_id,
        H_SIGNATURE: _sign(signer.key, text),
    }
    if idempotency_key:
        headers[H_IDEMPOTENCY] = idempotency_key
    return headers


async def verify_request(
    headers: Mapping[str, str],
    *,
    method: str,
    path: str,
    body: bytes,
    keys: Mapping[str, PublicKey],
    seen_nonce: SeenNonce,
    now: float | None = None,
) -> Verified:
    """Check a request's signature, age and nonce. Raises SignatureRefused.

    The nonce is remembered only after the signature was good, so that strangers cannot fill the memory.
    """
    given = _lower(headers)
    stamp, nonce, key_id, signature, module = (
        given.get(name.lower(), "") for name in (H_TIMESTAMP, H_NONCE, H_KEY, H_SIGNATURE, H_MODULE)
    )
    if not (stamp and key_id and signature and module) or not _NONCE.match(nonce):
        raise SignatureRefused("missing")
    _fresh(stamp, now)
    key = keys.get(key_id)
    if key is None:
        raise SignatureRefused("unknown_key")
    idempotency_key = given.get(H_IDEMPOTENCY.lower(), "")
    text = _request_text(method, path, stamp, nonce, body, module, idempotency_key)
    await asyncio.to_thread(_verify, key, signature, text)
    if await seen_nonce(f"{key_id}:{nonce}", 2 * WINDOW_S):
        raise SignatureRefused("replayed")
    return Verified(module, key_id, nonce, idempotency_key)


def sign_response(
    signer: Signer, *, status: int, body: bytes, request_nonce: str, now: float | None = None
) -> dict[str, str]:
    """The headers of an answer, bound to the request by its nonce."""
    stamp = str(int(time.time() if now is None else now))
    return {
        H_TIMESTAMP: stamp,
        H_KEY: signer.key_id,
        H_SIGNATURE: _sign(signer.key, _response_text(status, request_nonce, stamp, body)),
    }


def verify_response(
    headers: Mapping[str, str],
    *,
    status: int,
    body: bytes,
    request_nonce: str,
    keys: Mapping[str, PublicKey],
    now: float | None = None,
) -> None:
    """Check that an answer belongs to our request and comes from the other side. Raises SignatureRefused."""
    given = _lower(headers)
    stamp, key_id, signature = (given.get(name.lower(), "") for name in (H_TIMESTAMP, H_KEY, H_SIGNATURE))
    if not (stamp and key_id and signature):
        raise SignatureRefused("missing")
    _fresh(stamp, now)
    key = keys.get(key_id)
    if key is None:
        raise SignatureRefused("unknown_key")
    _verify(key, signature, _response_text(status, request_nonce, stamp, body))


def _request_text(
    method: str, path: str, stamp: str, nonce: str, body: bytes, module: str, idempotency_key: str
) -> bytes:
    parts = [method.upper(), path, stamp, nonce, hashlib.sha256(body).hexdigest(), module, idempotency_key]
    if any("\n" in part for part in parts):
        raise SignatureRefused("missing")
    return "\n".join(parts).encode()


def _response_text(status: int, nonce: str, stamp: str, body: bytes) -> bytes:
    return f"{status}\n{nonce}\n{stamp}\n{hashlib.sha256(body).hexdigest()}".encode()


def _sign(key: PrivateKey, text: bytes) -> str:
    return base64.b64encode(key.sign(text)).decode()


def _verify(key: PublicKey, signature: str, text: bytes) -> None:
    try:
        key.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise SignatureRefused("bad_signature") from error


def _fresh(stamp: str, now: float | None) -> None:
    if not (stamp.isascii() and stamp.isdigit()):
        raise SignatureRefused("missing")
    if abs((time.time() if now is None else now) - int(stamp)) > WINDOW_S:
        raise SignatureRefused("stale")


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {key.lower(): value for key, value in headers.items()}
