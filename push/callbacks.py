"""Vendors' callbacks: verified as far as each vendor defines it, answered in its dialect, believed never.

A callback is a hint. What it says about a delivery is asked of the vendor before a row changes; what it says about a
WeChat grant changes a counter that WeChat itself corrects at the next send.
"""

from __future__ import annotations

from sanic.response import HTTPResponse

from backend.core.http import Api, Call
from push import inbound
from push.errors import CallbackRefused
from push.schemas import EchoQuery, WechatPushQuery

api = Api("push_callbacks", "/callbacks", tag="回调", audience="public")

_TEXT = "text/plain; charset=utf-8"
_XML = "application/xml; charset=utf-8"


@api.get("/jpush", query=EchoQuery, raw_out="text/plain", errors=(CallbackRefused,))
async def jpush_echo(call: Call) -> HTTPResponse:
    """极光验证回调地址：原样返回 echostr"""
    inbound.check_jpush(call.request.headers.get("authorization"))
    return HTTPResponse(call.query.echostr, content_type=_TEXT)


@api.post("/jpush", raw_body="application/json", raw_out="text/plain", errors=(CallbackRefused,))
async def jpush(call: Call) -> HTTPResponse:
    """极光的送达、点击回调"""
    inbound.check_jpush(call.request.headers.get("authorization"))
    await inbound.jpush(call.request.body)
    return HTTPResponse("success", content_type=_TEXT)


@api.get("/wechat/<app:str>", query=WechatPushQuery, raw_out="text/plain", errors=(CallbackRefused,))
async def wechat_echo(call: Call, app: str) -> HTTPResponse:
    """微信验证消息推送地址"""
    return HTTPResponse(inbound.wechat_echo(app, call.query), content_type=_TEXT)


@api.post(
    "/wechat/<app:str>", query=WechatPushQuery, raw_body="text/xml", raw_out="text/plain", errors=(CallbackRefused,)
)
async def wechat(call: Call, app: str) -> HTTPResponse:
    """微信消息推送（安全模式）"""
    answer = await inbound.wechat(app, call.query, call.request.body)
    return HTTPResponse(answer, content_type=_TEXT if answer == inbound.DONE else _XML)
