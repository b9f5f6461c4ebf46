"""好差评: the applicant rates a case; handlers follow up on bad ratings."""

from __future__ import annotations

from backend.cases.errors import CaseNotFound
from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.ratings import service
from backend.ratings.errors import AlreadyRated, FollowUpDone, FollowUpNotFound, NotConcluded
from backend.ratings.schemas import FollowUpList, FollowUpOut, FollowUpReply, FollowUpsQuery, RatingCreate, RatingOut

api = Api("ratings", "/api/v1", tag="好差评")
staff_api = Api("ratings_staff", "/staff/v1", tag="回访整改", audience="staff", roles=("window", "reviewer"))


@api.post(
    "/cases/<number:str>/rating",
    level=Level.LOGIN,
    body=RatingCreate,
    out=RatingOut,
    status=201,
    idempotent=True,
    errors=(CaseNotFound, NotConcluded, AlreadyRated),
)
async def rate(call: Call, body: RatingCreate, number: str) -> RatingOut:
    """评价一件办结的事"""
    return await service.rate(call.who.id, number, body)


@staff_api.get("/follow-ups", query=FollowUpsQuery, out=FollowUpList)
async def follow_ups(call: Call) -> FollowUpList:
    """待回访、待整改的差评"""
    query: FollowUpsQuery = call.query
    return await service.follow_ups(call.who, state=query.state, cursor=query.cursor, limit=query.limit)


@staff_api.post(
    "/follow-ups/<id:str>/reply", body=FollowUpReply, out=FollowUpOut, errors=(FollowUpNotFound, FollowUpDone)
)
async def reply(call: Call, body: FollowUpReply, id: str) -> FollowUpOut:
    """回复申请人：已联系，或已整改"""
    return await service.reply(call.who, id, body)
