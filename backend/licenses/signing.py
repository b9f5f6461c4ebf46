"""The Ed25519 keys behind codes: made at first use, kept sealed, published for good."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from backend.core import db
from backend.core.clock import now
from backend.core.keys import vault
from backend.core.rotation import Column
from backend.licenses.schemas import VerifyKey

_LOCK = 7_310_040  # advisory: one process makes the first key
_PURPOSE = b"licenses.signing-key"
UNDER_MASTER = (Column("licenses_signing_key", "private_sealed", _PURPOSE),)


@dataclass(frozen=True, slots=True)
class Key:
    id: str
    private: Ed25519PrivateKey


async def current() -> Key:
    """The key that signs now; made by whoever needs it first."""
    row = await _newest()
    if row is None:
        async with db.transaction():
            await db.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            row = await _newest()
            if row is None:
                private = Ed25519PrivateKey.generate()
                row = await db.fetch_one(
                    "INSERT INTO licenses_signing_key (id, public, private_sealed, created_at) VALUES ($1, $2, $3, $4)"
                    " RETURNING id, private_sealed",
                    secrets.token_hex(4),
                    private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
                    vault().seal(private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()), _PURPOSE),
                    now(),
                )
                assert row is not None
    return Key(row["id"], Ed25519PrivateKey.from_private_bytes(vault().unseal(row["private_sealed"], _PURPOSE)))


async def _newest() -> asyncpg.Record | None:
    return await db.fetch_one(
        "SELECT id, private_sealed FROM licenses_signing_key WHERE retired_at IS NULL ORDER BY created_at DESC LIMIT 1"
    )


async def public(key_id: str) -> Ed25519PublicKey | None:
    """The published key of that id, also when it signs no more."""
    row = await db.fetch_one("SELECT public FROM licenses_signing_key WHERE id = $1", key_id)
    return None if row is None else Ed25519PublicKey.from_public_bytes(bytes(row["public"]))


async def published() -> list[VerifyKey]:
    await current()  # there is always one to publish
    rows = await db.fetch("SELECT id, public, created_at, retired_at FROM licenses_signing_key ORDER BY created_at")
    return [
        VerifyKey(
            id=row["id"],
            algorithm="Ed25519",
            public=base64.urlsafe_b64encode(bytes(row["public"])).rstrip(b"=").decode(),
            created_at=row["created_at"],
            retired_at=row["retired_at"],
        )
        for row in rows
    ]


async def rotate() -> None:
    """Retire the present key and make a new one; codes that are out stay good, they live for a minute."""
    async with db.transaction():
        await db.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await db.execute("UPDATE licenses_signing_key SET retired_at = $1 WHERE retired_at IS NULL", now())
    await current()
