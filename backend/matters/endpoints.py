"""Looking around: regions, home, search, guides. No sign-in, answers from memory with an ETag."""

from __future__ import annotations

import msgspec
from sanic import Request
from sanic.response import HTTPResponse

from backend.core.http import Api, Prepared
from backend.core.intake import read_query
from backend.matters import catalogue, regions
from backend.matters.catalogue import Catalogue, Encoded, encoded
from backend.matters.errors import RegionUnknown
from backend.matters.schemas import Guide, Home, MattersPage, MattersQuery, RegionQuery, RegionTree
from backend.modules import evidence, gray
from backend.modules.errors import MatterNotFound

api = Api("matters", "/api/v1", tag="事项", audience="public")

_regions: list[Encoded] = []


def _held(request: Request) -> Catalogue:
    """The catalogue that this device sees: one for everybody, unless something is being rolled out."""
    held = catalogue.current()
    if held.views is None:
        return held
    return held.views.of(gray.device(request), request.args.get("region"))


def _answer(request: Request, answer: Encoded) -> HTTPResponse:
    asked = request.headers
    known = asked.get("if-none-match")
    if known is not None and (answer.etag in known or known.strip() == "*"):
        return Prepared(None, 304, answer.match_headers)
    if answer.gzipped is not None and "gzip" in asked.get("accept-encoding", ""):
        return Prepared(answer.gzipped, 200, answer.gzip_headers)
    return Prepared(answer.plain, 200, answer.headers)


@api.get("/regions", hot=True, raw_out="application/json", out=RegionTree, statuses=(304,))
def region_tree(request: Request) -> HTTPResponse:
    """All regions: 四川 with its 市州 and counties, 重庆 with its districts."""
    if not _regions:
        _regions.append(encoded(msgspec.json.encode(regions.tree())))
    return _answer(request, _regions[0])


@api.get(
    "/home", hot=True, query=RegionQuery, raw_out="application/json", out=Home, errors=(RegionUnknown,), statuses=(304,)
)
def home(request: Request) -> HTTPResponse:
    """Blocks of the home page of a region (the whole province when none is named)."""
    held = _held(request)
    key = "home " + request.query_string
    found = held.peek(key)
    if found is None:
        region = read_query(request, RegionQuery).region or regions.PROVINCE
        found = held.cached(key, lambda: held.home(region))
    return _answer(request, found)


@api.get(
    "/matters",
    hot=True,
    query=MattersQuery,
    raw_out="application/json",
    out=MattersPage,
    errors=(RegionUnknown,),
    statuses=(304,),
)
def matters(request: Request) -> HTTPResponse:
    """Search and browse: by name, keyword, pinyin, initials; by theme, audience, kind."""
    held = _held(request)
    key = "list " + request.query_string
    found = held.peek(key)
    if found is None:
        query: MattersQuery = read_query(request, MattersQuery)
        found = held.cached(key, lambda: held.matters(query))
    return _answer(request, found)


@api.get(
    "/matters/<matter:str>",
    hot=True,
    query=RegionQuery,
    raw_out="application/json",
    out=Guide,
    errors=(RegionUnknown, MatterNotFound),
    statuses=(304,),
)
def guide(request: Request, matter: str) -> HTTPResponse:
    """Everything about one matter in one answer."""
    held = _held(request)
    key = f"guide {matter} {request.query_string}"
    found = held.peek(key)
    if found is None:
        region = read_query(request, RegionQuery).region
        found = held.cached(key, lambda: held.guide(matter, region))
    evidence.viewed(held.release_of(matter))
    return _answer(request, found)
