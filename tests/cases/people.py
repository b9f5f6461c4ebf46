"""Who the tests of cases are about, and how they act: citizens with papers, handlers with roles and regions."""

from __future__ import annotations

import asyncio
import io
import secrets
import time
import uuid
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from backend.core.sessions import Principal
from backend.sandbox.people import PEOPLE, Person
from tests.conftest import Client, Server

ZHANG, LI = PEOPLE[0], PEOPLE[1]
ELDER = PEOPLE[2]
RENT = "chengdu_housing_fund.rent_withdrawal"
WITHDRAWAL = "chengdu_housing_fund.withdrawal"
ELDER_CARD = "province_health.elder_card"
MARRIAGE = "chengdu_civil_affairs.marriage_booking"
BANKCARD = "6222021234567890128"


def luhn(body: str) -> str:
    """A card number with its check digit."""
    total = 0
    for index, char in enumerate(reversed(body)):
        digit = int(char) * (2 if index % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return body + str(-total % 10)


CARD = luhn("622202123456789012")


def png(size: int = 0) -> bytes:
    """A real PNG of one pixel, padded with a text chunk to at least `size` bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = chunk(b"IHDR", (1).to_bytes(4, "big") + (1).to_bytes(4, "big") + bytes([8, 2, 0, 0, 0]))
    body = chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
    padding = chunk(b"tEXt", b"note\x00" + b"x" * size) if size else b""
    return b"\x89PNG\r\n\x1a\n" + head + padding + body + chunk(b"IEND", b"")


def pdf() -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    return out.getvalue()


@dataclass
class Citizen:
    """A signed-in citizen: `api` speaks for them."""

    api: Client
    person: Person

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        return await self.api.call(method, f"/api/v1{path}", body, **options)

    async def send(self, method: str, path: str, body: Any = None, **options: Any) -> tuple[int, Any]:
        """(status, decoded answer)."""
        async with self.api.request(method, f"/api/v1{path}", json=body, **options) as answer:
            text = await answer.text()
            return answer.status, (await answer.json(content_type=None) if text else None)

    async def patch(self, upload: str, chunk: bytes, first: int, total: int, **options: Any) -> tuple[int, Any]:
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {first}-{first + len(chunk) - 1}/{total}",
        }
        headers.update(options.pop("headers", {}))
        async with self.api.request(
            "PATCH", f"/api/v1/uploads/{upload}", data=chunk, headers=headers, **options
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def upload(self, content: bytes | None = None, name: str = "合同.png") -> str:
        """A whole file; its id."""
        content = png() if content is None else content
        made = await self.call("POST", "/uploads", {"name": name, "size": len(content)}, status=201)
        status, done = await self.patch(made["id"], content, 0, len(content))
        assert status == 200, done
        assert done["state"] == "complete", done
        return str(made["id"])

    async def face(self, purpose: str) -> None:
        """Prove the face for one purpose, in a browser."""
        check = await self.call("POST", "/face-checks", {"purpose": purpose, "channel": "h5"}, status=201)
        async with aiohttp.ClientSession() as page:
            await page.post(check["params"]["url"], data={"outcome": "pass"}, allow_redirects=False)
        done = await self.call("POST", f"/face-checks/{check['id']}/finish", status=200)
        assert done["state"] == "passed", done

    async def release(self, matter: str) -> str:
        guide = await self.call("GET", f"/matters/{matter}", status=200)
        return str(guide["release"])

    async def rent_body(self, *, rent: float = 3000.0, **changes: Any) -> dict[str, Any]:
        """An application that is complete but for the face."""
        body: dict[str, Any] = {
            "matter": RENT,
            "release": await self.release(RENT),
            "form": rent_form(rent),
            "materials": [{"code": "lease", "upload": await self.upload()}],
        }
        body.update(changes)
        return body

    async def apply(self, body: dict[str, Any], *, key: str | None = None, face: bool = True) -> Any:
        if face:
            await self.face(f"submit:{body['matter']}")
        return await self.call(
            "POST", "/cases", body, status=201, headers={"Idempotency-Key": key or secrets.token_hex(8)}
        )


def rent_form(rent: float = 3000.0) -> dict[str, Any]:
    return {
        "account_no": "10020030040",
        "has_contract": True,
        "lease_start": "2026-06-01",
        "monthly_rent": rent,
        "rent_region": "510104",
        "rent_address": "锦江区春熙路1号1栋101",
        "married": False,
        "bank_card": CARD,
        "truthful": True,
    }


def elder_form() -> dict[str, Any]:
    return {}


@dataclass
class Handler:
    """A member of staff with a signed token."""

    api: Client
    id: str

    async def send(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.api.request(method, f"/staff/v1{path}", json=body) as answer:
            text = await answer.text()
            return answer.status, (await answer.json(content_type=None) if text else None)

    async def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        found, answer = await self.send(method, path, body)
        assert found == status, f"{method} {path}: {found} {answer}"
        return answer


def handler(
    running: Server, http: Client, *roles: str, regions: tuple[str, ...] = ("510000",), name: str = "王经办"
) -> Handler:
    who = str(uuid.uuid4())
    token = running.app.ctx.tokens.issue(
        Principal(
            kind="staff",
            id=who,
            session=str(uuid.uuid4()),
            level=2,
            expires=int(time.time()) + 3600,
            roles=roles,
            regions=regions,
            name=name,
        )
    )
    return Handler(Client(running.base, http.http, token), who)


async def forget_limits() -> None:
    from backend.core import redis

    async for key in redis.client().scan_iter("limit:*"):
        await redis.client().delete(key)


Enter = Callable[..., Awaitable[Citizen]]


async def at_once(*calls: Awaitable[Any]) -> list[Any]:
    return list(await asyncio.gather(*calls))
