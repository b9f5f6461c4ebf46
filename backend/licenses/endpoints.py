"""The wallet, showing a licence, and verifying what was shown."""

from __future__ import annotations

from redis.exceptions import RedisError

from backend.core import redis
from backend.core.errors import TooManyRequests
from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.identity.errors import NotDelegated
from backend.licenses import service
from backend.licenses.errors import CodeExpired, CodeUnknown, LicenseNotFound, LicenseNotValid
from backend.licenses.schemas import LicenseList, LicenseOut, LicensesQuery, ShowOut, VerifyKeys, VerifyOut

api = Api("licenses", "/api/v1", tag="电子证照")


@api.get("/licenses", level=Level.VERIFIED, query=LicensesQuery, out=LicenseList, errors=(NotDelegated,))
async def licenses(call: Call) -> LicenseList:
    """我的电子证照"""
    query: LicensesQuery = call.query
    if query.on_behalf_of is not None:
        return await service.list_for(call.who, query.on_behalf_of, cursor=query.cursor, limit=query.limit)
    return await service.list_of(call.who.id, cursor=query.cursor, limit=query.limit)


@api.get("/licenses/<id:str>", level=Level.VERIFIED, out=LicenseOut, errors=(LicenseNotFound,))
async def license(call: Call, id: str) -> LicenseOut:
    """一张电子证照"""
    return await service.get(call.who.id, id)


@api.post(
    "/licenses/<id:str>/show", level=Level.VERIFIED, out=ShowOut, status=201, errors=(LicenseNotFound, LicenseNotValid)
)
async def show(call: Call, id: str) -> ShowOut:
    """亮证：60 秒有效的码"""
    return await service.show(call.who, id)


@api.get("/verify-keys", audience="public", out=VerifyKeys)
async def verify_keys(call: Call) -> VerifyKeys:
    """离线验证亮证码的公钥"""
    return await service.verify_keys()


@api.get("/verify/<code:str>", audience="public", out=VerifyOut, errors=(CodeUnknown, CodeExpired, TooManyRequests))
async def verify(call: Call, code: str) -> VerifyOut:
    """扫码验证一张证照"""
    try:
        await redis.limit(f"verify:{call.address}", 60, 60, message="验证太频繁，请稍后再试")
    except RedisError:
        # a code cannot be guessed (128 random bits, signed): without the counter verifying stays possible
        call.headers["x-limit"] = "off"
    return await service.verify(code)
