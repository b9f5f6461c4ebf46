"""Links to releases that nobody gets yet, and what they show."""

from __future__ import annotations

from backend.core.http import Api, Call
from backend.matters import previews
from backend.matters.errors import PreviewOver
from backend.matters.schemas import Guide, PreviewLink, PreviewOut
from backend.modules.errors import MatterNotFound, NotYourRegion, ReleaseNotFound

api = Api("previews", "/api/v1", tag="事项", audience="public")
staff_api = Api("publish_previews", "/publish/v1", tag="模块发布", audience="staff", roles=("publisher", "reviewer"))


@staff_api.post("/releases/<id:str>/preview", out=PreviewLink, status=201, errors=(ReleaseNotFound, NotYourRegion))
async def make(call: Call, id: str) -> PreviewLink:
    """一小时有效的链接，在群众页面里看这个版本"""
    return await previews.make(call.who, id)


@api.get("/previews/<ticket:str>", out=PreviewOut, errors=(PreviewOver,))
async def preview(_: Call, ticket: str) -> PreviewOut:
    """What a preview link shows: a release and its matters."""
    return await previews.read(ticket)


@api.get("/previews/<ticket:str>/matters/<matter:str>", out=Guide, errors=(PreviewOver, MatterNotFound))
async def preview_matter(_: Call, ticket: str, matter: str) -> Guide:
    """A guide of the release as citizens would get it."""
    return await previews.matter(ticket, matter)
