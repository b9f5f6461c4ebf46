"""The wallet, showing and verifying."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class LicenseOut(msgspec.Struct, kw_only=True):
    """`identifier` is the 电子证照标识 of GB/T 36904 with its check character; `number` is masked."""

    id: str
    type: str
    name: str
    number: str
    holder: str
    issuer: str
    issued_on: date
    valid_until: date | None
    state: Literal["valid", "expired", "revoked"]
    identifier: str
    case_number: str | None
    details: list[LicenseLine]


class LicenseLine(msgspec.Struct, kw_only=True):
    label: str
    value: str


class LicensesQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`on_behalf_of` is the id of a delegation whose person lets me look at their licences."""

    on_behalf_of: Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")] | None = None
    cursor: Annotated[str, Meta(max_length=60, pattern=r"^[0-9A-Za-z_-]+$")] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


class LicenseList(msgspec.Struct, kw_only=True):
    items: list[LicenseOut]
    next: str | None = None


class ShowOut(msgspec.Struct, kw_only=True):
    """`code` rotates: good until `expires_at` (60 s), carries no number. `url` is what the QR code holds."""

    code: str
    url: str
    expires_at: datetime


class VerifyOut(msgspec.Struct, kw_only=True):
    """What a verifier sees: state and a masked name, never a number."""

    valid: bool
    state: Literal["valid", "expired", "revoked"]
    name: str
    holder: str
    issuer: str
    issued_on: date
    valid_until: date | None
    identifier: str
    shown_at: datetime


class VerifyKey(msgspec.Struct, kw_only=True):
    """A published Ed25519 key, raw 32 bytes in base64url; `retired_at` is set when it signs no more."""

    id: str
    algorithm: Literal["Ed25519"]
    public: str
    created_at: datetime
    retired_at: datetime | None


class VerifyKeys(msgspec.Struct, kw_only=True):
    """Everything a verifier needs to check codes without a network; `format` says how a code is built."""

    items: list[VerifyKey]
    format: str
    next: str | None = None
