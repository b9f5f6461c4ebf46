"""A FaceID service for browsers, and the page on which a person plays the face check."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import redirect

from backend.sandbox.pages import page
from backend.sandbox.world import FaceCheck, FaceOutcome, fault_of, perform, world_of

bp = Blueprint("faceid")
BUTTONS: tuple[FaceOutcome, ...] = ("pass", "fail", "cancel")
_ERR_CODES = {"pass": 0, "fail": 2016, "cancel": 1001, "not_in_library": 2015, "too_frequent": 2018}


def _error(code: str) -> HTTPResponse:
    return _reply({"Error": {"Code": code, "Message": "模拟的错误"}})


def _reply(content: dict[str, Any]) -> HTTPResponse:
    body = msgspec.json.encode({"Response": {**content, "RequestId": secrets.token_hex(16)}})
    return HTTPResponse(body, content_type="application/json")


def _signature_problem(request: Request) -> str | None:
    config = world_of(request).vendors.faceid
    stamp, action = request.headers.get("x-tc-timestamp", ""), request.headers.get("x-tc-action", "")
    if not stamp.isdigit() or abs(time.time() - int(stamp)) > 300:
        return "AuthFailure.SignatureExpire"
    day = datetime.fromtimestamp(int(stamp), UTC).strftime("%Y-%m-%d")
    kind, host = request.headers.get("content-type", ""), request.headers.get("host", "")
    canonical = (
        f"POST\n/\n\ncontent-type:{kind}\nhost:{host}\nx-tc-action:{action.lower()}\n\n"
        f"content-type;host;x-tc-action\n{hashlib.sha256(request.body).hexdigest()}"
    )
    scope = f"{day}/faceid/tc3_request"
    source = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("TC3" + config.secret_key).encode()
    for part in (day, "faceid", "tc3_request", source):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    expected = (
        f"TC3-HMAC-SHA256 Credential={config.secret_id}/{scope},"
        f" SignedHeaders=content-type;host;x-tc-action, Signature={key.hex()}"
    )
    given = request.headers.get("authorization", "")
    if f"Credential={config.secret_id}/" not in given:
        return "AuthFailure.SecretIdNotFound"
    return None if hmac.compare_digest(expected, given) else "AuthFailure.SignatureFailure"


@bp.post("/faceid/")
async def call(request: Request) -> HTTPResponse:
    action = request.headers.get("x-tc-action", "")
    try:
        body = msgspec.json.decode(request.body, type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = {}

    async def act() -> HTTPResponse:
        problem = _signature_problem(request)
        if fault_of(request) == "wrong_signature":
            problem = "AuthFailure.SignatureFailure"
        if problem is not None:
            return _error(problem)
        if body.get("RuleId") != world_of(request).vendors.faceid.rule_id:
            return _error("InvalidParameterValue.RuleIdNotExist")
        if action == "DetectAuth":
            return _detect(request, body)
        if action == "GetDetectInfoEnhanced":
            return _info(request, body)
        return _error("InvalidParameter")

    return await perform(request, "faceid", action, body, act, refuse=_error)


def _detect(request: Request, body: dict[str, str]) -> HTTPResponse:
    world, target = world_of(request), body.get("RedirectUrl", "")
    if not body.get("Name") or not body.get("IdCard") or urlsplit(target).scheme not in ("http", "https"):
        return _error("InvalidParameter")
    token = secrets.token_hex(16).upper()
    world.faces[f"faceid:{token}"] = FaceCheck(
        id=token, name=body["Name"], id_number=body["IdCard"], return_url=target, page=True
    )
    return _reply({"BizToken": token, "Url": f"{world.base_url}/face/faceid/{token}"})


def _info(request: Request, body: dict[str, str]) -> HTTPResponse:
    world = world_of(request)
    check = world.faces.get(f"faceid:{body.get('BizToken')}")
    if check is None:
        return _error("InvalidParameterValue.BizTokenIllegal")
    if time.time() - check.created > 7200:
        return _error("InvalidParameterValue.BizTokenExpired")
    outcome = world.settle_face(check)
    if outcome == "unfinished":
        return _reply({"Text": {"ErrCode": None, "ErrMsg": None}})
    text = {
        "ErrCode": _ERR_CODES[outcome],
        "ErrMsg": "成功" if outcome == "pass" else "模拟的失败",
        "IdCard": check.id_number,
        "Name": check.name,
    }
    return _reply({"Text": text})


@bp.get("/face/<provider:str>/<check_id:str>")
async def show(request: Request, provider: str, check_id: str) -> HTTPResponse:
    check = world_of(request).faces.get(f"{provider}:{check_id}")
    if check is None:
        return page("人脸核验", "<p>没有这次核验，或已经过期。</p>", status=404)
    if check.outcome is not None:
        return page("人脸核验", "<p>这次核验已经结束，请返回原来的页面。</p>")
    return page(
        "人脸核验（模拟）",
        f"""<p>正在为 <b>{escape(check.name)}</b> 做人脸核验。这是模拟页面，不会打开摄像头。</p>
        <form method="post"><button name="outcome" value="pass">模拟通过</button>
        <button name="outcome" value="fail" class="quiet">模拟失败</button>
        <button name="outcome" value="cancel" class="quiet">取消</button></form>""",
    )


@bp.post("/face/<provider:str>/<check_id:str>")
async def finish(request: Request, provider: str, check_id: str) -> HTTPResponse:
    check = world_of(request).faces.get(f"{provider}:{check_id}")
    if check is None:
        return page("人脸核验", "<p>没有这次核验，或已经过期。</p>", status=404)
    given = request.form.get("outcome", "") if request.form else ""
    for outcome in BUTTONS:
        if check.outcome is None and given == outcome:
            check.outcome = outcome
    if urlsplit(check.return_url).scheme not in ("http", "https"):
        return page("人脸核验", "<p>核验已结束，请返回原来的页面。</p>")
    parts = urlsplit(check.return_url)
    name = "BizToken" if provider == "faceid" else "certify_id"
    query = urlencode([*parse_qsl(parts.query), (name, check.id)])
    return redirect(urlunsplit(parts._replace(query=query)))
