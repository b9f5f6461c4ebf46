"""Rows of payments."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index

from backend.core.db import BaseModel
from backend.core.indexes import WhereNull


class Order(BaseModel):
    """One attempt to pay one notice. The row is there before the provider hears of it, under our `out_trade_no`.

    state: created (perhaps not opened at the provider), waiting (opened), unknown (the provider's word is missing:
    ask before doing anything), paid, closed. `amount` in fen, from the department. `notice` is a keyed digest of the
    notice's number: at most one order of a notice is open or paid. `next_at`: when a job asks the provider again.
    sealed: the form; `prepay` what the provider gave for its pay call.
    """

    citizen_id = fields.UUIDField()
    key_of = fields.UUIDField()
    matter = fields.CharField(max_length=130)
    release = fields.CharField(max_length=160)
    channel = fields.CharField(max_length=8)
    out_trade_no = fields.CharField(max_length=32, unique=True)
    amount = fields.BigIntField()
    subject = fields.CharField(max_length=120)
    payee = fields.CharField(max_length=200)
    payer = fields.CharField(max_length=128)
    notice = fields.BinaryField()
    sealed = fields.BinaryField()
    state = fields.CharField(max_length=8)
    prepay = fields.CharField(max_length=128, null=True)
    provider_number = fields.CharField(max_length=64, null=True)
    request_key = fields.CharField(max_length=128, null=True)
    request_digest = fields.BinaryField(null=True)
    expires_at = fields.DatetimeField()
    paid_at = fields.DatetimeField(null=True)
    case_number = fields.CharField(max_length=24, null=True)
    attempts = fields.SmallIntField(default=0)
    asked_at = fields.DatetimeField(null=True)
    next_at = fields.DatetimeField(null=True)

    class Meta:
        table = "payments_order"
        unique_together = (("citizen_id", "request_key"),)
        indexes = (
            Index(fields=("citizen_id", "created_at"), name="payments_order_mine"),
            WhereNull(fields=("next_at",), name="payments_order_next", column="next_at", present=True),
            Index(fields=("notice",), name="payments_order_notice"),
        )
