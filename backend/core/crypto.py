"""Keys and what is done with them: envelope encryption, blind indexes, token signatures, masking.

Algorithms: AES-256-GCM (96-bit random nonce in front of the ciphertext), HMAC-SHA256. A citizen's data key is wrapped
by the master key; destroying the wrapped key makes the citizen's data unreadable.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
PUBLIC_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read aloud without mistakes


class Unreadable(ValueError):
    """A sealed value that this key does not open: altered, or sealed for something else."""


def seal(key: bytes, plain: bytes, purpose: bytes) -> bytes:
    """Encrypt. `purpose` is authenticated, so a value sealed for one column cannot be moved to another."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, plain, purpose)


def unseal(key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    """Decrypt; raises Unreadable."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], purpose)
    except (InvalidTag, ValueError) as exc:
        raise Unreadable("this value cannot be opened with this key") from exc


class Vault:
    """The master and index keys of this process."""

    def __init__(self, master: bytes, index: bytes) -> None:
        self._master = master
        self._index = index

    def new_data_key(self) -> tuple[bytes, bytes]:
        """(key, wrapped key); only the second is stored."""
        key = os.urandom(32)
        return key, seal(self._master, key, b"data-key")

    def unwrap(self, wrapped: bytes) -> bytes:
        return unseal(self._master, bytes(wrapped), b"data-key")

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """Seal under the master key; for values that belong to no citizen."""
        return seal(self._master, plain, purpose)

    def unseal(self, sealed: bytes, purpose: bytes) -> bytes:
        return unseal(self._master, bytes(sealed), purpose)

    def blind_index(self, kind: str, value: str) -> bytes:
        """Keyed digest for equality look-ups of a value that is stored encrypted. 32 bytes."""
        return hmac.digest(self._index, f"{kind}\x00{value}".encode(), "sha256")


def digest(value: str | bytes) -> bytes:
    """SHA-256, for tokens that are random already."""
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).digest()


def random_token(size: int = 32) -> str:
    return secrets.token_urlsafe(size)


def public_code(length: int) -> str:
    """A random code that people can read to each other; about 4.9 bits a character."""
    return "".join(secrets.choice(PUBLIC_ALPHABET) for _ in range(length))


def same(left: bytes, right: bytes) -> bool:
    return hmac.compare_digest(left, right)


def mask_name(name: str) -> str:
    """张* for two characters, 张*三 for three and more (`standards.md` §11.4)."""
    if len(name) <= 1:
        return name
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_id_number(number: str) -> str:
    """First 3 and last 4 stay."""
    return number[:3] + "*" * max(0, len(number) - 7) + number[-4:] if len(number) > 7 else "*" * len(number)


def mask_phone(phone: str) -> str:
    return phone[:3] + "****" + phone[-4:] if len(phone) >= 8 else "*" * len(phone)


def mask_tail(value: str, keep: int = 4) -> str:
    """Bank cards and licence numbers: only the tail stays."""
    return "*" * max(0, len(value) - keep) + value[-keep:] if len(value) > keep else "*" * len(value)
