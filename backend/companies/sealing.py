"""What is sealed of a company, and with which key."""

from __future__ import annotations

from backend.companies.models import Company
from backend.core import crypto
from backend.core.keys import vault
from backend.core.rotation import Column

USCC = b"company.uscc"
NAME = b"company.name"
REPRESENTATIVE = b"company.representative"

UNDER_MASTER = (Column("companies_company", "wrapped_key", b"data-key"),)


def key_of(company: Company) -> bytes:
    return vault().unwrap(company.wrapped_key)


def opened(key: bytes, sealed: bytes, purpose: bytes) -> str:
    return crypto.unseal(key, bytes(sealed), purpose).decode()


def index_of(kind: str, value: str) -> bytes:
    return vault().blind_index(f"company.{kind}", value)


def lock_number(index: bytes) -> int:
    """An advisory-lock number: signed 64 bits."""
    return int.from_bytes(index[:8], "big", signed=True)
