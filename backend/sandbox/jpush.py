"""JPush: push with idempotent cids, cid pool, reports, devices, quota headers."""

from __future__ import annotations

import base64
import hmac
import secrets
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from backend.sandbox.world import perform, world_of

bp = Blueprint("jpush", url_prefix="/jpush")

CID_S = 86400
KEEP = 200_000
"""Pushes remembered at most; drills with more forget the oldest instead of filling the memory."""
_STATUS = {
    "1000": 500,
    "1001": 405,
    "1004": 401,
    "1020": 404,
    "1030": 503,
    "2002": 429,
    "2003": 403,
    "2004": 403,
    "2005": 403,
    "2006": 403,
    "2007": 403,
}


@dataclass
class JPushState:
    """`pushes`: msg_id → number of devices; `gone`: registration ids that do not exist (any more); `told`: how often
    each device was told something, a repeated cid counted once."""

    quota: int = 600_000
    window: int = 0
    used: int = 0
    cids: dict[str, tuple[float, bytes]] = field(default_factory=dict)
    pushes: dict[str, int] = field(default_factory=dict)
    devices: dict[str, dict[str, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    next_id: int = 18_000_000_000_000_000

    def forget(self) -> None:
        for kept in (self.cids, self.pushes):
            while len(kept) > KEEP:
                kept.pop(next(iter(kept)))

    def spend(self) -> dict[str, str] | None:
        """Count one call of this minute; the headers, or None when the quota is used up."""
        minute = int(time.time() // 60)
        if minute != self.window:
            self.window, self.used = minute, 0
        if self.used >= self.quota:
            return None
        self.used += 1
        return self.headers()

    def headers(self) -> dict[str, str]:
        return {
            "X-Rate-Limit-Quota": str(self.quota),
            "X-Rate-Limit-Remaining": str(max(self.quota - self.used, 0)),
            "X-Rate-Limit-Reset": str(60 - int(time.time() % 60)),
        }


def _state(request: Request) -> JPushState:
    state: JPushState = request.app.ctx.jpush
    return state


def _refuse(request: Request, code: str) -> HTTPResponse:
    body = msgspec.json.encode({"error": {"code": int(code), "message": "模拟的错误"}})
    return HTTPResponse(
        body,
        status=_STATUS.get(code, 400),
        headers=_state(request).headers(),
        content_type="application/json",
    )


def _known(request: Request) -> bool:
    config = world_of(request).vendors.jpush
    pair = base64.b64encode(f"{config.app_key}:{config.master_secret}".encode()).decode()
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Basic {pair}".encode())


def _object(request: Request) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(request.body) if request.body else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _json(value: Any, headers: dict[str, str] | None = None) -> HTTPResponse:
    return HTTPResponse(msgspec.json.encode(value), headers=headers, content_type="application/json")


@bp.get("/v3/push/cid")
async def cid(request: Request) -> HTTPResponse:
    async def act() -> HTTPResponse:
        if not _known(request):
            return _refuse(request, "1004")
        count = request.args.get("count", "1")
        if not count.isdigit() or not 1 <= int(count) <= 1000:
            return _refuse(request, "1003")
        key = world_of(request).vendors.jpush.app_key
        return _json({"cidlist": [f"{key}-{secrets.token_hex(16)}" for _ in range(int(count))]})

    detail = {"count": request.args.get("count", "")}
    return await perform(request, "jpush", "cid", detail, act, refuse=lambda code: _refuse(request, code))


@bp.post("/v3/push")
async def push(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        state = _state(request)
        if not _known(request):
            return _refuse(request, "1004")
        headers = state.spend()
        if headers is None:
            return _refuse(request, "2002")
        now, given = time.time(), body.get("cid")
        if isinstance(given, str):
            kept = state.cids.get(given)
            if kept is not None and kept[0] > now:
                return HTTPResponse(kept[1], headers=headers, content_type="application/json")
        audience = body.get("audience")
        if not body.get("platform") or not audience or not (body.get("notification") or body.get("message")):
            return _refuse(request, "1002")
        if len(request.body) > 8192:
            return _refuse(request, "1005")
        targets = 1
        if isinstance(audience, dict) and "registration_id" in audience:
            found = [item for item in audience["registration_id"] if item not in state.gone]
            if not found:
                return _refuse(request, "1011")
            targets = len(found)
            state.told.update(found)
        state.next_id += 1
        state.pushes[str(state.next_id)] = targets
        state.forget()
        reply = msgspec.json.encode({"sendno": "0", "msg_id": str(state.next_id)})
        if isinstance(given, str):
            state.cids[given] = (now + CID_S, reply)
        return HTTPResponse(reply, headers=headers, content_type="application/json")

    return await perform(request, "jpush", "push", body, act, refuse=lambda code: _refuse(request, code))


@bp.get("/v3/received/detail")
async def received(request: Request) -> HTTPResponse:
    ids = [item for item in request.args.get("msg_ids", "").split(",") if item]

    async def act() -> HTTPResponse:
        if not _known(request):
            return _refuse(request, "1004")
        if not 1 <= len(ids) <= 100:
            return _refuse(request, "1003")
        pushes = _state(request).pushes
        return _json(
            [
                {
                    "msg_id": item,
                    "jpush_received": pushes.get(item),
                    "ios_apns_sent": 0 if item in pushes else None,
                    "ios_apns_received": 0 if item in pushes else None,
                }
                for item in ids
            ]
        )

    return await perform(
        request, "jpush", "received", {"msg_ids": ids}, act, refuse=lambda code: _refuse(request, code)
    )


@bp.post("/v3/status/message")
async def status(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        if not _known(request):
            return _refuse(request, "1004")
        known = str(body.get("msg_id")) in _state(request).pushes
        gone = _state(request).gone
        ids = [str(item) for item in body.get("registration_ids") or []]
        return _json({item: {"status": 3 if not known else 2 if item in gone else 0} for item in ids})

    return await perform(request, "jpush", "status", body, act, refuse=lambda code: _refuse(request, code))


@bp.get("/v3/devices/<registration_id:str>", name="read_device")
@bp.post("/v3/devices/<registration_id:str>", name="write_device")
async def device(request: Request, registration_id: str) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        state = _state(request)
        if not _known(request):
            return _refuse(request, "1004")
        if registration_id in state.gone:
            return _refuse(request, "1003")
        found = state.devices.setdefault(registration_id, {"alias": "", "tags": [], "mobile": ""})
        if request.method == "GET":
            return _json(found)
        if isinstance(body.get("alias"), str):
            found["alias"] = body["alias"]
        tags = body.get("tags") or {}
        if isinstance(tags, dict):
            kept = [tag for tag in found["tags"] if tag not in (tags.get("remove") or [])]
            found["tags"] = kept + [tag for tag in tags.get("add") or [] if tag not in kept]
        return HTTPResponse(status=200)

    call = "device" if request.method == "GET" else "set_device"
    detail = {"registration_id": registration_id, **body}
    return await perform(request, "jpush", call, detail, act, refuse=lambda code: _refuse(request, code))
