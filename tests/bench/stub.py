"""A vendor that takes everything after 20 ms: the far side of `push.send`. `python -m tests.bench.stub PORT`.

Written on the protocol, so that it costs less than what is measured against it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import sys
from urllib.parse import parse_qs, urlsplit

DELAY_S = 0.02
_ids = itertools.count(18_000_000_000_000_000)


class _Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(b"\r\n\r\n")) >= 0:
            head = self._held[:end]
            length = 0
            for line in head.split(b"\r\n")[1:]:
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if len(self._held) < end + 4 + length:
                return
            self._held = self._held[end + 4 + length :]
            asyncio.get_running_loop().call_later(DELAY_S, self._answer, head.split(b" ", 2)[1].decode())

    def _answer(self, target: str) -> None:
        parts = urlsplit(target)
        if parts.path == "/v3/push/cid":
            count = int(parse_qs(parts.query).get("count", ["1"])[0])
            body = json.dumps({"cidlist": [f"bench-{secrets.token_hex(16)}" for _ in range(count)]})
        else:
            body = json.dumps({"sendno": "0", "msg_id": str(next(_ids))})
        answer = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        if not self._transport.is_closing():
            self._transport.write(answer.encode())  # type: ignore[attr-defined]


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Connection, "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
