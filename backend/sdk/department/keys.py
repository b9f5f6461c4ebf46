"""Keys of the department protocol: Ed25519, or SM2 with SM3 (GB/T 32918.2, GB/T 35276).

Both are PEM: private halves PKCS#8, public halves SubjectPublicKeyInfo, as OpenSSL writes them. An SM2 signature is the
DER sequence of r and s under the default distinguishing id `1234567812345678` (GB/T 35276 § 10), which is what
BouncyCastle's `SM3withSM2` makes; OpenSSL needs `-pkeyopt distid:1234567812345678`.

SM2 is computed in Python (about ten milliseconds to sign, twenty to verify), so callers leave the event loop for it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any, Literal, Protocol

import gmalg
from Cryptodome.Util import asn1
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

Algorithm = Literal["ed25519", "sm2"]
ALGORITHMS: tuple[Algorithm, ...] = ("ed25519", "sm2")

_DISTID = b"1234567812345678"
_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
_EC = "1.2.840.10045.2.1"
_SM2 = "1.2.156.10197.1.301"
# SubjectPublicKeyInfo of an uncompressed point on SM2's curve, up to the point
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
# the types that come with it allow neither bytes in a sequence nor decoding
DerObjectId: Any = asn1.DerObjectId
DerOctetString: Any = asn1.DerOctetString
DerSequence: Any = asn1.DerSequence
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----\s*([A-Za-z0-9+/=\s]+?)\s*-----END \1-----")


class KeyUnreadable(ValueError):
    """Not an Ed25519 or SM2 key in PEM."""


class PrivateKey(Protocol):
    """`sign` may take ten milliseconds."""

    def sign(self, data: bytes, /) -> bytes: ...
    def public_key(self) -> PublicKey: ...


class PublicKey(Protocol):
    """`verify` raises cryptography.exceptions.InvalidSignature."""

    def verify(self, signature: bytes, data: bytes, /) -> None: ...


class Sm2PublicKey:
    """A point on SM2's curve, uncompressed in 65 bytes. Raises KeyUnreadable when it is none."""

    def __init__(self, point: bytes) -> None:
        self.point = point
        try:
            good = len(point) == 65 and point[0] == 4 and gmalg.SM2().verify_pk(point)
        except (ValueError, ArithmeticError, gmalg.errors.GMError) as error:
            raise KeyUnreadable from error
        if not good:
            raise KeyUnreadable
        self._sm2 = gmalg.SM2(None, _DISTID, point)

    def verify(self, signature: bytes, data: bytes, /) -> None:
        try:
            r, s = decode_dss_signature(signature)
            good = encode_dss_signature(r, s) == signature and self._sm2.verify(data, _number(r), _number(s))
        except (ValueError, OverflowError, ArithmeticError) as error:
            raise InvalidSignature from error
        if not good:
            raise InvalidSignature


class Sm2PrivateKey:
    """A number of 32 bytes with its point."""

    def __init__(self, secret: bytes, point: bytes | None = None) -> None:
        if len(secret) != 32 or not 0 < int.from_bytes(secret, "big") < _ORDER - 1:
            raise KeyUnreadable
        try:
            made: bytes = gmalg.SM2(secret, _DISTID).generate_pk(secret)
        except (ValueError, ArithmeticError) as error:
            raise KeyUnreadable from error
        if point is not None and point != made:
            raise KeyUnreadable
        self.secret = secret
        self._public = Sm2PublicKey(made)
        self._sm2 = gmalg.SM2(secret, _DISTID, made)

    @classmethod
    def generate(cls) -> Sm2PrivateKey:
        secret, point = gmalg.SM2().generate_keypair()
        return cls(secret, point)

    def sign(self, data: bytes, /) -> bytes:
        r, s = self._sm2.sign(data)
        return encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))

    def public_key(self) -> Sm2PublicKey:
        return self._public


def _number(value: int) -> bytes:
    return value.to_bytes(32, "big")


def algorithm_of(key: PrivateKey | PublicKey) -> Algorithm:
    return "sm2" if isinstance(key, Sm2PrivateKey | Sm2PublicKey) else "ed25519"


def private_key(pem: str) -> PrivateKey:
    """Raises KeyUnreadable."""
    label, der = _parts(pem)
    if label == "PRIVATE KEY" and _names_sm2(der):
        return _sm2_private(der)
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise KeyUnreadable from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnreadable
    return key


def public_key(pem: str) -> PublicKey:
    """Raises KeyUnreadable."""
    label, der = _parts(pem)
    if label == "PUBLIC KEY" and der.startswith(_SPKI) and len(der) == len(_SPKI) + 65:
        return Sm2PublicKey(der[len(_SPKI) :])
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, TypeError) as error:
        raise KeyUnreadable from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnreadable
    return key


def public_pem(key: PublicKey) -> str:
    if isinstance(key, Sm2PublicKey):
        return _pem("PUBLIC KEY", _SPKI + key.point)
    assert isinstance(key, Ed25519PublicKey)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def fingerprint(key: PublicKey) -> str:
    """How a key is called: the first 16 hex digits of the SHA-256 of its SubjectPublicKeyInfo."""
    return hashlib.sha256(_parts(public_pem(key))[1]).hexdigest()[:16]


def new_pair(algorithm: Algorithm = "ed25519") -> tuple[str, str]:
    """A fresh key pair as PEM: (private, public)."""
    if algorithm == "sm2":
        sm2 = Sm2PrivateKey.generate()
        return _pem("PRIVATE KEY", _sm2_pkcs8(sm2)), public_pem(sm2.public_key())
    key = Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(), public_pem(key.public_key())


def _parts(pem: str) -> tuple[str, bytes]:
    found = _PEM.search(pem)
    if found is None:
        raise KeyUnreadable
    try:
        return found[1], base64.b64decode("".join(found[2].split()), validate=True)
    except ValueError as error:
        raise KeyUnreadable from error


def _pem(label: str, der: bytes) -> str:
    text = base64.b64encode(der).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def _names_sm2(der: bytes) -> bool:
    return bytes(DerObjectId(_SM2).encode()) in der[:40]


def _sm2_private(der: bytes) -> Sm2PrivateKey:
    """PKCS#8 (RFC 5208) around an ECPrivateKey (RFC 5915), whose point may be left out."""
    try:
        outer = DerSequence().decode(der, nr_elements=3)
        names = DerSequence().decode(outer[1], nr_elements=2)
        if outer[0] != 0 or [DerObjectId().decode(name).value for name in names] != [_EC, _SM2]:
            raise KeyUnreadable
        inner = DerSequence().decode(DerOctetString().decode(outer[2]).payload)
        if inner[0] != 1:
            raise KeyUnreadable
        secret = bytes(DerOctetString().decode(inner[1]).payload)
    except (ValueError, IndexError, TypeError) as error:
        raise KeyUnreadable from error
    return Sm2PrivateKey(secret)


def _sm2_pkcs8(key: Sm2PrivateKey) -> bytes:
    inner = DerSequence([1, DerOctetString(key.secret).encode()])
    names = DerSequence([DerObjectId(_EC).encode(), DerObjectId(_SM2).encode()])
    return bytes(DerSequence([0, names.encode(), DerOctetString(inner.encode()).encode()]).encode())
