"""Looking around: regions, home, search, guides. No sign-in, answers from memory with an ETag."""

from __future__ import annotations

import msgspec
from sanic import Request
from sanic.response import HTTPResponse

from backend.core.http import JSON, Api, Call
from backend.matters import catalogue, regions
from backend.matters.catalogue import Encoded, encoded
from backend.matters.errors import RegionUnknown
from backend.matters.schemas import Guide, Home, MattersPage, MattersQuery, RegionQuery, RegionTree
from backend.modules.errors import MatterNotFound

api = Api("matters", "/api/v1", tag="事项", audience="public")

# A browser asks again each time, and is mostly told 304: a rollback must be seen at once.
CACHE_CONTROL = "no-cache"
_regions: list[Encoded] = []


def _answer(request: Request, answer: Encoded) -> HTTPResponse:
    headers = {"etag": answer.etag, "cache-control": CACHE_CONTROL, "vary": "accept-encoding"}
    known = request.headers.get("if-none-match")
    if known is not None and (known == answer.etag or answer.etag in known or known.strip() == "*"):
        return HTTPResponse(None, status=304, headers=headers)
    if answer.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return HTTPResponse(answer.gzipped, status=200, headers=headers, content_type=JSON)
    return HTTPResponse(answer.plain, status=200, headers=headers, content_type=JSON)


@api.get("/regions", raw_out="application/json", out=RegionTree, statuses=(304,))
async def region_tree(call: Call) -> HTTPResponse:
    """All regions: 四川 with its 市州 and counties, 重庆 with its districts."""
    if not _regions:
        _regions.append(encoded(msgspec.json.encode(regions.tree())))
    return _answer(call.request, _regions[0])


@api.get("/home", query=RegionQuery, raw_out="application/json", out=Home, errors=(RegionUnknown,), statuses=(304,))
async def home(call: Call) -> HTTPResponse:
    """Blocks of the home page of a region (the whole province when none is named)."""
    region = call.query.region or regions.PROVINCE
    held = catalogue.current()
    return _answer(call.request, held.cached(f"home {region}", lambda: held.home(region)))


@api.get(
    "/matters",
    query=MattersQuery,
    raw_out="application/json",
    out=MattersPage,
    errors=(RegionUnknown,),
    statuses=(304,),
)
async def matters(call: Call) -> HTTPResponse:
    """Search and browse: by name, keyword, pinyin, initials; by theme, audience, kind."""
    held = catalogue.current()
    query: MattersQuery = call.query
    key = f"list {query.region}|{query.theme}|{query.audience}|{query.kind}|{query.cursor}|{query.limit}|{query.q}"
    return _answer(call.request, held.cached(key, lambda: held.matters(query)))


@api.get(
    "/matters/<matter:str>",
    query=RegionQuery,
    raw_out="application/json",
    out=Guide,
    errors=(RegionUnknown, MatterNotFound),
    statuses=(304,),
)
async def guide(call: Call, matter: str) -> HTTPResponse:
    """Everything about one matter in one answer."""
    held = catalogue.current()
    region = call.query.region
    return _answer(call.request, held.cached(f"guide {matter} {region}", lambda: held.guide(matter, region)))
