"""Keys and what is done with them: envelope encryption, blind indexes, token signatures, masking.

A citizen's data key is wrapped by a master key; destroying the wrapped key makes the citizen's data unreadable.

Algorithms: AES-256-GCM or SM4-GCM (GB/T 32907, RFC 8998) by setting, HMAC-SHA256 for indexes. Both are always read.

Shapes, bytes:
- sealed: `F5 54 <algorithm: 1 AES, 2 SM4> <nonce 12> <ciphertext> <tag 16>`;
- sealed under a master key: `F5 4D <key id 4> <sealed>`, so that a look at the row tells which key it needs;
- of before there were ids: `<nonce 12> <ciphertext> <tag 16>`, AES. Still read; a nonce that happens to look like one
  of the marks is no danger, because the tag decides.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
TAG = 16
SEALED = b"\xf5T"
MASTERED = b"\xf5M"
KEY_ID = 4
Algorithm = Literal["aes-256-gcm", "sm4-gcm"]
_NUMBERS: dict[Algorithm, int] = {"aes-256-gcm": 1, "sm4-gcm": 2}
PUBLIC_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, U: read aloud without mistakes


class Unreadable(ValueError):
    """A sealed value that this key does not open: altered, or sealed for something else."""


_writes_with: Algorithm = "aes-256-gcm"


def write_with(algorithm: Algorithm) -> None:
    """What `seal` uses from now on in this process; `unseal` reads both."""
    global _writes_with
    _writes_with = algorithm


def _sm4(key: bytes) -> bytes:
    """SM4 takes 128 bits: a key of its own, derived, so that no key serves two algorithms."""
    return hmac.digest(key, b"sm4-gcm", "sha256")[:16]


def _encrypt(number: int, key: bytes, plain: bytes, purpose: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    if number == 1:
        return nonce + AESGCM(key).encrypt(nonce, plain, purpose)
    worker = Cipher(algorithms.SM4(_sm4(key)), modes.GCM(nonce)).encryptor()
    worker.authenticate_additional_data(purpose)
    return nonce + worker.update(plain) + worker.finalize() + worker.tag


def _decrypt(number: int, key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    """Raises InvalidTag, ValueError."""
    if len(sealed) < NONCE + TAG:
        raise ValueError("too short")
    nonce = sealed[:NONCE]
    if number == 1:
        return AESGCM(key).decrypt(nonce, sealed[NONCE:], purpose)
    if number != 2:
        raise ValueError("no such algorithm")
    worker = Cipher(algorithms.SM4(_sm4(key)), modes.GCM(nonce, sealed[-TAG:])).decryptor()
    worker.authenticate_additional_data(purpose)
    return worker.update(sealed[NONCE:-TAG]) + worker.finalize()


def seal(key: bytes, plain: bytes, purpose: bytes) -> bytes:
    """Encrypt. `purpose` is authenticated, so a value sealed for one column cannot be moved to another."""
    number = _NUMBERS[_writes_with]
    return SEALED + bytes([number]) + _encrypt(number, key, plain, purpose)


def unseal(key: bytes, sealed: bytes, purpose: bytes) -> bytes:
    """Decrypt; raises Unreadable."""
    if sealed[:2] == SEALED and len(sealed) > 2:
        try:
            return _decrypt(sealed[2], key, sealed[3:], purpose)
        except (InvalidTag, ValueError):
            pass  # one old value in 65,536 begins like this
    try:
        return _decrypt(1, key, sealed, purpose)
    except (InvalidTag, ValueError) as exc:
        raise Unreadable("this value cannot be opened with this key") from exc


def key_id(key: bytes) -> bytes:
    """Four bytes that name a master key and tell nothing about it."""
    return hmac.digest(key, b"master-key-id", "sha256")[:KEY_ID]


class Vault:
    """The master keys and the index key of this process. The first master key writes, all read.

    `reload` gives the master keys as they are now, or nothing when it cannot tell. It is asked at most once a second,
    and when a value names a key that is not known yet; so running processes follow a rotation without a restart.
    """

    RELOAD_SECONDS = 1.0

    def __init__(
        self,
        master: bytes,
        index: bytes,
        *,
        older: Iterable[bytes] = (),
        reload: Callable[[], tuple[bytes, ...]] | None = None,
    ) -> None:
        self._index = index
        self._reload = reload
        self._due = 0.0
        self._set((master, *older))

    def _set(self, masters: tuple[bytes, ...]) -> None:
        self._masters = {key_id(key): key for key in masters}
        self._writer = masters[0]

    def refresh(self, *, now: bool = False) -> None:
        if self._reload is None or (not now and time.monotonic() < self._due):
            return
        held = self._reload()
        if held:
            self._set(held)
        self._due = time.monotonic() + self.RELOAD_SECONDS

    @property
    def writes_with(self) -> bytes:
        """The id of the key that seals now."""
        self.refresh()
        return key_id(self._writer)

    @property
    def known(self) -> list[bytes]:
        """Ids of the keys that open, the writing one first."""
        self.refresh()
        return list(self._masters)

    def new_data_key(self) -> tuple[bytes, bytes]:
        """(key, wrapped key); only the second is stored."""
        key = os.urandom(32)
        return key, self.seal(key, b"data-key")

    def unwrap(self, wrapped: bytes) -> bytes:
        return self.unseal(wrapped, b"data-key")

    def seal(self, plain: bytes, purpose: bytes) -> bytes:
        """Seal under the master key; for values that belong to no citizen."""
        self.refresh()
        return MASTERED + key_id(self._writer) + seal(self._writer, plain, purpose)

    def unseal(self, sealed: bytes, purpose: bytes) -> bytes:
        """Raises Unreadable."""
        sealed = bytes(sealed)
        self.refresh()
        if sealed[:2] == MASTERED:
            name = sealed[2 : 2 + KEY_ID]
            if name not in self._masters:
                self.refresh(now=True)
            key = self._masters.get(name)
            if key is not None:
                try:
                    return unseal(key, sealed[2 + KEY_ID :], purpose)
                except Unreadable:
                    pass  # an old value that begins like this
        for key in self._masters.values():
            try:
                return unseal(key, sealed, purpose)
            except Unreadable:
                continue
        raise Unreadable("no master key of this process opens this value")

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
