"""What operators and probes ask of a process: alive, ready, metrics, the API's description."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from redis.exceptions import RedisError
from sanic.response import HTTPResponse

from backend.core import db, metrics, openapi, redis
from backend.core.http import ENDPOINTS, JSON, Api, Call
from backend.modules import registry

api = Api("operation", "", tag="运行", audience="public")


class Alive(msgspec.Struct):
    status: str


class Ready(msgspec.Struct):
    """`failing` names what is away; `generation` is what this process serves."""

    status: str
    generation: int
    failing: dict[str, str]


@api.get("/healthz", out=Alive)
async def healthz(_: Call) -> Alive:
    """This process is alive."""
    return Alive("ok")


async def _database() -> None:
    await asyncio.wait_for(db.fetch_one("SELECT 1"), 2)


async def _redis() -> None:
    await asyncio.wait_for(redis.client().ping(), 2)


@api.get("/readyz", raw_out="application/json", out=Ready, statuses=(503,))
async def readyz(_: Call) -> HTTPResponse:
    """Database, Redis and registry by name. 503 while the database is away or no snapshot was ever built."""
    failing: dict[str, str] = {}
    try:
        await _database()
    except Exception as exc:
        if not db.is_connection_error(exc):
            raise
        failing["database"] = "away"
    try:
        await _redis()
    except (RedisError, OSError, TimeoutError):
        failing["redis"] = "away"
    if not registry.ready():
        failing["registry"] = "no snapshot yet"
    elif registry.failure() is not None:
        failing["registry"] = "the newest generation could not be built; the last good one is served"
    blocked = "database" in failing or not registry.ready()
    answer = Ready("failing" if blocked else "degraded" if failing else "ok", registry.current().generation, failing)
    return HTTPResponse(msgspec.json.encode(answer), status=503 if blocked else 200, content_type=JSON)


@api.get("/metrics", raw_out="text/plain")
async def exposition(_: Call) -> HTTPResponse:
    """Prometheus."""
    return HTTPResponse(
        await asyncio.to_thread(metrics.exposition), content_type="text/plain; version=0.0.4; charset=utf-8"
    )


_document: list[bytes] = []


@api.get("/openapi.json", raw_out="application/json")
async def description(_: Call) -> HTTPResponse:
    """This document."""
    if not _document:
        document: dict[str, Any] = openapi.document(ENDPOINTS)
        _document.append(msgspec.json.encode(document))
    return HTTPResponse(_document[0], content_type=JSON)
