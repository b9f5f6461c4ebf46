"""WeChat Pay v3: JSAPI orders of a mini-program, queries, refunds, notifications.

Amounts are integer fen. Requests are signed with the merchant's key; answers and notifications are verified with
the platform's, and an answer that does not verify counts as no answer. A notification is a hint: query the order.
Source: facts on providers §1.8; wechatpy speaks only v2 and is not used here.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.core.clients import Client, ProviderError, Response
from backend.providers.config import WeChatPayConfig
from backend.providers.outcomes import CodeTable, Row
from backend.providers.pem import rsa_private, rsa_public

MAX_AGE_S = 300

CODES = CodeTable(
    "wechat_pay",
    {
        "PARAM_ERROR": Row("permanent", "a parameter is wrong"),
        "INVALID_REQUEST": Row("permanent", "the request breaks a rule"),
        "OUT_TRADE_NO_USED": Row("permanent", "order number used with other parameters"),
        "ORDER_CLOSED": Row("permanent", "order is closed"),
        "ORDERPAID": Row("permanent", "order is paid already"),
        "ORDER_NOT_EXIST": Row("permanent", "no such order"),
        "ORDERNOTEXIST": Row("permanent", "no such order"),
        "RESOURCE_NOT_EXISTS": Row("permanent", "no such refund"),
        "NOT_ENOUGH": Row("permanent", "balance too low for the refund"),
        "RULE_LIMIT": Row("permanent", "business rule"),
        "SIGN_ERROR": Row("auth", "our signature was refused"),
        "NO_AUTH": Row("auth", "no right to this interface"),
        "APPID_MCHID_NOT_MATCH": Row("auth", "app and merchant do not belong together"),
        "MCH_NOT_EXISTS": Row("auth", "merchant number wrong"),
        "FREQUENCY_LIMITED": Row("throttled", "too frequent", 2.0),
        "FREQUENCY_LIMIT_EXCEED": Row("throttled", "too frequent", 2.0),
        "SYSTEM_ERROR": Row("unknown", "system error: ask, then repeat with the same number"),
        "BANK_ERROR": Row("unknown", "bank error"),
    },
    default="unknown",
)

TradeState = Literal["SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR"]


class PayOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order as WeChat Pay knows it; `total` in fen; `paid_at` RFC 3339 or None."""

    out_trade_no: str
    state: str
    total: int
    transaction_id: str | None = None
    payer_openid: str | None = None
    paid_at: str | None = None

    @property
    def paid(self) -> bool:
        return self.state in ("SUCCESS", "REFUND")


class PayRefund(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: SUCCESS, PROCESSING, CLOSED or ABNORMAL; `amount` in fen."""

    out_refund_no: str
    state: str
    amount: int
    refund_id: str | None = None


class PayNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A verified notification. `event` such as TRANSACTION.SUCCESS; `resource` its decrypted content."""

    id: str
    event: str
    resource: dict[str, Any]


class NoticeRefused(Exception):
    """A forged, stale or unreadable notification. Answer 401 with `{"code":"FAIL"}`."""


class WeChatPay:
    """One merchant. All methods raise ProviderError unless said otherwise."""

    def __init__(
        self, config: WeChatPayConfig, *, client: Client | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.config = config
        self.client = client or Client("wechat_pay", config.base_url, timeout_s=config.timeout_s)
        self._clock = clock
        self._key = rsa_private(config.private_key)
        self._platform = {serial: rsa_public(pem) for serial, pem in config.platform_keys.items()}
        self._aead = AESGCM(config.api_v3_key.encode())

    async def jsapi_order(
        self, *, out_trade_no: str, description: str, total: int, openid: str, expires_at: str
    ) -> str:
        """Place an order; returns the prepay_id (valid for two hours).

        `out_trade_no` 6–32 characters, `description` ≤ 127, `total` fen, `expires_at` RFC 3339. The same order
        may be placed again with the same number.
        """
        body = {
            "appid": self.config.app_id,
            "mchid": self.config.mch_id,
            "description": description[:127],
            "out_trade_no": out_trade_no,
            "time_expire": expires_at,
            "notify_url": self.config.notify_url,
            "amount": {"total": total, "currency": "CNY"},
            "payer": {"openid": openid},
        }
        data = await self._call("POST", "/v3/pay/transactions/jsapi", "jsapi", body)
        return str(data["prepay_id"])

    async def client_params(self, prepay_id: str) -> dict[str, str]:
        """The parameters of `wx.requestPayment` for a prepay_id."""
        stamp, nonce, package = str(int(self._clock())), secrets.token_hex(16), f"prepay_id={prepay_id}"
        source = f"{self.config.app_id}\n{stamp}\n{nonce}\n{package}\n"
        return {
            "timeStamp": stamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": await asyncio.to_thread(self._sign, source),
        }

    async def query(self, out_trade_no: str) -> PayOrder:
        """The order's state. ORDER_NOT_EXIST is permanent."""
        path = f"/v3/pay/transactions/out-trade-no/{out_trade_no}?mchid={self.config.mch_id}"
        return _order(await self._call("GET", path, "query", None))

    async def close(self, out_trade_no: str) -> None:
        """Close an unpaid order."""
        path = f"/v3/pay/transactions/out-trade-no/{out_trade_no}/close"
        await self._call("POST", path, "close", {"mchid": self.config.mch_id})

    async def refund(self, *, out_trade_no: str, out_refund_no: str, amount: int, total: int, reason: str) -> PayRefund:
        """Refund `amount` of `total` fen. Repeating with the same `out_refund_no` does not refund twice."""
        body = {
            "out_trade_no": out_trade_no,
            "out_refund_no": out_refund_no,
            "reason": reason[:80],
            "amount": {"refund": amount, "total": total, "currency": "CNY"},
        }
        return _refund(await self._call("POST", "/v3/refund/domestic/refunds", "refund", body))

    async def query_refund(self, out_refund_no: str) -> PayRefund:
        path = f"/v3/refund/domestic/refunds/{out_refund_no}"
        return _refund(await self._call("GET", path, "query_refund", None))

    async def read_notice(self, headers: Mapping[str, str], body: bytes) -> PayNotice:
        """Verify and decrypt a notification. Raises NoticeRefused."""
        await asyncio.to_thread(self._verify, headers, body)
        try:
            data = msgspec.json.decode(body)
            sealed = data["resource"]
            plain = self._aead.decrypt(
                sealed["nonce"].encode(),
                base64.b64decode(sealed["ciphertext"], validate=True),
                sealed.get("associated_data", "").encode(),
            )
            resource = msgspec.json.decode(plain, type=dict[str, Any])
            return PayNotice(id=str(data["id"]), event=str(data["event_type"]), resource=resource)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError, AttributeError, InvalidTag) as error:
            raise NoticeRefused("unreadable") from error

    async def _call(self, method: str, path: str, call: str, body: dict[str, Any] | None) -> dict[str, Any]:
        raw = msgspec.json.encode(body) if body is not None else b""
        # Signed once for all attempts: v3 has no nonce memory, and the signature is valid for five minutes.
        token = await asyncio.to_thread(self._authorization, method, path, raw)
        answer = await self.client.request(
            method,
            path,
            call=call,
            body=raw or None,
            headers={
                "Authorization": token,
                "Accept": "application/json",
                "Content-Type": "application/json",
            },
            idempotent=True,  # every call here is a query or carries our own order or refund number
        )
        if answer.status < 300:
            await self._verify_answer(answer, call)
            return self.client.decode_object(answer, call) if answer.body else {}
        data = self.client.decode_object(answer, call)
        raise CODES.error(
            str(data.get("code", f"http_{answer.status}")),
            call=call,
            status=answer.status,
            retry_after=answer.retry_after,
        )

    def _authorization(self, method: str, path: str, body: bytes) -> str:
        stamp, nonce = str(int(self._clock())), secrets.token_hex(16)
        signature = self._sign(f"{method}\n{path}\n{stamp}\n{nonce}\n{body.decode()}\n")
        return (
            f'WECHATPAY2-SHA256-RSA2048 mchid="{self.config.mch_id}",nonce_str="{nonce}",'
            f'signature="{signature}",timestamp="{stamp}",serial_no="{self.config.serial_no}"'
        )

    def _sign(self, source: str) -> str:
        raw = self._key.sign(source.encode(), padding.PKCS1v15(), hashes.SHA256())
        return base64.b64encode(raw).decode()

    async def _verify_answer(self, answer: Response, call: str) -> None:
        try:
            await asyncio.to_thread(self._verify, answer.headers, answer.body)
        except NoticeRefused as error:
            raise ProviderError("unknown", "wechat_pay", "bad_signature", call=call, status=answer.status) from error

    def _verify(self, headers: Mapping[str, str], body: bytes) -> None:
        lower = {key.lower(): value for key, value in headers.items()}
        stamp, nonce = lower.get("wechatpay-timestamp", ""), lower.get("wechatpay-nonce", "")
        key = self._platform.get(lower.get("wechatpay-serial", ""))
        if key is None:
            raise NoticeRefused("unknown platform key")
        if not stamp.isdigit() or abs(self._clock() - int(stamp)) > MAX_AGE_S:
            raise NoticeRefused("stale")
        try:
            signature = base64.b64decode(lower.get("wechatpay-signature", ""), validate=True)
            source = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
            key.verify(signature, source, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError) as error:
            raise NoticeRefused("bad signature") from error


def _order(data: dict[str, Any]) -> PayOrder:
    return PayOrder(
        out_trade_no=str(data["out_trade_no"]),
        state=str(data["trade_state"]),
        total=int((data.get("amount") or {}).get("total", 0)),
        transaction_id=data.get("transaction_id"),
        payer_openid=(data.get("payer") or {}).get("openid"),
        paid_at=data.get("success_time"),
    )


def _refund(data: dict[str, Any]) -> PayRefund:
    return PayRefund(
        out_refund_no=str(data["out_refund_no"]),
        state=str(data["status"]),
        amount=int((data.get("amount") or {}).get("refund", 0)),
        refund_id=data.get("refund_id"),
    )
