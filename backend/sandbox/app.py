"""The simulators' web app."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from sanic import Sanic

from backend.core.clients import close_sessions
from backend.sandbox import (
    alipay,
    authority,
    control,
    credentials,
    department,
    desk,
    faceid,
    jpush,
    official,
    sms,
    wechat,
    wechat_pay,
)
from backend.sandbox.orders import Orders
from backend.sandbox.store import Store
from backend.sandbox.world import World

_numbers = count(1)


def create_app(data_dir: Path, *, base_url: str | None = None, public_url: str | None = None) -> Sanic[Any, Any]:
    """The app of all simulators. Keys and what must survive a restart live in `<data_dir>/sandbox`.

    `base_url` is where this app will listen (else from TF_SANDBOX_PORT), `public_url` where our side takes
    callbacks (else from TF_PUBLIC_URL or TF_PORT). Blocking: makes keys the first time and writes
    `credentials.json` before it returns.
    """
    base_url = base_url or f"http://127.0.0.1:{os.environ.get('TF_SANDBOX_PORT') or 8010}"
    public_url = (
        public_url or os.environ.get("TF_PUBLIC_URL") or f"http://127.0.0.1:{os.environ.get('TF_PORT') or 8000}"
    )
    folder = data_dir / "sandbox"
    vendors, keys = credentials.ensure(folder, base_url=base_url, public_url=public_url)
    app: Sanic[Any, Any] = Sanic(f"sandbox-{next(_numbers)}", configure_logging=False)
    app.config.FALLBACK_ERROR_FORMAT = "text"
    app.config.RESPONSE_TIMEOUT = 130  # faults hold requests for long
    app.config.ACCESS_LOG = False
    app.config.TOUCHUP = False  # it rewrites Sanic's own classes, which fails for a second app in one process
    store = Store(folder / "state.sqlite3")
    world = World(folder=folder, base_url=base_url, public_url=public_url, vendors=vendors, keys=keys, store=store)
    app.ctx.world = world
    app.ctx.wechat = wechat.WeChatState()
    app.ctx.official = official.OfficialState()
    app.ctx.jpush = jpush.JPushState()
    app.ctx.orders = Orders(store)
    app.ctx.alipay_orders = set()
    app.ctx.sms_nonces = set()
    app.ctx.authority_nonces = set()
    app.ctx.department_cases = department.Cases(store)
    app.ctx.department_server = department.make_server(world, app.ctx.department_cases)
    for module in (wechat, official, wechat_pay, alipay, jpush, sms, faceid, authority, department, control, desk):
        app.blueprint(module.bp)

    @app.before_server_start
    async def remember(_app: Sanic[Any, Any]) -> None:
        for id_number, name in await store.all("person"):
            world.known[id_number] = name.decode()
        for uscc, held in await store.all("company"):
            world.companies[uscc] = msgspec.json.decode(held, type=dict[str, str])

    @app.after_server_stop
    async def stop(_app: Sanic[Any, Any]) -> None:
        await store.close()
        await close_sessions()

    return app
