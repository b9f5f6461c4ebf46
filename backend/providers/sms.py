"""Short messages: one port, one sender that speaks Aliyun's SendSms.

Source: facts on providers §4, and the vendor's description of its RPC signature (HMAC-SHA1 over the sorted query).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol
from urllib.parse import quote

import msgspec

from backend.core.clients import Client, ProviderError
from backend.providers.config import SmsConfig
from backend.providers.outcomes import CodeTable, Row

CODES = CodeTable(
    "sms",
    {
        "OK": Row("ok", "handed to the carrier"),
        "isv.BUSINESS_LIMIT_CONTROL": Row("throttled", "limit a number: 1/min, 5/h, 10/day", 60.0),
        "isv.DAY_LIMIT_CONTROL": Row("throttled", "daily limit of the account", 3600.0),
        "Throttling.User": Row("throttled", "too many calls a second", 1.0),
        "isv.MOBILE_NUMBER_ILLEGAL": Row("permanent", "not a phone number"),
        "isv.MOBILE_COUNT_OVER_LIMIT": Row("permanent", "too many numbers"),
        "isv.TEMPLATE_MISSING_PARAMETERS": Row("permanent", "a template parameter is missing"),
        "isv.TEMPLATE_PARAMS_ILLEGAL": Row("permanent", "a template parameter is not allowed"),
        "isv.SMS_TEMPLATE_ILLEGAL": Row("permanent", "no such template"),
        "isv.BLACK_KEY_CONTROL_LIMIT": Row("permanent", "forbidden words in a parameter"),
        "isv.PARAM_LENGTH_LIMIT": Row("permanent", "a parameter is too long"),
        "isv.SMS_SIGNATURE_ILLEGAL": Row("auth", "no such signature"),
        "isv.OUT_OF_SERVICE": Row("auth", "service stopped"),
        "isv.AMOUNT_NOT_ENOUGH": Row("auth", "balance used up"),
        "isv.ACCOUNT_ABNORMAL": Row("auth", "account abnormal"),
        "SignatureDoesNotMatch": Row("auth", "our signature was refused"),
        "InvalidAccessKeyId.NotFound": Row("auth", "access key unknown"),
        "SignatureNonceUsed": Row("permanent", "nonce used before"),
        "InvalidTimeStamp.Expired": Row("auth", "clock differs"),
        "isp.SYSTEM_ERROR": Row("unknown", "system error"),
        "isp.RAM_PERMISSION_DENY": Row("auth", "no right to this interface"),
    },
    default="unknown",
)

SmsState = Literal["waiting", "failed", "delivered"]


class SmsSent(msgspec.Struct, frozen=True, kw_only=True):
    """The vendor's receipt; it says that the carrier has it, not that the phone has."""

    biz_id: str


class SmsDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message. `out_id` is the value given when it was sent."""

    out_id: str
    state: SmsState
    code: str


class SmsSender(Protocol):
    """The port. `template` is our own name for a text; `params` its values; `out_id` ours, for asking later."""

    async def send(self, phone: str, template: str, params: Mapping[str, str], *, out_id: str) -> SmsSent: ...

    async def find(self, phone: str, *, sent_on: date, out_id: str) -> SmsDetail | None: ...


def percent(text: str) -> str:
    """RFC 3986 encoding, which the signature is computed over."""
    return quote(text, safe="-_.~")


def signature(method: str, params: Mapping[str, str], secret: str) -> str:
    """Base64 HMAC-SHA1 over `METHOD&%2F&<sorted encoded query>` with key `secret&`."""
    query = "&".join(f"{percent(key)}={percent(value)}" for key, value in sorted(params.items()))
    source = f"{method}&{percent('/')}&{percent(query)}"
    return base64.b64encode(hmac.new(f"{secret}&".encode(), source.encode(), hashlib.sha1).digest()).decode()


class AliyunSms:
    """Raises ProviderError. Sending is not idempotent: after an unknown outcome ask with `find`."""

    def __init__(
        self, config: SmsConfig, *, client: Client | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.config = config
        self.client = client or Client("sms", config.base_url, timeout_s=config.timeout_s)
        self._clock = clock

    async def send(self, phone: str, template: str, params: Mapping[str, str], *, out_id: str) -> SmsSent:
        """Send one text. `phone` 11 digits. Throttled: isv.BUSINESS_LIMIT_CONTROL (1/min, 5/h, 10/day)."""
        code = self.config.templates.get(template)
        if code is None:
            raise ProviderError("permanent", "sms", "template_missing", call="SendSms", message=template)
        data = await self._call(
            "SendSms",
            {
                "PhoneNumbers": phone,
                "SignName": self.config.sign_name,
                "TemplateCode": code,
                "TemplateParam": msgspec.json.encode(dict(params)).decode(),
                "OutId": out_id,
            },
        )
        return SmsSent(biz_id=str(data.get("BizId", "")))

    async def find(self, phone: str, *, sent_on: date, out_id: str) -> SmsDetail | None:
        """What became of a message sent on that day (Beijing); None when the vendor does not know it."""
        for page in range(1, 11):
            data = await self._call(
                "QuerySendDetails",
                {
                    "PhoneNumber": phone,
                    "SendDate": sent_on.strftime("%Y%m%d"),
                    "PageSize": "50",
                    "CurrentPage": str(page),
                },
            )
            details = (data.get("SmsSendDetailDTOs") or {}).get("SmsSendDetailDTO") or []
            for item in details:
                if item.get("OutId") == out_id:
                    return _detail(item)
            if len(details) < 50:
                return None
        return None

    async def _call(self, action: str, params: Mapping[str, str]) -> dict[str, Any]:
        now = datetime.fromtimestamp(self._clock(), UTC)
        signed = {
            "Action": action,
            "Version": "2017-05-25",
            "Format": "JSON",
            "AccessKeyId": self.config.access_key_id,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureVersion": "1.0",
            "SignatureNonce": secrets.token_hex(16),
            "Timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            **params,
        }
        signed["Signature"] = signature("POST", signed, self.config.access_key_secret)
        # One signed form per call: a nonce that was used is refused, so a query is repeated by its caller.
        answer = await self.client.request("POST", "/", call=action, form=signed)
        data = self.client.decode_object(answer, action)
        code = str(data.get("Code", ""))
        if CODES.row(code).outcome == "ok":
            return data
        if not code:
            raise self.client.unreadable(answer, action)
        raise CODES.error(code, call=action, status=answer.status, retry_after=answer.retry_after)


def _detail(item: Mapping[str, object]) -> SmsDetail:
    states: dict[int, SmsState] = {1: "waiting", 2: "failed", 3: "delivered"}
    status = item.get("SendStatus")
    return SmsDetail(
        out_id=str(item.get("OutId", "")),
        state=states.get(status, "waiting") if isinstance(status, int) else "waiting",
        code=str(item.get("ErrCode") or ""),
    )
