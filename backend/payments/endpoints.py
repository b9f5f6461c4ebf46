"""Paying for a `pay` matter, and what the payment providers call back."""

from __future__ import annotations

from sanic.response import HTTPResponse

from backend.cases.errors import ForCompanies, FormInvalid, WrongKind
from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.modules.errors import (
    DepartmentRefused,
    DepartmentUnavailable,
    MatterNotFound,
    NoConnector,
    ReleaseUnknown,
    SwitchedOff,
)
from backend.payments import errors, service
from backend.payments.schemas import PaymentCreate, PaymentList, PaymentOut

api = Api("payments", "/api/v1", tag="缴费")
callback_api = Api("payments_callbacks", "/callbacks", tag="支付回调", audience="public")


@api.post(
    "/payments",
    level=Level.LOGIN,
    body=PaymentCreate,
    out=PaymentOut,
    status=201,
    errors=(
        MatterNotFound,
        ReleaseUnknown,
        SwitchedOff,
        DepartmentUnavailable,
        DepartmentRefused,
        NoConnector,
        WrongKind,
        ForCompanies,
        FormInvalid,
        errors.NothingToPay,
        errors.PaidBefore,
        errors.PaymentUnderWay,
        errors.ChannelNeeded,
        errors.ProviderAway,
    ),
)
async def pay(call: Call, body: PaymentCreate) -> PaymentOut:
    """Open a payment. The amount is the department's; the same Idempotency-Key gives the same order."""
    return await service.create(call.who, body, key=call.idempotency_key)


@api.get("/payments", level=Level.LOGIN, out=PaymentList)
async def payments(call: Call) -> PaymentList:
    """My payments of late, newest first."""
    return await service.list_of(call.who)


@api.get("/payments/<payment>", level=Level.LOGIN, out=PaymentOut, errors=(errors.PaymentNotFound,))
async def payment(call: Call, payment: str) -> PaymentOut:
    """One of my payments; the provider is asked while it is open."""
    return await service.get(call.who, payment)


@callback_api.post(
    "/wechat/<app:str>/pay", raw_body="application/json", raw_out="application/json", statuses=(204, 401, 404)
)
async def wechat_notice(call: Call, app: str) -> HTTPResponse:
    """WeChat Pay's notification: a hint that makes us ask."""
    status, body = await service.wechat_notice(app, dict(call.request.headers), call.request.body)
    return HTTPResponse(body, status=status, content_type="application/json")


@callback_api.post("/alipay/<app:str>", raw_body="application/x-www-form-urlencoded", raw_out="text/plain")
async def alipay_notice(call: Call, app: str) -> HTTPResponse:
    """Alipay's notification: a hint that makes us ask."""
    form: dict[str, list[str]] = call.request.get_form(keep_blank_values=True) or {}
    text = await service.alipay_notice(app, {key: values[-1] for key, values in form.items()})
    return HTTPResponse(text, content_type="text/plain")
