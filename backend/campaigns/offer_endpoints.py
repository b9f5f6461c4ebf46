"""免申即享 for citizens: what I may have, what one tap would hand in, the tap, and no thanks."""

from __future__ import annotations

from backend.campaigns import offers
from backend.campaigns.errors import OfferNotFound, OfferOver
from backend.campaigns.schemas import OfferConfirm, OfferDetail, OfferDone, OfferList
from backend.cases.errors import FormInvalid, MaterialsInvalid, NotEligible
from backend.core.errors import LevelTooLow
from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.modules.errors import MatterNotFound, ReleaseUnknown, SwitchedOff

api = Api("offers", "/api/v1", tag="免申即享")


@api.get("/offers", level=Level.VERIFIED, out=OfferList)
async def mine(call: Call) -> OfferList:
    """我可以免申请享受的"""
    return await offers.mine(call.who)


@api.get("/offers/<id:str>", level=Level.VERIFIED, out=OfferDetail, errors=(OfferNotFound, MatterNotFound))
async def offer(call: Call, id: str) -> OfferDetail:
    """确认以后会提交哪些内容"""
    return await offers.get(call.who, id)


@api.post(
    "/offers/<id:str>/confirm",
    level=Level.VERIFIED,
    body=OfferConfirm,
    out=OfferDone,
    status=201,
    idempotent=True,
    errors=(
        OfferNotFound,
        OfferOver,
        MatterNotFound,
        ReleaseUnknown,
        SwitchedOff,
        FormInvalid,
        MaterialsInvalid,
        NotEligible,
        LevelTooLow,
    ),
)
async def confirm(call: Call, body: OfferConfirm, id: str) -> OfferDone:
    """确认，随即开出办件"""
    return await offers.confirm(call.who, id, body)


@api.post("/offers/<id:str>/decline", level=Level.VERIFIED, status=204, errors=(OfferNotFound, OfferOver))
async def decline(call: Call, id: str) -> None:
    """不需要"""
    await offers.decline(call.who, id)
