"""A team's key and its signature over a bundle.

Ed25519 over `tianfu.module.bundle.v1`, a line feed, and the SHA-256 of the bundle in hex. The signature travels beside
the bundle, never in it, so that the bundle's bytes depend on its content alone. A key is known by the first 16 hex
digits of the SHA-256 of its raw public half.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

_CONTEXT = b"tianfu.module.bundle.v1\n"
_ROTATION = b"tianfu.team.key.v1\n"


class Signature(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """The file beside a bundle (`<bundle>.sig`). `digest` is the bundle's SHA-256 in hex, `signature` base64."""

    algorithm: Literal["ed25519"] = "ed25519"
    key_id: str
    digest: str
    signature: str


class KeyUnreadable(ValueError):
    """Not an Ed25519 key in PEM."""


class SignatureWrong(ValueError):
    """`code`: digest (made for other bytes) or signature (not made by this key)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def generate() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def save_private(key: Ed25519PrivateKey, path: Path) -> None:
    """Write the private half as PEM, readable by its owner alone. Raises FileExistsError: nothing is overwritten."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def load_private(path: Path) -> Ed25519PrivateKey:
    """Raises KeyUnreadable, OSError."""
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as exc:
        raise KeyUnreadable(str(path)) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable(str(path))
    return key


def public_pem(key: Ed25519PublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def load_public(pem: str) -> Ed25519PublicKey:
    """Raises KeyUnreadable."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise KeyUnreadable(pem[:40]) from exc
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnreadable(pem[:40])
    return key


def key_id(key: Ed25519PublicKey) -> str:
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def digest(bundle: bytes) -> str:
    return hashlib.sha256(bundle).hexdigest()


def sign(bundle: bytes, key: Ed25519PrivateKey) -> Signature:
    mine = digest(bundle)
    made = key.sign(_CONTEXT + mine.encode())
    return Signature(key_id=key_id(key.public_key()), digest=mine, signature=base64.b64encode(made).decode())


def verify(bundle: bytes, signature: Signature, key: Ed25519PublicKey) -> None:
    """Raises SignatureWrong."""
    mine = digest(bundle)
    if signature.digest != mine:
        raise SignatureWrong("digest")
    _check(key, signature.signature, _CONTEXT + mine.encode())


def vouch(team: str, new_key: Ed25519PublicKey, old: Ed25519PrivateKey) -> str:
    """What an active key of a team signs to bring in its successor; base64."""
    return base64.b64encode(old.sign(_ROTATION + f"{team}\n{key_id(new_key)}".encode())).decode()


def check_vouch(team: str, new_key: Ed25519PublicKey, proof: str, old: Ed25519PublicKey) -> None:
    """Raises SignatureWrong."""
    _check(old, proof, _ROTATION + f"{team}\n{key_id(new_key)}".encode())


def _check(key: Ed25519PublicKey, signature: str, text: bytes) -> None:
    try:
        key.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, binascii.Error, ValueError) as exc:
        raise SignatureWrong("signature") from exc
