"""Rows of ratings."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index

from backend.core.clock import now
from backend.core.db import BaseModel


class Rating(BaseModel):
    """What an applicant thinks of one case. `round` 2 is the one rating after a bad one was mended.

    The comment is free text and may hold anything: it is sealed with the data key of citizen `key_of`, who
    stays the same when two accounts become one.
    """

    case_id = fields.UUIDField()
    case_number = fields.CharField(max_length=64)
    citizen_id = fields.UUIDField()
    key_of = fields.UUIDField()
    round = fields.SmallIntField(default=1)
    level = fields.SmallIntField()
    aspects: list[str] = fields.JSONField(default=list)
    comment_sealed = fields.BinaryField(null=True)
    anonymous = fields.BooleanField(default=False)

    class Meta:
        table = "ratings_rating"
        unique_together = (("case_id", "round"),)
        indexes = (Index(fields=("citizen_id", "created_at")),)


class FollowUp(BaseModel):
    """What is owed after a bad rating: a contact within one working day, a mend within fifteen.

    open → contacted → mended → closed (rated again, or nothing more is owed).
    """

    rating_id = fields.UUIDField(unique=True)
    case_id = fields.UUIDField()
    case_number = fields.CharField(max_length=64)
    citizen_id = fields.UUIDField()
    level = fields.SmallIntField()
    matter_name = fields.CharField(max_length=300)
    region = fields.CharField(max_length=6)
    state = fields.CharField(max_length=10, default="open")
    contact_due = fields.DatetimeField()
    mend_due = fields.DatetimeField()
    contacted_at = fields.DatetimeField(null=True)
    mended_at = fields.DatetimeField(null=True)
    reply = fields.CharField(max_length=500, null=True)
    handler_id = fields.CharField(max_length=64, null=True)
    updated_at = fields.DatetimeField(default=now)

    class Meta:
        table = "ratings_follow_up"
        indexes = (Index(fields=("state", "mend_due", "id")), Index(fields=("case_id",)))
