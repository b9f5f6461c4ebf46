"""Rows of campaigns: what is said to whom, and each person on the list."""

from __future__ import annotations

from datetime import date, datetime

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from backend.core.clock import now
from backend.core.db import BaseModel


class Campaign(BaseModel):
    """draft → submitted → approved → running ⇄ paused → done; stopped and halted from running or paused.

    `version` grows with every change of the draft; what was approved is `approved_version`. `scope` are the regions of
    the operator who wrote it: nobody outside is reached. `shards` are those of the audience that are on the list.
    `ticked_at` is up to when the pace was used. `turns` are regions in the order in which they are told; who lives in
    none of them comes last. `standing`: it never ends by itself; each day (`listed_on`) who has come to fit the rule is
    put on the list, everybody once in all. `matter`: who is told may have it with one tap (免申即享, `offers`).
    """

    name = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=16)
    title = fields.CharField(max_length=80)
    body = fields.CharField(max_length=600)
    link = fields.CharField(max_length=300, null=True)
    reason = fields.CharField(max_length=200)
    rule = fields.CharField(max_length=500)
    scope: list[str] = fields.JSONField(default=list)
    pace = fields.IntField()
    hour_from = fields.SmallIntField()
    hour_to = fields.SmallIntField()
    send_at: datetime | None = fields.DatetimeField(null=True)
    halt_percent = fields.SmallIntField()
    standing = fields.BooleanField(null=True)
    listed_on: date | None = fields.DateField(null=True)
    turns: list[str] | None = fields.JSONField(null=True)
    matter = fields.CharField(max_length=130, null=True)
    state = fields.CharField(max_length=10, default="draft")
    version = fields.IntField(default=1)
    approved_version = fields.IntField(null=True)
    made_by = fields.CharField(max_length=64)
    made_by_name = fields.CharField(max_length=64)
    approved_by = fields.CharField(max_length=64, null=True)
    approved_by_name = fields.CharField(max_length=64, null=True)
    note = fields.CharField(max_length=300, null=True)
    shards = fields.SmallIntField(default=0)
    ticked_at: datetime | None = fields.DatetimeField(null=True)
    started_at: datetime | None = fields.DatetimeField(null=True)
    ended_at: datetime | None = fields.DatetimeField(null=True)
    changed_at: datetime = fields.DatetimeField(default=now)

    class Meta:
        table = "campaigns_campaign"
        indexes = (Index(fields=("state",)), Index(fields=("created_at", "id")))


class Target(Model):
    """One person on the list: waiting, told (with the message), or left (the campaign was stopped first).

    Of a campaign with a matter: `answer` is confirmed (with the case that was opened) or declined, null until then."""

    id = fields.BigIntField(primary_key=True)
    campaign_id = fields.UUIDField()
    citizen_id = fields.UUIDField()
    state = fields.CharField(max_length=8)
    message_id = fields.UUIDField(null=True)
    turn = fields.SmallIntField(null=True)
    told_at: datetime | None = fields.DatetimeField(null=True)
    answer = fields.CharField(max_length=10, null=True)
    answered_at: datetime | None = fields.DatetimeField(null=True)
    case_number = fields.CharField(max_length=24, null=True)

    class Meta:
        table = "campaigns_target"
        unique_together = (("campaign_id", "citizen_id"),)
        indexes = (Index(fields=("campaign_id", "state", "turn", "id")), Index(fields=("message_id",)))


class Template(BaseModel):
    """One version of words that are used again. A new version is a new row; the old ones stay for what was sent."""

    key = fields.UUIDField()
    version = fields.IntField()
    name = fields.CharField(max_length=80)
    kind = fields.CharField(max_length=16)
    title = fields.CharField(max_length=80)
    body = fields.CharField(max_length=600)
    link = fields.CharField(max_length=300, null=True)
    reason = fields.CharField(max_length=200)
    retired = fields.BooleanField(default=False)
    made_by = fields.CharField(max_length=64)
    made_by_name = fields.CharField(max_length=64)

    class Meta:
        table = "campaigns_template"
        unique_together = (("key", "version"),)
