"""The identity authority: knows the invented people and companies, answers both checks, signs its answers."""

from __future__ import annotations

import hashlib
import hmac
import time

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from backend.providers.authority import (
    LEGAL_PERSON_PATH,
    PATH,
    AuthorityAnswer,
    AuthorityAsk,
    LegalPersonAsk,
    sign,
)
from backend.sandbox.world import fault_of, perform, world_of

bp = Blueprint("authority", url_prefix="/authority")
OUTCOMES = ("match", "mismatch", "not_found", "unavailable")


def _refuse(code: str) -> HTTPResponse:
    """`code` is an HTTP status: this port has no codes of its own."""
    status = int(code) if code.isdigit() else 500
    return HTTPResponse("", status=status, content_type="text/plain")


@bp.post(PATH)
async def check(request: Request) -> HTTPResponse:
    try:
        ask = msgspec.json.decode(request.body, type=AuthorityAsk)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return HTTPResponse("", status=422)

    async def act() -> HTTPResponse:
        world = world_of(request)
        result = world.authority_answers.get(ask.id_number)
        if result is None:
            name = world.known.get(ask.id_number)
            result = "not_found" if name is None else "match" if name == ask.name else "mismatch"
        return _signed(request, PATH, ask.request_id, result)

    detail = {"name": ask.name, "id_number": ask.id_number, "purpose": ask.purpose}
    return await perform(request, "authority", "two_elements", detail, act, refuse=_refuse)


@bp.post(LEGAL_PERSON_PATH)
async def legal_person(request: Request) -> HTTPResponse:
    try:
        ask = msgspec.json.decode(request.body, type=LegalPersonAsk)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return HTTPResponse("", status=422)

    async def act() -> HTTPResponse:
        world = world_of(request)
        held = world.companies.get(ask.uscc)
        asked = {"name": ask.name, "representative": ask.representative, "id_number": ask.id_number}
        result = world.authority_answers.get(ask.uscc)
        if result is None:
            result = "not_found" if held is None else "match" if held == asked else "mismatch"
        return _signed(request, LEGAL_PERSON_PATH, ask.request_id, result)

    detail = {"uscc": ask.uscc, "name": ask.name, "purpose": ask.purpose}
    return await perform(request, "authority", "legal_person", detail, act, refuse=_refuse)


def _signed(request: Request, path: str, request_id: str, result: str) -> HTTPResponse:
    """The answer, once the question's signature was found good."""
    config = world_of(request).vendors.authority
    stamp = request.headers.get("x-authority-timestamp", "")
    nonce = request.headers.get("x-authority-nonce", "")
    digest = hashlib.sha256(request.body).hexdigest()
    expected = sign(config.secret, "POST", path, stamp, nonce, digest)
    given = request.headers.get("x-authority-signature", "")
    fresh = stamp.isdigit() and abs(time.time() - int(stamp)) <= 300
    seen: set[str] = request.app.ctx.authority_nonces
    if not fresh or nonce in seen or not hmac.compare_digest(expected.encode(), given.encode()):
        return HTTPResponse("", status=401)
    seen.add(nonce)
    if result == "unavailable":
        return HTTPResponse("", status=503, headers={"Retry-After": "30"})
    body = msgspec.json.encode({"request_id": request_id, "result": result})
    msgspec.json.decode(body, type=AuthorityAnswer)  # a control value that is no answer must not leave
    secret = config.secret + ("altered" if fault_of(request) == "wrong_signature" else "")
    signature = sign(secret, nonce, hashlib.sha256(body).hexdigest())
    return HTTPResponse(body, headers={"X-Authority-Signature": signature}, content_type="application/json")
