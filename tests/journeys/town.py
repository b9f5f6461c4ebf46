"""A running copy of everything, and the people who use it: citizens and staff over HTTP, vendors as simulators.

Everybody has an address of their own (`X-Forwarded-For`, one trusted proxy), so that limits on one network do not
meet people who do not know each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import re
import secrets
import struct
import sys
import time
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pyotp
import redis.asyncio as redis

from backend.local.instance import Instance
from backend.local.settings import ROOT, free_port
from backend.sandbox.people import number

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SETTINGS = {"TF_WEB_WORKERS": "2", "TF_TRUSTED_PROXIES": "1"}
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Names what was going on in the failure."""
    try:
        yield
    except BaseException as exc:
        exc.add_note(f"at the step: {title}")
        raise


async def eventually(look: Any, *, seconds: float = 20, what: str = "") -> Any:
    """The first true answer of `look()`, asked again and again."""
    deadline = time.monotonic() + seconds
    while True:
        found = await look()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what or look.__name__} did not come true in {seconds} s"
        await asyncio.sleep(0.05)


def png(*, noise: int = 0) -> bytes:
    """A true picture; `noise` bytes of a chunk that readers skip make it as large as wanted."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\x00" + b"\x20\x80\xc0" * 8 for _ in range(8))
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))]
    if noise:
        parts.append(chunk(b"teSt", secrets.token_bytes(noise)))
    parts += [chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@dataclass(kw_only=True)
class Answer:
    """What came back, read whole."""

    status: int
    headers: Any
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    def __str__(self) -> str:
        return f"{self.status} {self.raw[:800].decode('utf-8', 'replace')}"


def problem_of(answer: Answer) -> dict[str, Any]:
    """The problem document of a refusal: complete, in Chinese, and saying nothing of our insides."""
    assert answer.headers.get("content-type", "").startswith("application/problem+json"), str(answer)
    found: dict[str, Any] = answer.body
    assert found["status"] == answer.status, str(answer)
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", found["code"]), str(answer)
    assert CHINESE.search(found["title"]), str(answer)
    assert found["instance"], str(answer)
    assert found["instance"] == answer.headers.get("x-request-id"), str(answer)
    for fault in found["errors"]:
        assert CHINESE.search(fault["message"]), str(answer)
    text = answer.raw.decode()
    assert not re.search(r"Traceback|asyncpg|tortoise|psycopg|SELECT |\.py\b", text), f"insides leak: {text}"
    return found


@dataclass(kw_only=True)
class Client:
    """Somebody at the other end of the wire. `token` signs in by bearer."""

    town: Town
    address: str
    token: str | None = None

    async def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        data: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        key: str | None = None,
        timeout: float = 60,
    ) -> Answer:
        """One exchange. `body` goes as JSON, `data` as it is; `key` is the Idempotency-Key."""
        sent = {"X-Forwarded-For": self.address, **(headers or {})}
        if self.token is not None and not any(name.lower() == "authorization" for name in sent):
            sent["Authorization"] = f"Bearer {self.token}"
        if key is not None:
            sent["Idempotency-Key"] = key
        async with self.town.http.request(
            method,
            self.town.url + path,
            json=body,
            data=data,
            headers=sent,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout),
        ) as answer:
            return Answer(status=answer.status, headers=answer.headers, raw=await answer.read())

    async def call(self, method: str, path: str, body: Any = None, *, status: int = 200, **options: Any) -> Any:
        """The decoded answer; another status is a failure."""
        answer = await self.send(method, path, body, **options)
        assert answer.status == status, f"{method} {path}: {answer}"
        return answer.body

    async def refused(
        self, method: str, path: str, body: Any = None, *, status: int, code: str | None = None, **options: Any
    ) -> dict[str, Any]:
        """The problem document of a refusal."""
        answer = await self.send(method, path, body, **options)
        assert answer.status == status, f"{method} {path}: {answer}"
        problem = problem_of(answer)
        if code is not None:
            assert problem["code"] == code, f"{method} {path}: {answer}"
        return problem


@dataclass(kw_only=True)
class Citizen(Client):
    """An invented person with a phone. The authority knows the name once `known()` was called."""

    name: str
    id_number: str
    phone: str
    wallet: dict[str, str] = field(default_factory=dict)

    async def known(self) -> None:
        await self.town.control("PUT", f"/authority/{self.id_number}", {"name": self.name})

    async def sign_in(self) -> Citizen:
        """By a code in a short message; level 1."""
        before = len(await self.texts())
        await self.call("POST", "/api/v1/phone-codes", {"phone": self.phone}, status=202)
        code = await self.code(after=before)
        made = await self.call("POST", "/api/v1/sessions/phone", {"phone": self.phone, "code": code})
        self.token = made["token"]
        return self

    async def code(self, *, after: int = 0) -> str:
        """The code that the phone received last, behind the first `after` messages."""

        async def arrived() -> str | None:
            found = (await self.texts())[after:]
            return next((text["code"] for text in reversed(found) if text["code"]), None)

        return str(await eventually(arrived, what=f"a code for {self.phone}"))

    async def texts(self) -> list[dict[str, Any]]:
        """All short messages of this phone."""
        answer = await self.town.control_answer("GET", f"/sms/{self.phone}")
        return [] if answer.status == 404 else list(answer.body["all"])

    async def prove_name(self) -> Citizen:
        """Level 2."""
        await self.known()
        told = await self.call("POST", "/api/v1/me/real-name", {"name": self.name, "id_number": self.id_number})
        assert told["level"] == 2
        self.token = told["token"]
        return self

    async def show_face(self, purpose: str) -> None:
        """A face check in the browser for one purpose: the page of the service, a person before it, the question."""
        check = await self.call(
            "POST", "/api/v1/face-checks", {"purpose": purpose, "channel": "h5", "return_to": "/me"}, status=201
        )
        async with self.town.http.post(
            check["params"]["url"], data={"outcome": "pass"}, allow_redirects=False
        ) as answer:
            assert answer.status == 302, await answer.text()
        done = await self.call("POST", f"/api/v1/face-checks/{check['id']}/finish")
        assert done["state"] == "passed", done

    async def upload(self, name: str = "租房合同.png", content: bytes | None = None, *, pieces: int = 1) -> str:
        """The id of a file that is whole on the server."""
        content = png() if content is None else content
        opened = await self.call(
            "POST",
            "/api/v1/uploads",
            {"name": name, "size": len(content), "content_type": "image/png"},
            status=201,
            key=secrets.token_hex(8),
        )
        size = -(-len(content) // pieces)
        state = opened
        for first in range(0, len(content), size):
            state = await self.piece(opened["id"], content, first, min(first + size, len(content)))
        assert state["state"] == "complete", state
        return str(opened["id"])

    async def piece(self, upload: str, content: bytes, first: int, end: int) -> dict[str, Any]:
        """Send bytes `first` to `end` (exclusive)."""
        answer = await self.send(
            "PATCH", f"/api/v1/uploads/{upload}", data=content[first:end], headers=piece_headers(content, first, end)
        )
        assert answer.status == 200, str(answer)
        return dict(answer.body)

    async def messages(self) -> list[dict[str, Any]]:
        return list((await self.call("GET", "/api/v1/messages?limit=100"))["items"])

    async def told(self, number: str, *, kind: str, title: str) -> dict[str, Any]:
        """The message in the inbox about a case."""

        async def found() -> dict[str, Any] | None:
            for item in await self.messages():
                if item["link"] == f"/cases/{number}" and item["kind"] == kind and title in item["title"]:
                    return item
            return None

        return dict(await eventually(found, what=f"{kind} {title} about {number}"))


def piece_headers(content: bytes, first: int, end: int) -> dict[str, str]:
    return {
        "Content-Range": f"bytes {first}-{end - 1}/{len(content)}",
        "Content-Type": "application/octet-stream",
    }


class Town:
    """The copy, its simulators, and whoever comes."""

    def __init__(self, copy: Instance, http: aiohttp.ClientSession, *, first: int = 1) -> None:
        self.copy = copy
        self._people = itertools.count(first)
        self.http = http
        self.url = copy.url
        self._staff: dict[str, Client] = {}
        self._signing = asyncio.Lock()

    def client(self) -> Client:
        """Somebody who is not signed in."""
        return Client(town=self, address=self._address(next(self._people)))

    def person(self, *, born: str = "19900101") -> Citizen:
        """An invented person whom nobody has seen before; `born` is yyyymmdd."""
        serial = next(self._people)
        name = f"样例{_STEMS[serial % 10]}{_BRANCHES[serial % 12]}{_STEMS[serial // 60 % 10]}"
        return Citizen(
            town=self,
            address=self._address(serial),
            name=name,
            id_number=number(f"5101{serial // 1000 % 100:02}", born, f"{serial % 1000:03}"),
            phone=f"139{serial:08}",
        )

    async def citizen(self, *, level: int = 2, born: str = "19900101") -> Citizen:
        """A person who has signed in, and proved the real name when `level` is 2."""
        made = await self.person(born=born).sign_in()
        return await made.prove_name() if level == 2 else made

    @staticmethod
    def _address(serial: int) -> str:
        return f"10.{serial // 65536 % 256}.{serial // 256 % 256}.{serial % 256}"

    def account(self, username: str) -> dict[str, Any]:
        """A demo account with password and secret."""
        held = json.loads((self.copy.data / "demo-accounts.json").read_text(encoding="utf-8"))
        return next(dict(item) for item in held["staff"] if item["username"] == username)

    async def staff(self, username: str) -> Client:
        """A member of staff, signed in once (a one-time code is good once)."""
        async with self._signing:
            if username not in self._staff:
                self._staff[username] = await self._signed_in(self.account(username))
        return self._staff[username]

    async def _signed_in(self, account: dict[str, Any]) -> Client:
        client = self.client()
        totp = pyotp.TOTP(account["totp_secret"])
        given = {"username": account["username"], "password": account["password"]}
        for ahead in (0, 30):  # the present code may have been used a moment ago
            answer = await client.send("POST", "/staff/v1/sessions", {**given, "otp": totp.at(time.time() + ahead)})
            if answer.status == 200:
                client.token = answer.body["token"]
                return client
        raise AssertionError(f"{account['username']} cannot sign in: {answer}")

    async def offered(self, license_id: str, matter: str) -> str:
        """Let the holder of a licence have been told that they may have a matter with one tap; the offer's id."""
        async with self.database() as db:
            made: str = await db.fetchval(
                "WITH c AS (INSERT INTO campaigns_campaign (id, created_at, changed_at, name, kind, title, body,"
                " reason, rule, scope, pace, hour_from, hour_to, halt_percent, state, version, made_by, made_by_name,"
                " shards, matter) VALUES (gen_random_uuid(), now(), now(), '样例', 'policy', '样例', '样例内容',"
                " '样例原因', 'citizen.age >= 80', '[\"510000\"]', 1, 0, 24, 30, 'done', 1, 'town', '样例', 16, $2)"
                " RETURNING id) INSERT INTO campaigns_target (campaign_id, citizen_id, state, told_at)"
                " SELECT c.id, l.citizen_id, 'told', now() FROM c, licenses_license l WHERE l.id = $1::uuid"
                " RETURNING campaign_id::text",
                license_id,
                matter,
            )
        return made

    async def reminded(self, license_id: str) -> str:
        """Let a licence have been told of 30 days before its end, which is 20 days away; the reminder's id."""
        # the list brings the rules of the modules
        await (await self.staff("operator")).call("GET", "/operate/v1/reminder-rules")
        async with self.database() as db:
            made: str = await db.fetchval(
                "INSERT INTO reminders_reminder (id, created_at, rule_id, license_id, citizen_id, license_name,"
                " valid_until, days, state, snoozes) SELECT gen_random_uuid(), now(), r.id, l.id, l.citizen_id, l.name,"
                " (now() AT TIME ZONE 'Asia/Shanghai')::date + 20, 30, 'told', 0"
                " FROM licenses_license l, reminders_rule r WHERE l.id = $1::uuid"
                " ORDER BY r.key LIMIT 1 RETURNING id::text",
                license_id,
            )
        return made

    async def control_answer(self, method: str, path: str, body: Any = None) -> Answer:
        async with self.http.request(method, f"{self.copy.sandbox_url}/_control{path}", json=body) as answer:
            return Answer(status=answer.status, headers=answer.headers, raw=await answer.read())

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Order something of the simulators, or ask what they received."""
        answer = await self.control_answer(method, path, body)
        assert answer.status < 300, f"{method} /_control{path}: {answer}"
        return answer.body

    async def received(self, vendor: str, call: str) -> list[dict[str, Any]]:
        return list((await self.control("GET", f"/received?vendor={vendor}&call={call}"))["items"])

    async def time_for_another_code(self) -> None:
        """As if the minute had passed that lies between two codes for one phone."""
        async with redis.from_url(self.copy.redis_url) as client:
            async for key in client.scan_iter("limit:identity:code:60:*"):
                await client.delete(key)

    async def guide(self, matter: str) -> dict[str, Any]:
        return dict(await self.client().call("GET", f"/api/v1/matters/{matter}"))

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self.copy.database_url)
        try:
            yield connection
        finally:
            await connection.close()

    async def switch(self, module: str, state: str, *, matter: str = "", reason: str = "") -> None:
        """Switch a module or one matter on, to guide_only or off, at once and everywhere."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            _SWITCH,
            *(module, state, matter, reason),
            cwd=ROOT,
            env=self.copy.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate()
        assert process.returncode == 0, out.decode()


_SWITCH = """
import asyncio, sys
from backend import wiring
from backend.core import db, redis
from backend.core.settings import load
from backend.modules import service

async def main(module, state, matter, reason):
    settings = load()
    redis.connect(settings.redis_url)
    await db.connect(wiring.database(settings))
    await service.switch(module, state, reason, by=None, matter=matter)
    await db.disconnect()
    await redis.disconnect()

asyncio.run(main(*sys.argv[1:]))
"""


@contextlib.asynccontextmanager
async def opened(folder: Path, **settings: str) -> AsyncIterator[Town]:
    """A town of its own, gone at the end."""
    copy = Instance(
        folder, free_port(), module_port=free_port(), sandbox_port=free_port(), env={**SETTINGS, **settings}
    )
    async with copy, aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Town(copy, http)


@contextlib.asynccontextmanager
async def attached(folder: Path) -> AsyncIterator[Town]:
    """A copy that runs already on this data folder (started with the SETTINGS above)."""
    state = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    copy = Instance(
        folder, state["port"], module_port=state["module_port"], sandbox_port=state["sandbox_port"], env=SETTINGS
    )
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Town(copy, http, first=secrets.randbelow(90_000))


class Shared:
    """One town for all journeys and for the contract's table: started by whoever needs it first, stopped with the
    last. TF_TEST_TOWN names the data folder of a running copy to use instead, while one works on a test."""

    def __init__(self) -> None:
        self._town: Town | None = None
        self._stack = contextlib.AsyncExitStack()
        self._users = 0

    @contextlib.asynccontextmanager
    async def visit(self, folder: Path) -> AsyncIterator[Town]:
        self._users += 1
        if self._town is None:
            running = os.environ.get("TF_TEST_TOWN")
            start = attached(Path(running)) if running else opened(folder)
            self._town = await self._stack.enter_async_context(start)
        try:
            yield self._town
        finally:
            self._users -= 1
            if self._users == 0:
                self._town = None
                await self._stack.aclose()


shared = Shared()
