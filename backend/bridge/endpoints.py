"""部门页面: what the page around a team's own page asks of the server."""

from __future__ import annotations

from backend.bridge import service
from backend.bridge.errors import ConsentNeeded, NoOwnPages, NotDeclared, PageTokenRefused
from backend.bridge.schemas import (
    ConsentCreate,
    ConsentOut,
    GivenConsents,
    OwnPageOut,
    PageCall,
    RegionQuery,
    TokenBody,
    WhoOut,
)
from backend.cases.errors import FormInvalid, NotEligible, WrongKind
from backend.cases.schemas import QueryOut
from backend.core.errors import LevelTooLow, NotSignedIn, TooManyRequests
from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.modules import gray
from backend.modules.errors import (
    DepartmentRefused,
    DepartmentUnavailable,
    MatterNotFound,
    NoConnector,
    SwitchedOff,
)

api = Api("bridge", "/api/v1", tag="部门页面")


@api.get("/own-pages/<matter:str>", query=RegionQuery, out=OwnPageOut, errors=(MatterNotFound, SwitchedOff, NoOwnPages))
async def open_page(call: Call, matter: str) -> OwnPageOut:
    """部门自己的页面在哪里，连同几分钟有效的凭证"""
    query: RegionQuery = call.query
    return await service.open_page(call.principal, matter, device=gray.device(call.request), region=query.region)


@api.post(
    "/modules/<module:str>/consent",
    level=Level.LOGIN,
    body=ConsentCreate,
    out=ConsentOut,
    errors=(PageTokenRefused, NotDeclared),
)
async def consent(call: Call, body: ConsentCreate, module: str) -> ConsentOut:
    """同意部门的页面使用这些信息，代替以前的同意"""
    return await service.consent(call.who, module, body.token, body.fields)


@api.get("/me/consents", level=Level.LOGIN, out=GivenConsents)
async def consents(call: Call) -> GivenConsents:
    """我同意过哪些部门的页面读取哪些信息"""
    return await service.given(call.who)


@api.delete("/modules/<module:str>/consent", level=Level.LOGIN, status=204)
async def withdraw(call: Call, module: str) -> None:
    """撤回同意，立即生效"""
    await service.withdraw(call.who, module)


@api.post(
    "/modules/<module:str>/citizen",
    level=Level.LOGIN,
    body=TokenBody,
    out=WhoOut,
    errors=(PageTokenRefused, ConsentNeeded, TooManyRequests),
)
async def who_is(call: Call, body: TokenBody, module: str) -> WhoOut:
    """部门的页面问是谁：模块声明过、本人同意过的信息"""
    return await service.who_is(call.who, module, body.token, address=call.address)


@api.post(
    "/modules/<module:str>/call",
    body=PageCall,
    out=QueryOut,
    errors=(
        PageTokenRefused,
        ConsentNeeded,
        MatterNotFound,
        WrongKind,
        SwitchedOff,
        NotSignedIn,
        LevelTooLow,
        FormInvalid,
        NotEligible,
        TooManyRequests,
        DepartmentUnavailable,
        DepartmentRefused,
        NoConnector,
    ),
)
async def call_module(call: Call, body: PageCall, module: str) -> QueryOut:
    """部门的页面查询本模块的事项，经平台转给部门的系统"""
    return await service.call(call.principal, module, body, address=call.address)
