"""Face check in a browser, in the manner of Tencent FaceID: a redirect out, a redirect back, then our query.

Requests are signed with TC3-HMAC-SHA256. The redirect back is a hint; the query decides, and only for the name and
number that the check was opened for. Source: facts on providers §4.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from backend.core.clients import Client
from backend.providers.config import FaceIdConfig
from backend.providers.faces import FaceResult
from backend.providers.outcomes import CodeTable, Row

SERVICE = "faceid"
VERSION = "2018-03-01"

CODES = CodeTable(
    "faceid",
    {
        "AuthFailure.SignatureFailure": Row("auth", "our signature was refused"),
        "AuthFailure.SignatureExpire": Row("auth", "clock differs"),
        "AuthFailure.SecretIdNotFound": Row("auth", "secret id unknown"),
        "AuthFailure.UnauthorizedOperation": Row("auth", "no right to this interface"),
        "UnauthorizedOperation.Nonactivated": Row("auth", "service not activated"),
        "UnauthorizedOperation.Arrears": Row("auth", "balance used up"),
        "InvalidParameter": Row("permanent", "a parameter is wrong"),
        "InvalidParameterValue": Row("permanent", "a parameter is wrong"),
        "InvalidParameterValue.BizTokenExpired": Row("permanent", "token older than two hours"),
        "InvalidParameterValue.BizTokenIllegal": Row("permanent", "no such token"),
        "InvalidParameterValue.RuleIdNotExist": Row("auth", "rule unknown"),
        "FailedOperation.IdNameMisMatch": Row("permanent", "name and number do not belong together"),
        "RequestLimitExceeded": Row("throttled", "too many calls a second", 1.0),
        "LimitExceeded": Row("throttled", "quota used up", 60.0),
        "InternalError": Row("unknown", "internal error"),
        "InternalError.UnKnown": Row("unknown", "internal error"),
    },
    default="unknown",
)


class FaceIdTicket(msgspec.Struct, frozen=True, kw_only=True):
    """`url` is where the browser goes; both are valid for `expires_in` seconds."""

    biz_token: str
    url: str
    expires_in: int = 7200


def authorization(*, secret_id: str, secret_key: str, host: str, action: str, body: bytes, timestamp: int) -> str:
    """The TC3-HMAC-SHA256 Authorization header of a JSON POST to `/`."""
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    headers = "content-type;host;x-tc-action"
    canonical = "\n".join(
        [
            "POST",
            "/",
            "",
            f"content-type:application/json; charset=utf-8\nhost:{host}\nx-tc-action:{action.lower()}\n",
            headers,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{day}/{SERVICE}/tc3_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    source = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{digest}"
    key = f"TC3{secret_key}".encode()
    for part in (day, SERVICE, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, source.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, SignedHeaders={headers}, Signature={signature}"


class FaceId:
    """Raises ProviderError."""

    def __init__(
        self, config: FaceIdConfig, *, client: Client | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.config = config
        self.client = client or Client("faceid", config.base_url, timeout_s=config.timeout_s)
        self._host = urlsplit(config.base_url).netloc
        self._clock = clock

    async def begin(self, *, name: str, id_number: str, redirect_url: str) -> FaceIdTicket:
        """Open a check for a person; the browser comes back to `redirect_url` with `BizToken` in its query."""
        data = await self._call(
            "DetectAuth",
            {
                "RuleId": self.config.rule_id,
                "IdCard": id_number,
                "Name": name,
                "RedirectUrl": redirect_url,
            },
            idempotent=False,
        )
        return FaceIdTicket(biz_token=str(data["BizToken"]), url=str(data["Url"]))

    async def query(self, *, biz_token: str, name: str, id_number: str) -> FaceResult:
        """Ask for the result. A pass for another name or number counts as failed (`identity_mismatch`)."""
        data = await self._call(
            "GetDetectInfoEnhanced",
            {"BizToken": biz_token, "RuleId": self.config.rule_id, "InfoType": "1"},
            idempotent=True,
        )
        text: Mapping[str, Any] = data.get("Text") or {}
        code = text.get("ErrCode")
        if code is None:
            return FaceResult(state="pending", code="", reason="人脸核验还没有完成")
        if code != 0:
            return FaceResult(
                state="failed",
                code=str(code),
                reason="人脸核验没有通过，请在光线充足处正对屏幕再试，或换一种核验方式",
            )
        if text.get("Name") != name or text.get("IdCard") != id_number:
            return FaceResult(state="failed", code="identity_mismatch", reason="核验的不是本次申请人，请重新核验")
        return FaceResult(state="passed", code="0")

    async def _call(self, action: str, params: Mapping[str, str], *, idempotent: bool) -> dict[str, Any]:
        body = msgspec.json.encode(params)

        def headers() -> dict[str, str]:
            now = int(self._clock())
            return {
                "Content-Type": "application/json; charset=utf-8",
                "Host": self._host,
                "X-TC-Action": action,
                "X-TC-Version": VERSION,
                "X-TC-Timestamp": str(now),
                "X-TC-Region": self.config.region,
                "Authorization": authorization(
                    secret_id=self.config.secret_id,
                    secret_key=self.config.secret_key,
                    host=self._host,
                    action=action,
                    body=body,
                    timestamp=now,
                ),
            }

        answer = await self.client.request("POST", "/", call=action, body=body, headers=headers, idempotent=idempotent)
        data = self.client.decode_object(answer, action).get("Response")
        if not isinstance(data, dict):
            raise self.client.unreadable(answer, action)
        error = data.get("Error")
        if isinstance(error, dict):
            raise CODES.error(str(error.get("Code", "")), call=action, status=answer.status)
        return data
