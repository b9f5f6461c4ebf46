"""Campaigns for operators."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta
from sanic.response import HTTPResponse

from backend.campaigns import errors, service, templates
from backend.campaigns.schemas import (
    Act,
    AttributeList,
    AudienceCount,
    AudienceRule,
    CampaignChange,
    CampaignList,
    CampaignOut,
    CampaignPut,
    SenderScores,
    TemplateChange,
    TemplateList,
    TemplateOut,
    TemplatePut,
    TestSend,
)
from backend.core.http import Api, Call
from backend.modules.errors import MatterNotFound

api = Api("campaigns", "/operate/v1", tag="群发通知", audience="staff", roles=("operator",))

READERS = ("operator", "auditor")
OF_RULE = (errors.AudienceInvalid, errors.AudienceTooSlow)
OF_WORDS = (*OF_RULE, errors.NotOneTap, MatterNotFound)
OF_ACT = (
    errors.CampaignNotFound,
    errors.CampaignChanged,
    errors.WrongCampaignState,
    errors.SecondPersonNeeded,
)


class CampaignsQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`open`: only those that may still tell somebody something."""

    open: bool = False
    cursor: Annotated[str, Meta(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


@api.get("/audiences/attributes", out=AttributeList)
async def attributes(call: Call) -> AttributeList:
    """人群规则里可以用的名字"""
    return service.attributes()


@api.post("/audiences/count", body=AudienceRule, out=AudienceCount, errors=OF_RULE)
async def count(call: Call, body: AudienceRule) -> AudienceCount:
    """一条规则选中多少人、分布在哪里"""
    return await service.count(call.who, body.rule)


@api.get("/templates", roles=READERS, out=TemplateList)
async def all_templates(call: Call) -> TemplateList:
    """通知模板，各取最新的一版"""
    return await templates.newest()


@api.post("/templates", body=TemplatePut, out=TemplateOut, status=201, idempotent=True)
async def new_template(call: Call, body: TemplatePut) -> TemplateOut:
    """新建通知模板"""
    return await templates.create(call.who, body)


@api.get("/templates/<id:str>", roles=READERS, out=TemplateList, errors=(errors.TemplateNotFound,))
async def template_versions(call: Call, id: str) -> TemplateList:
    """一个模板的各个版本，带各渠道的预览"""
    return await templates.versions(id)


@api.put(
    "/templates/<id:str>",
    body=TemplateChange,
    out=TemplateOut,
    errors=(errors.TemplateNotFound, errors.TemplateChanged),
)
async def change_template(call: Call, body: TemplateChange, id: str) -> TemplateOut:
    """把模板改成新的一版，或停用"""
    return await templates.change(call.who, id, body)


@api.get("/senders", roles=READERS, out=SenderScores)
async def sender_scores(call: Call) -> SenderScores:
    """各位编写人最近 90 天的通知有多少人因此关闭了通知"""
    return await templates.scores()


@api.get("/campaigns", roles=READERS, query=CampaignsQuery, out=CampaignList)
async def campaigns(call: Call) -> CampaignList:
    """通知任务，新的在前"""
    query: CampaignsQuery = call.query
    return await service.list_of(call.who, cursor=query.cursor, limit=query.limit, only_open=query.open)


@api.post("/campaigns", body=CampaignPut, out=CampaignOut, status=201, idempotent=True, errors=OF_WORDS)
async def create(call: Call, body: CampaignPut) -> CampaignOut:
    """新建通知任务（草稿）"""
    return await service.create(call.who, body)


@api.get("/campaigns/<id:str>", roles=READERS, out=CampaignOut, errors=(errors.CampaignNotFound,))
async def campaign(call: Call, id: str) -> CampaignOut:
    """一个通知任务，和至今的数字"""
    return await service.get(call.who, id)


@api.put("/campaigns/<id:str>", body=CampaignChange, out=CampaignOut, errors=(*OF_ACT, *OF_WORDS))
async def change(call: Call, body: CampaignChange, id: str) -> CampaignOut:
    """修改草稿"""
    return await service.change(call.who, id, body)


@api.post("/campaigns/<id:str>/test", body=TestSend, status=204, errors=(errors.CampaignNotFound,))
async def test(call: Call, body: TestSend, id: str) -> None:
    """先给一个手机号发一条测试"""
    await service.test_send(call.who, id, body.phone)


@api.get("/campaigns/<id:str>/outcomes", roles=READERS, raw_out="text/csv", errors=(errors.CampaignNotFound,))
async def outcomes(call: Call, id: str) -> HTTPResponse:
    """逐人的发送结果（CSV，不含个人信息）"""
    body = await service.outcomes_csv(call.who, id)
    return HTTPResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={"content-disposition": "attachment; filename=outcomes.csv"},
    )


@api.post("/campaigns/<id:str>/submit", body=Act, out=CampaignOut, errors=OF_ACT)
async def submit(call: Call, body: Act, id: str) -> CampaignOut:
    """提交批准"""
    return await service.act(call.who, id, "submit", body)


@api.post("/campaigns/<id:str>/approve", body=Act, out=CampaignOut, errors=OF_ACT)
async def approve(call: Call, body: Act, id: str) -> CampaignOut:
    """批准（须由另一人）"""
    return await service.act(call.who, id, "approve", body)


@api.post("/campaigns/<id:str>/reject", body=Act, out=CampaignOut, errors=OF_ACT)
async def reject(call: Call, body: Act, id: str) -> CampaignOut:
    """退回修改"""
    return await service.act(call.who, id, "reject", body)


@api.post("/campaigns/<id:str>/start", body=Act, out=CampaignOut, errors=OF_ACT)
async def start(call: Call, body: Act, id: str) -> CampaignOut:
    """开始发送"""
    return await service.act(call.who, id, "start", body)


@api.post("/campaigns/<id:str>/pause", body=Act, out=CampaignOut, errors=OF_ACT)
async def pause(call: Call, body: Act, id: str) -> CampaignOut:
    """暂停"""
    return await service.act(call.who, id, "pause", body)


@api.post("/campaigns/<id:str>/resume", body=Act, out=CampaignOut, errors=OF_ACT)
async def resume(call: Call, body: Act, id: str) -> CampaignOut:
    """继续"""
    return await service.act(call.who, id, "resume", body)


@api.post("/campaigns/<id:str>/stop", body=Act, out=CampaignOut, errors=OF_ACT)
async def stop(call: Call, body: Act, id: str) -> CampaignOut:
    """终止，不再发送"""
    return await service.act(call.who, id, "stop", body)
