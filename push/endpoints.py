"""The citizen's inbox, preferences, devices and WeChat grants."""

from __future__ import annotations

from backend.core.http import Api, Call
from backend.core.sessions import Level
from push import inbox, overview, service, story
from push.errors import CannotOptOut, MessageNotFound, TooManyDevices
from push.schemas import (
    Agencies,
    DeviceCreate,
    GrantCreate,
    MessageList,
    MessagesQuery,
    MessageStory,
    OptOut,
    Preferences,
    PushHealth,
    SubscribeTemplates,
)

api = Api("push", "/api/v1", tag="消息")
operate_api = Api("push_operate", "/operate/v1", tag="消息查询", audience="staff", roles=("operator", "auditor"))


@api.get("/messages", level=Level.LOGIN, query=MessagesQuery, out=MessageList)
async def messages(call: Call) -> MessageList:
    """我的消息，新的在前"""
    query: MessagesQuery = call.query
    return await inbox.page(call.who.id, query)


@api.post("/messages/read-all", level=Level.LOGIN, status=204)
async def read_all(call: Call) -> None:
    """全部标为已读"""
    await inbox.read_all(call.who.id)


@api.post("/messages/<id:str>/read", level=Level.LOGIN, status=204, errors=(MessageNotFound,))
async def read(call: Call, id: str) -> None:
    """标为已读"""
    await inbox.read(call.who.id, id)


@api.post(
    "/messages/<id:str>/opt-out",
    level=Level.LOGIN,
    body=OptOut,
    out=Preferences,
    errors=(MessageNotFound, CannotOptOut),
)
async def opt_out(call: Call, body: OptOut, id: str) -> Preferences:
    """不再接收这一类（或这个部门的）通知"""
    return await inbox.opt_out(call.who.id, id, body)


@api.get("/preferences", level=Level.LOGIN, out=Preferences)
async def preferences(call: Call) -> Preferences:
    """我的通知设置"""
    return await inbox.preferences(call.who.id)


@api.put("/preferences", level=Level.LOGIN, body=Preferences, out=Preferences)
async def set_preferences(call: Call, body: Preferences) -> Preferences:
    """修改通知设置"""
    return await inbox.set_preferences(call.who.id, body)


@api.get("/preferences/agencies", level=Level.LOGIN, out=Agencies)
async def agencies(call: Call) -> Agencies:
    """给我发过通知的部门"""
    return await inbox.agencies(call.who.id)


@api.post("/push/devices", level=Level.LOGIN, body=DeviceCreate, status=204, errors=(TooManyDevices,))
async def devices(call: Call, body: DeviceCreate) -> None:
    """登记接收推送的设备"""
    await service.add_device(call.who, body)


@api.get("/push/templates", level=Level.LOGIN, out=SubscribeTemplates)
async def templates(call: Call) -> SubscribeTemplates:
    """可向微信申请订阅的消息模板，以及还剩几次"""
    return await service.subscribe_templates(call.who.id)


@api.post("/push/grants", level=Level.LOGIN, body=GrantCreate, status=204)
async def grants(call: Call, body: GrantCreate) -> None:
    """上报微信订阅消息的授权结果"""
    await service.add_grants(call.who.id, body)


@operate_api.get("/messages/<id:str>", out=MessageStory, errors=(MessageNotFound,))
async def explain(call: Call, id: str) -> MessageStory:
    """一条消息从产生到送达的经过"""
    return await story.of(id, who=call.who)


@operate_api.get("/push/health", out=PushHealth)
async def health(call: Call) -> PushHealth:
    """各渠道最近 24 小时的发送情况"""
    return await overview.health()
