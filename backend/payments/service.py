"""Use cases of payments.

The order is a row before the provider hears of it; the amount is the department's; a notification or the client's word
only makes us ask the provider; a paid order opens a concluded case with its receipt, once.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.cases import service as cases
from backend.cases.errors import WrongKind
from backend.core import audit, clock, crypto, db, logging
from backend.core.errors import BadRequest, IdempotencyConflict
from backend.core.keys import vault
from backend.core.sessions import Principal
from backend.core.tasks import enqueue
from backend.identity import service as identity
from backend.modules import gateway, registry
from backend.modules.registry import MatterEntry
from backend.payments import channels, orders, tasks
from backend.payments.errors import NothingToPay, PaidBefore, PaymentNotFound, PaymentUnderWay
from backend.payments.orders import COLUMNS
from backend.payments.schemas import PaymentCreate, PaymentList, PaymentOut
from backend.providers.alipay import AlipayNoticeRefused
from backend.providers.vendors import desk
from backend.providers.wechat_pay import NoticeRefused
from backend.sdk.department import QueryAnswer, QueryCall

log = logging.get("payments")

OPEN_FOR = timedelta(minutes=30)
MOST = 1_000_000_000_00  # fen; a larger amount is a mistake
ASK_EVERY = timedelta(seconds=2)
STATE_TEXT = {
    "created": "正在准备支付",
    "waiting": "等待支付",
    "unknown": "正在向支付机构核实，请不要重复支付",
    "paid": "已支付",
    "closed": "已关闭，没有扣款",
}


class Due(msgspec.Struct, frozen=True):
    """What the department says is to be paid."""

    amount: int
    subject: str
    payee: str


def due_of(entry: MatterEntry, answer: QueryAnswer) -> Due:
    """Read the department's answer. Raises NothingToPay, PaidBefore."""
    fields = answer.fields
    if fields.get("paid") is True:
        raise PaidBefore
    amount = fields.get("amount_fen", fields.get("amount"))
    if not isinstance(amount, int) or isinstance(amount, bool) or not 0 < amount <= MOST:
        raise NothingToPay(answer.title[:100] or None)
    subject = fields.get("subject") or fields.get("item") or entry.matter.name
    payee = fields.get("payee") or fields.get("unit") or answer.source or entry.department
    return Due(amount, str(subject)[:120], str(payee)[:200])


async def create(who: Principal, given: PaymentCreate, *, key: str | None) -> PaymentOut:
    """Open a payment of what the department asks for.

    The same Idempotency-Key gives the same order, whatever became of the first call. Raises what applying raises, and
    NothingToPay, PaidBefore, PaymentUnderWay, ChannelNeeded, ProviderAway, DepartmentUnavailable, DepartmentRefused.
    """
    if key is not None and not (1 <= len(key) <= 128 and key.isascii() and key.isprintable()):
        raise BadRequest("Idempotency-Key 应为 1 到 128 个可见的英文字符")
    digest = hashlib.sha256(msgspec.json.encode(given, order="sorted")).digest()
    if key is not None:
        kept = await _kept(who, key)
        if kept is not None:
            if bytes(kept["request_digest"]) != digest:
                raise IdempotencyConflict
            return await _out(await orders.opened(kept))
    live = registry.current().require(given.matter)
    live.require_on((await identity.profile(who.id)).region)  # a switch of one place holds for who lives there
    entry = await cases.pinned(given.matter, given.release)
    plan = entry.matter.payment
    if entry.matter.kind != "pay" or plan is None:
        raise WrongKind("这个事项不在这里缴费")
    form = await cases.check_answers(who, entry, given.form)
    notice = vault().blind_index("payment.notice", f"{given.matter}\x00{form.get(plan.notice_field)}")
    await _settle_former(who, notice)
    payer = await channels.payer_of(who.id, given.channel)
    citizen = await cases.told(entry, who.id, f"缴费：{entry.matter.name}", None)
    answer = await gateway.call(entry, "query", QueryCall(matter=entry.matter.code, params=form, citizen=citizen))
    owed = due_of(entry, answer)
    row = await _insert(who, given, entry, form, owed, notice, payer, key, digest)
    return await _out(await orders.opened(row))


async def _kept(who: Principal, key: str) -> asyncpg.Record | None:
    return await db.fetch_one(
        f"SELECT {COLUMNS} FROM payments_order WHERE citizen_id = $1 AND request_key = $2",  # noqa: S608
        UUID(who.id),
        key,
    )


async def _settle_former(who: Principal, notice: bytes) -> None:
    """What became of earlier orders of the same notice. An open one of mine is closed, so that I may choose another
    way to pay; nobody can pay twice. Raises PaidBefore, PaymentUnderWay."""
    for row in await _orders_of(notice):
        mine = str(row["citizen_id"]) == who.id
        if row["state"] != "paid" and mine:
            row = await orders.settled(row, closing=True)
        if row["state"] == "paid":
            raise PaidBefore(context={"payment": str(row["id"])} if mine else None)
        if row["state"] in orders.OPEN:
            raise PaymentUnderWay


async def _orders_of(notice: bytes) -> list[asyncpg.Record]:
    return await db.fetch(
        f"SELECT {COLUMNS} FROM payments_order WHERE notice = $1 AND state <> 'closed'",  # noqa: S608
        notice,
    )


async def _insert(
    who: Principal,
    given: PaymentCreate,
    entry: MatterEntry,
    form: dict[str, Any],
    owed: Due,
    notice: bytes,
    payer: str,
    key: str | None,
    digest: bytes,
) -> asyncpg.Record:
    order, at = uuid4(), clock.now()
    data_key = await identity.data_key(who.id)
    async with db.transaction():
        # two at once for one notice: the second waits here, then finds the first
        await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 7310005))", notice.hex())
        if await _orders_of(notice):
            raise PaymentUnderWay
        row = await db.fetch_one(
            "INSERT INTO payments_order (id, created_at, citizen_id, key_of, matter, release, channel, out_trade_no,"  # noqa: S608
            " amount, subject, payee, payer, notice, sealed, state, request_key, request_digest, expires_at, next_at,"
            " attempts) VALUES ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'created', $14, $15, $16,"
            f" $17, 0) RETURNING {COLUMNS}",
            order,
            at,
            UUID(who.id),
            entry.id,
            entry.release,
            given.channel,
            "TF" + secrets.token_hex(15),
            owed.amount,
            owed.subject,
            owed.payee,
            payer,
            notice,
            crypto.seal(data_key, msgspec.json.encode(form), orders.form_purpose(order)),
            key,
            digest,
            at + OPEN_FOR,
            at + tasks.FIRST_LOOK,
        )
        await audit.record(who, "payments.create", "payment", str(order), citizen_id=who.id, purpose=entry.id)
    assert row is not None
    return row


# --------------------------------------------------------------------------------------------------------- reading


async def _out(row: asyncpg.Record) -> PaymentOut:
    waiting = row["state"] == "waiting" and row["prepay"] is not None
    return PaymentOut(
        id=str(row["id"]),
        matter=row["matter"],
        state=row["state"],
        state_text=STATE_TEXT[row["state"]],
        title=row["subject"],
        amount_fen=row["amount"],
        channel=row["channel"],
        params=await channels.params(row["channel"], row["prepay"], row["out_trade_no"], str(row["id"]))
        if waiting
        else {},
        expires_at=row["expires_at"],
        paid_at=row["paid_at"],
        case_number=row["case_number"],
    )


async def get(who: Principal, payment: str) -> PaymentOut:
    """My payment; while it is open the provider is asked, at most every two seconds. Raises PaymentNotFound."""
    try:
        order = UUID(payment)
    except ValueError:
        raise PaymentNotFound from None
    row = await orders.by_id(order)
    if row is None or str(row["citizen_id"]) != who.id:
        raise PaymentNotFound
    if row["state"] in orders.OPEN:
        at = clock.now()
        turn = await db.execute(
            "UPDATE payments_order SET asked_at = $2 WHERE id = $1 AND (asked_at IS NULL OR asked_at <= $3)",
            order,
            at,
            at - ASK_EVERY,
        )
        if turn:
            row = await orders.settled(row)
    return await _out(row)


async def list_of(who: Principal) -> PaymentList:
    """The newest fifty, as they are known here."""
    found = await db.fetch(
        f"SELECT {COLUMNS} FROM payments_order WHERE citizen_id = $1 ORDER BY created_at DESC LIMIT 50",  # noqa: S608
        UUID(who.id),
    )
    return PaymentList(items=[await _out(row) for row in found])


# -------------------------------------------------------------------------------------------------- jobs and notices


async def settle(order: UUID) -> None:
    """Ask about one order and plan the next look."""
    row = await orders.by_id(order)
    if row is None or row["state"] not in orders.OPEN:
        return
    await db.execute(
        "UPDATE payments_order SET attempts = attempts + 1, next_at = $2 WHERE id = $1 AND next_at IS NOT NULL",
        order,
        clock.now() + tasks.pause(row["attempts"]),
    )
    await orders.settled(row)


async def waiting(batch: int = 200) -> list[UUID]:
    """Orders to ask about now."""
    found = await db.fetch(
        "SELECT id FROM payments_order WHERE next_at <= $1 ORDER BY next_at LIMIT $2", clock.now(), batch
    )
    return [row["id"] for row in found]


async def _hint(out_trade_no: str) -> None:
    row = await db.fetch_one("SELECT id FROM payments_order WHERE out_trade_no = $1", out_trade_no[:64])
    if row is not None:
        enqueue(tasks.settle, str(row["id"]))


async def wechat_notice(app: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    """(status, body) in WeChat Pay's dialect: 204, or 401 for what is not theirs."""
    if app != desk().config.wechat_pay.app_id:
        return 404, b'{"code":"FAIL","message":"app"}'
    try:
        notice = await desk().wechat_pay.read_notice(headers, body)
    except NoticeRefused as exc:
        log.warning("notice_refused", provider="wechat_pay", reason=str(exc))
        return 401, b'{"code":"FAIL","message":"signature"}'
    await _hint(str(notice.resource.get("out_trade_no", "")))
    return 204, b""


async def alipay_notice(app: str, fields: Mapping[str, str]) -> str:
    """`success`, or `failure` for what is not theirs."""
    if app != desk().config.alipay.app_id:
        return "failure"
    try:
        notice = await desk().alipay.read_notice(fields)
    except AlipayNoticeRefused as exc:
        log.warning("notice_refused", provider="alipay", reason=str(exc))
        return "failure"
    await _hint(notice.out_trade_no)
    return "success"


async def citizen_merged(old: str, new: str) -> None:
    """Two accounts of one person became one: move the old one's orders."""
    await db.execute(
        "UPDATE payments_order SET citizen_id = $2, request_key = NULL WHERE citizen_id = $1", UUID(old), UUID(new)
    )
