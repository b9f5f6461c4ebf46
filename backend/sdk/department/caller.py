"""Calling the other side of the protocol: sign each attempt, verify the answer, decode it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from backend.core.clients import Client, Outcome, ProviderError, Response
from backend.sdk.department.keys import PublicKey
from backend.sdk.department.messages import (
    Call,
    Material,
    QueryAnswer,
    QueryCall,
    Refusal,
    SubmitAnswer,
    SubmitCall,
    TrackAnswer,
    TrackCall,
    UpdateAnswer,
    UpdateEvent,
    WithdrawAnswer,
    WithdrawCall,
)
from backend.sdk.department.signing import H_NONCE, SignatureRefused, Signer, sign_request, verify_response

Answer = TypeVar("Answer")


class Department:
    """One module's department system, seen from the platform.

    `client`'s base URL is the module's connector address; the calls are `<base>/<call>`. All methods raise
    ProviderError with the client's provider name; a refusal's code is the department's own, and its `message` the
    department's sentence for the citizen.
    """

    def __init__(self, module: str, client: Client, signer: Signer, keys: Mapping[str, PublicKey]) -> None:
        self.module = module
        self._client = client
        self._signer = signer
        self._keys = keys
        self._prefix = urlsplit(client.base_url).path

    async def submit(self, call: SubmitCall, *, idempotency_key: str) -> SubmitAnswer:
        """Hand a case over; repeating with the same key gives the first answer."""
        return await self._ask("submit", call, SubmitAnswer, idempotency_key)

    async def query(self, call: QueryCall) -> QueryAnswer:
        return await self._ask("query", call, QueryAnswer)

    async def track(self, call: TrackCall) -> TrackAnswer:
        """What the department knows of a case; `case_missing` (permanent) means that it never arrived."""
        return await self._ask("track", call, TrackAnswer)

    async def withdraw(self, call: WithdrawCall, *, idempotency_key: str) -> WithdrawAnswer:
        return await self._ask("withdraw", call, WithdrawAnswer, idempotency_key)

    async def _ask(
        self, call: Call, message: msgspec.Struct, answer: type[Answer], idempotency_key: str = ""
    ) -> Answer:
        return await _exchange(
            self._client,
            self._signer,
            self._keys,
            module=self.module,
            call=call,
            prefix=self._prefix,
            path=f"/{call}",
            message=message,
            answer=answer,
            idempotency_key=idempotency_key,
        )


async def send_update(
    client: Client,
    signer: Signer,
    keys: Mapping[str, PublicKey],
    *,
    module: str,
    event: UpdateEvent,
) -> UpdateAnswer:
    """Tell the platform news of a case (the department's side). Repeat until it returns: it is told once.

    `client`'s base URL is the platform's address.
    """
    return await _exchange(
        client,
        signer,
        keys,
        module=module,
        call="update",
        prefix=urlsplit(client.base_url).path,
        path=f"/callbacks/departments/{module}",
        message=event,
        answer=UpdateAnswer,
        idempotency_key=event.event_id,
    )


async def fetch_file(
    client: Client,
    signer: Signer,
    keys: Mapping[str, PublicKey],
    *,
    module: str,
    material: Material,
) -> bytes:
    """The bytes of a material (the department's side), held against the digest that came with the case.

    `client`'s base URL is the platform's address and its `max_bytes` room for a file (20 MB). Raises ProviderError:
    `no_file` when the material has none, `file_differs`, or what the platform says.
    """
    path = urlsplit(material.url or "").path
    if not path.startswith(f"/callbacks/departments/{module}/"):
        raise ProviderError("permanent", client.provider, "no_file", call="file")
    nonce = ""

    async def headers() -> dict[str, str]:
        nonlocal nonce
        signed = await asyncio.to_thread(
            sign_request, signer, module=module, method="GET", path=urlsplit(client.base_url).path + path, body=b""
        )
        nonce = signed[H_NONCE]
        return signed

    found = await client.request("GET", path, call="file", headers=headers, idempotent=True)
    if found.status != 200:
        raise _refusal(client, found, "file")
    await _verify(client, found, "file", nonce, keys)
    if hashlib.sha256(found.body).hexdigest() != material.sha256:
        raise ProviderError("permanent", client.provider, "file_differs", call="file", status=found.status)
    return found.body


async def _exchange(
    client: Client,
    signer: Signer,
    keys: Mapping[str, PublicKey],
    *,
    module: str,
    call: str,
    prefix: str,
    path: str,
    message: msgspec.Struct,
    answer: type[Answer],
    idempotency_key: str,
) -> Answer:
    body = msgspec.json.encode(message)
    nonce = ""

    async def headers() -> dict[str, str]:
        nonlocal nonce
        signed = await asyncio.to_thread(
            sign_request,
            signer,
            module=module,
            method="POST",
            path=prefix + path,
            body=body,
            idempotency_key=idempotency_key,
        )
        nonce = signed[H_NONCE]
        return {**signed, "Content-Type": "application/json"}

    # Queries change nothing and the rest carries its key, so every call of the protocol may be repeated.
    found = await client.request("POST", path, call=call, body=body, headers=headers, idempotent=True)
    if found.status == 200 or "application/problem+json" in found.headers.get("Content-Type", ""):
        await _verify(client, found, call, nonce, keys)
    if found.status != 200:
        raise _refusal(client, found, call)
    try:
        return msgspec.json.decode(found.body, type=answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise client.unreadable(found, call) from error


async def _verify(client: Client, found: Response, call: str, nonce: str, keys: Mapping[str, PublicKey]) -> None:
    try:
        await asyncio.to_thread(
            verify_response,
            found.headers,
            status=found.status,
            body=found.body,
            request_nonce=nonce,
            keys=keys,
        )
    except SignatureRefused as error:
        if found.status in (401, 403):
            return  # it does not know us, so it need not sign; the refusal itself is told below
        raise ProviderError(
            "unknown", client.provider, "bad_signature", call=call, message=error.code, status=found.status
        ) from error


def _refusal(client: Client, found: Response, call: str) -> ProviderError:
    """The error for an answer that is not 200.

    Only the department's own, signed refusal is final. An error page from something in between says nothing about
    the case.
    """
    try:
        refusal = msgspec.json.decode(found.body, type=Refusal)
    except (msgspec.DecodeError, UnicodeDecodeError):
        code, sentence = f"http_{found.status}", ""
        outcome: Outcome = "throttled" if found.status == 429 else "unknown"
    else:
        code, sentence = refusal.code, refusal.title
        by_status: dict[int, Outcome] = {401: "auth", 403: "auth", 429: "throttled"}
        outcome = by_status.get(found.status, "unknown" if found.status >= 500 else "permanent")
    return ProviderError.of(
        outcome,
        client.provider,
        code,
        call=call,
        message=sentence,
        retry_after=found.retry_after,
        status=found.status,
    )
