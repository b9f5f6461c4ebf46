"""WeChat Pay and Alipay as one: open an order, ask for its state, close it.

Every call is by our own order number, so each may be repeated. What the provider says of an order is the only proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from backend.core import settings
from backend.core.clients import ProviderError
from backend.identity import service as identity
from backend.payments.errors import ChannelNeeded
from backend.providers.vendors import desk

Channel = Literal["wechat", "alipay"]
Seen = Literal["paid", "open", "closed", "missing"]
_MISSING = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "ACQ.TRADE_NOT_EXIST"})
_SIMULATED = {"wechat": "wechat_pay", "alipay": "alipay"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the provider knows of an order. `total` in fen; None while it is missing."""

    seen: Seen
    total: int | None = None
    number: str | None = None


async def payer_of(citizen_id: str, channel: Channel) -> str:
    """The citizen's id at the provider. On this machine the simulators also take a person without one, who pays on
    their page; elsewhere paying needs the mini-program. Raises ChannelNeeded."""
    found = await identity.addresses(citizen_id)
    payer = found.wechat_openid if channel == "wechat" else found.alipay_user_id
    if payer:
        return payer
    if settings.current().sandbox_url is None:
        raise ChannelNeeded
    return f"page-{citizen_id}"


async def open_order(
    channel: Channel, *, out_trade_no: str, amount: int, subject: str, payer: str, expires_at: datetime
) -> str:
    """Place the order; returns what the pay call needs. Repeating gives the same order. Raises ProviderError."""
    if channel == "wechat":
        return await desk().wechat_pay.jsapi_order(
            out_trade_no=out_trade_no,
            description=subject,
            total=amount,
            openid=payer,
            expires_at=expires_at.isoformat(timespec="seconds"),
        )
    return await desk().alipay.trade_create(out_trade_no=out_trade_no, total=amount, subject=subject, buyer=payer)


async def params(channel: Channel, prepay: str, out_trade_no: str, payment_id: str) -> dict[str, Any]:
    """What the client hands to `wx.requestPayment` or `my.tradePay`; on this machine also `url`, the simulator's
    page, which comes back to ours."""
    found: dict[str, Any] = {"trade_no": prepay}
    if channel == "wechat":
        found = dict(await desk().wechat_pay.client_params(prepay))
    held = settings.current()
    if held.sandbox_url is not None:
        back = quote(f"{held.http.public_url}/payments/{payment_id}", safe="")
        found["url"] = f"{held.sandbox_url}/pay/{_SIMULATED[channel]}/{out_trade_no}?return_url={back}"
    return found


async def ask(channel: Channel, out_trade_no: str) -> Answer:
    """The order's state. Raises ProviderError when nobody can say."""
    try:
        if channel == "wechat":
            order = await desk().wechat_pay.query(out_trade_no)
            seen: Seen = "paid" if order.paid else "closed" if order.state in ("CLOSED", "REVOKED") else "open"
            return Answer(seen, order.total, order.transaction_id)
        trade = await desk().alipay.trade_query(out_trade_no)
        seen = "paid" if trade.paid else "closed" if trade.state == "TRADE_CLOSED" else "open"
        return Answer(seen, trade.total, trade.trade_no or None)
    except ProviderError as exc:
        if exc.code in _MISSING:
            return Answer("missing")
        raise


async def close(channel: Channel, out_trade_no: str) -> None:
    """Close an unpaid order. Raises ProviderError, also when it was paid meanwhile: ask again then."""
    if channel == "wechat":
        await desk().wechat_pay.close(out_trade_no)
    else:
        await desk().alipay.trade_close(out_trade_no)
