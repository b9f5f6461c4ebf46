"""The Alipay open gateway: verifies the app's RSA2 signatures, signs its answers and notifications."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import redirect

from backend.providers.pem import rsa_private
from backend.sandbox.orders import Order, Orders
from backend.sandbox.world import FaceCheck, World, fault_of, perform, world_of

bp = Blueprint("alipay", url_prefix="/alipay")
CHINA = ZoneInfo("Asia/Shanghai")
_STATES = {"open": "WAIT_BUYER_PAY", "paid": "TRADE_SUCCESS", "closed": "TRADE_CLOSED"}
_CODES = {
    "isv.invalid-signature": "40002",
    "isv.invalid-app-id": "40002",
    "isv.code-invalid": "40002",
    "isv.missing-parameter": "40001",
    "isv.insufficient-isv-permissions": "40006",
    "isv.app-call-limited": "40005",
    "isv.method-call-limited": "40005",
    "isp.unknow-error": "20000",
    "aop.invalid-auth-token": "20001",
}


class Refusal(Exception):
    """A vendor's sub code (`isv.…`, `ACQ.…`)."""

    def __init__(self, sub_code: str) -> None:
        super().__init__(sub_code)
        self.sub_code = sub_code


def open_id_of(app_id: str, name: str) -> str:
    return hashlib.sha256(f"alipay:{app_id}:{name}".encode()).hexdigest()[:48]


def sign(world: World, text: str, *, wrong: bool = False) -> str:
    source = (text + "altered" if wrong else text).encode()
    raw = rsa_private(world.keys.alipay_private_key).sign(source, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(raw).decode()


def notification(world: World, order: Order, *, wrong: bool = False) -> dict[str, str]:
    """The form of a trade notification; sign and sign_type are not part of what is signed."""
    fields = {
        "notify_time": datetime.now(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
        "notify_type": "trade_status_sync",
        "notify_id": secrets.token_hex(17),
        "app_id": world.vendors.alipay.app_id,
        "charset": "utf-8",
        "version": "1.0",
        "trade_no": order.trade_no,
        "out_trade_no": order.out_trade_no,
        "seller_id": world.vendors.alipay.seller_id,
        "trade_status": _STATES[order.state],
        "total_amount": f"{Decimal(order.total) / 100:.2f}",
        "subject": order.subject,
    }
    text = "&".join(f"{key}={value}" for key, value in sorted(fields.items()))
    return {**fields, "sign": sign(world, text, wrong=wrong), "sign_type": "RSA2"}


def _fields(request: Request) -> dict[str, str]:
    found = {key: values[0] for key, values in request.args.items()}
    if request.form:
        found |= {key: values[0] for key, values in request.form.items()}
    return found


def _check(world: World, fields: Mapping[str, str]) -> None:
    config = world.vendors.alipay
    if fields.get("app_id") != config.app_id:
        raise Refusal("isv.invalid-app-id")
    if fields.get("sign_type") != "RSA2" or not fields.get("method"):
        raise Refusal("isv.missing-parameter")
    text = "&".join(f"{key}={value}" for key, value in sorted(fields.items()) if key != "sign" and value)
    try:
        rsa_private(config.private_key).public_key().verify(
            base64.b64decode(fields.get("sign", "")), text.encode(), padding.PKCS1v15(), hashes.SHA256()
        )
        sent = datetime.strptime(fields.get("timestamp", ""), "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    except (InvalidSignature, ValueError) as error:
        raise Refusal("isv.invalid-signature") from error
    if abs(sent.timestamp() - time.time()) > 600:
        raise Refusal("isv.invalid-timestamp")


def _reply(request: Request, method: str, content: dict[str, Any]) -> HTTPResponse:
    name, world = method.replace(".", "_") + "_response", world_of(request)
    raw = msgspec.json.encode(content).decode()
    signature = sign(world, raw, wrong=fault_of(request) == "wrong_signature")
    body = f'{{"{name}":{raw},"sign":"{signature}"}}'
    return HTTPResponse(body, content_type="text/html;charset=utf-8")


def _error(request: Request, method: str, sub_code: str) -> HTTPResponse:
    code = _CODES.get(sub_code, "40004")
    content = {"code": code, "msg": "模拟的错误", "sub_code": sub_code, "sub_msg": "模拟的错误"}
    if sub_code.isdigit():  # the gateway's own codes come alone
        content = {"code": sub_code, "msg": "模拟的错误"}
    if sub_code in ("isv.invalid-signature", "isv.invalid-app-id"):
        # The real gateway cannot sign for an app that it does not know.
        raw = msgspec.json.encode({method.replace(".", "_") + "_response": content})
        return HTTPResponse(raw, content_type="text/html;charset=utf-8")
    return _reply(request, method, content)


@bp.post("/gateway.do")
async def gateway(request: Request) -> HTTPResponse:
    fields = _fields(request)
    method = fields.get("method", "")

    async def act() -> HTTPResponse:
        world = world_of(request)
        try:
            _check(world, fields)
            content = msgspec.json.decode(fields.get("biz_content") or "{}")
            handler = METHODS.get(method)
            if handler is None or not isinstance(content, dict):
                raise Refusal("isv.invalid-method")
            return _reply(request, method, await handler(request, fields, content))
        except Refusal as refusal:
            return _error(request, method, refusal.sub_code)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _error(request, method, "isv.missing-parameter")

    detail = {key: value for key, value in fields.items() if key != "sign"}
    return await perform(request, "alipay", method, detail, act, refuse=lambda code: _error(request, method, code))


@bp.get("/gateway.do")
async def page(request: Request) -> HTTPResponse:
    """A signed address that a person opens: the face certification."""
    world, fields = world_of(request), _fields(request)
    try:
        _check(world, fields)
        content = msgspec.json.decode(fields.get("biz_content") or "{}")
        check = world.faces.get(f"alipay:{content.get('certify_id')}")
        if fields.get("method") != "alipay.user.certify.open.certify" or check is None:
            raise Refusal("OPEN_CERTIFY_BILL_NOT_EXIST")
    except (Refusal, msgspec.DecodeError, UnicodeDecodeError, AttributeError) as error:
        return HTTPResponse(f"地址无效：{error}", status=400, content_type="text/plain; charset=utf-8")
    check.page = True
    return redirect(f"/face/alipay/{check.id}")


async def oauth_token(request: Request, fields: Mapping[str, str], _content: dict[str, Any]) -> dict[str, Any]:
    world = world_of(request)
    if fields.get("grant_type") != "authorization_code":
        raise Refusal("isv.missing-parameter")
    name = world.spend("alipay", fields.get("code", ""))
    if name is None:
        raise Refusal("isv.code-invalid")
    return {
        "open_id": open_id_of(world.vendors.alipay.app_id, name),
        "access_token": secrets.token_hex(20),
        "refresh_token": secrets.token_hex(20),
        "expires_in": 1296000,
        "re_expires_in": 2592000,
    }


async def certify_initialize(request: Request, _f: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    world, number = world_of(request), str(content.get("outer_order_no", ""))
    param, merchant = content.get("identity_param"), content.get("merchant_config") or {}
    if not isinstance(param, dict) or not 1 <= len(number) <= 32:
        raise Refusal("isv.missing-parameter")
    seen: set[str] = request.app.ctx.alipay_orders
    if number in seen:
        raise Refusal("CERTIFY_ORDER_NO_USED")
    seen.add(number)
    certify_id = secrets.token_hex(16)
    world.faces[f"alipay:{certify_id}"] = FaceCheck(
        id=certify_id,
        name=str(param.get("cert_name", "")),
        id_number=str(param.get("cert_no", "")),
        return_url=str(merchant.get("return_url", "")),
    )
    return {"code": "10000", "msg": "Success", "certify_id": certify_id}


async def certify_query(request: Request, _f: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    world = world_of(request)
    check = world.faces.get(f"alipay:{content.get('certify_id')}")
    if check is None:
        raise Refusal("OPEN_CERTIFY_BILL_NOT_EXIST")
    passed = "T" if world.settle_face(check) == "pass" else "F"
    return {"code": "10000", "msg": "Success", "passed": passed}


async def template_message(_r: Request, _f: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    if not (content.get("to_open_id") or content.get("to_user_id")) or not content.get("data"):
        raise Refusal("isv.missing-parameter")
    return {"code": "10000", "msg": "Success"}


async def trade_create(request: Request, fields: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    orders: Orders = request.app.ctx.orders
    number, payer = str(content.get("out_trade_no", "")), content.get("buyer_open_id") or content.get("buyer_id")
    total = _fen(content.get("total_amount"))
    if not number or not payer or not content.get("subject"):
        raise Refusal("ACQ.INVALID_PARAMETER")
    order = await orders.find("alipay", number)
    if order is None:
        order = Order(
            vendor="alipay",
            out_trade_no=number,
            trade_no=datetime.now(CHINA).strftime("%Y%m%d") + "22" + secrets.token_hex(9),
            total=total,
            subject=str(content["subject"]),
            payer=str(payer),
            notify_url=fields.get("notify_url", ""),
        )
        await orders.keep(order)
    elif order.total != total or order.payer != payer:
        raise Refusal("ACQ.CONTEXT_INCONSISTENT")
    elif order.state != "open":
        raise Refusal("ACQ.TRADE_HAS_SUCCESS" if order.state == "paid" else "ACQ.TRADE_HAS_CLOSE")
    return {"code": "10000", "msg": "Success", "out_trade_no": number, "trade_no": order.trade_no}


async def _trade(request: Request, content: dict[str, Any]) -> Order:
    orders: Orders = request.app.ctx.orders
    order = await orders.find("alipay", str(content.get("out_trade_no", "")))
    if order is None:
        raise Refusal("ACQ.TRADE_NOT_EXIST")
    return order


async def trade_query(request: Request, _f: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    order = await _trade(request, content)
    return {
        "code": "10000",
        "msg": "Success",
        "out_trade_no": order.out_trade_no,
        "trade_no": order.trade_no,
        "trade_status": _STATES[order.state],
        "total_amount": f"{Decimal(order.total) / 100:.2f}",
    }


async def trade_close(request: Request, _f: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    order = await _trade(request, content)
    if order.state == "paid":
        raise Refusal("ACQ.TRADE_STATUS_ERROR")
    await request.app.ctx.orders.settle(order, "closed")
    return {"code": "10000", "msg": "Success", "out_trade_no": order.out_trade_no}


async def trade_refund(request: Request, _f: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    order = await _trade(request, content)
    number = str(content.get("out_request_no") or order.out_trade_no)
    before = order.refunded
    made = await request.app.ctx.orders.refund(order, number, _fen(content.get("refund_amount")))
    if isinstance(made, str):
        reasons = {"not_paid": "ACQ.TRADE_STATUS_ERROR", "too_much": "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"}
        raise Refusal(reasons.get(made, "ACQ.DISCORDANT_REPEAT_REQUEST"))
    return {
        "code": "10000",
        "msg": "Success",
        "out_trade_no": order.out_trade_no,
        "refund_fee": f"{Decimal(order.refunded) / 100:.2f}",
        "fund_change": "Y" if order.refunded > before else "N",
    }


async def refund_query(request: Request, _f: Mapping[str, str], content: dict[str, Any]) -> dict[str, Any]:
    order = await _trade(request, content)
    for made in order.refunds:
        if made.number == content.get("out_request_no"):
            return {
                "code": "10000",
                "msg": "Success",
                "out_request_no": made.number,
                "refund_amount": f"{Decimal(made.amount) / 100:.2f}",
                "refund_status": "REFUND_SUCCESS",
            }
    return {"code": "10000", "msg": "Success"}


def _fen(amount: object) -> int:
    try:
        value = Decimal(str(amount)) * 100
    except InvalidOperation as error:
        raise Refusal("ACQ.INVALID_PARAMETER") from error
    if value != int(value) or value <= 0:
        raise Refusal("ACQ.INVALID_PARAMETER")
    return int(value)


METHODS = {
    "alipay.system.oauth.token": oauth_token,
    "alipay.user.certify.open.initialize": certify_initialize,
    "alipay.user.certify.open.query": certify_query,
    "alipay.open.app.mini.templatemessage.send": template_message,
    "alipay.trade.create": trade_create,
    "alipay.trade.query": trade_query,
    "alipay.trade.close": trade_close,
    "alipay.trade.refund": trade_refund,
    "alipay.trade.fastpay.refund.query": refund_query,
}
