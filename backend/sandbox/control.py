"""`/_control`: what the vendors shall do next, and what they have received. JSON, for journeys and drills."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, Literal

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import json

from backend.core.clients import Client, ProviderError
from backend.sandbox import alipay, credentials, wechat_pay
from backend.sandbox.department import Cases, SubmitState, UpdateOrder, tell
from backend.sandbox.messages import push_message
from backend.sandbox.orders import VENDORS, Order, Orders
from backend.sandbox.wechat import WeChatState, openid_of
from backend.sandbox.world import FaceOutcome, Fault, World, world_of
from backend.sdk.department.server import Refused

bp = Blueprint("control", url_prefix="/_control")


class Problem(Exception):
    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status, self.title = status, title


class FaceOrder(msgspec.Struct, forbid_unknown_fields=True):
    """The outcome of the next `times` queries for this person's checks that are not settled yet."""

    outcome: FaceOutcome
    times: int = 1


class AuthorityOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Either a name (the authority knows this person from now on), or a fixed answer."""

    name: str | None = None
    outcome: Literal["match", "mismatch", "not_found", "unavailable"] | None = None


class CompanyOrder(msgspec.Struct, forbid_unknown_fields=True):
    """What the register says of a company from now on; `outcome` is a fixed answer for it."""

    name: str = ""
    representative: str = ""
    id_number: str = ""
    outcome: Literal["match", "mismatch", "not_found", "unavailable"] | None = None


class CodeOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Whom the minted login code stands for; or `phone` for a phone-number code, which then may be of one person
    (`name`), of another mini-program (`app_id`) or of another country."""

    name: str = ""
    phone: str = ""
    app_id: str = ""
    country: str = "86"
    seconds: float = 300


class PayOrderBody(msgspec.Struct, forbid_unknown_fields=True):
    result: Literal["success", "closed"] = "success"


class DepartmentOrder(msgspec.Struct, forbid_unknown_fields=True):
    submit: SubmitState = "received"


class DeviceOrder(msgspec.Struct, forbid_unknown_fields=True):
    gone: bool = True


class QuotaOrder(msgspec.Struct, forbid_unknown_fields=True):
    quota: int


class MessageOrder(msgspec.Struct, forbid_unknown_fields=True):
    """A message that WeChat pushes: its fields (MsgType, Event, FromUserName …); `url` overrides the address;
    `official` sends it to the official account instead of the mini-program, and gives the reply in clear."""

    fields: dict[str, str]
    url: str | None = None
    official: bool = False


class PublicOrder(msgspec.Struct, forbid_unknown_fields=True):
    """Where our side takes callbacks from now on."""

    url: str


def problem(status: int, title: str) -> HTTPResponse:
    body = {"type": "about:blank", "title": title, "status": status, "code": "sandbox.control"}
    return json(body, status=status, content_type="application/problem+json")


def _body(request: Request, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(request.body or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Problem(422, f"请求内容不符合要求：{error}") from error


@bp.exception(Problem)  # type: ignore[untyped-decorator]
async def on_problem(_request: Request, error: Problem) -> HTTPResponse:
    return problem(error.status, error.title)


@bp.exception(Refused)  # type: ignore[untyped-decorator]
async def on_refused(_request: Request, error: Refused) -> HTTPResponse:
    return problem(error.status, error.title)


@bp.get("/")
async def overview(request: Request) -> HTTPResponse:
    world = world_of(request)
    return json({"faults": world.faults.all(), "received": world.received.counts()})


@bp.put("/public")
async def public(request: Request) -> HTTPResponse:
    """Change the address of our side; `credentials.json` is written anew with it."""
    order: PublicOrder = _body(request, PublicOrder)
    world = world_of(request)
    world.public_url = order.url.rstrip("/")
    world.vendors, _ = await asyncio.to_thread(
        credentials.ensure, world.folder, base_url=world.base_url, public_url=world.public_url
    )
    return json({"url": world.public_url})


@bp.put("/face/<id_number:str>")
async def face(request: Request, id_number: str) -> HTTPResponse:
    order: FaceOrder = _body(request, FaceOrder)
    world_of(request).next_faces[id_number] = [order.outcome] * order.times
    return json({"id_number": id_number, "outcome": order.outcome, "times": order.times})


@bp.put("/faults/<vendor:str>/<call:str>")
async def set_fault(request: Request, vendor: str, call: str) -> HTTPResponse:
    fault: Fault = _body(request, Fault)
    if fault.fault == "code" and not fault.code:
        raise Problem(422, "fault 为 code 时要写明 code")
    world_of(request).faults.put(vendor, call, fault)
    return json({"vendor": vendor, "call": call, **msgspec.to_builtins(fault)})


@bp.delete("/faults/<vendor:str>/<call:str>")
async def delete_fault(request: Request, vendor: str, call: str) -> HTTPResponse:
    return json({"deleted": world_of(request).faults.delete(vendor, call)})


@bp.get("/faults")
async def faults(request: Request) -> HTTPResponse:
    return json(world_of(request).faults.all())


@bp.delete("/faults")
async def clear_faults(request: Request) -> HTTPResponse:
    world_of(request).faults.clear()
    return json({"deleted": True})


@bp.get("/received")
async def received(request: Request) -> HTTPResponse:
    found = world_of(request).received.find(request.args.get("vendor"), request.args.get("call"))
    items = [msgspec.to_builtins(item) for item in found]
    return json({"count": len(items), "counts": world_of(request).received.counts(), "items": items})


@bp.delete("/received")
async def forget(request: Request) -> HTTPResponse:
    world_of(request).received.clear()
    return json({"deleted": True})


@bp.get("/sms/<phone:str>")
async def sms(request: Request, phone: str) -> HTTPResponse:
    texts = world_of(request).texts.get(phone)
    if not texts:
        raise Problem(404, "这个号码还没有收到短信")
    return json({**texts[-1], "count": len(texts), "all": texts})


@bp.put("/authority/<id_number:str>")
async def authority(request: Request, id_number: str) -> HTTPResponse:
    order: AuthorityOrder = _body(request, AuthorityOrder)
    world = world_of(request)
    if order.name is None and order.outcome is None:
        raise Problem(422, "请给出 name 或 outcome")
    if order.name is not None:
        world.known[id_number] = order.name
        await world.store.put("person", id_number, order.name.encode())
    if order.outcome is not None:
        world.authority_answers[id_number] = order.outcome
    return json({"id_number": id_number, "name": order.name, "outcome": order.outcome})


@bp.put("/companies/<uscc:str>")
async def company(request: Request, uscc: str) -> HTTPResponse:
    """Registered as given, and remembered by a restarted simulator; or answered with a fixed word."""
    order: CompanyOrder = _body(request, CompanyOrder)
    world = world_of(request)
    if order.outcome is not None:
        world.authority_answers[uscc] = order.outcome
        return json({"uscc": uscc, "outcome": order.outcome})
    held = {"name": order.name, "representative": order.representative, "id_number": order.id_number}
    if not all(held.values()):
        raise Problem(422, "请给出 name、representative 和 id_number，或 outcome")
    world.companies[uscc] = held
    world.authority_answers.pop(uscc, None)
    await world.store.put("company", uscc, msgspec.json.encode(held))
    return json({"uscc": uscc, **held})


@bp.delete("/authority/<id_number:str>")
async def authority_reset(request: Request, id_number: str) -> HTTPResponse:
    return json({"deleted": world_of(request).authority_answers.pop(id_number, None) is not None})


@bp.post("/wechat/code")
async def wechat_code(request: Request) -> HTTPResponse:
    order: CodeOrder = _body(request, CodeOrder)
    world = world_of(request)
    if order.phone:
        app = order.app_id or world.vendors.wechat.app_id
        openid = openid_of(world.vendors.wechat.app_id, order.name) if order.name else "-"
        held = f"{order.phone} {openid} {app} {order.country}"
        return json({"code": world.mint("wechat_phone", held, seconds=order.seconds)})
    if not order.name:
        raise Problem(422, "请给出 name 或 phone")
    code = world.mint("wechat", order.name, seconds=order.seconds)
    return json({"code": code, "openid": openid_of(world.vendors.wechat.app_id, order.name)})


@bp.post("/alipay/code")
async def alipay_code(request: Request) -> HTTPResponse:
    order: CodeOrder = _body(request, CodeOrder)
    if not order.name:
        raise Problem(422, "请给出 name")
    world = world_of(request)
    code = world.mint("alipay", order.name, seconds=order.seconds)
    return json({"code": code, "open_id": alipay.open_id_of(world.vendors.alipay.app_id, order.name)})


@bp.post("/wechat/expire-token")
async def expire_token(request: Request) -> HTTPResponse:
    state: WeChatState = request.app.ctx.wechat
    state.tokens.clear()
    return json({"expired": True})


@bp.post("/wechat/message")
async def wechat_message(request: Request) -> HTTPResponse:
    order: MessageOrder = _body(request, MessageOrder)
    return json({"sent": await push_message(world_of(request), order.fields, order.url, official=order.official)})


@bp.put("/jpush/devices/<registration_id:str>")
async def jpush_device(request: Request, registration_id: str) -> HTTPResponse:
    order: DeviceOrder = _body(request, DeviceOrder)
    gone: set[str] = request.app.ctx.jpush.gone
    (gone.add if order.gone else gone.discard)(registration_id)
    return json({"registration_id": registration_id, "gone": order.gone})


@bp.get("/jpush/told")
async def jpush_told(request: Request) -> HTTPResponse:
    """How many devices were told something, how often in all, and up to 100 that were told more than once."""
    told: Counter[str] = request.app.ctx.jpush.told
    twice = [device for device, count in told.items() if count > 1][:100]
    return json({"devices": len(told), "times": told.total(), "twice": twice})


@bp.put("/jpush/quota")
async def jpush_quota(request: Request) -> HTTPResponse:
    order: QuotaOrder = _body(request, QuotaOrder)
    request.app.ctx.jpush.quota = order.quota
    return json({"quota": order.quota})


@bp.post("/pay/<vendor:str>/<out_trade_no:str>")
async def pay(request: Request, vendor: str, out_trade_no: str) -> HTTPResponse:
    body: PayOrderBody = _body(request, PayOrderBody)
    orders: Orders = request.app.ctx.orders
    name = VENDORS.get(vendor)
    order = await orders.find(name, out_trade_no) if name else None
    if order is None:
        raise Problem(404, "没有这张订单")
    await orders.settle(order, body.result)
    notified = await notify(world_of(request), order) if order.state == "paid" else []
    return json({"state": order.state, "notified": notified})


async def notify(world: World, order: Order) -> list[dict[str, Any]]:
    """Send the notification of a payment; what our side answered to each sending."""
    if not order.notify_url:
        return []
    fault = world.faults.take(order.vendor, "notify")
    kind = fault.fault if fault else ""
    wrong = kind == "wrong_signature"
    client = Client(f"notify.{order.vendor}", order.notify_url, timeout_s=10, attempts=1)
    if order.vendor == "alipay":
        form: dict[str, str] | None = alipay.notification(world, order, wrong=wrong)
        body, headers = None, None
    else:
        form, body = None, wechat_pay.notification(world, order)
        headers = wechat_pay.signed_headers(world, body, wrong=wrong) | {"Content-Type": "application/json"}
    results: list[dict[str, Any]] = []
    for _ in range(2 if kind == "duplicate_callback" else 1):
        try:
            answer = await client.request("POST", "", call="notify", form=form, body=body, headers=headers)
            results.append({"status": answer.status, "body": answer.text[:200]})
        except ProviderError as error:
            results.append({"status": None, "code": error.code})
    world.received.add(order.vendor, "notify_sent", {"out_trade_no": order.out_trade_no}, kind)
    return results


@bp.put("/department/<module:str>")
async def department_mode(request: Request, module: str) -> HTTPResponse:
    order: DepartmentOrder = _body(request, DepartmentOrder)
    cases: Cases = request.app.ctx.department_cases
    cases.modes[module] = order.submit
    return json({"module": module, "submit": order.submit})


@bp.post("/department/<module:str>/update")
async def department_update(request: Request, module: str) -> HTTPResponse:
    return json({"sent": await tell(request, module, _body(request, UpdateOrder))})


@bp.get("/department/<module:str>/cases")
async def department_cases(request: Request, module: str) -> HTTPResponse:
    cases: Cases = request.app.ctx.department_cases
    found = [msgspec.to_builtins(case) for case in await cases.all() if case.module == module]
    return json({"count": len(found), "items": found})
