"""Commands for whoever runs the program, as processes of their own: killed midway, and over what was tampered with."""

from __future__ import annotations

import asyncio
import sys

import pytest

from backend.commands import SEALED
from backend.core import audit, crypto, db, keys, rotation
from tests.conftest import ROOT, Client, Server
from tests.identity.test_key_rotation import arrive, command, read


async def chained(number: int) -> None:
    for place in range(number):
        await audit.record(None, "identity.test", "thing", str(place))
    await db.execute("UPDATE core_audit SET at = at - interval '10 seconds' WHERE link IS NULL")
    while await audit.chain_new():
        continue


async def test_audit_verify_says_intact_and_a_head_that_a_later_run_holds_it_against(
    running: Server, database: None
) -> None:
    await chained(5)
    code, out = await command("audit", "verify")
    assert code == 0
    assert out.startswith("audit trail intact: 5 rows\nhead 5:")
    head = out.split("head ")[1].strip()
    await chained(2)
    assert (await command("audit", "verify", "--head", head))[0] == 0
    await db.execute("DELETE FROM core_audit WHERE link >= 5")
    code, out = await command("audit", "verify", "--head", head)
    assert (code, "cut off" in out) == (1, True)
    assert (await command("audit", "verify", "--head", "none"))[0] == 2


@pytest.mark.parametrize(
    "tamper",
    [
        "UPDATE core_audit SET actor_id = 'nobody' WHERE link = 3",
        "DELETE FROM core_audit WHERE link = 3",
        "UPDATE core_audit SET link = 99 WHERE link = 3;"
        "UPDATE core_audit SET link = 3 WHERE link = 4;"
        "UPDATE core_audit SET link = 4 WHERE link = 99",
    ],
    ids=["changed", "removed", "reordered"],
)
async def test_audit_verify_finds_one_row(running: Server, database: None, tamper: str) -> None:
    await chained(6)
    for statement in tamper.split(";"):
        await db.execute(statement)
    code, out = await command("audit", "verify")
    assert code == 1
    assert "broken at row" in out


async def test_a_rotation_killed_as_a_process_is_finished_by_the_next(http: Client, server: Server) -> None:
    """`kill -9` while rows are under two keys; everything opens meanwhile, and `--resume` ends it."""
    tokens = [await arrive(http) for _ in range(3)]
    await db.execute(
        "INSERT INTO identity_citizen (id, created_at, wrapped_key, level, made_in, elder) SELECT gen_random_uuid(),"
        " now(), c.wrapped_key, 1, 'phone', false FROM (SELECT wrapped_key FROM identity_citizen LIMIT 1) c,"
        " generate_series(1, 8000)"
    )
    old = crypto.MASTERED + keys.vault().writes_with
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "backend", "keys", "rotate", cwd=ROOT)

    async def moved() -> int:
        row = await db.fetch_one(
            "SELECT count(*) AS rows FROM identity_citizen WHERE substring(wrapped_key, 1, 6) <> $1", old
        )
        assert row is not None
        return int(row["rows"])

    async with asyncio.timeout(60):
        while not await moved():
            assert process.returncode is None, "over before it could be killed: more rows are needed"
            await asyncio.sleep(0.005)
    process.kill()
    await process.wait()
    done = await moved()
    assert 0 < done < 8_003
    tokens.append(await arrive(http))
    for token in tokens:
        await read(http, token)
    code, out = await command("keys", "rotate", "--resume")
    assert code == 0, out
    held = (await rotation.status(SEALED))["identity_citizen.wrapped_key"]
    assert list(held.values()) == [8_004]
    for token in tokens:
        await read(http, token)
