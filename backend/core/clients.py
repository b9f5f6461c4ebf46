"""Outbound HTTP for everything that leaves this program.

One aiohttp session per event loop carries all calls. A call has one total deadline; retries (full jitter)
happen only when the caller says that the call is idempotent; a circuit breaker per client refuses early
while the far side is down. What can go wrong is told in three kinds:

* ``retryable``: the far side surely did nothing (never sent, refused by a rate limit, breaker open);
* ``unknown``: the request left this machine and no usable answer came back. Ask before trying again;
* ``permanent``: the same request will fail again.

Neither bodies nor query strings are logged: they hold names, numbers and tokens.
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import re
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any, Literal
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

import aiohttp
import msgspec
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict, CIMultiDictProxy

from backend.core.metrics import PROVIDER_CALLS

log = structlog.get_logger("clients")

Kind = Literal["permanent", "retryable", "unknown"]
Outcome = Literal["ok", "permanent", "throttled", "auth", "unknown"]

_KIND_OF: dict[Outcome, Kind] = {
    "permanent": "permanent",
    "throttled": "retryable",
    "auth": "retryable",  # nothing was done and it works again once the credential is mended; see ``outcome``
    "unknown": "unknown",
}


class ProviderError(Exception):
    """A call to the outside did not give a usable answer.

    ``code`` is the provider's own code, or one of ours: connect_failed, timeout, disconnected,
    breaker_open, response_too_large, unreadable_answer, bad_signature, address_refused, http_<status>.
    ``retry_after`` is in seconds. ``outcome`` ``auth`` asks the channel to stop and raise an alarm.
    ``message`` is for logs and operators, not for citizens.
    """

    def __init__(
        self,
        kind: Kind,
        provider: str,
        code: str,
        *,
        call: str = "",
        message: str = "",
        outcome: Outcome | None = None,
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(f"{provider}.{call}: {code} ({kind}) {message}".rstrip())
        self.kind: Kind = kind
        self.provider = provider
        self.code = code
        self.call = call
        self.message = message
        self.outcome: Outcome = outcome or (
            "throttled" if kind == "retryable" else "unknown" if kind == "unknown" else "permanent"
        )
        self.retry_after = retry_after
        self.status = status

    @classmethod
    def of(cls, outcome: Outcome, provider: str, code: str, **rest: Any) -> ProviderError:
        """The error for a row of a provider's code table; ``outcome`` must not be ``ok``."""
        return cls(_KIND_OF[outcome], provider, code, outcome=outcome, **rest)


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer, read within the client's size limit. Any status; the provider decides what it means."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", errors="replace")

    def json(self) -> Any:
        """The decoded body. Raises msgspec.DecodeError when it is not JSON (gateways answer HTML)."""
        return msgspec.json.decode(self.body)

    @property
    def retry_after(self) -> float | None:
        return _retry_after(self.headers.get("Retry-After"))


@dataclass(slots=True)
class Breaker:
    """Refuses calls for ``reset_s`` seconds after ``failures`` failures in a row; then lets one trial by."""

    failures: int = 5
    reset_s: float = 30.0
    clock: Callable[[], float] = time.monotonic
    _count: int = field(default=0, init=False)
    _opened_at: float | None = field(default=None, init=False)
    _trial: bool = field(default=False, init=False)

    @property
    def state(self) -> Literal["closed", "open", "half_open"]:
        if self._opened_at is None:
            return "closed"
        return "half_open" if self.clock() - self._opened_at >= self.reset_s else "open"

    def acquire(self) -> float | None:
        """None: go ahead. A number: refused, try again in that many seconds."""
        if self._opened_at is None:
            return None
        left = self.reset_s - (self.clock() - self._opened_at)
        if left > 0:
            return left
        if self._trial:
            return 1.0
        self._trial = True
        return None

    def succeeded(self) -> None:
        self._count, self._opened_at, self._trial = 0, None, False

    def failed(self) -> None:
        self._count += 1
        if self._trial or self._count >= self.failures:
            self._opened_at = self.clock()
        self._trial = False

    def abandoned(self) -> None:
        """The call was cancelled by its caller: that says nothing about the far side."""
        self._trial = False


class AddressRefused(OSError):
    """The host resolves to an address inside this network."""


class _PublicOnly(AbstractResolver):
    """Checks what a name resolves to when connecting, so that DNS cannot change its mind afterwards."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or aiohttp.DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        for item in found:
            if not is_public(item["host"]):
                raise AddressRefused(f"{host} resolves to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()


_UNICAST = ipaddress.ip_network("2000::/3")  # all that IANA has given out for public use (RFC 4291)
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")  # RFC 9637


def is_public(address: str) -> bool:
    """Whether an IP literal is globally routable (not loopback, private, link-local or multicast).

    Of IPv6 only what is given out for public use counts: NAT64, SIIT, site-local and segment addresses lie outside,
    and what is behind them is a router's choice. An IPv4 address inside (mapped, 6to4, ISATAP) must be public too.
    """
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _UNICAST or ip in _DOCUMENTATION:
            return False
        inner = ip.sixtofour or _isatap(ip)
        if inner is not None and not is_public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast


def _isatap(ip: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address of an interface id `[02]00:5efe:a.b.c.d` (RFC 5214)."""
    low = int(ip) & 0xFFFF_FFFF_FFFF_FFFF
    return ipaddress.IPv4Address(low & 0xFFFF_FFFF) if low >> 32 in (0x5EFE, 0x0200_5EFE) else None


_sessions: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, aiohttp.ClientSession]] = WeakKeyDictionary()


def _session(public_only: bool) -> aiohttp.ClientSession:
    by_guard = _sessions.setdefault(asyncio.get_running_loop(), {})
    session = by_guard.get(public_only)
    if session is None or session.closed:
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_mark_sent)
        connector = aiohttp.TCPConnector(limit=400, limit_per_host=100, resolver=_PublicOnly() if public_only else None)
        session = aiohttp.ClientSession(
            connector=connector, trace_configs=[trace], cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
        )
        # aiohttp repeats a GET by itself when a kept-alive connection breaks; several GETs of our vendors
        # spend a one-time code, so whether to repeat is decided here alone.
        session._retry_connection = False
        by_guard[public_only] = session
    return session


async def _mark_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.sent = True


async def close_sessions() -> None:
    """Close the running loop's connections; called once when a process stops."""
    for session in _sessions.pop(asyncio.get_running_loop(), {}).values():
        await session.close()


Headers = Mapping[str, str] | Callable[[], Mapping[str, str] | Awaitable[Mapping[str, str]]]


class Client:
    """Calls to one base URL.

    ``timeout_s`` bounds the whole call with its retries; ``connect_s`` one connection attempt. With
    ``public_only`` the host may not resolve to an address inside this network.
    """

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        timeout_s: float = 5.0,
        connect_s: float = 2.0,
        attempts: int = 3,
        backoff_s: float = 0.2,
        max_bytes: int = 1 << 20,
        breaker: Breaker | None = None,
        public_only: bool = False,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http(s) address: {parts.scheme}://{parts.hostname}")
        self.provider = provider
        self.base_url = base_url.rstrip("/")
        self.timeout_s = timeout_s
        self.connect_s = connect_s
        self.attempts = attempts
        self.backoff_s = backoff_s
        self.max_bytes = max_bytes
        self.breaker = breaker or Breaker()
        self.public_only = public_only
        # A resolver never sees an address that is written as a number.
        self._inner_literal = public_only and _is_inner_literal(parts.hostname)

    async def request(
        self,
        method: str,
        path: str,
        *,
        call: str,
        params: Mapping[str, str] | None = None,
        headers: Headers | None = None,
        body: bytes | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        idempotent: bool = False,
        timeout_s: float | None = None,
    ) -> Response:
        """One call. Returns whatever answer came, with any status.

        ``headers`` may be a function, also one to be awaited: it runs for each attempt, for signatures that carry
        a nonce. ``idempotent`` allows repeating after a transport failure, 5xx or a short 429. Raises ProviderError.
        """
        if json is not None:
            body = msgspec.json.encode(json)
        started = time.monotonic()
        deadline = started + (timeout_s or self.timeout_s)
        tries = self.attempts if idempotent else 1
        result, attempt = "cancelled", 0
        try:
            while True:
                attempt += 1
                last = attempt >= tries
                try:
                    answer = await self._once(
                        method, path, call, params, headers, body, json is not None, form, deadline
                    )
                except ProviderError as error:
                    result = error.code
                    if last or error.kind == "permanent" or error.code == "breaker_open":
                        raise
                    pause = self._pause(attempt, error.retry_after)
                    if time.monotonic() + pause >= deadline:
                        raise
                else:
                    result = str(answer.status)
                    if last or not (answer.status >= 500 or answer.status == 429):
                        return answer
                    pause = self._pause(attempt, answer.retry_after)
                    if time.monotonic() + pause >= deadline:
                        return answer
                await asyncio.sleep(pause)
        finally:
            seconds = time.monotonic() - started
            log.info(
                "call",
                provider=self.provider,
                call=call,
                result=result,
                ms=round(seconds * 1000),
                attempts=attempt,
            )
            PROVIDER_CALLS.labels(self.provider, call, result).inc()

    def _pause(self, attempt: int, retry_after: float | None) -> float:
        if retry_after is not None:
            return retry_after
        return random.uniform(0, self.backoff_s * 2 ** (attempt - 1))  # noqa: S311 - jitter, not a secret

    async def _once(
        self,
        method: str,
        path: str,
        call: str,
        params: Mapping[str, str] | None,
        headers: Headers | None,
        body: bytes | None,
        is_json: bool,
        form: Mapping[str, str] | None,
        deadline: float,
    ) -> Response:
        if self._inner_literal:
            raise ProviderError("permanent", self.provider, "address_refused", call=call)
        wait = self.breaker.acquire()
        if wait is not None:
            raise ProviderError("retryable", self.provider, "breaker_open", call=call, retry_after=wait)
        state = SimpleNamespace(sent=False)
        settled = False
        try:
            given = headers() if callable(headers) else headers or {}
            out: CIMultiDict[str] = CIMultiDict(given if isinstance(given, Mapping) else await given)
            if is_json:
                out.setdefault("Content-Type", "application/json; charset=utf-8")
            left = max(deadline - time.monotonic(), 0.001)
            async with _session(self.public_only).request(
                method,
                self.base_url + path,
                params=params,
                headers=out,
                data=form if form is not None else body,
                allow_redirects=False,  # a redirect would carry secrets to a place nobody configured
                timeout=aiohttp.ClientTimeout(total=left, sock_connect=min(self.connect_s, left)),
                trace_request_ctx=state,
            ) as raw:
                answer = Response(raw.status, raw.headers, await self._read(raw, call))
            settled = True
            if answer.status >= 500:
                self.breaker.failed()
            else:
                self.breaker.succeeded()
            return answer
        except ProviderError:
            settled = True
            self.breaker.succeeded()  # it answered, too much of it
            raise
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            settled = True
            self.breaker.failed()
            raise self._transport_error(error, call, sent=state.sent) from error
        finally:
            if not settled:
                self.breaker.abandoned()

    async def _read(self, raw: aiohttp.ClientResponse, call: str) -> bytes:
        parts = bytearray()
        async for piece in raw.content.iter_any():
            parts += piece
            if len(parts) > self.max_bytes:
                raise ProviderError("unknown", self.provider, "response_too_large", call=call, status=raw.status)
        return bytes(parts)

    def _transport_error(self, error: BaseException, call: str, *, sent: bool) -> ProviderError:
        message = type(error).__name__
        if isinstance(error, AddressRefused) or isinstance(error.__cause__, AddressRefused):
            return ProviderError("permanent", self.provider, "address_refused", call=call, message=message)
        if not sent:
            return ProviderError("retryable", self.provider, "connect_failed", call=call, message=message)
        code = "timeout" if isinstance(error, TimeoutError) else "disconnected"
        return ProviderError("unknown", self.provider, code, call=call, message=message)

    def unreadable(self, answer: Response, call: str) -> ProviderError:
        """The error for an answer that does not speak the provider's dialect (an HTML page of a gateway)."""
        if answer.status == 429:
            return ProviderError(
                "retryable", self.provider, "http_429", call=call, retry_after=answer.retry_after, status=429
            )
        if answer.status >= 500:
            return ProviderError("unknown", self.provider, f"http_{answer.status}", call=call, status=answer.status)
        if answer.status >= 300:
            return ProviderError("permanent", self.provider, f"http_{answer.status}", call=call, status=answer.status)
        return ProviderError("unknown", self.provider, "unreadable_answer", call=call, status=answer.status)

    def decode(self, answer: Response, call: str) -> Any:
        """The JSON of an answer; raises the ``unreadable`` error when there is none."""
        try:
            return answer.json()
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.unreadable(answer, call) from error

    def decode_object(self, answer: Response, call: str) -> dict[str, Any]:
        """The JSON object of an answer; raises the ``unreadable`` error for anything else."""
        found = self.decode(answer, call)
        if not isinstance(found, dict):
            raise self.unreadable(answer, call)
        return found


def _is_inner_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        # `2130706433`, `127.1`, `0x7f.1`: some resolvers take such numbers for an address, past the check of ours
        return _NUMBER.search(host) is not None
    return not is_public(host)


_NUMBER = re.compile(r"(^|\.)([0-9]+|0[xX][0-9a-fA-F]*)\.?$")


def _retry_after(value: str | None) -> float | None:
    """Seconds from a Retry-After header, which is a number or an HTTP date."""
    if not value:
        return None
    try:
        return max(float(value), 0.0)
    except ValueError:
        try:
            return max(parsedate_to_datetime(value).timestamp() - time.time(), 0.0)
        except (ValueError, TypeError):
            return None
