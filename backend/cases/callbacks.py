"""The door for departments: their news, and the files of their cases; verified, fresh, once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import msgspec
from redis.exceptions import RedisError

from backend.cases import dispatch, files
from backend.cases.errors import CallbackRefused, CaseNotFound
from backend.core import audit, logging, redis
from backend.core.errors import AppError, InvalidPayload, MalformedJson, ServiceUnavailable
from backend.core.payloads import field_problems
from backend.modules import gateway
from backend.sdk.department import (
    SignatureRefused,
    Signer,
    UpdateAnswer,
    UpdateEvent,
    Verified,
    sign_response,
    verify_request,
)

log = logging.get("callbacks")
_NUMBER = re.compile(r"^[A-Za-z0-9-]{1,24}$")
_EVENT = re.compile(r"^[ -~]{1,100}$")


async def _seen(nonce: str, seconds: int) -> bool:
    """Remember a nonce; True when it was there already."""
    return not await redis.client().set(f"cases:nonce:{nonce}", b"1", nx=True, ex=seconds)


async def _verified(
    module: str, *, method: str, headers: Mapping[str, str], path: str, body: bytes
) -> tuple[Verified, Signer]:
    """Who speaks for this module, and with what we answer. Raises CallbackRefused, ServiceUnavailable."""
    keys = gateway.keys(module)
    try:
        verified = await verify_request(headers, method=method, path=path, body=body, keys=keys, seen_nonce=_seen)
    except SignatureRefused as exc:
        raise CallbackRefused(extra={"module": module[:64], "reason": exc.code}) from exc
    except RedisError as exc:  # without a memory for nonces a replay cannot be told: let them repeat
        raise ServiceUnavailable(retry_after=5) from exc
    if verified.module != module:
        raise CallbackRefused(extra={"module": module[:64], "reason": "other_module"})
    return verified, gateway.signer(keys[verified.key_id])


async def department_update(
    module: str, *, headers: Mapping[str, str], path: str, body: bytes, request_id: str
) -> tuple[int, dict[str, str], bytes]:
    """(status, headers, body) of the signed answer; a refusal of the event (404, 422 …) is signed too.

    An unsigned refusal may come from anything in between, so a department would have to tell the event for ever.
    Raises CallbackRefused (we do not know who speaks), ServiceUnavailable (tell it again).
    """
    verified, signer = await _verified(module, method="POST", headers=headers, path=path, body=body)
    status, media = 200, "application/json"
    try:
        answer = await _applied(module, body)
    except AppError as exc:
        if exc.status >= 500:
            raise
        status, media = exc.status, "application/problem+json; charset=utf-8"
        answer = msgspec.json.encode(exc.problem(request_id))
    return status, {**await _signed(signer, status, answer, verified), "content-type": media}, answer


async def department_file(
    module: str, number: str, upload: str, *, headers: Mapping[str, str], path: str
) -> tuple[dict[str, str], files.File]:
    """A file of a case that this department has, for its own key alone; the citizen can read that it was fetched.

    Raises CallbackRefused, CaseNotFound (also when the case is not with the department), FileMissing.
    """
    verified, signer = await _verified(module, method="GET", headers=headers, path=path, body=b"")
    file, row = await files.content_for_department(module, number, upload)
    await audit.record(
        None,
        "cases.fetched",
        "case",
        row["number"],
        citizen_id=str(row["applicant"]),
        purpose=f"办理：{row['matter_name']}",
        reader=row["department"],
        module=module,
    )
    return await _signed(signer, 200, file.content, verified), file


async def _signed(signer: Signer, status: int, body: bytes, request: Verified) -> dict[str, str]:
    return await asyncio.to_thread(sign_response, signer, status=status, body=body, request_nonce=request.nonce)


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
