"""Taking one's data along, and leaving."""

from __future__ import annotations

from backend.core.http import Api, Call, Empty
from backend.core.sessions import Level
from backend.identity import closing, errors
from backend.identity.schemas import ClosureOut, DataExport

api = Api("leaving", "/api/v1", tag="个人信息")


@api.post("/me/export", level=Level.LOGIN, out=DataExport)
async def export(call: Call) -> DataExport:
    """导出我的全部信息（明文）；已实名的要刷脸（目的 `export:data`）。"""
    call.headers["cache-control"] = "no-store"
    return await closing.export(call.who)


@api.get("/me/closure", level=Level.LOGIN, out=ClosureOut)
async def state(call: Call) -> ClosureOut:
    """注销的进度，什么会挡住注销，注销后依法保存什么。"""
    return await closing.state(call.who)


@api.post("/me/closure", level=Level.LOGIN, out=ClosureOut, errors=(errors.ClosureBlocked,))
async def ask(call: Call) -> ClosureOut:
    """申请注销，7 天后执行；已实名的要刷脸（目的 `close:account`）。"""
    return await closing.ask(call.who)


@api.delete("/me/closure", level=Level.LOGIN, out=Empty, status=204, errors=(errors.ClosureNotFound,))
async def cancel(call: Call) -> None:
    """取消注销。"""
    await closing.cancel(call.who)
