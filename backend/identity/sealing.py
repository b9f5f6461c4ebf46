"""What identity seals, indexes and signs, and with which key."""

from __future__ import annotations

from backend.core import crypto
from backend.core.keys import vault
from backend.core.rotation import Column
from backend.core.settings import current
from backend.identity.models import Account, Citizen

NAME = b"citizen.name"
ID_NUMBER = b"citizen.id_number"
SUBJECT = b"account.subject"
FACE_SUBJECT = b"face.subject"
TOTP = b"staff.totp"
ENROLMENT = b"staff-enrolment.secret"
CODE_PHONE = b"phone-code.phone"
CODE = b"phone-code.code"
DATA_KEY = b"data-key"

# what a rotation of the master key seals anew
UNDER_MASTER = (
    Column("identity_citizen", "wrapped_key", DATA_KEY),
    Column("identity_staff", "totp_sealed", TOTP),
    Column("identity_staff_enrolment", "secret_sealed", ENROLMENT),
    Column("identity_phone_code", "phone_sealed", CODE_PHONE),
    Column("identity_phone_code", "code_sealed", CODE),
)


def signing_key(use: str) -> bytes:
    """A key of its own for each use, derived from the session secret."""
    return crypto.digest(b"identity." + use.encode() + b"\x00" + current().secrets.session)


def citizen_key(citizen: Citizen) -> bytes:
    """The citizen's data key. Raises Unreadable when it was destroyed."""
    if citizen.wrapped_key is None:
        raise crypto.Unreadable("the key of this citizen was destroyed")
    return vault().unwrap(citizen.wrapped_key)


def opened(key: bytes, sealed: bytes | None, purpose: bytes) -> str | None:
    return None if sealed is None else crypto.unseal(key, bytes(sealed), purpose).decode()


def subject_of(key: bytes, account: Account) -> str:
    """The phone, openid or Alipay id of an account."""
    return crypto.unseal(key, bytes(account.subject_sealed), SUBJECT).decode()


def index_of(kind: str, value: str) -> bytes:
    return vault().blind_index(kind, value)


def redis_name(kind: str, value: str) -> str:
    """A key for Redis that does not show what it counts."""
    return index_of(f"limit.{kind}", value)[:15].hex()


def lock_number(index: bytes) -> int:
    """An advisory-lock number for a blind index: signed 64 bits, as PostgreSQL takes them."""
    return int.from_bytes(index[:8], "big", signed=True)
