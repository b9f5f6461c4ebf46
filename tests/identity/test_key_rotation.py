"""The master key changes while everybody reads and writes, and nothing is lost."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys

import msgspec
import pyotp
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.commands import SEALED
from backend.core import crypto, db, keys, rotation, settings
from backend.identity import enrolment
from backend.identity.staff_schemas import (
    MemberCreate,
)
from backend.licenses import signing
from tests.cases.people import Citizen
from tests.companies.people import FOOD, WANG, opened
from tests.conftest import ROOT, Client, Server
from tests.identity.conftest import Enter, Handler
from tests.identity.people import ZHANG

_names = itertools.count(1)


async def arrive(http: Client) -> str:
    """A new citizen, with a data key of an own; the access token."""
    made = await http.call("POST", "/api/v1/sessions/wechat", {"code": f"demo-turning{next(_names)}"}, status=200)
    return str(made["token"])


async def read(http: Client, token: str) -> None:
    await http.call("GET", "/api/v1/me", status=200, headers={"Authorization": f"Bearer {token}"})


async def command(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend", *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode()


async def holding(key: str) -> list[str]:
    """Every column of every table that still has a value under this master key, declared or not."""
    found = []
    for row in await db.fetch(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'bytea'"
    ):
        table, column = row["table_name"], row["column_name"]
        held = await db.fetch_one(
            f"SELECT count(*) AS rows FROM {table} WHERE substring({column}, 1, 6) = $1",
            crypto.MASTERED + bytes.fromhex(key),
        )
        if held is not None and held["rows"]:
            found.append(f"{table}.{column}")
    return found


async def invitation() -> str:
    """A setup code for somebody new on the staff."""
    fields = {"username": "new.clerk", "display_name": "新窗口", "roles": ["window"], "regions": ["510100"]}
    await enrolment.invite(None, msgspec.convert(fields, MemberCreate))
    [waiting] = (await enrolment.waiting()).items
    return (await enrolment.approve(None, waiting.id)).setup_code


async def test_nothing_is_lost_while_the_key_changes_under_load(
    http: Client, enter: Enter, handler: Handler, server: Server
) -> None:
    verified = await enter(ZHANG)
    boss = Citizen(await enter(WANG), WANG)
    company = await opened(boss)
    await http.call("POST", "/api/v1/phone-codes", {"phone": "13900007001"}, status=202)  # sealed and not sent yet
    await signing.current()
    setup_code = await invitation()
    known = {"username": "new.clerk", "setup_code": setup_code}
    begun = await http.call("POST", "/staff/v1/enrolment", known, status=200)
    tokens = [await arrive(http) for _ in range(30)]
    old = keys.vault().writes_with.hex()
    assert set(await holding(old)) == {f"{column.table}.{column.name}" for column in SEALED}
    over = asyncio.Event()

    async def live(first: int) -> int:
        """Somebody comes, and somebody who was there before reads, until the rotation is over."""
        acts = 0
        while not over.is_set():
            tokens.append(await arrive(http))
            await read(http, tokens[(first + 3 * acts) % len(tokens)])
            me = await verified.call("GET", "/api/v1/me", status=200)
            assert me["name"] == "张*"
            acts += 1
        return acts

    crowd = [asyncio.create_task(live(number)) for number in range(3)]
    code, out = await command("keys", "rotate", "--json")
    over.set()
    acts = await asyncio.gather(*crowd)
    assert code == 0, out
    outcome = msgspec.json.decode(out)
    assert outcome["retired"] == [old]
    assert outcome["moved"] >= 34
    assert min(acts) > 0
    assert keys.vault().writes_with.hex() != old
    assert await holding(old) == []
    for token in tokens:
        await read(http, token)
    [space] = (await boss.call("GET", "/companies", status=200))["items"]
    assert (space["id"], space["name"]) == (company, FOOD.name)
    made = await http.call("POST", "/staff/v1/sessions", handler.form(), status=200)
    assert made["staff"]["username"] == handler.username
    form = {**known, "password": "a quiet river 27", "otp": pyotp.TOTP(begun["secret"]).now()}
    await http.call("POST", "/staff/v1/enrolment/confirm", form, status=200)
    await signing.current()
    code, out = await command("keys", "status", "--json")
    status = msgspec.json.decode(out)
    assert (code, status["reads"], status["missing"]) == (0, [], [])
    assert status["writes"] == keys.vault().writes_with.hex()
    assert (settings.current().secrets.folder / f"master-{old}.retired").is_file()  # type: ignore[operator]


class Killed(BaseException):
    """Stands for the end of the process."""


async def test_a_rotation_that_was_killed_goes_on_where_it_was(http: Client, server: Server) -> None:
    tokens = [await arrive(http) for _ in range(12)]

    def die(done: int) -> None:
        if done >= 5:
            raise Killed

    old = keys.vault().writes_with.hex()
    with pytest.raises(Killed):
        await rotation.rotate(SEALED, batch=5, told=die)
    held = (await rotation.status(SEALED))["identity_citizen.wrapped_key"]
    assert held == {old: 7, keys.vault().writes_with.hex(): 5}
    tokens.append(await arrive(http))
    for token in tokens:
        await read(http, token)  # both keys open meanwhile
    outcome = await rotation.rotate(SEALED, renew=False)
    assert (outcome.moved, outcome.left, outcome.retired) == (7, 0, (old,))
    for token in tokens:
        await read(http, token)


async def test_a_value_that_no_key_opens_is_told_and_the_old_key_stays(http: Client, server: Server) -> None:
    token = await arrive(http)
    await arrive(http)
    row = await db.fetch_one("SELECT id, wrapped_key FROM identity_citizen ORDER BY created_at DESC LIMIT 1")
    assert row is not None
    broken = bytes(row["wrapped_key"])[:-1] + bytes([row["wrapped_key"][-1] ^ 1])
    await db.execute("UPDATE identity_citizen SET wrapped_key = $2 WHERE id = $1", row["id"], broken)
    old = keys.vault().writes_with.hex()
    outcome = await rotation.rotate(SEALED)
    assert (outcome.left, outcome.retired) == (1, ())
    assert outcome.unreadable == {"identity_citizen.wrapped_key": 1}
    assert old in [name.hex() for name in keys.vault().known]
    await read(http, token)
    await db.execute("UPDATE identity_citizen SET wrapped_key = $2 WHERE id = $1", row["id"], bytes(row["wrapped_key"]))
    assert (await rotation.rotate(SEALED, renew=False)).retired == (old,)


async def test_only_one_rotation_runs_at_a_time(server: Server) -> None:
    with keys.alone(), pytest.raises(keys.Busy):
        await rotation.rotate(SEALED)


async def test_values_of_before_keys_had_ids_are_read_and_get_one(http: Client, server: Server) -> None:
    token = await arrive(http)
    row = await db.fetch_one("SELECT id, wrapped_key FROM identity_citizen")
    assert row is not None
    master = keys.read(settings.current().secrets.folder)[0]  # type: ignore[arg-type]
    nonce = os.urandom(12)
    plain = AESGCM(master).encrypt(nonce, keys.vault().unwrap(row["wrapped_key"]), b"data-key")
    await db.execute("UPDATE identity_citizen SET wrapped_key = $1", nonce + plain)
    await read(http, token)
    assert (await rotation.status(SEALED))["identity_citizen.wrapped_key"] == {"none": 1}
    await rotation.rotate(SEALED)
    held = (await rotation.status(SEALED))["identity_citizen.wrapped_key"]
    assert held == {keys.vault().writes_with.hex(): 1}
    await read(http, token)


async def test_with_sm4_new_citizens_are_sealed_by_it_and_older_ones_are_still_read(
    running: Server, enter: Enter, http: Client
) -> None:
    before = await arrive(http)
    crypto.write_with("sm4-gcm")
    try:
        client = await enter(ZHANG)
        row = await db.fetch_one("SELECT wrapped_key, name_sealed FROM identity_citizen WHERE name_sealed IS NOT NULL")
        assert row is not None
        assert bytes(row["name_sealed"])[:3] == crypto.SEALED + b"\x02"
        assert bytes(row["wrapped_key"])[6:9] == crypto.SEALED + b"\x02"
        await read(http, before)
    finally:
        crypto.write_with("aes-256-gcm")
    assert (await client.call("GET", "/api/v1/me", status=200))["name"] == "张*"
