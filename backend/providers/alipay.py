"""What identity, push and payments need of Alipay. All methods raise ProviderError unless said otherwise.

Source: facts on providers §2.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from backend.core.clients import ProviderError
from backend.providers.alipay_gateway import AlipayGateway
from backend.providers.faces import FaceResult

BizCode = Literal["FACE", "CERT_PHOTO", "CERT_PHOTO_FACE", "SMART_FACE"]


class AlipayLogin(msgspec.Struct, frozen=True, kw_only=True):
    """Older apps get a user_id, newer ones an open_id. Times in seconds."""

    open_id: str | None
    user_id: str | None
    access_token: str
    expires_in: int

    @property
    def subject(self) -> str:
        return self.open_id or self.user_id or ""

    def __repr__(self) -> str:
        return "AlipayLogin(…)"


class AlipayTrade(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: WAIT_BUYER_PAY, TRADE_CLOSED, TRADE_SUCCESS or TRADE_FINISHED; `total` in fen."""

    out_trade_no: str
    trade_no: str
    state: str
    total: int

    @property
    def paid(self) -> bool:
        return self.state in ("TRADE_SUCCESS", "TRADE_FINISHED")


class AlipayRefund(msgspec.Struct, frozen=True, kw_only=True):
    """`done` is True only with fund_change=Y or REFUND_SUCCESS; else ask again. `amount` in fen."""

    out_request_no: str
    done: bool
    amount: int


class AlipayNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A verified notification of a trade. A hint: query the trade before acting."""

    notify_id: str
    out_trade_no: str
    trade_no: str
    state: str
    total: int
    seller_id: str


class AlipayNoticeRefused(Exception):
    """A forged or unreadable notification, or one for another app or seller. Answer `failure`."""


def yuan(fen: int) -> str:
    """Fen as yuan with two decimals, as Alipay writes amounts."""
    return f"{Decimal(fen) / 100:.2f}"


def fen(amount: str) -> int:
    """Yuan as Alipay writes them, in fen. Raises ValueError."""
    try:
        value = Decimal(amount) * 100
        whole = value.to_integral_value(ROUND_HALF_UP)
    except InvalidOperation as error:
        raise ValueError("not an amount") from error
    if value != whole:
        raise ValueError("parts of a fen")
    return int(whole)


class Alipay:
    def __init__(self, gateway: AlipayGateway) -> None:
        self.gateway = gateway

    async def oauth_token(self, auth_code: str) -> AlipayLogin:
        """Exchange the code of `my.getAuthCode` (one use). `isv.code-invalid` is permanent."""
        data = await self.gateway.call("alipay.system.oauth.token", grant_type="authorization_code", code=auth_code)
        login = AlipayLogin(
            open_id=data.get("open_id"),
            user_id=data.get("user_id"),
            access_token=str(data.get("access_token", "")),
            expires_in=int(data.get("expires_in", 0)),
        )
        if not login.subject:
            raise ProviderError("unknown", "alipay", "unreadable_answer", call="alipay.system.oauth.token")
        return login

    async def certify_initialize(
        self, *, outer_order_no: str, name: str, id_number: str, return_url: str, biz_code: BizCode = "FACE"
    ) -> str:
        """Open a face certification; returns the certify_id, to be started within 23 hours.

        `outer_order_no` ≤ 32 characters, unique; each attempt needs its own certify_id.
        """
        method = "alipay.user.certify.open.initialize"
        data = await self.gateway.call(
            method,
            {
                "outer_order_no": outer_order_no,
                "biz_code": biz_code,
                "identity_param": {
                    "identity_type": "CERT_INFO",
                    "cert_type": "IDENTITY_CARD",
                    "cert_name": name,
                    "cert_no": id_number,
                },
                "merchant_config": {"return_url": return_url, "face_reserve_strategy": "never"},
            },
        )
        certify_id = data.get("certify_id")
        if not isinstance(certify_id, str) or not certify_id:
            raise ProviderError("unknown", "alipay", "unreadable_answer", call=method)
        return certify_id

    async def certify_url(self, certify_id: str) -> str:
        """The signed address that is opened inside Alipay (`my.startAPVerify`, or `certify_scheme` from H5)."""
        return await self.gateway.signed_url("alipay.user.certify.open.certify", {"certify_id": certify_id})

    async def certify_query(self, certify_id: str) -> FaceResult:
        """Ask for the result. F means failed or not finished, without a reason: told as `pending`.

        OPEN_CERTIFY_BILL_NOT_EXIST is permanent. Safe to repeat.
        """
        data = await self.gateway.call("alipay.user.certify.open.query", {"certify_id": certify_id}, idempotent=True)
        if data.get("passed") == "T":
            return FaceResult(state="passed", code="T")
        return FaceResult(state="pending", code="F", reason="人脸核验没有完成，或没有通过")

    async def send_message(
        self, *, to_open_id: str, template_id: str, page: str, data: Mapping[str, str], form_id: str | None = None
    ) -> None:
        """Send a template or subscription message of the mini-program. Not idempotent.

        `page` ≤ 128 characters, `data` (keyword1 → text) ≤ 2048 as JSON. With `form_id` the older template
        message to a user id, else the subscription message.
        """
        method = "alipay.open.app.mini.templatemessage.send"
        encoded = msgspec.json.encode({key: {"value": value} for key, value in data.items()}).decode()
        if len(encoded) > 2048 or len(page) > 128:
            raise ProviderError("permanent", "alipay", "template_value", call=method, message="too long")
        content: dict[str, Any] = {"user_template_id": template_id, "page": page, "data": encoded}
        content |= {"to_user_id": to_open_id, "form_id": form_id} if form_id else {"to_open_id": to_open_id}
        await self.gateway.call(method, content)

    async def trade_create(
        self, *, out_trade_no: str, total: int, subject: str, buyer: str, timeout: str = "30m"
    ) -> str:
        """Create a trade of `total` fen for `my.tradePay`; returns the trade_no.

        `buyer` is an open_id (or a 2088… user id). The same number with the same content gives the same trade.
        """
        content = {
            "out_trade_no": out_trade_no,
            "total_amount": yuan(total),
            "subject": subject[:256],
            "product_code": "JSAPI_PAY",
            "op_app_id": self.gateway.config.app_id,
            "timeout_express": timeout,
        }
        content["buyer_id" if buyer.startswith("2088") else "buyer_open_id"] = buyer
        data = await self.gateway.call(
            "alipay.trade.create", content, idempotent=True, notify_url=self.gateway.config.notify_url
        )
        return str(data["trade_no"])

    async def trade_query(self, out_trade_no: str) -> AlipayTrade:
        """The trade's state. ACQ.TRADE_NOT_EXIST (permanent) also means that nobody opened the payment yet."""
        data = await self.gateway.call("alipay.trade.query", {"out_trade_no": out_trade_no}, idempotent=True)
        return AlipayTrade(
            out_trade_no=str(data["out_trade_no"]),
            trade_no=str(data.get("trade_no", "")),
            state=str(data["trade_status"]),
            total=fen(str(data["total_amount"])),
        )

    async def trade_close(self, out_trade_no: str) -> None:
        await self.gateway.call("alipay.trade.close", {"out_trade_no": out_trade_no}, idempotent=True)

    async def trade_refund(self, *, out_trade_no: str, out_request_no: str, amount: int, reason: str) -> AlipayRefund:
        """Refund `amount` fen. Repeating with the same `out_request_no` does not refund twice."""
        data = await self.gateway.call(
            "alipay.trade.refund",
            {
                "out_trade_no": out_trade_no,
                "out_request_no": out_request_no,
                "refund_amount": yuan(amount),
                "refund_reason": reason[:256],
            },
            idempotent=True,
        )
        return AlipayRefund(out_request_no=out_request_no, done=data.get("fund_change") == "Y", amount=amount)

    async def refund_query(self, *, out_trade_no: str, out_request_no: str) -> AlipayRefund:
        data = await self.gateway.call(
            "alipay.trade.fastpay.refund.query",
            {"out_trade_no": out_trade_no, "out_request_no": out_request_no},
            idempotent=True,
        )
        return AlipayRefund(
            out_request_no=out_request_no,
            done=data.get("refund_status") == "REFUND_SUCCESS",
            amount=fen(str(data.get("refund_amount", "0"))),
        )

    async def read_notice(self, fields: Mapping[str, str]) -> AlipayNotice:
        """Verify a trade notification's form. Raises AlipayNoticeRefused.

        Signature, app and seller are checked here; number and amount against the order by whoever owns it.
        """
        if not await self.gateway.verify_form(fields):
            raise AlipayNoticeRefused("bad signature")
        if fields.get("seller_id") != self.gateway.config.seller_id:
            raise AlipayNoticeRefused("another seller")
        try:
            return AlipayNotice(
                notify_id=fields["notify_id"],
                out_trade_no=fields["out_trade_no"],
                trade_no=fields["trade_no"],
                state=fields["trade_status"],
                total=fen(fields["total_amount"]),
                seller_id=fields["seller_id"],
            )
        except (KeyError, ValueError) as error:
            raise AlipayNoticeRefused("unreadable") from error


def certify_scheme(url: str) -> str:
    """The link with which a browser opens the Alipay app at a signed certification address."""
    return "alipays://platformapi/startapp?appId=20000067&url=" + quote(url, safe="")
