"""Publishing: teams and keys, releases and their review, rollouts, switches."""

from __future__ import annotations

from typing import Any

from sanic.headers import parse_content_header
from sanic.request.form import parse_multipart_form
from sanic.response import HTTPResponse

from backend.core.errors import FieldProblem, InvalidPayload, PayloadTooLarge, UnsupportedMedia
from backend.core.http import JSON, Api, Call
from backend.core.problems import encoder
from backend.modules import differences, health, overview, releases, reviews, rollouts, sources, tasks, teams
from backend.modules.errors import (
    BundleRefused,
    CheckerBusy,
    KeyRefused,
    ModuleNotFound,
    NothingToReturnTo,
    NotYourRegion,
    NotYourTeam,
    ReleaseNotFound,
    RolloutNotFound,
    SecondPersonNeeded,
    SecrecyReviewNeeded,
    TeamExists,
    TeamNotFound,
    WrongState,
)
from backend.modules.schemas import (
    Because,
    CohortOut,
    CohortPut,
    DifferencesOut,
    DifferencesQuery,
    GenerationOut,
    HealthOut,
    HealthQuery,
    KeyCreate,
    ModuleList,
    ModuleOut,
    ModulesQuery,
    Reject,
    ReleaseOut,
    RolloutCreate,
    RolloutOut,
    SecrecyReview,
    SourceOut,
    SourceQuery,
    SwitchPut,
    TeamCreate,
    TeamList,
    TeamOut,
    WaitingList,
    WaitingQuery,
)
from backend.sdk.bundle import MAX_BUNDLE

api = Api("publish", "/publish/v1", tag="模块发布", audience="staff", roles=("publisher",))
public_api = Api("publish_public", "/publish/v1", tag="模块发布", audience="public")

REVIEWERS = ("publisher", "reviewer")
READERS = ("publisher", "reviewer", "operator", "auditor", "admin")
OF_RELEASE = (ReleaseNotFound, NotYourRegion)
OF_ROLLOUT = (RolloutNotFound, NotYourRegion, WrongState)
FORM_ROOM = 64 * 1024


@public_api.get("/generation", out=GenerationOut)
async def generation(_: Call) -> GenerationOut:
    """这个进程正在提供的代"""
    return overview.generation()


@api.post(
    "/releases",
    raw_body="multipart/form-data",
    out=ReleaseOut,
    status=201,
    statuses=(200, 413),
    stream=True,
    errors=(BundleRefused, KeyRefused, NotYourRegion, CheckerBusy),
)
async def upload(call: Call) -> HTTPResponse:
    """上传签了名的模块包（bundle、signature），成为草稿；同一个包再传一次还是同一个版本"""
    parts = await _form(call)
    missing = [name for name in ("bundle", "signature") if name not in parts]
    if missing:
        raise InvalidPayload(errors=[FieldProblem(field=name, code="required", message="必填") for name in missing])
    made, new = await releases.upload(call.who, parts["bundle"], parts["signature"])
    response = HTTPResponse(encoder.encode(made), status=201 if new else 200, content_type=JSON)
    response.headers["cache-control"] = "no-store"
    return response


async def _form(call: Call) -> dict[str, bytes]:
    """The parts of a multipart form, read piece by piece so that nobody fills the memory. Raises UnsupportedMedia,
    PayloadTooLarge."""
    request = call.request
    kind, options = parse_content_header(request.headers.get("content-type", ""))
    boundary = str(options.get("boundary", ""))
    if kind != "multipart/form-data" or not boundary:
        raise UnsupportedMedia("请用 multipart/form-data 上传 bundle 和 signature 两个文件")
    held = bytearray()
    stream: Any = request.stream
    while True:
        piece = await stream.read()
        if piece is None:
            break
        held += piece
        if len(held) > MAX_BUNDLE + FORM_ROOM:
            raise PayloadTooLarge
    try:
        fields, files = parse_multipart_form(bytes(held), boundary.encode())  # type: ignore[no-untyped-call]
    except (ValueError, IndexError, KeyError, AttributeError) as exc:
        raise InvalidPayload("上传的表单读不懂") from exc
    parts: dict[str, bytes] = {name: values[0].encode() for name, values in _items(fields)}
    parts.update({name: values[0].body for name, values in _items(files)})
    return parts


def _items(parameters: Any) -> list[tuple[str, list[Any]]]:
    return [(str(name), list(values)) for name, values in dict.items(parameters) if values]


@api.get("/releases", out=WaitingList, query=WaitingQuery, roles=READERS)
async def waiting(call: Call) -> WaitingList:
    """等人审核的版本，等得最久的在前"""
    return await overview.waiting(call.who, call.query.cursor)


@api.get("/releases/<id:str>", out=ReleaseOut, roles=READERS, errors=OF_RELEASE)
async def release(call: Call, id: str) -> ReleaseOut:
    """一个版本：状态、检查结果、审核意见"""
    return await releases.read_one(call.who, id)


@api.get("/releases/<id:str>/differences", out=DifferencesOut, query=DifferencesQuery, roles=READERS, errors=OF_RELEASE)
async def release_differences(call: Call, id: str) -> DifferencesOut:
    """一个版本和线上版本的不同"""
    return await differences.of_release(call.who, id, call.query.start)


@api.post("/releases/<id:str>/submit", out=ReleaseOut, idempotent=True, errors=(*OF_RELEASE, WrongState))
async def submit(call: Call, id: str) -> ReleaseOut:
    """提交审核；先在后台再检查一遍"""
    return await releases.submit(call.who, id, tasks.check_release)


@api.post(
    "/releases/<id:str>/secrecy-review",
    body=SecrecyReview,
    out=ReleaseOut,
    idempotent=True,
    roles=REVIEWERS,
    errors=(*OF_RELEASE, WrongState, SecondPersonNeeded),
)
async def secrecy_review(call: Call, body: SecrecyReview, id: str) -> ReleaseOut:
    """记下保密审查的结论，只能一次；审查的人不能是上传或提交的人"""
    return await reviews.secrecy(call.who, id, body)


@api.post(
    "/releases/<id:str>/approve",
    out=ReleaseOut,
    idempotent=True,
    roles=REVIEWERS,
    errors=(*OF_RELEASE, WrongState, SecondPersonNeeded, SecrecyReviewNeeded, KeyRefused),
)
async def approve(call: Call, id: str) -> ReleaseOut:
    """审核通过，要先通过保密审查；审核的人不能是提交的人"""
    return await reviews.approve(call.who, id)


@api.post(
    "/releases/<id:str>/reject",
    body=Reject,
    out=ReleaseOut,
    idempotent=True,
    roles=REVIEWERS,
    errors=(*OF_RELEASE, WrongState, SecondPersonNeeded),
)
async def reject(call: Call, body: Reject, id: str) -> ReleaseOut:
    """退回，逐个文件写明原因"""
    return await reviews.reject(call.who, id, body)


@api.post("/releases/<id:str>/retire", out=ReleaseOut, idempotent=True, errors=(*OF_RELEASE, WrongState))
async def retire(call: Call, id: str) -> ReleaseOut:
    """作废一个没有在用的版本"""
    return await releases.retire(call.who, id)


@api.get("/modules", out=ModuleList, query=ModulesQuery, roles=READERS)
async def modules(call: Call) -> ModuleList:
    """我负责的地区的模块"""
    return await overview.modules(call.who, call.query.after)


@api.get(
    "/modules/<module:str>/health",
    out=HealthOut,
    query=HealthQuery,
    roles=READERS,
    errors=(ModuleNotFound, NotYourRegion),
)
async def module_health(call: Call, module: str) -> HealthOut:
    """一个模块办得怎么样：调用、失败、快慢、填到一半的表单、评价"""
    return await health.of_module(call.who, module, call.query.hours)


@api.get("/modules/<module:str>", out=ModuleOut, roles=READERS, errors=(ModuleNotFound, NotYourRegion))
async def module(call: Call, module: str) -> ModuleOut:
    """一个模块：版本、上线、开关、通知"""
    return await overview.module(call.who, module)


@api.get("/modules/<module:str>/source", out=SourceOut, query=SourceQuery, roles=READERS, errors=(ReleaseNotFound,))
async def source(call: Call, module: str) -> SourceOut:
    """一个上过线的版本的全部内容，供别的地方采用；不写版本就是线上的"""
    return await sources.read(module, call.query.version)


@api.post(
    "/rollouts", body=RolloutCreate, out=RolloutOut, status=201, idempotent=True, errors=(*OF_RELEASE, WrongState)
)
async def roll_out(call: Call, body: RolloutCreate) -> RolloutOut:
    """把审核通过的版本分步上线"""
    return await rollouts.create(call.who, body)


@api.get("/rollouts/<id:str>", out=RolloutOut, roles=READERS, errors=(RolloutNotFound, NotYourRegion))
async def rollout(call: Call, id: str) -> RolloutOut:
    """一次上线走到了哪里"""
    return await rollouts.read(call.who, id)


@api.post("/rollouts/<id:str>/pause", body=Because, out=RolloutOut, idempotent=True, errors=OF_ROLLOUT)
async def pause(call: Call, body: Because, id: str) -> RolloutOut:
    """暂停：看到新版本的人照旧，不再扩大"""
    return await rollouts.pause(call.who, id, body)


@api.post("/rollouts/<id:str>/resume", body=Because, out=RolloutOut, idempotent=True, errors=OF_ROLLOUT)
async def resume(call: Call, body: Because, id: str) -> RolloutOut:
    """继续上线"""
    return await rollouts.resume(call.who, id, body)


@api.post(
    "/rollouts/<id:str>/rollback",
    body=Because,
    out=RolloutOut,
    idempotent=True,
    errors=(*OF_ROLLOUT, NothingToReturnTo),
)
async def roll_back(call: Call, body: Because, id: str) -> RolloutOut:
    """立即回退：撤下新版本，已上线的换回上一个版本"""
    await rollouts.roll_back(call.who, id, body.reason)
    return await rollouts.read(call.who, id)


@api.put(
    "/switches/<module:str>",
    body=SwitchPut,
    out=ModuleOut,
    roles=("publisher", "operator"),
    errors=(ModuleNotFound, NotYourRegion),
)
async def switch(call: Call, body: SwitchPut, module: str) -> ModuleOut:
    """开关：on 正常、guide_only 只看指南、off 停办；可以按事项、地区、到期时间"""
    return await overview.switch(call.who, module, body)


@api.put("/cohorts/<name:str>", body=CohortPut, out=CohortOut, errors=(NotYourRegion,))
async def put_cohort(call: Call, body: CohortPut, name: str) -> CohortOut:
    """一组先看到新版本的试用人"""
    return await teams.put_cohort(call.who, name, body)


@api.post("/teams", body=TeamCreate, out=TeamOut, status=201, idempotent=True, roles=("admin",), errors=(TeamExists,))
async def create_team(call: Call, body: TeamCreate) -> TeamOut:
    """登记一个团队"""
    return await teams.create(call.who, body)


@api.get("/teams", out=TeamList, query=ModulesQuery, roles=("admin", "publisher", "auditor"))
async def all_teams(call: Call) -> TeamList:
    """登记过的团队；发布人只看自己地区模块的团队"""
    return await teams.listed(call.who, call.query.after)


@api.get("/teams/<team:str>", out=TeamOut, roles=("admin", "publisher", "auditor"), errors=(TeamNotFound, NotYourTeam))
async def team(call: Call, team: str) -> TeamOut:
    """一个团队和它的密钥；只给负责它的模块的发布人和管理员看"""
    return await teams.look(call.who, team)


@api.post(
    "/teams/<team:str>/keys",
    body=KeyCreate,
    out=TeamOut,
    status=201,
    idempotent=True,
    roles=("admin", "publisher"),
    errors=(TeamNotFound, TeamExists, KeyRefused),
)
async def add_key(call: Call, body: KeyCreate, team: str) -> TeamOut:
    """登记公钥；发布人换密钥要用旧密钥证明"""
    return await teams.add_key(call.who, team, body)


@api.post(
    "/teams/<team:str>/keys/<key:str>/agree",
    out=TeamOut,
    idempotent=True,
    roles=("admin",),
    errors=(TeamNotFound, TeamExists, KeyRefused),
)
async def agree_to_key(call: Call, team: str, key: str) -> TeamOut:
    """同意另一位管理员登记的公钥，从此可以用"""
    return await teams.agree(call.who, team, key)


@api.post(
    "/teams/<team:str>/keys/<key:str>/revoke",
    body=Because,
    out=TeamOut,
    idempotent=True,
    roles=("admin",),
    errors=(TeamNotFound,),
)
async def revoke_key(call: Call, body: Because, team: str, key: str) -> TeamOut:
    """吊销一把密钥，立即生效"""
    return await teams.revoke_key(call.who, team, key, body)
