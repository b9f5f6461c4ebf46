"""Payment orders of both payment vendors: kept in the store, paid or closed by a person or a test."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Literal

import msgspec

from backend.sandbox.store import Store

Vendor = Literal["wechat_pay", "alipay"]
VENDORS: dict[str, Vendor] = {"wechat_pay": "wechat_pay", "wechat": "wechat_pay", "alipay": "alipay"}


class Refund(msgspec.Struct, kw_only=True):
    number: str
    refund_id: str
    amount: int


class Order(msgspec.Struct, kw_only=True):
    """`total` in fen; `state`: open, paid or closed."""

    vendor: Vendor
    out_trade_no: str
    trade_no: str
    total: int
    subject: str
    payer: str
    notify_url: str
    prepay_id: str = ""
    state: Literal["open", "paid", "closed"] = "open"
    paid_at: str | None = None
    refunds: list[Refund] = []

    @property
    def refunded(self) -> int:
        return sum(item.amount for item in self.refunds)


class Orders:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def find(self, vendor: Vendor, out_trade_no: str) -> Order | None:
        raw = await self._store.get("order", f"{vendor}:{out_trade_no}")
        return None if raw is None else msgspec.json.decode(raw, type=Order)

    async def keep(self, order: Order) -> None:
        await self._store.put("order", f"{order.vendor}:{order.out_trade_no}", msgspec.json.encode(order))

    async def all(self) -> list[Order]:
        return [msgspec.json.decode(raw, type=Order) for _, raw in await self._store.all("order")]

    async def settle(self, order: Order, result: Literal["success", "closed"]) -> None:
        """Pay or close an order that is open; a paid one stays paid."""
        if order.state == "open":
            order.state = "paid" if result == "success" else "closed"
            if result == "success":
                order.paid_at = datetime.now(UTC).isoformat(timespec="seconds")
            await self.keep(order)

    async def refund(self, order: Order, number: str, amount: int) -> Refund | str:
        """A refund, or why not; the same number gives the same refund."""
        for item in order.refunds:
            if item.number == number:
                return item if item.amount == amount else "inconsistent"
        if order.state != "paid":
            return "not_paid"
        if amount <= 0 or order.refunded + amount > order.total:
            return "too_much"
        made = Refund(number=number, refund_id="5" + secrets.token_hex(12), amount=amount)
        order.refunds = [*order.refunds, made]
        await self.keep(order)
        return made
