"""The origin of the teams' own pages: `TF_MODULE_PORT`, served by every web process beside the platform's own.

Files come from memory (`modules.pages`), known by module and digest, so they are kept for ever by browsers. Nothing
else is here: no session, no cookie, no API, no file system, no other host. The policy of each answer binds a page to
the files of its own release, takes every network away from it and gives it an origin of its own, also when somebody
opens it outside of the platform's frame (decision 0075).
"""

from __future__ import annotations

import itertools
import os
import socket
from typing import Any
from urllib.parse import unquote

from sanic import Request, Sanic
from sanic.response import HTTPResponse

from backend.core import db, logging
from backend.core.settings import Settings
from backend.modules import pages

log = logging.get("origin")

SANDBOX = "allow-scripts allow-forms"
NOTHING = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<h1>{title}</h1>
<p>{text}</p>
</html>
"""

_number = itertools.count(1)


def policy(settings: Settings, base: str = "") -> str:
    """The content security policy of what lies under `base` (`/<module>/<digest>/`); without it nothing is allowed."""
    own = settings.http.module_url + base if base else "'none'"
    return (
        f"default-src 'none'; script-src {own}; style-src {own}; img-src {own}; font-src {own}; connect-src 'none';"
        " frame-src 'none'; worker-src 'none'; form-action 'none'; base-uri 'none';"
        f" frame-ancestors {settings.http.public_url}; sandbox {SANDBOX}"
    )


def _headers(settings: Settings, base: str = "") -> dict[str, str]:
    return {
        "content-security-policy": policy(settings, base),
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "x-dns-prefetch-control": "off",
    }


def create_app(settings: Settings) -> Sanic[Any, Any]:
    """The application of the modules' port; it shares registry and database with the web application around it."""
    app: Any = Sanic(f"tianfu-origin-{next(_number)}", configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=16 * 1024,
        REQUEST_TIMEOUT=30,
        RESPONSE_TIMEOUT=60,
        KEEP_ALIVE_TIMEOUT=75,
        GRACEFUL_SHUTDOWN_TIMEOUT=5,
        ACCESS_LOG=False,
        OAS=False,
        TOUCHUP=False,  # it rewrites Sanic's own classes, which the web application in this process has done already
    )

    @app.exception(Exception)  # type: ignore[untyped-decorator]
    async def failed(_: Request, exc: Exception) -> HTTPResponse:
        status = getattr(exc, "status_code", 500)
        if status == 405:
            return _page(settings, 405, "不能这样访问", "这里只提供页面文件。")
        if status in (400, 404, 413, 414):
            return _page(settings, 404, "没有这个页面", "地址可能已经更新，请回到天府通办，从办事指南重新进入。")
        if db.is_connection_error(exc):
            answer = _page(settings, 503, "页面暂时打不开", "请过一会儿再试。")
            answer.headers["retry-after"] = "5"
            return answer
        log.error("origin_failed", error=repr(exc))
        return _page(settings, 500, "页面暂时打不开", "请过一会儿再试，或拨打 12345 咨询。")

    @app.route("/", methods=["GET", "HEAD"], name="root")  # type: ignore[untyped-decorator]
    @app.route("/<path:path>", methods=["GET", "HEAD"], name="file", unquote=False)  # type: ignore[untyped-decorator]
    async def file(request: Request, path: str = "") -> HTTPResponse:
        return await _answer(settings, request)

    return app  # type: ignore[no-any-return]


async def _answer(settings: Settings, request: Request) -> HTTPResponse:
    module, _, rest = request.path.removeprefix("/").partition("/")
    digest, _, name = rest.partition("/")
    found = await pages.of_digest(module, digest)
    try:
        asset = found.files.get(unquote(name, errors="strict") or pages.ENTRY) if found is not None else None
    except UnicodeDecodeError:
        asset = None
    if asset is None:
        return _page(settings, 404, "没有这个页面", "地址可能已经更新，请回到天府通办，从办事指南重新进入。")
    headers = _headers(settings, f"/{module}/{digest}/")
    headers["etag"] = asset.etag
    headers["cache-control"] = "public, max-age=31536000, immutable"
    # the page's own origin is opaque: its fonts and script modules come from elsewhere in the browser's eyes
    headers["access-control-allow-origin"] = "*"
    if asset.etag in request.headers.get("if-none-match", ""):
        return HTTPResponse(None, status=304, headers=headers)
    body = None if request.method == "HEAD" else asset.content
    return HTTPResponse(body, status=200, headers=headers, content_type=asset.content_type)


def _page(settings: Settings, status: int, title: str, text: str) -> HTTPResponse:
    headers = {**_headers(settings), "cache-control": "no-store"}
    body = NOTHING.format(title=title, text=text)
    return HTTPResponse(body, status=status, headers=headers, content_type="text/html; charset=utf-8")


def serve_beside(app: Sanic[Any, Any], settings: Settings) -> None:
    """Open the modules' port with the web application and close it with it. The supervisor hands the listening socket
    over as TF_MODULE_FD, as it does the citizens'."""
    around: Any = app

    @around.after_server_start  # type: ignore[untyped-decorator]
    async def start(_: Sanic[Any, Any]) -> None:
        fd = os.environ.get("TF_MODULE_FD")
        if fd:
            listener = socket.socket(fileno=int(fd))
        else:
            listener = socket.create_server(("127.0.0.1", settings.http.module_port), backlog=1024)
        listener.setblocking(False)
        around.ctx.origin = await open_on(create_app(settings), listener)

    @around.before_server_stop  # type: ignore[untyped-decorator]
    async def stop(_: Sanic[Any, Any]) -> None:
        await shut(around.ctx.origin)


async def open_on(app: Sanic[Any, Any], listener: socket.socket) -> Any:
    """A server of `app` on a listening socket, in this loop."""
    server: Any = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    if server is None:
        raise RuntimeError("the modules' port could not be opened")
    await server.startup()
    await server.before_start()
    await server.start_serving()
    await server.after_start()
    return server


async def shut(server: Any) -> None:
    await server.before_stop()
    await server.close()
    await server.after_stop()
