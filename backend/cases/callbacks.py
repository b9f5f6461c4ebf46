"""The door for departments' news: verified, fresh, once."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from redis.exceptions import RedisError

from backend.cases import dispatch
from backend.cases.errors import CallbackRefused, CaseNotFound
from backend.core import logging, redis
from backend.core.errors import AppError, InvalidPayload, MalformedJson, ServiceUnavailable
from backend.core.payloads import field_problems
from backend.modules import gateway
from backend.sdk.department import (
    SignatureRefused,
    UpdateAnswer,
    UpdateEvent,
    sign_response,
    verify_request,
)

log = logging.get("callbacks")
_NUMBER = re.compile(r"^[A-Za-z0-9-]{1,24}$")
_EVENT = re.compile(r"^[ -~]{1,100}$")


async def _seen(nonce: str, seconds: int) -> bool:
    """Remember a nonce; True when it was there already."""
    return not await redis.client().set(f"cases:nonce:{nonce}", b"1", nx=True, ex=seconds)


async def department_update(
    module: str, *, headers: Mapping[str, str], path: str, body: bytes, request_id: str
) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of the signed answer; a refusal of the event (404, 422 …) is signed too.

    An unsigned refusal may come from anything in between, so a department would have to tell the event for ever.
    Raises CallbackRefused (we do not know who speaks), ServiceUnavailable (tell it again).
    """
    try:
        verified = await verify_request(
            headers, method="POST", path=path, body=body, keys=gateway.keys(module), seen_nonce=_seen
        )
    except SignatureRefused as exc:
        raise CallbackRefused(extra={"module": module[:64], "reason": exc.code}) from exc
    except RedisError as exc:  # without a memory for nonces a replay cannot be told: let them repeat
        raise ServiceUnavailable(retry_after=5) from exc
    if verified.module != module:
        raise CallbackRefused(extra={"module": module[:64], "reason": "other_module"})
    status, media = 200, "application/json"
    try:
        answer = await _applied(module, body)
    except AppError as exc:
        if exc.status >= 500:
            raise
        status, media = exc.status, "application/problem+json; charset=utf-8"
        answer = msgspec.json.encode(exc.problem(request_id))
    signed = sign_response(gateway.signer(), status=status, body=answer, request_nonce=verified.nonce)
    return status, {**signed, "content-type": media}, answer


async def _applied(module: str, body: bytes) -> bytes:
    event = _event(body)
    applied = await dispatch.update(module, event)
    if applied is None:
        raise CaseNotFound
    return msgspec.json.encode(UpdateAnswer(event_id=event.event_id, duplicate=not applied))


def _event(body: bytes) -> UpdateEvent:
    try:
        event = msgspec.json.decode(body, type=UpdateEvent)
    except msgspec.ValidationError as exc:
        raise InvalidPayload(errors=field_problems(body, UpdateEvent)) from exc
    except (msgspec.DecodeError, UnicodeDecodeError) as exc:
        raise MalformedJson from exc
    if not _EVENT.match(event.event_id) or not _NUMBER.match(event.case_number) or b"\\u0000" in body:
        raise InvalidPayload
    return event
