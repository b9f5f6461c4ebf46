"""The built pages, from memory: brotli and gzip as made at build, long life for hashed files, strict headers."""

from __future__ import annotations

import hashlib
import mimetypes
import secrets
from dataclasses import dataclass, replace
from pathlib import Path

from sanic import Request
from sanic.response import HTTPResponse

from backend.modules.gray import DEVICE_COOKIE

YEAR = 365 * 86_400
FOLDER = Path(__file__).resolve().parents[1] / "h5" / "dist"
API_PREFIXES = ("/api/", "/staff/", "/publish/", "/operate/", "/callbacks/", "/assets/")
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; frame-src 'self' blob: {modules};"
    " style-src 'self' 'unsafe-inline'; font-src 'self' data:; connect-src 'self'; object-src 'none';"
    " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
}
NOT_BUILT = (
    "<!doctype html><html lang='zh-CN'><meta charset='utf-8'><title>天府通办</title>"
    "<p>页面还没有构建。请用 make run 启动，它会自动构建页面。</p></html>"
).encode()


def _headers(request: Request) -> dict[str, str]:
    """Of every page: frames may show the teams' own pages, which live on the modules' origin."""
    modules = request.app.ctx.settings.http.module_url
    return {"content-security-policy": CSP.format(modules=modules), **HEADERS}


@dataclass(frozen=True, slots=True)
class File:
    plain: bytes
    brotli: bytes | None
    gzip: bytes | None
    content_type: str
    etag: str
    forever: bool


class Pages:
    """Every file of a build, read once. `script` is put into each HTML page: the address of one more script."""

    def __init__(self, folder: Path = FOLDER, *, script: str | None = None) -> None:
        self._files: dict[str, File] = {}
        for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
            name = path.relative_to(folder).as_posix()
            if path.is_file() and path.suffix not in (".br", ".gz", ".map") and not path.name.startswith("."):
                self._files[name] = _read(path, forever="assets/" in name)
                if script is not None and path.suffix == ".html":
                    self._files[name] = _with_script(self._files[name], script)

    @property
    def built(self) -> bool:
        return "index.html" in self._files

    def answer(self, request: Request) -> HTTPResponse | None:
        """The page or file of a path; the entry page for paths of the pages' own router; None when it is the API's."""
        path = request.path
        if path.startswith(API_PREFIXES) and not path.startswith("/assets/"):
            return None
        found = self._files.get(path.lstrip("/"))
        if found is None:
            dotted = path.startswith(("/verify/", "/matters/"))  # codes and matter ids hold dots
            if path.startswith("/assets/") or ("." in path.rsplit("/", 1)[-1] and not dotted):
                return None
            entry = "console/index.html" if path.startswith("/console") else "index.html"
            found = self._files.get(entry)
            if found is None:
                return HTTPResponse(
                    NOT_BUILT, status=503, content_type="text/html; charset=utf-8", headers=_headers(request)
                )
        answer = _answer(request, found)
        if found.content_type.startswith("text/html") and DEVICE_COOKIE not in request.cookies:
            # a random name for this browser, so that it never flips between two releases of a module
            secure = request.app.ctx.settings.http.public_url.startswith("https:")
            answer.add_cookie(
                DEVICE_COOKIE, secrets.token_hex(16), max_age=YEAR, httponly=True, samesite="Lax", secure=secure
            )
        return answer


def _read(path: Path, *, forever: bool) -> File:
    plain = path.read_bytes()
    packed = {
        suffix: other.read_bytes() if (other := path.with_name(path.name + suffix)).is_file() else None
        for suffix in (".br", ".gz")
    }
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind in ("application/javascript", "application/json", "image/svg+xml"):
        kind += "; charset=utf-8"
    etag = '"' + hashlib.blake2b(plain, digest_size=12).hexdigest() + '"'
    return File(plain, packed[".br"], packed[".gz"], kind, etag, forever)


def _with_script(page: File, address: str) -> File:
    plain = page.plain.replace(b"</body>", f'<script src="{address}" defer></script></body>'.encode())
    etag = '"' + hashlib.blake2b(plain, digest_size=12).hexdigest() + '"'
    return replace(page, plain=plain, brotli=None, gzip=None, etag=etag)


def _answer(request: Request, file: File) -> HTTPResponse:
    headers = _headers(request)
    headers["etag"] = file.etag
    headers["vary"] = "accept-encoding"
    headers["cache-control"] = "public, max-age=31536000, immutable" if file.forever else "no-cache"
    if file.etag in request.headers.get("if-none-match", ""):
        return HTTPResponse(None, status=304, headers=headers)
    accepted = request.headers.get("accept-encoding", "")
    body = file.plain
    if file.brotli is not None and "br" in accepted:
        body, headers["content-encoding"] = file.brotli, "br"
    elif file.gzip is not None and "gzip" in accepted:
        body, headers["content-encoding"] = file.gzip, "gzip"
    if request.method == "HEAD":
        return HTTPResponse(None, status=200, headers=headers, content_type=file.content_type)
    return HTTPResponse(body, status=200, headers=headers, content_type=file.content_type)
