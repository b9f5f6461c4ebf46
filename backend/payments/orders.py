"""Orders: rows that move only by what the provider answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec

from backend.cases import service as cases
from backend.core import clock, crypto, db, logging
from backend.core.clients import ProviderError
from backend.identity import service as identity
from backend.modules import registry
from backend.payments import channels
from backend.payments.channels import Channel
from backend.payments.errors import ProviderAway

log = logging.get("payments")

OPEN = ("created", "waiting", "unknown")
COLUMNS = (
    "id, citizen_id, key_of, matter, release, channel, out_trade_no, amount, subject, payee, payer, notice, sealed,"
    " state, prepay, request_digest, expires_at, paid_at, case_number, attempts, asked_at, created_at"
)


def form_purpose(order: UUID) -> bytes:
    return b"payment.form:" + order.bytes


async def opened(row: asyncpg.Record) -> asyncpg.Record:
    """See that an order that may not have reached the provider does. Opening twice is one order there."""
    if row["state"] not in ("created", "unknown") or clock.now() >= row["expires_at"]:
        return row
    try:
        prepay = await channels.open_order(
            cast(Channel, row["channel"]),
            out_trade_no=row["out_trade_no"],
            amount=row["amount"],
            subject=row["subject"],
            payer=row["payer"],
            expires_at=row["expires_at"],
        )
    except ProviderError as exc:
        log.warning("order_not_opened", order=str(row["id"]), kind=exc.kind, code=exc.code)
        if exc.kind == "unknown":
            return await _set(row, "unknown")
        if exc.code in ("ORDERPAID", "ORDER_CLOSED", "OUT_TRADE_NO_USED"):
            return await settled(row)
        if exc.kind == "permanent":
            await _set(row, "closed")
        raise ProviderAway(retry_after=int(exc.retry_after or 30)) from exc
    return await _set(row, "waiting", prepay=prepay)


async def _set(row: asyncpg.Record, state: str, *, prepay: str | None = None) -> asyncpg.Record:
    """Move an order that is still open; gives the row as it is now."""
    await db.execute(
        "UPDATE payments_order SET state = $2::text, prepay = coalesce($3, prepay),"
        " next_at = CASE WHEN $2::text = 'closed' THEN NULL ELSE next_at END"
        " WHERE id = $1 AND state IN ('created', 'waiting', 'unknown')",
        row["id"],
        state,
        prepay,
    )
    found = await by_id(row["id"])
    assert found is not None
    return found


async def by_id(order: UUID) -> asyncpg.Record | None:
    return await db.fetch_one(f"SELECT {COLUMNS} FROM payments_order WHERE id = $1", order)  # noqa: S608


async def settled(row: asyncpg.Record, *, closing: bool = False) -> asyncpg.Record:
    """Ask the provider and act on its answer. With `closing`, or when its time is over, an unpaid order is closed
    there and then here. When nobody can say, the order stays open and is asked about again."""
    if row["state"] not in OPEN:
        return row
    channel = cast(Channel, row["channel"])
    try:
        found = await channels.ask(channel, row["out_trade_no"])
        over = closing or clock.now() >= row["expires_at"]
        if found.seen == "open" and over:
            await channels.close(channel, row["out_trade_no"])
            found = await channels.ask(channel, row["out_trade_no"])
    except ProviderError as exc:
        log.warning("order_not_answered", order=str(row["id"]), kind=exc.kind, code=exc.code)
        return row
    if found.seen == "paid":
        return await _paid(row, found)
    if found.seen == "closed" or (found.seen == "missing" and over and await _stale(row)):
        return await _set(row, "closed")
    return row


async def _stale(row: asyncpg.Record) -> bool:
    """Whether an order that the provider does not know may be given up: no call to open it can be under way."""
    return bool(clock.now() - row["created_at"] > timedelta(seconds=30))


async def _paid(row: asyncpg.Record, found: channels.Answer) -> asyncpg.Record:
    """Write the payment down and open its case, once."""
    if found.total != row["amount"]:  # never seen with an honest provider: people must look
        log.error("amount_differs", order=str(row["id"]), ours=row["amount"], theirs=found.total)
        return await _set(row, "unknown")
    entry = await registry.pinned(row["release"], row["matter"].partition(".")[2])
    key = await identity.data_key(str(row["key_of"]))
    form = msgspec.json.decode(crypto.unseal(key, bytes(row["sealed"]), form_purpose(row["id"])), type=dict[str, Any])
    at = clock.now()
    async with db.transaction():
        mine = await db.fetch_one(
            "UPDATE payments_order SET state = 'paid', paid_at = $2, provider_number = $3, next_at = NULL"
            " WHERE id = $1 AND state IN ('created', 'waiting', 'unknown') RETURNING citizen_id",
            row["id"],
            at,
            found.number,
        )
        if mine is not None:
            number = await cases.open_paid(
                str(mine["citizen_id"]),
                entry,
                form=form,
                details=_receipt(row, at, found.number),
                text=f"已缴纳 {row['amount'] / 100:.2f} 元",
                order=str(row["id"]),
            )
            await db.execute("UPDATE payments_order SET case_number = $2 WHERE id = $1", row["id"], number)
    settled = await by_id(row["id"])
    assert settled is not None
    return settled


def _receipt(row: asyncpg.Record, at: datetime, number: str | None) -> dict[str, Any]:
    return {
        "缴费项目": row["subject"],
        "收款单位": row["payee"],
        "金额（元）": f"{row['amount'] / 100:.2f}",
        "支付方式": "微信支付" if row["channel"] == "wechat" else "支付宝",
        "支付时间": at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S"),
        "支付流水号": number or "",
    }
