"""WeChat's mini-program servers: login, token, phone, subscribe message, government face check."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json

from backend.sandbox.world import FaceCheck, perform, world_of

bp = Blueprint("wechat", url_prefix="/wechat")

TOKEN_S = 7200
_VERIFY_RET = {
    "pass": 10000,
    "fail": 10010,
    "unfinished": 10300,
    "cancel": 90100,
    "not_in_library": 10026,
    "too_frequent": 10042,
}
_LIMITS = {
    "thing": 20,
    "letter": 32,
    "character_string": 32,
    "number": 32,
    "symbol": 5,
    "amount": 12,
    "phone_number": 17,
    "car_number": 8,
    "phrase": 5,
}


@dataclass
class WeChatState:
    """Tokens by value with their end, in order of issue; the last is the current one."""

    tokens: dict[str, float] = field(default_factory=dict)
    current: str = ""
    verify_ids: dict[str, str] = field(default_factory=dict)
    sequences: set[str] = field(default_factory=set)

    def stable(self, *, force: bool) -> tuple[str, int]:
        now, ends = time.time(), self.tokens.get(self.current, 0.0)
        if force:
            self.tokens.clear()
        if force or ends - now < 300:
            self.current = "T_" + secrets.token_hex(32)
            ends = now + TOKEN_S
            self.tokens[self.current] = ends
        return self.current, int(ends - now)


def openid_of(app_id: str, name: str) -> str:
    """The same person gets the same openid in one app, 28 characters."""
    digest = hashlib.sha256(f"{app_id}:{name}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode().replace("=", "")[:27]


def _state(request: Request) -> WeChatState:
    state: WeChatState = request.app.ctx.wechat
    return state


def refuse(code: str) -> HTTPResponse:
    number = int(code)
    return json({"errcode": number, "errmsg": f"sandbox error {number} rid: {secrets.token_hex(8)}"})


def _object(request: Request) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _masked(body: dict[str, Any]) -> dict[str, Any]:
    return {key: "***" if key in ("secret", "access_token") else value for key, value in body.items()}


@bp.get("/sns/jscode2session")
async def code2session(request: Request) -> HTTPResponse:
    async def act() -> HTTPResponse:
        world = world_of(request)
        config = world.vendors.wechat
        if request.args.get("appid") != config.app_id:
            return refuse("40013")
        if request.args.get("secret") != config.secret:
            return refuse("40125")
        name = world.spend("wechat", request.args.get("js_code", ""))
        if name is None:
            return refuse("40029")
        return json(
            {
                "openid": openid_of(config.app_id, name),
                "unionid": openid_of("union", name),
                "session_key": base64.b64encode(secrets.token_bytes(16)).decode(),
            }
        )

    detail = {"js_code": request.args.get("js_code", "")}
    return await perform(request, "wechat", "code2session", detail, act, refuse=refuse)


@bp.post("/cgi-bin/stable_token")
async def stable_token(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        config = world_of(request).vendors.wechat
        if body.get("appid") != config.app_id:
            return refuse("40013")
        if body.get("secret") != config.secret:
            return refuse("40125")
        if body.get("grant_type") != "client_credential":
            return refuse("40002")
        token, left = _state(request).stable(force=body.get("force_refresh") is True)
        return json({"access_token": token, "expires_in": left})

    return await perform(request, "wechat", "stable_token", _masked(body), act, refuse=refuse)


def _token_problem(request: Request) -> HTTPResponse | None:
    ends = _state(request).tokens.get(request.args.get("access_token", ""))
    if ends is None:
        return refuse("40001")
    return refuse("42001") if ends < time.time() else None


@bp.post("/wxa/business/getuserphonenumber")
async def phone(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        if (problem := _token_problem(request)) is not None:
            return problem
        world = world_of(request)
        held = (world.spend("wechat_phone", str(body.get("code", ""))) or "").split()
        if not held:
            return refuse("40029")
        if len(held) == 1:  # `demo-<phone>`
            held += ["-", world.vendors.wechat.app_id, "86"]
        number, openid, app, country = held
        if openid != "-" and body.get("openid") not in (None, openid):
            return refuse("40003")
        return json(
            {
                "errcode": 0,
                "errmsg": "ok",
                "phone_info": {
                    "phoneNumber": number if country == "86" else f"+{country}{number}",
                    "purePhoneNumber": number,
                    "countryCode": country,
                    "watermark": {"timestamp": int(time.time()), "appid": app},
                },
            }
        )

    return await perform(request, "wechat", "phone", body, act, refuse=refuse)


@bp.post("/cgi-bin/message/subscribe/send")
async def subscribe(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        if (problem := _token_problem(request)) is not None:
            return problem
        if not re.fullmatch(r"o[A-Za-z0-9_-]{27}", str(body.get("touser", ""))):
            return refuse("40003")
        if body.get("template_id") not in world_of(request).vendors.wechat.templates.values():
            return refuse("40037")
        data = body.get("data")
        if not isinstance(data, dict) or not data:
            return refuse("47003")
        for key, item in data.items():
            value = str(item.get("value", "")) if isinstance(item, dict) else ""
            kind = key.rstrip("0123456789")
            if not value or len(value) > _LIMITS.get(kind, 64):
                return refuse("47003")
        return json({"errcode": 0, "errmsg": "ok"})

    return await perform(request, "wechat", "subscribe", body, act, refuse=refuse)


@bp.post("/cityservice/face/identify/getverifyid")
async def getverifyid(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        if (problem := _token_problem(request)) is not None:
            return problem
        state, world = _state(request), world_of(request)
        cert = body.get("cert_info")
        sequence, openid = str(body.get("out_seq_no", "")), str(body.get("openid", ""))
        if not isinstance(cert, dict) or not re.fullmatch(r"[A-Za-z0-9_-]{5,32}", sequence):
            return refuse("84010")
        if sequence in state.sequences:
            return refuse("84011")
        if not openid.startswith("o"):
            return refuse("40003")
        verify_id = secrets.token_urlsafe(48)
        state.sequences.add(sequence)
        state.verify_ids[verify_id] = sequence
        world.faces[f"wechat:{sequence}"] = FaceCheck(
            id=sequence,
            name=str(cert.get("cert_name", "")),
            id_number=str(cert.get("cert_no", "")),
            subject=openid,
        )
        return json({"errcode": 0, "errmsg": "ok", "verify_id": verify_id, "expires_in": 3600})

    return await perform(request, "wechat", "getverifyid", body, act, refuse=refuse)


@bp.post("/cityservice/face/identify/queryverifyinfo")
async def queryverifyinfo(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        if (problem := _token_problem(request)) is not None:
            return problem
        state, world = _state(request), world_of(request)
        sequence = str(body.get("out_seq_no", ""))
        check = world.faces.get(f"wechat:{sequence}")
        if check is None or state.verify_ids.get(str(body.get("verify_id", ""))) != sequence:
            return refuse("84012")
        if check.subject != body.get("openid"):
            return refuse("40003")
        if body.get("cert_hash") != _cert_hash(check.name, check.id_number):
            return refuse("84013")
        if time.time() - check.created > 3600:
            return refuse("84014")
        return json({"errcode": 0, "errmsg": "ok", "verify_ret": _VERIFY_RET[world.settle_face(check)]})

    return await perform(request, "wechat", "queryverifyinfo", body, act, refuse=refuse)


def _cert_hash(name: str, id_number: str) -> str:
    pairs = (("cert_type", "IDENTITY_CARD"), ("cert_name", name), ("cert_no", id_number))
    text = "&".join(f"{key}={base64.b64encode(value.encode()).decode()}" for key, value in pairs)
    return hashlib.sha256(text.encode()).hexdigest()
