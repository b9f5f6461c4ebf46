"""HTTP: endpoints declared with their level, body, query and answer; problem+json; idempotency keys; paging.

```python
api = Api("cases", "/api/v1", tag="办件")

@api.post("/cases", level=Level.VERIFIED, body=CaseCreate, out=CaseOut, status=201, idempotent=True)
async def submit(call: Call, body: CaseCreate) -> CaseOut: ...
```

The declaration is the documentation: `core.openapi` reads the same table, so an undeclared answer is a defect.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

import msgspec
from sanic import Blueprint, Request
from sanic.response import HTTPResponse

from backend.core import db, kept, metrics
from backend.core.access import authenticate
from backend.core.errors import AppError, BadRequest, IdempotencyConflict, NotFound, NotSignedIn, ServiceUnavailable
from backend.core.intake import decoder, read_body, read_query
from backend.core.problems import encoder, new_request_id, problem_response
from backend.core.sessions import Level, Principal

Audience = Literal["citizen", "staff", "public"]
JSON = "application/json; charset=utf-8"

Declare = Callable[[Callable[..., Any]], Callable[..., Any]]


class Page(msgspec.Struct, kw_only=True):
    """Base of list answers: `items` and an opaque `next` cursor, null at the end."""

    next: str | None = None


class Prepared(HTTPResponse):
    """An answer whose own headers were put into bytes once, for what is sent a thousand times a second."""

    __slots__ = ("_prepared",)

    def __init__(self, body: bytes | None, status: int, prepared: tuple[tuple[bytes, bytes], ...]) -> None:
        super().__init__(body, status=status)
        self._prepared = prepared

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        yield from self._prepared
        for name, value in self.headers.items():  # what the server adds: length and connection
            yield name.encode("ascii"), str(value).encode()


class Empty(msgspec.Struct):
    """An answer without content."""


class Call:
    """What a handler gets of a request: who, from where, and the raw request for the few that need it."""

    __slots__ = ("headers", "principal", "query", "request", "request_id", "set_cookies")

    def __init__(self, request: Request, request_id: str, principal: Principal | None) -> None:
        self.request = request
        self.request_id = request_id
        self.principal = principal
        self.query: Any = None
        self.set_cookies: list[tuple[str, str, dict[str, Any]]] = []
        self.headers: dict[str, str] = {}

    @property
    def who(self) -> Principal:
        """The signed-in principal; only for endpoints that declare a level above none or staff roles."""
        if self.principal is None:
            raise NotSignedIn
        return self.principal

    @property
    def address(self) -> str:
        """The client's address. A forwarded header counts only behind the configured number of proxies."""
        trusted = self.request.app.ctx.settings.http.trusted_proxies
        if trusted:
            hops = [part.strip() for part in self.request.headers.get("x-forwarded-for", "").split(",") if part.strip()]
            if len(hops) >= trusted:
                return str(hops[-trusted])
        return self.request.ip or "unknown"

    @property
    def idempotency_key(self) -> str | None:
        return self.request.headers.get("idempotency-key")

    def cookie(self, key: str, value: str, **options: Any) -> None:
        """Set a cookie on the answer; an empty value deletes it."""
        self.set_cookies.append((key, value, options))


@dataclass(slots=True)
class Endpoint:
    """One declared operation; everything `core.openapi` and the architecture tests need."""

    method: str
    path: str
    name: str
    handler: Callable[..., Any]
    audience: Audience
    level: Level
    roles: tuple[str, ...]
    body: Any
    query: Any
    out: Any
    status: int
    idempotent: bool
    raw_body: str | None
    raw_out: str | None
    errors: tuple[type[AppError], ...]
    tag: str
    summary: str
    statuses: tuple[int, ...] = ()
    hot: bool = False


ENDPOINTS: list[Endpoint] = []


class Api:
    """A Sanic blueprint whose routes are declared."""

    def __init__(
        self, name: str, prefix: str, *, tag: str, audience: Audience = "citizen", roles: tuple[str, ...] = ()
    ) -> None:
        self.blueprint = Blueprint(name, url_prefix=prefix)
        self.name = name
        self.prefix = prefix
        self.tag = tag
        self.audience: Audience = audience
        self.roles = roles

    def get(self, path: str, **options: Any) -> Declare:
        return self._route("GET", path, **options)

    def post(self, path: str, **options: Any) -> Declare:
        return self._route("POST", path, **options)

    def put(self, path: str, **options: Any) -> Declare:
        return self._route("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Declare:
        return self._route("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Declare:
        return self._route("DELETE", path, **options)

    def _route(
        self,
        method: str,
        path: str,
        *,
        level: Level = Level.NONE,
        roles: tuple[str, ...] | None = None,
        audience: Audience | None = None,
        body: Any = None,
        query: Any = None,
        out: Any = None,
        status: int = 200,
        idempotent: bool = False,
        raw_body: str | None = None,
        raw_out: str | None = None,
        errors: tuple[type[AppError], ...] = (),
        statuses: tuple[int, ...] = (),
        body_limit: int | None = None,
        hot: bool = False,
        stream: bool = False,
        summary: str = "",
    ) -> Declare:
        """Declare an operation.

        level      citizens below it get 401 or 403; NONE is open to everybody (a session is read when there is one)
        roles      staff roles of which one is needed (audience staff)
        body,query msgspec Structs; unknown fields and wrong types are answered 422 with one entry a field
        out        Struct of the answer; None with raw_out (a media type) for handlers that return HTTPResponse
        idempotent the handler runs in a transaction with the Idempotency-Key's row: same key, same answer.
                   Such a handler must not call a provider.
        stream     the handler reads a large body itself, piece by piece, and bounds it; who asks is known by then
        hot        the handler is `(request, **path) -> HTTPResponse`, public, reads its own query with
                   `read_query`, and answers from memory; the runner adds next to nothing to it
        """

        def wrap(handler: Callable[..., Any]) -> Callable[..., Any]:
            endpoint = Endpoint(
                method=method,
                path=self.prefix + path,
                name=f"{self.name}.{handler.__name__}",
                handler=handler,
                audience=audience or self.audience,
                level=level,
                roles=self.roles if roles is None else roles,
                body=body,
                query=query,
                out=out,
                status=status,
                idempotent=idempotent,
                raw_body=raw_body,
                raw_out=raw_out,
                errors=errors,
                tag=self.tag,
                summary=summary or (handler.__doc__ or "").strip().split("\n")[0],
                statuses=statuses,
                hot=hot,
            )
            ENDPOINTS.append(endpoint)
            run = _hot_runner(endpoint) if hot else _runner(endpoint, body_limit)
            run.__name__ = handler.__name__
            self.blueprint.add_route(
                run,  # type: ignore[arg-type]
                path or "/",
                methods=[method],
                name=handler.__name__,
                stream=stream,
                error_format="json",  # else Sanic reads the handler's source to guess it, milliseconds a route
            )
            return handler

        return wrap


def _runner(endpoint: Endpoint, body_limit: int | None) -> Callable[..., Awaitable[HTTPResponse]]:
    handler = endpoint.handler
    decode = decoder(endpoint.body) if endpoint.body is not None else None
    route = endpoint.path
    method = endpoint.method
    figures = metrics.figures(route, method)
    staff = endpoint.audience == "staff"
    needs_session = staff or endpoint.level > Level.NONE

    async def run(request: Request, **path: str) -> HTTPResponse:
        started = time.perf_counter()
        request_id = new_request_id()
        try:
            principal = authenticate(
                request, level=endpoint.level, roles=endpoint.roles, staff=staff, required=needs_session
            )
            call = Call(request, request_id, principal)
            if endpoint.query is not None:
                call.query = read_query(request, endpoint.query)
            for value in path.values():
                if "\x00" in value or "%00" in value:
                    raise NotFound
            if decode is not None:
                body = read_body(request, endpoint.body, decode, body_limit)
                if endpoint.idempotent:
                    response = await _once(call, endpoint, body, path)
                else:
                    response = _respond(call, endpoint, await handler(call, body, **path))
            elif endpoint.idempotent:
                response = await _once(call, endpoint, None, path)
            else:
                result = await handler(call, **path)
                response = result if isinstance(result, HTTPResponse) else _respond(call, endpoint, result)
                if call.set_cookies and isinstance(result, HTTPResponse):
                    _cookies(call, response)
        except Exception as exc:  # noqa: BLE001 - the one place where a surprise becomes a problem document
            response = problem_response(exc, request, request_id)
        response.headers["x-request-id"] = request_id
        figures.add(response.status, time.perf_counter() - started)
        return response

    return run


def _hot_runner(endpoint: Endpoint) -> Callable[..., Awaitable[HTTPResponse]]:
    """For what everybody reads: no session, no copies, figures added up in memory and handed on once a second."""
    handler: Callable[..., HTTPResponse] = cast(Any, endpoint.handler)
    figures = metrics.figures(endpoint.path, endpoint.method)
    clock = time.perf_counter

    async def run(request: Request, **path: str) -> HTTPResponse:
        started = clock()
        try:
            response = handler(request, **path)
        except Exception as exc:  # noqa: BLE001 - as above: a surprise becomes a problem document
            request_id = new_request_id()
            response = problem_response(exc, request, request_id)
            response.headers["x-request-id"] = request_id
        figures.add(response.status, clock() - started)
        return response

    return run


def _respond(call: Call, endpoint: Endpoint, result: Any) -> HTTPResponse:
    if isinstance(result, HTTPResponse):
        response = result
    elif endpoint.status == 204:
        response = HTTPResponse(status=204)
    else:
        response = HTTPResponse(encoder.encode(result), status=endpoint.status, content_type=JSON)
        response.headers["cache-control"] = "no-store"
    for name, value in call.headers.items():
        response.headers[name] = value
    if call.set_cookies:
        _cookies(call, response)
    return response


def _cookies(call: Call, response: HTTPResponse) -> None:
    secure = call.request.app.ctx.settings.http.public_url.startswith("https:")
    for key, value, options in call.set_cookies:
        if value:
            response.add_cookie(
                key,
                value,
                path=options.get("path", "/"),
                httponly=options.get("httponly", True),
                samesite="Lax",
                secure=secure,
                max_age=options.get("max_age"),
            )
        else:
            response.delete_cookie(key, path=options.get("path", "/"))


async def _once(call: Call, endpoint: Endpoint, body: Any, path: dict[str, str]) -> HTTPResponse:
    """Run the handler in one transaction with the row of its Idempotency-Key."""
    key = call.idempotency_key
    arguments: tuple[Any, ...] = () if endpoint.body is None else (body,)
    if key is None:
        async with db.transaction():
            result = await endpoint.handler(call, *arguments, **path)
        return _respond(call, endpoint, result)
    if not 1 <= len(key) <= 128 or not key.isascii() or not key.isprintable():
        raise BadRequest("Idempotency-Key 应为 1 到 128 个可见的英文字符")
    who = call.principal
    scope = (
        f"{who.kind + ':' + who.id if who else 'public'} {endpoint.method} {endpoint.path} {'/'.join(path.values())}"
    )
    scope = scope if len(scope) <= 200 else scope[:120] + hashlib.sha256(scope.encode()).hexdigest()
    sent: bytes = call.request.body
    async with db.transaction():
        mine = await db.fetch_one(
            "INSERT INTO core_kept_answer (scope, key, body_digest, created_at) VALUES ($1, $2, $3, now())"
            " ON CONFLICT (scope, key) DO NOTHING RETURNING id",
            scope,
            key,
            kept.fingerprint(scope, key, sent),
        )
        if mine is None:
            first = await db.fetch_one(
                "SELECT body_digest, status, answer FROM core_kept_answer WHERE scope = $1 AND key = $2",
                scope,
                key,
            )
            if first is None or first["status"] is None:
                raise ServiceUnavailable(retry_after=1)
            if not kept.same_body(scope, key, sent, first["body_digest"]):
                raise IdempotencyConflict
            response = HTTPResponse(kept.opened(scope, key, first["answer"]), status=first["status"], content_type=JSON)
            response.headers["idempotent-replay"] = "true"
            return response
        result = await endpoint.handler(call, *arguments, **path)
        answer = b"" if endpoint.status == 204 else encoder.encode(result)
        await db.execute(
            "UPDATE core_kept_answer SET status = $2, answer = $3 WHERE id = $1",
            mine["id"],
            endpoint.status,
            kept.sealed(scope, key, answer),
        )
    return _respond(call, endpoint, result)
