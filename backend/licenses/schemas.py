"""The wallet, showing and verifying."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec


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
