"""Rows of reminders: what is said before a licence ends, and each time that it is said."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tortoise import fields
from tortoise.indexes import Index

from backend.core.clock import now
from backend.core.db import BaseModel


class ReminderRule(BaseModel):
    """What holders of a type of licence are told, and how many days before its last valid day.

    `key` is the matter and the number of its `[[reminders]]`. A rule follows the live release of its module until an
    operator writes it (`edited_by`); what the operator wrote stays. `reached`: days before → the last valid day up to
    which that step was scanned, so that a scan takes up where the last one ended, however long ago. `call_days`: so
    many days before the end, who was told and has neither looked nor renewed is put on the list of people to be called.
    `proposed` is what an operator wants it to be (`schemas.Proposed`), until another operator agrees.
    """

    key = fields.CharField(max_length=140, unique=True)
    license_type = fields.CharField(max_length=64)
    license_name = fields.CharField(max_length=300)
    days: list[int] = fields.JSONField(default=list)
    text = fields.CharField(max_length=300)
    renew = fields.CharField(max_length=130, null=True)
    active = fields.BooleanField(default=True)
    listed = fields.BooleanField(default=True)
    reached: dict[str, str] = fields.JSONField(default=dict)
    held = fields.CharField(max_length=200, null=True)
    version = fields.IntField(default=1)
    edited_by = fields.CharField(max_length=64, null=True)
    edited_at: datetime | None = fields.DatetimeField(null=True)
    scanned_at: datetime | None = fields.DatetimeField(null=True)
    call_days = fields.SmallIntField(null=True)
    proposed: dict[str, Any] | None = fields.JSONField(null=True)
    proposed_by = fields.CharField(max_length=64, null=True)
    proposed_name = fields.CharField(max_length=64, null=True)
    proposed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "reminders_rule"


class Reminder(BaseModel):
    """One step of one rule for one licence; the three together are unique, so that nothing is said twice.

    waiting → told | cancelled; snoozed → told | cancelled. `work_at` is when something is to be done with it, empty
    when nothing is. `why` says why it was cancelled.
    """

    rule_id = fields.UUIDField()
    license_id = fields.UUIDField()
    citizen_id = fields.UUIDField()
    license_name = fields.CharField(max_length=300)
    valid_until: date = fields.DateField()
    days = fields.SmallIntField()
    state = fields.CharField(max_length=10, default="waiting")
    why = fields.CharField(max_length=200, null=True)
    work_at: datetime | None = fields.DatetimeField(null=True, default=now)
    message_id = fields.UUIDField(null=True)
    snoozes = fields.SmallIntField(default=0)
    told_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "reminders_reminder"
        unique_together = (("license_id", "rule_id", "days"),)
        indexes = (
            Index(fields=("work_at",)),
            Index(fields=("citizen_id", "valid_until")),
            Index(fields=("told_at",)),
            Index(fields=("rule_id", "state")),
        )


class Call(BaseModel):
    """Somebody to be called before a licence ends, once a licence: open → done | dropped. `tries` are calls that nobody
    answered; `region` is the citizen's, for the window that calls."""

    rule_id = fields.UUIDField()
    license_id = fields.UUIDField(unique=True)
    citizen_id = fields.UUIDField()
    license_name = fields.CharField(max_length=300)
    valid_until: date = fields.DateField()
    region = fields.CharField(max_length=6, null=True)
    state = fields.CharField(max_length=8, default="open")
    outcome = fields.CharField(max_length=12, null=True)
    note = fields.CharField(max_length=200, null=True)
    tries = fields.SmallIntField(default=0)
    next_at: datetime | None = fields.DatetimeField(null=True)
    handled_by = fields.CharField(max_length=64, null=True)
    handled_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "reminders_call"
        indexes = (Index(fields=("state", "valid_until", "id")),)
