"""Pages for a person at a desk: what is simulated, who is known, texts, orders to pay, department cases."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import redirect

from backend.sandbox.control import notify
from backend.sandbox.department import Cases, UpdateOrder, tell
from backend.sandbox.orders import VENDORS, Order, Orders
from backend.sandbox.pages import page
from backend.sandbox.people import PEOPLE
from backend.sandbox.world import world_of
from backend.sdk.department.server import Refused

bp = Blueprint("desk")
_STATES = {"open": "待支付", "paid": "已支付", "closed": "已关闭"}
_ACTIONS = {
    "accept": ("受理", {"kind": "accepted", "message": "已受理"}),
    "correct": (
        "要求补正",
        {"kind": "correction", "message": "材料不清晰，请重新提交", "missing": {"*": "请重新上传清晰的材料"}},
    ),
    "approve": ("办结（准予）", {"kind": "decided", "outcome": "approved", "message": "经审核，予以办理"}),
    "refuse": ("办结（不予）", {"kind": "decided", "outcome": "refused", "message": "经审核，不符合办理条件"}),
}


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """`rows` hold HTML."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


@bp.get("/")
async def index(request: Request) -> HTTPResponse:
    world = world_of(request)
    people = _table(
        ("姓名", "身份证号", "手机号", "登录码", "说明"),
        [(escape(p.name), p.id_number, p.phone, f"<code>demo-{p.login}</code>", escape(p.note)) for p in PEOPLE],
    )
    texts = [item for found in world.texts.values() for item in found]
    texts.sort(key=lambda item: float(item["at"]), reverse=True)
    shown = _table(("手机号", "短信"), [(escape(item["phone"]), escape(item["text"])) for item in texts[:10]])
    return page(
        "天府通办 · 模拟服务",
        f"""<p>这里模拟平台之外的系统：微信（登录、手机号、订阅消息、人脸核验、支付）、支付宝（登录、人脸核验、
        消息、支付）、极光推送、短信、网页人脸核验、身份权威库、各部门业务系统。接口与签名方式和真实系统一致。</p>
        <p><a href="/departments">部门收到的办件</a> · <a href="/pay">待支付的订单</a></p>
        <h2>可用来试办的人</h2>{people}
        <p>微信登录码和支付宝登录码都可写作 <code>demo-名字</code>，同一个名字总是同一个账号。人脸核验默认通过。</p>
        <h2>最近的短信</h2>{shown if texts else "<p>还没有短信。</p>"}
        <h2>控制接口</h2><p>演练用：<code>/_control</code>，可设定下一次人脸结果、各类故障，并查看收到的请求。</p>""",
    )


@bp.get("/pay")
async def pay_list(request: Request) -> HTTPResponse:
    orders: Orders = request.app.ctx.orders
    rows = [
        (
            f'<a href="/pay/{order.vendor}/{escape(order.out_trade_no)}">{escape(order.out_trade_no)}</a>',
            escape(order.subject),
            f"{order.total / 100:.2f}",
            _STATES[order.state],
        )
        for order in reversed(await orders.all())
    ]
    body = _table(("订单号", "内容", "金额（元）", "状态"), rows[:50]) if rows else "<p>还没有订单。</p>"
    return page("支付订单", body)


async def _order(request: Request, vendor: str, number: str) -> Order | None:
    orders: Orders = request.app.ctx.orders
    name = VENDORS.get(vendor)
    return await orders.find(name, number) if name else None


@bp.get("/pay/<vendor:str>/<number:str>")
async def pay_show(request: Request, vendor: str, number: str) -> HTTPResponse:
    order = await _order(request, vendor, number)
    if order is None:
        return page("支付", "<p>没有这张订单。</p>", status=404)
    if order.state != "open":
        return page("支付", f"<p>这张订单{_STATES[order.state]}。</p>")
    return page(
        "支付（模拟）",
        f"""<p>{escape(order.subject)}，金额 <b>{order.total / 100:.2f}</b> 元。不会发生真实扣款。</p>
        <form method="post"><button name="result" value="success">模拟支付成功</button>
        <button name="result" value="cancel" class="quiet">不支付</button></form>""",
    )


@bp.post("/pay/<vendor:str>/<number:str>")
async def pay_do(request: Request, vendor: str, number: str) -> HTTPResponse:
    order = await _order(request, vendor, number)
    if order is None:
        return page("支付", "<p>没有这张订单。</p>", status=404)
    if request.form and request.form.get("result") == "success":
        await request.app.ctx.orders.settle(order, "success")
        await notify(world_of(request), order)
    target = request.args.get("return_url", "")
    if urlsplit(target).scheme in ("http", "https"):
        return redirect(target)
    return page("支付", f"<p>这张订单{_STATES[order.state]}，请返回原来的页面。</p>")


@bp.get("/departments")
async def departments(request: Request) -> HTTPResponse:
    cases: Cases = request.app.ctx.department_cases
    blocks = []
    for case in reversed(await cases.all()):
        buttons = "".join(
            f'<button name="action" value="{name}" class="quiet">{label}</button>'
            for name, (label, _) in _ACTIONS.items()
        )
        number, module = escape(case.call.case_number), escape(case.module)
        blocks.append(
            f"""<h2>{number}</h2><p>{module} · {escape(case.call.matter)} · 状态 {escape(case.state)}</p>
            <form method="post"><input type="hidden" name="module" value="{module}">
            <input type="hidden" name="case_number" value="{number}">{buttons}</form>"""
        )
    return page("部门收到的办件", "".join(blocks[:50]) or "<p>还没有办件。</p>")


@bp.post("/departments")
async def department_act(request: Request) -> HTTPResponse:
    if not request.form:
        return page("部门收到的办件", "<p>没有这个操作。</p>", status=400)
    form = request.form
    action = _ACTIONS.get(str(form.get("action") or ""))
    number, module = str(form.get("case_number") or ""), str(form.get("module") or "")
    if action is None:
        return page("部门收到的办件", "<p>没有这个操作。</p>", status=400)
    try:
        sent = await tell(request, module, UpdateOrder(case_number=number, **action[1]))  # type: ignore[arg-type]
    except Refused as refused:
        return page("部门收到的办件", f"<p>{escape(refused.title)}</p>", status=refused.status)
    told = "平台已收到" if sent[-1].get("status") == 200 else f"平台没有接收：{sent[-1].get('code')}"
    return page("部门收到的办件", f'<p>{escape(told)}</p><p><a href="/departments">返回</a></p>')
