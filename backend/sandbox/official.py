"""The servers of a WeChat official account: its token and its menu."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json

from backend.sandbox.wechat import TOKEN_S, refuse
from backend.sandbox.world import perform, world_of

bp = Blueprint("official", url_prefix="/official")

KINDS = ("click", "view", "miniprogram", "scancode_push", "location_select")


@dataclass
class OfficialState:
    token: str = ""
    ends: float = 0.0
    menu: dict[str, Any] = field(default_factory=dict)


def _state(request: Request) -> OfficialState:
    state: OfficialState = request.app.ctx.official
    return state


def _object(request: Request) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


@bp.post("/cgi-bin/stable_token")
async def stable_token(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        config, state = world_of(request).vendors.official, _state(request)
        if config is None or body.get("appid") != config.app_id:
            return refuse("40013")
        if body.get("secret") != config.secret:
            return refuse("40125")
        if not state.token or state.ends < time.time():
            state.token, state.ends = "O_" + secrets.token_hex(32), time.time() + TOKEN_S
        return json({"access_token": state.token, "expires_in": int(state.ends - time.time())})

    return await perform(request, "official", "stable_token", {"appid": body.get("appid")}, act, refuse=refuse)


@bp.post("/cgi-bin/menu/create")
async def menu_create(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        state = _state(request)
        if not state.token or request.args.get("access_token") != state.token:
            return refuse("40001")
        problem = _menu_problem(body.get("button"), most=3, longest=16)
        if problem:
            return refuse(problem)
        state.menu = body
        return json({"errcode": 0, "errmsg": "ok"})

    return await perform(request, "official", "menu", body, act, refuse=refuse)


def _menu_problem(buttons: Any, *, most: int, longest: int) -> str:
    """The vendor's code for what is wrong: 40016 count, 40018 a name's bytes, 40017 kind, 40019 key, 40020 address."""
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= most:
        return "40016"
    for button in buttons:
        name = str(button.get("name", ""))
        if not name or len(name.encode()) > longest:
            return "40018"
        if "sub_button" in button:
            if problem := _menu_problem(button["sub_button"], most=5, longest=60):
                return problem
        elif button.get("type") not in KINDS:
            return "40017"
        elif button["type"] == "click" and not 0 < len(str(button.get("key", "")).encode()) <= 128:
            return "40019"
        elif button["type"] == "view" and not str(button.get("url", "")).startswith(("https://", "http://127.0.0.1")):
            return "40020"
    return ""
