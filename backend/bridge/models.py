"""Rows of the bridge."""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index

from backend.core.db import BaseModel


class Consent(BaseModel):
    """A citizen allowed the pages of a module to learn these of its declared fields, until `ended_at`.

    Rows stay as a record; at most one of a citizen and module has no end.
    """

    citizen_id = fields.UUIDField()
    module_id = fields.CharField(max_length=64)
    release = fields.CharField(max_length=150)
    fields_told: list[str] = fields.JSONField(default=list)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "bridge_consent"
        indexes = (Index(fields=("citizen_id", "module_id")),)
