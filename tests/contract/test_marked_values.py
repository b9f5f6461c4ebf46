"""Nothing personal lies anywhere in clear: somebody with values that occur nowhere else lives through the whole story,
and then everything that a stranger could get hold of is searched for them."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import secrets
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio as redis

from backend.local.settings import ROOT
from tests.journeys.applying import BIRTH, FILING, application, apply, birth, filing
from tests.journeys.town import Citizen, Client, Town, eventually


def shapes(value: str) -> list[bytes]:
    """How a text can look in a file: UTF-8, JSON with escapes, MONITOR's escapes, base64 at its three offsets."""
    raw = value.encode()
    found = [raw, json.dumps(value)[1:-1].encode(), "".join(f"\\x{byte:02x}" for byte in raw).encode()]
    for offset in range(3):
        padded = base64.b64encode(bytes(offset) + raw)
        # the characters at both ends also hold bits of the neighbours
        found.append(padded[4 if offset else 0 : len(padded) - 4])
    return found


def marks_in(content: bytes, marks: dict[str, str]) -> set[str]:
    return {name for name, value in marks.items() if any(shape in content for shape in shapes(value))}


async def searched(folder: Path, marks: dict[str, str]) -> dict[str, set[str]]:
    """File → marks in it."""

    def look() -> dict[str, set[str]]:
        found = {}
        for path in folder.rglob("*"):
            with contextlib.suppress(FileNotFoundError):  # a server at work takes files away
                if path.is_file() and (held := marks_in(path.read_bytes(), marks)):
                    found[str(path.relative_to(folder))] = held
        return found

    return await asyncio.to_thread(look)


@contextlib.asynccontextmanager
async def overheard(url: str) -> AsyncIterator[list[bytes]]:
    """Every command that Redis gets: what is cached, counted and handed to the workers."""
    heard: list[bytes] = []
    async with redis.from_url(url, decode_responses=False) as client, client.monitor() as monitor:

        async def listen() -> None:
            async for item in monitor.listen():
                command = item["command"]
                heard.append(command if isinstance(command, bytes) else command.encode("utf-8", "surrogateescape"))

        task = asyncio.create_task(listen())
        try:
            yield heard
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


@pytest.mark.parametrize("value", ["样例標記甲", "510104199001019990"])
def test_a_mark_is_found_in_every_shape(value: str) -> None:
    marks = {"it": value}
    assert marks_in(b"x" + value.encode() + b"y", marks)
    assert marks_in(json.dumps({"a": value}).encode(), marks)
    for offset in range(5):
        assert marks_in(base64.b64encode(b"ab" * offset + b"c" + value.encode() + b"tail"), marks)
    assert not marks_in(b"something else", marks)


async def test_marked_values_are_nowhere_in_clear(town: Town, handler: Client) -> None:
    who = town.person()
    who.name = "欧阳標" + "".join(secrets.choice("鑫淼焱垚森") for _ in range(5))
    marks = {
        "name": who.name,
        "id number": who.id_number,
        "phone": who.phone,
        "address": "標記巷" + secrets.token_hex(6) + "號",
    }
    errors: list[bytes] = []
    async with overheard(town.copy.redis_url) as heard:
        number = await live_through(who, handler, marks, errors)
        assert len(heard) > 20, "the ear at Redis must have heard something"
    assert marks_in(b"\n".join(heard), marks) == set(), "in what Redis was told"
    assert marks_in(b"\n".join(errors), marks) == set(), "in an error's body"
    metrics = await town.client().send("GET", "/metrics")
    assert marks_in(metrics.raw, marks) == set(), "in the metrics"
    async with redis.from_url(town.copy.redis_url) as client:
        dump = b"".join([key + (await client.dump(key) or b"") async for key in client.scan_iter("*")])
    assert marks_in(dump, marks) == set(), "in Redis"
    # the write-ahead log has every row since its commit; the case's number shows that the search reads what is new
    found = await searched(town.copy.data, marks | {"number": number})
    assert any("pg_wal" in path and "number" in held for path, held in found.items())
    # the simulators are the world outside: they know who people are
    ours = {path: held - {"number"} for path, held in found.items() if "sandbox" not in path and held - {"number"}}
    assert ours == {}, ours


async def live_through(who: Citizen, handler: Client, marks: dict[str, str], errors: list[bytes]) -> str:
    async def refused(method: str, path: str, body: Any, **options: Any) -> None:
        answer = await who.send(method, path, body, **options)
        assert answer.status >= 400, str(answer)
        errors.append(answer.raw)

    await who.sign_in()
    await refused("POST", "/api/v1/sessions/phone", {"phone": who.phone, "code": "000000"})
    await refused("POST", "/api/v1/phone-codes", {"phone": who.phone})
    await who.known()
    await refused("POST", "/api/v1/me/real-name", {"name": "另一个人", "id_number": who.id_number})
    await refused("POST", "/api/v1/me/real-name", {"name": who.name, "id_number": who.id_number[:-1] + "A"})
    await refused("POST", "/api/v1/me/real-name", {"name": who.name, "id_number": who.id_number, "more": who.phone})
    await who.prove_name()
    await who.show_face("submit:some.matter")
    await apply(who, FILING, filing(phone=who.phone))
    form = birth(phone=who.phone, live_address=marks["address"], household_address=marks["address"])
    wrong = await application(who, BIRTH, {**form, "stage": marks["address"]})
    await refused("POST", "/api/v1/cases", wrong, key=secrets.token_hex(8))
    await who.call("PUT", f"/api/v1/drafts/{BIRTH}", {"release": wrong["release"], "form": form})
    case = await apply(who, BIRTH, form)
    for act, body in (("take", None), ("accept", {}), ("correct", {"reasons": ["缺"]})):
        await handler.send("POST", f"/staff/v1/cases/{case['number']}/{act}", body)

    async def told() -> bool:
        return bool(await who.messages())

    await eventually(told, what="a message")
    return str(case["number"])


async def test_the_master_key_changes_in_every_process_without_a_refusal(town: Town) -> None:
    """Two web processes and a worker, none of them started again."""
    old_comer = await town.citizen()
    over = asyncio.Event()

    async def live() -> list[Citizen]:
        came = []
        while not over.is_set():
            came.append(await town.citizen())  # a code sent by the worker, a data key, a real name
            assert (await old_comer.call("GET", "/api/v1/me"))["phone"]
        return came

    crowd = [asyncio.create_task(live()) for _ in range(2)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", "keys", "rotate", "--json"),
        cwd=ROOT, env=town.copy.environment(), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    over.set()
    came = [person for group in await asyncio.gather(*crowd) for person in group]
    assert process.returncode == 0, out.decode()
    outcome = json.loads(out)
    assert (outcome["left"], len(outcome["retired"])) == (0, 1)
    assert outcome["moved"] > 0
    assert came
    for person in [old_comer, *came]:
        for _ in range(3):  # whichever process answers
            assert (await person.call("GET", "/api/v1/me"))["name"]
