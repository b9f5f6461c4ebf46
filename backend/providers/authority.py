"""The identity authority: do a name and an id number belong together (两要素核验)? Is somebody the legal
representative of a company (法人核验)?

A signed JSON call of our own making, since the real port is agreed with the authority: HMAC-SHA256 over
`method\\npath\\ntimestamp\\nnonce\\nsha256(body)`, the answer signed over `nonce\\nsha256(body)`. The authority
is asked and answers one word; it hands out no data.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Literal

import msgspec
import structlog

from backend.core.clients import Client, ProviderError
from backend.providers.config import AuthorityConfig

PATH = "/v1/two-elements"
LEGAL_PERSON_PATH = "/v1/legal-persons"
Match = Literal["match", "mismatch", "not_found", "unavailable"]

log = structlog.get_logger("authority")


class AuthorityAsk(msgspec.Struct, frozen=True, kw_only=True):
    """`purpose` says why the authority is asked (≤ 200 characters); `request_id` is ours."""

    request_id: str
    name: str
    id_number: str
    purpose: str

    def __repr__(self) -> str:
        return f"AuthorityAsk(request_id={self.request_id!r})"


class LegalPersonAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A company by its 统一社会信用代码 and name, and who should be its legal representative."""

    request_id: str
    uscc: str
    name: str
    representative: str
    id_number: str
    purpose: str

    def __repr__(self) -> str:
        return f"LegalPersonAsk(request_id={self.request_id!r})"


class AuthorityAnswer(msgspec.Struct, frozen=True, kw_only=True):
    request_id: str
    result: Literal["match", "mismatch", "not_found"]


def sign(secret: str, *parts: str) -> str:
    """Hex HMAC-SHA256 over the parts, joined with line feeds."""
    return hmac.new(secret.encode(), "\n".join(parts).encode(), hashlib.sha256).hexdigest()


class Authority:
    def __init__(
        self, config: AuthorityConfig, *, client: Client | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.config = config
        self.client = client or Client("authority", config.base_url, timeout_s=config.timeout_s)
        self._clock = clock

    async def check(self, *, name: str, id_number: str, purpose: str) -> Match:
        """Ask. Never raises: trouble of any kind is `unavailable`, is logged, and sends nobody away for good."""
        try:
            return await self.ask(name=name, id_number=id_number, purpose=purpose)
        except ProviderError as error:
            return _unavailable(error)

    async def check_legal_person(
        self, *, uscc: str, name: str, representative: str, id_number: str, purpose: str
    ) -> Match:
        """Ask whether this person represents this company. Never raises, like `check`."""
        request_id = secrets.token_hex(16)
        ask = LegalPersonAsk(
            request_id=request_id,
            uscc=uscc,
            name=name,
            representative=representative,
            id_number=id_number,
            purpose=purpose[:200],
        )
        try:
            return await self._call(LEGAL_PERSON_PATH, "legal_person", request_id, msgspec.json.encode(ask))
        except ProviderError as error:
            return _unavailable(error)

    async def ask(self, *, name: str, id_number: str, purpose: str) -> Match:
        """Like `check`, but raises ProviderError for whoever wants to know why."""
        request_id = secrets.token_hex(16)
        body = msgspec.json.encode(
            AuthorityAsk(request_id=request_id, name=name, id_number=id_number, purpose=purpose[:200])
        )
        return await self._call(PATH, "two_elements", request_id, body)

    async def _call(self, path: str, call: str, request_id: str, body: bytes) -> Match:
        """A signed question and its signed answer. Raises ProviderError."""
        nonce = ""

        def headers() -> dict[str, str]:
            nonlocal nonce
            nonce, stamp = secrets.token_hex(16), str(int(self._clock()))
            digest = hashlib.sha256(body).hexdigest()
            return {
                "Content-Type": "application/json",
                "X-Authority-Key": self.config.key_id,
                "X-Authority-Timestamp": stamp,
                "X-Authority-Nonce": nonce,
                "X-Authority-Signature": sign(self.config.secret, "POST", path, stamp, nonce, digest),
            }

        answer = await self.client.request("POST", path, call=call, body=body, headers=headers, idempotent=True)
        if answer.status in (401, 403):
            raise ProviderError.of("auth", "authority", f"http_{answer.status}", call=call, status=answer.status)
        if answer.status != 200:
            raise self.client.unreadable(answer, call)
        expected = sign(self.config.secret, nonce, hashlib.sha256(answer.body).hexdigest())
        if not hmac.compare_digest(expected, answer.headers.get("X-Authority-Signature", "")):
            raise ProviderError("unknown", "authority", "bad_signature", call=call)
        try:
            found = msgspec.json.decode(answer.body, type=AuthorityAnswer)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self.client.unreadable(answer, call) from error
        if found.request_id != request_id:
            raise ProviderError("unknown", "authority", "another_answer", call=call)
        return found.result


def _unavailable(error: ProviderError) -> Match:
    level = log.error if error.outcome == "auth" else log.warning
    level("authority_unavailable", code=error.code, kind=error.kind)
    return "unavailable"
