"""The Alipay open gateway: signing and verifying by python-alipay-sdk, the HTTP by our own client.

What the SDK does in ways that do not suit us, and what is done instead (facts on providers §2.1):

* it sends a blocking GET with everything in the query string: names and numbers would land in access logs. Here a
  POST carries the form in its body;
* its timestamp is the machine's local time: here it is always Beijing's;
* it finds the signed text of an answer by counting braces, also those inside strings: here the JSON is scanned;
* `verify` takes `sign_type` out of the caller's dict and raises when it differs: it gets a copy;
* an unsigned error answer ends in AttributeError for trade.create: here an unsigned answer may only be an error.
"""

from __future__ import annotations

import asyncio
import binascii
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import msgspec
from alipay import AliPay, DCAliPay
from alipay.exceptions import AliPayException

from backend.core.clients import Client, ProviderError
from backend.providers.config import AlipayConfig
from backend.providers.outcomes import CodeTable, Row
from backend.providers.pem import armored

CHINA = ZoneInfo("Asia/Shanghai")

CODES = CodeTable(
    "alipay",
    {
        "10000": Row("ok", "done"),
        "10003": Row("unknown", "accepted, the user is still paying"),
        "20000": Row("unknown", "service unavailable"),
        "20001": Row("auth", "authorisation token missing or expired"),
        "40001": Row("permanent", "parameter missing"),
        "40002": Row("permanent", "parameter wrong"),
        "40003": Row("permanent", "condition not met"),
        "40004": Row("permanent", "business failed"),
        "40005": Row("throttled", "call limit", 5.0),
        "40006": Row("auth", "no right to this interface"),
        # sub codes win over codes
        "isv.invalid-signature": Row("auth", "our signature was refused"),
        "isv.invalid-app-id": Row("auth", "app id wrong"),
        "isv.missing-signature-key": Row("auth", "no key is set for the app"),
        "isv.insufficient-isv-permissions": Row("auth", "no right to this interface"),
        "isv.app-call-limited": Row("throttled", "app call limit", 5.0),
        "isv.method-call-limited": Row("throttled", "method call limit", 5.0),
        "isv.code-invalid": Row("permanent", "authorisation code wrong or used"),
        "isp.unknow-error": Row("unknown", "service unavailable"),
        "aop.unknow-error": Row("unknown", "service unavailable"),
        "aop.invalid-auth-token": Row("auth", "token wrong"),
        "ACQ.SYSTEM_ERROR": Row("unknown", "ask, then repeat with the same number"),
        "SYSTEM_ERROR": Row("unknown", "system error"),
        "ACQ.TRADE_NOT_EXIST": Row("permanent", "no such trade"),
        "ACQ.TRADE_HAS_SUCCESS": Row("permanent", "trade is paid already"),
        "ACQ.TRADE_HAS_CLOSE": Row("permanent", "trade is closed"),
        "ACQ.INVALID_PARAMETER": Row("permanent", "parameter wrong"),
        "ACQ.CONTEXT_INCONSISTENT": Row("permanent", "order number used with other parameters"),
        "OPEN_CERTIFY_BILL_NOT_EXIST": Row("permanent", "no such certification"),
        "CERTIFY_ID_EXPIRED": Row("permanent", "certification was not started in time"),
        "USER_NOT_SUBSCRIBE": Row("permanent", "user has not subscribed, or the grant is used up"),
    },
    default="unknown",
)


class AlipayGateway:
    """Signs, posts, verifies. `clock` gives an aware datetime."""

    def __init__(
        self, config: AlipayConfig, *, client: Client | None = None, clock: Callable[[], datetime] | None = None
    ) -> None:
        self.config = config
        base, _, self._path = config.gateway.rpartition("/")
        self.client = client or Client("alipay", base, timeout_s=config.timeout_s)
        self._clock = clock or (lambda: datetime.now(CHINA))
        private = armored(config.private_key, "RSA PRIVATE KEY")
        if config.app_cert:
            self._sdk: Any = DCAliPay(
                appid=config.app_id,
                app_private_key_string=private,
                app_public_key_cert_string=config.app_cert,
                alipay_public_key_cert_string=config.alipay_cert,
                alipay_root_cert_string=config.alipay_root_cert,
            )
        else:
            self._sdk = AliPay(
                appid=config.app_id,
                app_private_key_string=private,
                alipay_public_key_string=armored(config.alipay_public_key, "PUBLIC KEY"),
            )

    def signed_query(self, method: str, biz_content: dict[str, Any] | None = None, **common: str | None) -> str:
        """`k=v&…&sign=…`, url-encoded, as the SDK signs it. CPU work (RSA): call it in a thread."""
        data = self._sdk.build_body(method, biz_content, timestamp=self._timestamp(), **common)
        if biz_content is None:
            data.pop("biz_content", None)
        # Alipay leaves empty values out of the text that it verifies; the SDK would sign them.
        data = {key: value for key, value in data.items() if value not in (None, "")}
        return str(self._sdk.sign_data(data))

    async def signed_url(self, method: str, biz_content: dict[str, Any], **common: str | None) -> str:
        """The gateway's address with a signed query, for pages that a person opens inside Alipay."""
        return self.config.gateway + "?" + await asyncio.to_thread(self.signed_query, method, biz_content, **common)

    async def call(
        self,
        method: str,
        biz_content: dict[str, Any] | None = None,
        *,
        idempotent: bool = False,
        **common: str | None,
    ) -> dict[str, Any]:
        """One API call; returns the verified content of `<method>_response`. Raises ProviderError.

        `common` are top-level parameters (grant_type, code, auth_token, notify_url …).
        """
        signed = await asyncio.to_thread(self.signed_query, method, biz_content, **common)
        answer = await self.client.request(
            "POST",
            f"/{self._path}",
            call=method,
            params={"charset": "utf-8"},
            form=dict(parse_qsl(signed, keep_blank_values=True)),
            idempotent=idempotent,
        )
        if answer.status != 200:
            raise self.client.unreadable(answer, method)
        return await asyncio.to_thread(self._open, answer.body, method)

    def _open(self, body: bytes, method: str) -> dict[str, Any]:
        try:
            members = scan_members(body.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise ProviderError("unknown", "alipay", "unreadable_answer", call=method) from error
        name = method.replace(".", "_") + "_response"
        content, raw = members.get(name) or members.get("error_response") or (None, "")
        if not isinstance(content, dict):
            raise ProviderError("unknown", "alipay", "unreadable_answer", call=method)
        signature = members.get("sign", ("", ""))[0]
        # System errors carry code and sub_code; success of oauth.token and of older calls has no code at all.
        code = str(content.get("sub_code") or content.get("code") or "10000")
        ok = "error_response" not in members and str(content.get("code", "10000")) == "10000"
        if signature:
            if not self._signature_fits(raw, str(signature)):
                raise ProviderError("unknown", "alipay", "bad_signature", call=method)
        elif ok:
            raise ProviderError("unknown", "alipay", "unsigned_answer", call=method)
        if ok:
            return content
        if code not in CODES.rows and str(content.get("code", "")) in CODES.rows:
            row = CODES.row(str(content["code"]))
            raise ProviderError.of(
                "unknown" if row.outcome == "ok" else row.outcome,
                "alipay",
                code,
                call=method,
                retry_after=row.retry_after,
            )
        raise CODES.error("unknown_error" if code == "10000" else code, call=method)

    async def verify_form(self, fields: Mapping[str, str]) -> bool:
        """Whether a notification's form (all its fields, decoded once) was signed by Alipay for this app."""
        signature = fields.get("sign", "")
        if not signature or fields.get("sign_type") != "RSA2" or fields.get("app_id") != self.config.app_id:
            return False
        # A copy: the SDK removes sign_type from what it is given. sign and sign_type are not part of the text.
        signed = {key: value for key, value in fields.items() if key not in ("sign", "sign_type") and value}
        try:
            return bool(await asyncio.to_thread(self._sdk.verify, signed, signature))
        except (AliPayException, binascii.Error, ValueError):
            return False

    def _signature_fits(self, raw: str, signature: str) -> bool:
        try:
            return bool(self._sdk._verify(raw, signature))
        except (binascii.Error, ValueError):
            return False

    def _timestamp(self) -> str:
        return self._clock().astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")


def scan_members(text: str) -> dict[str, tuple[Any, str]]:
    """The members of a JSON object with the exact text of each value. Raises ValueError.

    Alipay signs that text; decoding and encoding it again would change it. A repeated name is refused.
    """
    decoder = json.JSONDecoder()
    members: dict[str, tuple[Any, str]] = {}
    position = _skip(text, 0)
    if text[position : position + 1] != "{":
        raise ValueError("not an object")
    position = _skip(text, position + 1)
    while text[position : position + 1] != "}":
        name, end = decoder.raw_decode(text, position)
        position = _skip(text, end)
        if not isinstance(name, str) or name in members or text[position : position + 1] != ":":
            raise ValueError("not a member")
        start = _skip(text, position + 1)
        value, end = decoder.raw_decode(text, start)
        members[name] = (value, text[start:end])
        position = _skip(text, end)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "}":
            raise ValueError("not an object")
    return members


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position


def biz(value: msgspec.Struct) -> dict[str, Any]:
    """biz_content from a struct, without what is unset."""
    found: dict[str, Any] = msgspec.to_builtins(value)
    return {key: item for key, item in found.items() if item is not None}
