"""Rows of licenses."""

from __future__ import annotations

from datetime import date

from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model

from backend.core.clock import now
from backend.core.db import BaseModel


class License(BaseModel):
    """One e-licence in a wallet. Holder, number and details are sealed with the data key of citizen `key_of`, who
    stays the same when two accounts become one.

    `identifier` is the 电子证照标识 of GB/T 36904; `state` is valid or revoked, expiry follows from `valid_until`
    (the last valid day, Asia/Shanghai). `case_id` makes issuing idempotent.
    """

    citizen_id = fields.UUIDField()
    key_of = fields.UUIDField()
    type = fields.CharField(max_length=64)
    name = fields.CharField(max_length=300)
    issuer = fields.CharField(max_length=300)
    issuer_code = fields.CharField(max_length=18)
    issued_on: date = fields.DateField()
    valid_until: date | None = fields.DateField(null=True)
    state = fields.CharField(max_length=8, default="valid")
    identifier = fields.CharField(max_length=120, unique=True)
    serial = fields.CharField(max_length=32)
    version = fields.SmallIntField(default=1)
    case_id = fields.UUIDField(unique=True)
    case_number = fields.CharField(max_length=64)
    holder_sealed = fields.BinaryField()
    number_sealed = fields.BinaryField()
    details_sealed = fields.BinaryField()

    class Meta:
        table = "licenses_license"
        indexes = (
            Index(fields=("citizen_id", "created_at", "id")),
            Index(fields=("citizen_id", "type")),
            Index(fields=("type", "valid_until", "id")),
        )


class LicenseType(Model):
    """The three digits of a type within its defining authority, given out in order (GB/T 36904)."""

    id = fields.BigIntField(primary_key=True)
    authority_code = fields.CharField(max_length=18)
    type = fields.CharField(max_length=64)
    sequence = fields.SmallIntField()
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "licenses_type"
        unique_together = (("authority_code", "type"), ("authority_code", "sequence"))


class Showing(Model):
    """One code that was shown. Only the digest of its nonce is kept."""

    id = fields.BigIntField(primary_key=True)
    nonce_digest = fields.CharField(max_length=64, unique=True)
    license_id = fields.UUIDField()
    shown_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    verified = fields.IntField(default=0)

    class Meta:
        table = "licenses_showing"
        indexes = (Index(fields=("license_id",)), Index(fields=("expires_at",)))


class SigningKey(Model):
    """An Ed25519 key that signs codes; the private half is sealed under the master key."""

    id = fields.CharField(max_length=16, primary_key=True)
    public = fields.BinaryField()
    private_sealed = fields.BinaryField()
    created_at = fields.DatetimeField(default=now)
    retired_at = fields.DatetimeField(null=True)

    class Meta:
        table = "licenses_signing_key"
