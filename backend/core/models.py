"""Rows that every slice shares: answers kept for idempotency keys, and the audit trail."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from backend.core.clock import now


class KeptAnswer(Model):
    """The answer to a POST with an Idempotency-Key, written in the same transaction as its effect."""

    id = fields.BigIntField(primary_key=True)
    scope = fields.CharField(max_length=200)
    key = fields.CharField(max_length=128)
    body_digest = fields.BinaryField()
    status = fields.SmallIntField(null=True)
    answer = fields.BinaryField(null=True)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "core_kept_answer"
        unique_together = (("scope", "key"),)
        indexes = (Index(fields=("created_at",)),)


class AuditEntry(Model):
    """One act. `chain` is filled by the chaining job: SHA-256 over the previous chain value and this row."""

    id = fields.BigIntField(primary_key=True)
    at = fields.DatetimeField(default=now)
    actor_kind = fields.CharField(max_length=16)
    actor_id = fields.CharField(max_length=64)
    act = fields.CharField(max_length=64)
    subject_kind = fields.CharField(max_length=32)
    subject_id = fields.CharField(max_length=64)
    citizen_id = fields.CharField(max_length=64, null=True)
    purpose = fields.CharField(max_length=200, null=True)
    details: dict[str, Any] = fields.JSONField(default=dict)
    link = fields.BigIntField(null=True, unique=True)  # its place in the chain
    chain = fields.BinaryField(null=True)

    class Meta:
        table = "core_audit"
        indexes = (Index(fields=("citizen_id", "at")), Index(fields=("subject_kind", "subject_id")))
