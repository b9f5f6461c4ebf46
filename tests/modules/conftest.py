"""Publishers, reviewers and admins over HTTP, a team with a key, and modules that are gone after each test."""

from __future__ import annotations

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.core import db
from backend.core.sessions import Principal
from backend.modules import generations, pages, registry
from backend.modules.cli import main
from backend.sdk import bundle, sign
from tests.conftest import Client, Server
from tests.sdk.samples import MATTER, MODULE

TEAM = "try_team"


@dataclass
class Publishing:
    """Everybody who has a hand in a release."""

    publisher: Client
    colleague: Client
    reviewer: Client
    admin: Client
    deputy: Client
    elsewhere: Client
    clerk: Client
    drain: Callable[[], Awaitable[int]]
    key: Ed25519PrivateKey = field(default_factory=sign.generate)

    async def upload(
        self,
        data: bytes,
        *,
        key: Ed25519PrivateKey | None = None,
        signature: bytes | None = None,
        by: Client | None = None,
    ) -> tuple[int, Any]:
        made = msgspec.json.encode(sign.sign(data, key or self.key)) if signature is None else signature
        form = aiohttp.FormData()
        form.add_field("bundle", data, filename="m.tar", content_type="application/x-tar")
        form.add_field("signature", made, filename="m.tar.sig", content_type="application/json")
        async with (by or self.publisher).request("POST", "/publish/v1/releases", data=form) as answer:
            return answer.status, await answer.json(content_type=None)

    async def reviewed(self, data: bytes) -> dict[str, Any]:
        """A release that is approved."""
        status, made = await self.upload(data)
        assert status == 201, made
        path = f"/publish/v1/releases/{made['id']}"
        await self.publisher.call("POST", f"{path}/submit", status=200)
        await self.drain()
        await self.reviewer.call("POST", f"{path}/secrecy-review", SECRECY, status=200)
        approved: dict[str, Any] = await self.reviewer.call("POST", f"{path}/approve", status=200)
        return approved

    async def roll_out(self, release: str, *steps: dict[str, Any], status: int = 201) -> Any:
        body = {"release": release, "steps": list(steps)}
        return await self.publisher.call("POST", "/publish/v1/rollouts", body, status=status)

    async def live(self, data: bytes) -> dict[str, Any]:
        """A release that everybody gets."""
        release = await self.reviewed(data)
        rollout: dict[str, Any] = await self.roll_out(release["id"])
        assert rollout["state"] == "live"
        await registry.refresh()
        return rollout


SECRECY = {"passed": True, "note": "没有不宜公开的内容"}


def module(
    version: str = "1.0.0",
    *,
    id: str = "try_module",
    owners: str = TEAM,
    region: str = "510100",
    matter: str = MATTER,
    more: dict[str, bytes] | None = None,
) -> bytes:
    """A bundle of the sample module."""
    text = (
        MODULE.replace('id = "sample_owner"', f'id = "{id}"')
        .replace('version = "1.0.0"', f'version = "{version}"')
        .replace('owners = ["sample_team"]', f'owners = ["{owners}"]')
        .replace('regions = ["510100"]', f'regions = ["{region}"]')
    )
    return bundle.pack_files({"module.toml": text.encode(), "matters/sample.toml": matter.encode(), **(more or {})})


def named(name: str) -> str:
    """The sample matter under another name: what citizens see differs."""
    return MATTER.replace('name = "示例事项"', f'name = "{name}"')


@pytest.fixture
async def publishing(running: Server, http: Client, drain: Callable[[], Awaitable[int]]) -> AsyncIterator[Publishing]:
    def staff(role: str, *regions: str) -> Client:
        who = Principal(
            kind="staff",
            id=str(uuid.uuid4()),
            session=str(uuid.uuid4()),
            level=0,
            expires=int(time.time()) + 3600,
            roles=(role,),
            regions=regions or ("510000",),
            name=role,
        )
        return Client(http.base, http.http, running.app.ctx.tokens.issue(who))

    made = Publishing(
        publisher=staff("publisher"),
        colleague=staff("publisher"),
        reviewer=staff("reviewer"),
        admin=staff("admin"),
        deputy=staff("admin"),
        elsewhere=staff("publisher", "510700"),
        clerk=staff("window"),
        drain=drain,
    )
    await made.admin.call("POST", "/publish/v1/teams", {"id": TEAM, "name": "试用团队"}, status=201)
    body = {"public_key": sign.public_pem(made.key.public_key())}
    await made.admin.call("POST", f"/publish/v1/teams/{TEAM}/keys", body, status=201)
    yield made
    async with db.transaction():
        for table, column in (
            ("rollout", "module_id"),
            ("release", "module_id"),
            ("module", "id"),
            ("switch", "module_id"),
        ):
            await db.execute(f"DELETE FROM modules_{table} WHERE {column} LIKE 'try\\_%'")
        await generations.bump()
    await registry.refresh()
    pages.reset()  # the next test may give the same version other content


class Terminal:
    """Runs commands beside the host, which lives in this process, and reads what they wrote."""

    def __init__(self, host: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._patch = monkeypatch
        monkeypatch.setenv("TF_HOST", host)

    async def run(self, *arguments: str, by: Client | None = None, code: int = 0) -> str:
        if by is not None:
            self._patch.setenv("TF_TOKEN", by.token or "")
        self._capsys.readouterr()
        done = await asyncio.to_thread(main, list(arguments))
        written = self._capsys.readouterr()
        assert done == code, written.out + written.err
        return written.out + written.err

    async def json(self, *arguments: str, by: Client | None = None, code: int = 0) -> Any:
        told = await self.run(*arguments, "--json", by=by, code=code)
        # the host logs into the same stream: it lives in this process
        document = re.search(r"^\{$.*?^\}$", told, re.M | re.S)
        assert document is not None, told
        return json.loads(document.group())


@pytest.fixture
def terminal(
    running: Server, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Terminal:
    monkeypatch.setenv("TF_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("TF_TOKEN", raising=False)
    monkeypatch.chdir(tmp_path)
    return Terminal(running.base, capsys, monkeypatch)


async def counts() -> dict[str, int]:
    """How many rows publishing has; what was refused must not change it."""
    tables = ("module", "release", "rollout", "switch", "notice")
    return {name: (await db.fetch_one(f"SELECT count(*) AS n FROM modules_{name}"))["n"] for name in tables}  # type: ignore[index]


def write(folder: Path, data: bytes) -> Path:
    """A bundle's files in a folder."""
    folder.mkdir(parents=True)
    bundle.extract(bundle.read(data).files, folder)
    return folder
