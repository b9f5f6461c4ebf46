"""The code that a citizen brings to a window, and what the window makes of it."""

from __future__ import annotations

from backend.core.errors import TooManyRequests
from backend.core.http import Api, Call, Empty
from backend.core.sessions import Level
from backend.identity import counters, errors
from backend.identity.schemas import (
    CounterCodeCreate,
    CounterCodeCreated,
    CounterCodeOut,
    CounterCodeTyped,
    CounterConfirm,
    CounterSeen,
)
from backend.identity.staff_schemas import (
    MemberReason,
)

api = Api("counter_codes", "/api/v1", tag="窗口确认码")
staff_api = Api("counter_codes_staff", "/staff/v1", tag="窗口确认码", audience="staff", roles=("window",))


@api.post("/counter-codes", level=Level.VERIFIED, body=CounterCodeCreate, out=CounterCodeCreated, status=201,
          errors=(errors.CounterCodesUsedUp,))  # fmt: skip
async def ask(call: Call, body: CounterCodeCreate) -> CounterCodeCreated:
    """刷脸不过时：为一件事取窗口确认码，30 分钟有效，带身份证到窗口核验。"""
    return await counters.ask(call.who, body.purpose)


@api.get("/counter-codes/<id>", level=Level.VERIFIED, out=CounterCodeOut, errors=(errors.CounterCodeNotFound,))
async def state(call: Call, id: str) -> CounterCodeOut:
    """窗口确认了没有。"""
    return await counters.state(call.who, id)


@staff_api.post("/counter-codes/find", body=CounterCodeTyped, out=CounterSeen,
                errors=(errors.CounterCodeNotFound, TooManyRequests))  # fmt: skip
async def find(call: Call, body: CounterCodeTyped) -> CounterSeen:
    """打开办事人带来的确认码；办事人能看到这次查看。"""
    return await counters.find(call.who, body.code)


@staff_api.post("/counter-codes/<id>/confirm", body=CounterConfirm, out=Empty, status=204,
                errors=(errors.CounterCodeNotFound, errors.CounterMismatch))  # fmt: skip
async def confirm(call: Call, body: CounterConfirm, id: str) -> None:
    """人证相符：输入身份证原件上的号码，为这一件事确认。"""
    await counters.confirm(call.who, id, body.id_number, body.reason)


@staff_api.post("/counter-codes/<id>/refuse", body=MemberReason, out=Empty, status=204,
                errors=(errors.CounterCodeNotFound,))  # fmt: skip
async def refuse(call: Call, body: MemberReason, id: str) -> None:
    """人证不符或其他原因，不予确认。"""
    await counters.refuse(call.who, id, body.reason)
