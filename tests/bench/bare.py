"""The baseline beside which the product is measured: bare Sanic doing the same work by hand.

`python -m tests.bench.bare PORT BODY_FILE [DATABASE_URL]`; one process, no middleware, no validation, no ledger.
"""

from __future__ import annotations

import base64
import hmac
import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
from sanic import Request, Sanic
from sanic.response import HTTPResponse

from tests.bench import rows

JSON = "application/json"
KEY = b"k" * 32
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
LAST = uuid.UUID(int=2**128 - 1)


def create(body: bytes, database_url: str | None, sql: dict[str, Any]) -> Any:
    app: Any = Sanic("bare", configure_logging=False)
    app.config.ACCESS_LOG = False
    held: dict[str, Any] = {}

    @app.get("/body")
    async def same_bytes(_: Request) -> HTTPResponse:
        return HTTPResponse(body, content_type=JSON)

    @app.get("/304")
    async def not_modified(_: Request) -> HTTPResponse:
        return HTTPResponse(None, status=304)

    @app.get("/hmac")
    async def one_hmac(request: Request) -> HTTPResponse:
        token = request.headers.get("authorization", "")[7:]
        payload, _, signature = token.partition(".")
        digest = base64.urlsafe_b64encode(hmac.digest(KEY, payload.encode(), "sha256")).rstrip(b"=").decode()
        hmac.compare_digest(digest, signature)
        return HTTPResponse(body, content_type=JSON)

    @app.get("/select")
    async def select(_: Request) -> HTTPResponse:
        async with held["pool"].acquire() as connection:
            found = await connection.fetch(sql["select"], uuid.UUID(sql["citizen"]), LATEST, LAST, 21)
        return HTTPResponse(json.dumps([dict(row) for row in found], default=str).encode(), content_type=JSON)

    @app.post("/insert")
    async def insert(request: Request) -> HTTPResponse:
        json.loads(request.body)
        async with held["pool"].acquire() as connection, connection.transaction():
            await held["insert"](connection)
        return HTTPResponse(b"{}", status=201, content_type=JSON)

    @app.before_server_start
    async def start(_: Any) -> None:
        if database_url:
            held["pool"] = await asyncpg.create_pool(database_url, min_size=1, max_size=10)
        if "number" in sql:
            async with held["pool"].acquire() as connection:
                held["insert"] = rows.inserter(await rows.templates(connection, sql["key"], sql["number"]))

    return app


if __name__ == "__main__":
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    url = sys.argv[3] if len(sys.argv) > 3 else None
    statements = json.loads(Path(sys.argv[4]).read_text()) if len(sys.argv) > 4 else {}
    create(file.read_bytes(), url, statements).run(
        host="127.0.0.1", port=port, single_process=True, access_log=False, motd=False
    )
