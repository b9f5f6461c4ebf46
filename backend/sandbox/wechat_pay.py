"""WeChat Pay v3: verifies the merchant's signatures, signs answers and notifications, encrypts notified content."""

from __future__ import annotations

import base64
import re
import secrets
import time
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sanic import Blueprint, HTTPResponse, Request

from backend.providers.pem import rsa_private
from backend.sandbox.orders import Order, Orders, Refund
from backend.sandbox.world import World, fault_of, perform, world_of

bp = Blueprint("wechat_pay", url_prefix="/wechat_pay")
_FIELD = re.compile(r'(\w+)="([^"]*)"')


def signed_headers(world: World, body: bytes, *, wrong: bool = False) -> dict[str, str]:
    """The platform's signature over an answer or a notification."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(16)
    source = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    if wrong:
        source += b"altered"
    raw = rsa_private(world.keys.platform_private_key).sign(source, padding.PKCS1v15(), hashes.SHA256())
    return {
        "Wechatpay-Serial": world.keys.platform_serial,
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(raw).decode(),
    }


def notification(world: World, order: Order) -> bytes:
    """The notification of a payment, its content encrypted with the merchant's APIv3 key."""
    nonce = secrets.token_hex(6)
    plain = msgspec.json.encode(_transaction(world, order))
    sealed = AESGCM(world.vendors.wechat_pay.api_v3_key.encode()).encrypt(nonce.encode(), plain, b"transaction")
    return msgspec.json.encode(
        {
            "id": secrets.token_hex(18),
            "create_time": order.paid_at,
            "event_type": "TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource",
            "summary": "支付成功",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "original_type": "transaction",
                "ciphertext": base64.b64encode(sealed).decode(),
                "nonce": nonce,
                "associated_data": "transaction",
            },
        }
    )


def _transaction(world: World, order: Order) -> dict[str, Any]:
    config = world.vendors.wechat_pay
    states = {"open": "NOTPAY", "paid": "SUCCESS", "closed": "CLOSED"}
    found: dict[str, Any] = {
        "appid": config.app_id,
        "mchid": config.mch_id,
        "out_trade_no": order.out_trade_no,
        "trade_state": "REFUND" if order.refunds else states[order.state],
        "amount": {"total": order.total, "currency": "CNY"},
        "payer": {"openid": order.payer},
    }
    if order.state == "paid":
        found |= {"transaction_id": order.trade_no, "success_time": order.paid_at}
    return found


def refuse(code: str) -> HTTPResponse:
    status = {
        "SIGN_ERROR": 401,
        "NO_AUTH": 403,
        "ORDER_NOT_EXIST": 404,
        "RESOURCE_NOT_EXISTS": 404,
        "FREQUENCY_LIMITED": 429,
        "SYSTEM_ERROR": 500,
        "BANK_ERROR": 500,
    }.get(code, 400)
    body = msgspec.json.encode({"code": code, "message": "模拟的错误"})
    return HTTPResponse(body, status=status, content_type="application/json")


def _orders(request: Request) -> Orders:
    orders: Orders = request.app.ctx.orders
    return orders


def _signature_fits(request: Request) -> bool:
    config = world_of(request).vendors.wechat_pay
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    given = dict(_FIELD.findall(rest))
    stamp = given.get("timestamp", "")
    if scheme != "WECHATPAY2-SHA256-RSA2048" or given.get("mchid") != config.mch_id:
        return False
    if given.get("serial_no") != config.serial_no or not stamp.isdigit():
        return False
    if abs(time.time() - int(stamp)) > 300:
        return False
    path = request.path.removeprefix("/wechat_pay")
    if request.query_string:
        path += f"?{request.query_string}"
    source = f"{request.method}\n{path}\n{stamp}\n{given.get('nonce_str')}\n".encode() + request.body + b"\n"
    try:
        rsa_private(config.private_key).public_key().verify(
            base64.b64decode(given.get("signature", "")), source, padding.PKCS1v15(), hashes.SHA256()
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def _answer(request: Request, content: dict[str, Any] | None) -> HTTPResponse:
    body = b"" if content is None else msgspec.json.encode(content)
    headers = signed_headers(world_of(request), body, wrong=fault_of(request) == "wrong_signature")
    status = 204 if content is None else 200
    return HTTPResponse(body or None, status=status, headers=headers, content_type="application/json")


def _object(request: Request) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(request.body) if request.body else {}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


@bp.post("/v3/pay/transactions/jsapi")
async def jsapi(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        if not _signature_fits(request):
            return refuse("SIGN_ERROR")
        config = world_of(request).vendors.wechat_pay
        if body.get("appid") != config.app_id or body.get("mchid") != config.mch_id:
            return refuse("APPID_MCHID_NOT_MATCH")
        number, total = str(body.get("out_trade_no", "")), (body.get("amount") or {}).get("total")
        payer = (body.get("payer") or {}).get("openid")
        if not re.fullmatch(r"[A-Za-z0-9_\-|*]{6,32}", number) or not isinstance(total, int) or total <= 0:
            return refuse("PARAM_ERROR")
        if not payer or not body.get("notify_url") or not body.get("description"):
            return refuse("PARAM_ERROR")
        order = await _orders(request).find("wechat_pay", number)
        if order is None:
            order = Order(
                vendor="wechat_pay",
                out_trade_no=number,
                trade_no="42" + secrets.token_hex(13),
                total=total,
                subject=str(body["description"]),
                payer=str(payer),
                notify_url=str(body["notify_url"]),
                prepay_id="wx" + secrets.token_hex(17),
            )
            await _orders(request).keep(order)
        elif order.total != total or order.payer != payer:
            return refuse("OUT_TRADE_NO_USED")
        elif order.state != "open":
            return refuse("ORDERPAID" if order.state == "paid" else "ORDER_CLOSED")
        return _answer(request, {"prepay_id": order.prepay_id})

    return await perform(request, "wechat_pay", "jsapi", body, act, refuse=refuse)


@bp.get("/v3/pay/transactions/out-trade-no/<number:str>")
async def query(request: Request, number: str) -> HTTPResponse:
    async def act() -> HTTPResponse:
        if not _signature_fits(request):
            return refuse("SIGN_ERROR")
        order = await _orders(request).find("wechat_pay", number)
        if order is None or request.args.get("mchid") != world_of(request).vendors.wechat_pay.mch_id:
            return refuse("ORDER_NOT_EXIST")
        return _answer(request, _transaction(world_of(request), order))

    return await perform(request, "wechat_pay", "query", {"out_trade_no": number}, act, refuse=refuse)


@bp.post("/v3/pay/transactions/out-trade-no/<number:str>/close")
async def close(request: Request, number: str) -> HTTPResponse:
    async def act() -> HTTPResponse:
        if not _signature_fits(request):
            return refuse("SIGN_ERROR")
        order = await _orders(request).find("wechat_pay", number)
        if order is None:
            return refuse("ORDER_NOT_EXIST")
        if order.state == "paid":
            return refuse("ORDERPAID")
        await _orders(request).settle(order, "closed")
        return _answer(request, None)

    return await perform(request, "wechat_pay", "close", {"out_trade_no": number}, act, refuse=refuse)


@bp.post("/v3/refund/domestic/refunds")
async def refund(request: Request) -> HTTPResponse:
    body = _object(request)

    async def act() -> HTTPResponse:
        if not _signature_fits(request):
            return refuse("SIGN_ERROR")
        order = await _orders(request).find("wechat_pay", str(body.get("out_trade_no", "")))
        if order is None:
            return refuse("RESOURCE_NOT_EXISTS")
        amount = body.get("amount") or {}
        if amount.get("total") != order.total or not isinstance(amount.get("refund"), int):
            return refuse("PARAM_ERROR")
        made = await _orders(request).refund(order, str(body.get("out_refund_no", "")), amount["refund"])
        if isinstance(made, str):
            return refuse("NOT_ENOUGH" if made == "too_much" else "INVALID_REQUEST")
        return _answer(request, _refund(made, order))

    return await perform(request, "wechat_pay", "refund", body, act, refuse=refuse)


@bp.get("/v3/refund/domestic/refunds/<number:str>")
async def query_refund(request: Request, number: str) -> HTTPResponse:
    async def act() -> HTTPResponse:
        if not _signature_fits(request):
            return refuse("SIGN_ERROR")
        for order in await _orders(request).all():
            for made in order.refunds:
                if order.vendor == "wechat_pay" and made.number == number:
                    return _answer(request, _refund(made, order))
        return refuse("RESOURCE_NOT_EXISTS")

    detail = {"out_refund_no": number}
    return await perform(request, "wechat_pay", "query_refund", detail, act, refuse=refuse)


def _refund(made: Refund, order: Order) -> dict[str, Any]:
    return {
        "refund_id": made.refund_id,
        "out_refund_no": made.number,
        "out_trade_no": order.out_trade_no,
        "status": "SUCCESS",
        "amount": {"refund": made.amount, "total": order.total, "currency": "CNY"},
    }
