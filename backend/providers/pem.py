"""Reading keys from the forms in which vendors hand them out."""

from __future__ import annotations

import textwrap

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key


def armored(text: str, label: str) -> str:
    """PEM text; the bare base64 that Alipay's key tool prints gets its header and footer."""
    text = text.strip()
    if text.startswith("-----BEGIN"):
        return text + "\n"
    body = "\n".join(textwrap.wrap("".join(text.split()), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"


def rsa_private(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("an RSA private key is needed")
    return key


def rsa_public(pem: str) -> RSAPublicKey:
    """The key of a PEM certificate or public key."""
    if "BEGIN CERTIFICATE" in pem:
        key = x509.load_pem_x509_certificate(pem.encode()).public_key()
    else:
        key = load_pem_public_key(pem.encode())  # type: ignore[assignment]
    if not isinstance(key, RSAPublicKey):
        raise TypeError("an RSA public key is needed")
    return key
