"""Rows of push: what a citizen is told, and each channel's part in telling it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from backend.core.clock import now
from backend.core.db import BaseModel


class Message(BaseModel):
    """One event told to one citizen. `dedupe_key` makes the same event told twice one message.

    Texts hold no names and no numbers of persons: they are shown on lock screens. `plan_at` is when channels are to
    be chosen, empty once they are; `expires_at` is when telling it outside the inbox has lost its point. `sender` is
    set for messages of a mass sending: they go by the bulk lane and stop with it (`senders`).
    """

    citizen_id = fields.UUIDField()
    kind = fields.CharField(max_length=16)
    title = fields.CharField(max_length=80)
    body = fields.CharField(max_length=600)
    link = fields.CharField(max_length=300, null=True)
    reason = fields.CharField(max_length=200)
    urgent = fields.BooleanField(default=False)
    data: dict[str, Any] = fields.JSONField(default=dict)
    dedupe_key = fields.CharField(max_length=200, unique=True)
    sender = fields.CharField(max_length=48, null=True)
    read_at = fields.DatetimeField(null=True)
    plan_at = fields.DatetimeField(null=True)
    expires_at = fields.DatetimeField()

    class Meta:
        table = "push_message"
        indexes = (
            Index(fields=("citizen_id", "created_at", "id")),
            Index(fields=("citizen_id", "read_at")),
            Index(fields=("plan_at",)),
        )


class Delivery(BaseModel):
    """One chain of attempts on one channel.

    queued → claimed → sent → received | read; retry, unknown, failed, skipped, expired, stopped. `next_at` is when
    the row needs a worker again, whatever its state; empty when nothing is left to do.
    `idempotency` is stored before the first attempt (JPush cid, our out id for the others) and used on every
    attempt; `idempotency_at` is its birth, because JPush forgets a cid after a day. `attempts` is also the fence:
    a worker that was paused may only write what belongs to its own attempt.
    """

    message_id = fields.UUIDField()
    channel = fields.CharField(max_length=8)
    state = fields.CharField(max_length=8)
    why = fields.CharField(max_length=200)
    attempts = fields.SmallIntField(default=0)
    next_at = fields.DatetimeField(null=True)
    claimed_at = fields.DatetimeField(null=True)
    sent_at = fields.DatetimeField(null=True)
    updated_at = fields.DatetimeField(default=now)
    template = fields.CharField(max_length=64, null=True)
    targets: list[str] = fields.JSONField(default=list)
    idempotency = fields.CharField(max_length=80, null=True)
    idempotency_at = fields.DatetimeField(null=True)
    provider_code = fields.CharField(max_length=64, null=True)
    provider_message_id = fields.CharField(max_length=64, null=True)
    sender = fields.CharField(max_length=48, null=True)

    class Meta:
        table = "push_delivery"
        unique_together = (("message_id", "channel"),)
        indexes = (
            Index(fields=("next_at",)),
            Index(fields=("provider_message_id",)),
        )


class Sender(Model):
    """A mass sending: open, paused, or stopped for good. Nothing of it leaves unless it is open.

    `pace` is messages a second over all workers; nothing leaves outside `hour_from` ≤ hour < `hour_to`, Asia/Shanghai.
    """

    sender = fields.CharField(max_length=48, primary_key=True)
    state = fields.CharField(max_length=8)
    pace = fields.IntField()
    hour_from = fields.SmallIntField()
    hour_to = fields.SmallIntField()
    swept = fields.BooleanField(default=False)
    changed_at = fields.DatetimeField(default=now)

    class Meta:
        table = "push_sender"


class Preference(Model):
    """What a citizen chose; no row means the defaults of `schemas.Preferences`."""

    citizen_id = fields.UUIDField(primary_key=True)
    channels: dict[str, bool] = fields.JSONField(default=dict)
    off: list[str] = fields.JSONField(default=list)
    agencies_off: list[str] | None = fields.JSONField(null=True)
    quiet_from = fields.CharField(max_length=5, default="22:00")
    quiet_to = fields.CharField(max_length=5, default="08:00")
    updated_at = fields.DatetimeField(default=now)

    class Meta:
        table = "push_preference"


class OptOut(BaseModel):
    """A citizen switched a kind, or an agency, off from this very message. Feeds the score of who sent it."""

    message_id = fields.UUIDField(unique=True)
    sender = fields.CharField(max_length=48, null=True)
    kind = fields.CharField(max_length=16)
    scope = fields.CharField(max_length=8)

    class Meta:
        table = "push_opt_out"
        indexes = (Index(fields=("sender",)),)


class Device(BaseModel):
    """A phone that JPush reaches. One registration belongs to the citizen who signed in on it last."""

    citizen_id = fields.UUIDField()
    session_id = fields.CharField(max_length=64)
    registration_id = fields.CharField(max_length=64, unique=True)
    platform = fields.CharField(max_length=8)
    seen_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "push_device"
        indexes = (Index(fields=("citizen_id",)), Index(fields=("session_id",)))


class Grant(Model):
    """WeChat subscribe grants of one citizen for one template.

    A tap is heard of twice, from the client and from WeChat's event, in any order, and either may be lost: both are
    counted, and what is left is the larger count minus what was spent.
    """

    id = fields.BigIntField(primary_key=True)
    citizen_id = fields.UUIDField()
    template_id = fields.CharField(max_length=64)
    by_client = fields.IntField(default=0)
    by_event = fields.IntField(default=0)
    spent = fields.IntField(default=0)
    updated_at = fields.DatetimeField(default=now)

    class Meta:
        table = "push_grant"
        unique_together = (("citizen_id", "template_id"),)


class ChannelHealth(Model):
    """A channel that is to be left alone until `paused_until`; `alarm` when a person has to look."""

    channel = fields.CharField(max_length=8, primary_key=True)
    paused_until = fields.DatetimeField(null=True)
    alarm = fields.BooleanField(default=False)
    code = fields.CharField(max_length=64, null=True)
    changed_at = fields.DatetimeField(default=now)

    class Meta:
        table = "push_channel"


class Inbound(Model):
    """A vendor's event that was taken in; vendors repeat, we act once."""

    id = fields.BigIntField(primary_key=True)
    source = fields.CharField(max_length=16)
    key = fields.CharField(max_length=200)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "push_inbound"
        unique_together = (("source", "key"),)
        indexes = (Index(fields=("created_at",)),)
