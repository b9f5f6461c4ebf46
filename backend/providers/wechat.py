"""The WeChat mini-program's server interfaces that identity and push need.

wechatpy is used for the message push (see `wechat_messages`); its HTTP client is not: it has no timeout by default,
repeats without limit on token errors and attaches a token to logins.
Source: WeChat mini-program server documentation, as noted in the facts on providers §1.
"""

from __future__ import annotations

from typing import Any

import msgspec
from redis.asyncio import Redis

from backend.core.clients import Breaker, Client, ProviderError
from backend.providers import wechat_fields
from backend.providers.config import WeChatConfig
from backend.providers.wechat_codes import CODES, TOKEN_CODES
from backend.providers.wechat_token import AccessTokens


class WeChatLogin(msgspec.Struct, frozen=True, kw_only=True):
    """`session_key` must never reach a client."""

    openid: str
    session_key: str
    unionid: str | None = None

    def __repr__(self) -> str:
        return "WeChatLogin(…)"


class WeChatPhone(msgspec.Struct, frozen=True, kw_only=True):
    """`number` without country code; `country_code` such as `86`."""

    number: str
    country_code: str

    def __repr__(self) -> str:
        return "WeChatPhone(…)"


class WeChat:
    """One mini-program. All methods raise ProviderError."""

    def __init__(self, config: WeChatConfig, redis: Redis, *, client: Client | None = None) -> None:
        self.config = config
        self.client = client or Client(
            "wechat", config.base_url, timeout_s=config.timeout_s, breaker=Breaker(failures=8, reset_s=15)
        )
        self.tokens = AccessTokens(config, self.client, redis)

    async def code2session(self, js_code: str) -> WeChatLogin:
        """Exchange the code of `wx.login` (one use, five minutes).

        Errors: 40029 and 40163 permanent (log in again), 45011 throttled, 40226 permanent (blocked).
        """
        call = "code2session"
        answer = await self.client.request(
            "GET",
            "/sns/jscode2session",
            call=call,
            params={
                "appid": self.config.app_id,
                "secret": self.config.secret,
                "js_code": js_code,
                "grant_type": "authorization_code",
            },
        )
        data = self._checked(self.client.decode_object(answer, call), call, answer.status)
        openid, session_key = data.get("openid"), data.get("session_key")
        if not isinstance(openid, str) or not isinstance(session_key, str):
            raise self.client.unreadable(answer, call)
        return WeChatLogin(openid=openid, session_key=session_key, unionid=data.get("unionid") or None)

    async def phone_number(self, code: str, *, openid: str | None = None) -> WeChatPhone:
        """The phone behind a `getPhoneNumber` code (one use, five minutes).

        Errors: 40029 permanent (another tap is needed), 45011 throttled; `foreign_watermark` when the answer is not
        for this mini-program.
        """
        body = {"code": code} | ({"openid": openid} if openid else {})
        data = await self.post("/wxa/business/getuserphonenumber", "phone", body)
        info = data.get("phone_info") or {}
        if (info.get("watermark") or {}).get("appid") != self.config.app_id:
            raise ProviderError("permanent", "wechat", "foreign_watermark", call="phone")
        return WeChatPhone(number=str(info.get("purePhoneNumber", "")), country_code=str(info.get("countryCode", "")))

    async def send_subscribe(
        self, *, openid: str, template_id: str, data: dict[str, str], page: str | None = None
    ) -> None:
        """Send one subscribe message. `data` maps the template's keys (`thing1`, `time2`) to texts.

        Texts are cut to what their type allows before sending; what cannot be cut without lying (an amount, a
        number) raises a permanent error. Not idempotent: an unknown outcome stays unknown. 43101 means that the
        grant is spent.
        """
        fitted = wechat_fields.fit_all(data)
        body: dict[str, Any] = {
            "touser": openid,
            "template_id": template_id,
            "data": {key: {"value": value} for key, value in fitted.items()},
            "miniprogram_state": self.config.miniprogram_state,
            "lang": "zh_CN",
        }
        if page:
            body["page"] = page
        await self.post("/cgi-bin/message/subscribe/send", "subscribe", body)

    async def post(self, path: str, call: str, body: dict[str, Any], *, idempotent: bool = False) -> dict[str, Any]:
        """A call with the access token; a token that was refused is replaced once. Returns the answer's object."""
        token = await self.tokens.get()
        for last in (False, True):
            answer = await self.client.request(
                "POST", path, call=call, params={"access_token": token}, json=body, idempotent=idempotent
            )
            data = self.client.decode_object(answer, call)
            if not last and str(data.get("errcode", 0)) in TOKEN_CODES:
                token = await self.tokens.replace(token)
                continue
            break
        return self._checked(data, call, answer.status)

    def _checked(self, data: dict[str, Any], call: str, status: int) -> dict[str, Any]:
        code = str(data.get("errcode", 0))
        if CODES.row(code).outcome != "ok":
            # errmsg repeats parts of the request and a trace id: the code alone is kept.
            raise CODES.error(code, call=call, status=status)
        return data
