"""A short-message vendor with SendSms and QuerySendDetails; phones' texts can be read at `/_control/sms/{phone}`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from backend.sandbox.credentials import SMS_TEXTS
from backend.sandbox.world import perform, world_of

bp = Blueprint("sms", url_prefix="/sms")
CHINA = ZoneInfo("Asia/Shanghai")
_TEXTS = dict(SMS_TEXTS.values())


def _reply(code: str, **more: Any) -> HTTPResponse:
    status = 200
    if code in ("SignatureDoesNotMatch", "InvalidAccessKeyId.NotFound", "SignatureNonceUsed"):
        status = 400
    elif code.startswith("Throttling"):
        status = 429
    message = "OK" if code == "OK" else "模拟的错误"
    content = {"Code": code, "Message": message, "RequestId": secrets.token_hex(16), **more}
    return HTTPResponse(msgspec.json.encode(content), status=status, content_type="application/json")


def _refuse(code: str) -> HTTPResponse:
    return _reply(code)


def _signature_problem(request: Request, fields: Mapping[str, str]) -> str | None:
    config = world_of(request).vendors.sms
    if fields.get("AccessKeyId") != config.access_key_id:
        return "InvalidAccessKeyId.NotFound"
    pairs = sorted((key, value) for key, value in fields.items() if key != "Signature")
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs)
    source = f"POST&%2F&{quote(query, safe='~')}"
    digest = hmac.new(f"{config.access_key_secret}&".encode(), source.encode(), hashlib.sha1).digest()
    if not hmac.compare_digest(base64.b64encode(digest).decode(), fields.get("Signature", "")):
        return "SignatureDoesNotMatch"
    nonces: set[str] = request.app.ctx.sms_nonces
    if fields.get("SignatureNonce", "") in nonces:
        return "SignatureNonceUsed"
    nonces.add(fields.get("SignatureNonce", ""))
    return None


@bp.post("/")
async def call(request: Request) -> HTTPResponse:
    fields = {key: values[0] for key, values in (request.form or {}).items()}
    action = fields.get("Action", "")

    async def act() -> HTTPResponse:
        problem = _signature_problem(request, fields)
        if problem is not None:
            return _reply(problem)
        if action == "SendSms":
            return _send(request, fields)
        if action == "QuerySendDetails":
            return _details(request, fields)
        return _reply("InvalidAction.NotFound")

    detail = {key: value for key, value in fields.items() if not key.startswith(("Signature", "AccessKey"))}
    return await perform(request, "sms", action, detail, act, refuse=_refuse)


def _send(request: Request, fields: Mapping[str, str]) -> HTTPResponse:
    world, phone = world_of(request), fields.get("PhoneNumbers", "")
    if not re.fullmatch(r"1[3-9]\d{9}", phone):
        return _reply("isv.MOBILE_NUMBER_ILLEGAL")
    if fields.get("SignName") != world.vendors.sms.sign_name:
        return _reply("isv.SMS_SIGNATURE_ILLEGAL")
    template = _TEXTS.get(fields.get("TemplateCode", ""))
    if template is None:
        return _reply("isv.SMS_TEMPLATE_ILLEGAL")
    try:
        params = msgspec.json.decode(fields.get("TemplateParam") or "{}", type=dict[str, str])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _reply("isv.TEMPLATE_PARAMS_ILLEGAL")
    if set(re.findall(r"\$\{(\w+)\}", template)) - set(params):
        return _reply("isv.TEMPLATE_MISSING_PARAMETERS")
    biz_id = secrets.token_hex(10)
    text = re.sub(r"\$\{(\w+)\}", lambda found: params[found.group(1)], template)
    world.texts.setdefault(phone, []).append(
        {
            "phone": phone,
            "text": f"【{fields['SignName']}】{text}",
            "code": params.get("code"),
            "template": fields.get("TemplateCode"),
            "biz_id": biz_id,
            "out_id": fields.get("OutId", ""),
            "at": time.time(),
        }
    )
    return _reply("OK", BizId=biz_id)


def _details(request: Request, fields: Mapping[str, str]) -> HTTPResponse:
    texts = world_of(request).texts.get(fields.get("PhoneNumber", ""), [])
    of_day = [
        item
        for item in reversed(texts)
        if datetime.fromtimestamp(item["at"], CHINA).strftime("%Y%m%d") == fields.get("SendDate")
    ]
    size, page = int(fields.get("PageSize", "50")), int(fields.get("CurrentPage", "1"))
    shown = of_day[(page - 1) * size : page * size]
    details = [
        {
            "PhoneNum": item["phone"],
            "SendStatus": 3,
            "ErrCode": "DELIVERED",
            "TemplateCode": item["template"],
            "OutId": item["out_id"],
        }
        for item in shown
    ]
    return _reply("OK", TotalCount=len(of_day), SmsSendDetailDTOs={"SmsSendDetailDTO": details})
