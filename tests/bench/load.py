"""A bounded load generator on loopback: keep-alive connections, one request in flight on each.

It counts bytes instead of parsing answers: every answer of a run has the length of the first one, which is read whole
and checked. So it costs a few microseconds a request and the server is what is measured.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

MAX_SECONDS = 30.0
MAX_CONNECTIONS = 128


@dataclass
class Result:
    """Answers a second, and the latencies seen in seconds (sampled)."""

    rate: float
    count: int
    seconds: float
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class LoadFailed(RuntimeError):
    """The server answered something else than what was asked for."""


def request(method: str, path: str, *, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    for name, value in (headers or {}).items():
        lines.append(f"{name}: {value}")
    if body or method in ("POST", "PUT"):
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


class _Connection(asyncio.Protocol):
    def __init__(
        self, following: Callable[[], bytes | None], length: int | None, done: Callable[[float], None]
    ) -> None:
        self._following = following
        self._length = length
        self._done = done
        self._seen = 0
        self._head = b""
        self._expected: int | None = length
        self._sent_at = 0.0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._next()

    def _next(self) -> None:
        data = self._following()
        if data is None:
            self._transport.close()
            if not self.finished.done():
                self.finished.set_result(None)
            return
        self._sent_at = time.perf_counter()
        self._transport.write(data)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._seen += len(data)
        if self._expected is None:
            self._head += data
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return
            self._expected = end + 4 + _content_length(self._head[:end])
        if self._seen >= self._expected:
            self._seen -= self._expected
            self._done(time.perf_counter() - self._sent_at)
            if self._length is None:
                self._expected = None
                self._head = b""
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.finished.done():
            self.finished.set_exception(exc or LoadFailed("the server closed a connection"))


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    if b" 304 " in head.split(b"\r\n", 1)[0] or b" 204 " in head.split(b"\r\n", 1)[0]:
        return 0
    raise LoadFailed("an answer without content-length")


async def probe(port: int, data: bytes, *, status: int) -> int:
    """Length of one whole answer; raises LoadFailed when its status is another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
    got = int(head.split(b" ", 2)[1])
    body = await reader.readexactly(_content_length(head[:-4]))
    writer.close()
    if got != status:
        raise LoadFailed(f"expected {status}, got {got}: {body[:300]!r}")
    return len(head) + len(body)


async def run(
    port: int,
    requests: Sequence[bytes],
    *,
    seconds: float,
    connections: int = 32,
    status: int = 200,
    same_length: bool = True,
    limit: int | None = None,
) -> Result:
    """Send `requests` in turn for `seconds` (at most `limit` of them) and count the answers."""
    seconds = min(seconds, MAX_SECONDS)
    connections = min(connections, MAX_CONNECTIONS)
    length = await probe(port, requests[0], status=status) if same_length else None
    latencies: list[float] = []
    count = 0
    sent = 0
    until = time.perf_counter() + seconds
    total = len(requests)

    def following() -> bytes | None:
        nonlocal sent
        if time.perf_counter() >= until or (limit is not None and sent >= limit):
            return None
        sent += 1
        return requests[sent % total if limit is None else sent - 1]

    def done(latency: float) -> None:
        nonlocal count
        count += 1
        if count % 7 == 0:
            latencies.append(latency)

    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    held = [
        (await loop.create_connection(lambda: _Connection(following, length, done), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.finished for connection in held))
    elapsed = time.perf_counter() - started
    return Result(count / elapsed, count, elapsed, latencies or [elapsed])
