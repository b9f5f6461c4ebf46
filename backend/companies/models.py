"""Rows of companies.

What is held of a company is sealed under a data key of its own; a keyed blind index of its number finds it again.
"""

from __future__ import annotations

from tortoise import fields
from tortoise.indexes import Index

from backend.core.db import BaseModel


class Company(BaseModel):
    """A legal person with a space of its own.

    `representative_id` is the citizen whom the authority named as legal representative at `proved_at` and who showed
    their face for it; null after that account was closed. Names and number are sealed under `wrapped_key`.
    """

    wrapped_key = fields.BinaryField()
    uscc_index = fields.BinaryField()
    uscc_sealed = fields.BinaryField()
    name_sealed = fields.BinaryField()
    representative_sealed = fields.BinaryField()
    representative_id = fields.UUIDField(null=True)
    proved_at = fields.DatetimeField()

    class Meta:
        table = "companies_company"
        unique_together = (("uscc_index",),)
        indexes = (Index(fields=("representative_id",)),)


class Staff(BaseModel):
    """One person's place in a company, with its rights as data: apply, cases, manage.

    `state`: invited (a code is out, the person unknown yet) → active → ended, or declined. `name_index` ties an
    invitation to the name that it was made for. `starts_on` and `ends_on` are the first and the last day.
    """

    company_id = fields.UUIDField()
    citizen_id = fields.UUIDField(null=True)
    inviter_id = fields.UUIDField()
    name_index = fields.BinaryField(null=True)
    code_hash = fields.BinaryField(null=True)
    code_expires_at = fields.DatetimeField()
    rights: list[str] = fields.JSONField(default=list)
    starts_on = fields.DateField()
    ends_on = fields.DateField()
    state = fields.CharField(max_length=16, default="invited")
    accepted_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by = fields.CharField(max_length=16, null=True)

    class Meta:
        table = "companies_staff"
        unique_together = (("code_hash",),)
        indexes = (Index(fields=("company_id", "citizen_id")), Index(fields=("citizen_id",)))


class Proof(BaseModel):
    """A question to the authority, written before it is asked. `outcome`: asked → match, mismatch, not_found or
    unavailable."""

    citizen_id = fields.UUIDField()
    uscc_index = fields.BinaryField()
    outcome = fields.CharField(max_length=16, default="asked")

    class Meta:
        table = "companies_proof"
        indexes = (Index(fields=("citizen_id", "created_at")), Index(fields=("uscc_index", "created_at")))
