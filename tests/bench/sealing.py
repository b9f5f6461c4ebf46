"""`crypto.row_aes`, `crypto.row_sm4`: what it costs that a citizen's row is encrypted.

One row as a verified citizen has it: a fresh data key, wrapped; name, id number and phone sealed under it; two blind
indexes; then all of it opened again. The baseline encodes and decodes the same values in clear. Without the database,
which is the same for both.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable

from backend.core import crypto
from backend.core.crypto import Algorithm, Vault
from tests.bench.figures import ROUNDS, Row

ALGORITHMS: dict[str, Algorithm] = {"crypto.row_aes": "aes-256-gcm", "crypto.row_sm4": "sm4-gcm"}
NAMES = tuple(ALGORITHMS)
ROWS = 2_000
VALUES = ((b"bench.name", "张三"), (b"bench.id", "110101199001010015"), (b"bench.phone", "13800000001"))
INDEXED = (("id_number", VALUES[1][1]), ("phone", VALUES[2][1]))


def sealed(vault: Vault) -> None:
    key, wrapped = vault.new_data_key()
    row = [crypto.seal(key, value.encode(), purpose) for purpose, value in VALUES]
    indexes = [vault.blind_index(kind, value) for kind, value in INDEXED]
    opening = vault.unwrap(wrapped)
    read = [crypto.unseal(opening, value, purpose).decode() for value, (purpose, _) in zip(row, VALUES, strict=True)]
    assert read == [value for _, value in VALUES]
    assert len(indexes) == len(INDEXED)


def clear() -> None:
    row = [value.encode() for _, value in VALUES]
    indexes = [value.encode() for _, value in INDEXED]
    assert [value.decode() for value in row] == [value for _, value in VALUES]
    assert len(indexes) == len(INDEXED)


def microseconds(work: Callable[[], None]) -> float:
    """Of one row, over many."""
    started = time.perf_counter()
    for _ in range(ROWS):
        work()
    return (time.perf_counter() - started) / ROWS * 1_000_000


async def measure(only: list[str]) -> AsyncIterator[Row]:
    vault = Vault(secrets.token_bytes(32), secrets.token_bytes(32))
    for name, algorithm in ALGORITHMS.items():
        if only and name not in only:
            continue
        row = Row(name, "us", [], [], "data key, three values, two indexes: written and read back; lower is better")
        crypto.write_with(algorithm)
        try:
            for _ in range(ROUNDS):
                row.baselines.append(microseconds(clear))
                row.values.append(microseconds(lambda: sealed(vault)))
        finally:
            crypto.write_with("aes-256-gcm")
        yield row
