"""A case from the citizen to a department's own system and back: the example of the SDK as a program of its own, its
key registered by two persons, SM2 both ways, files fetched with the department's signature."""

from __future__ import annotations

import asyncio
import hashlib
import signal
import subprocess
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.core import clock, db
from backend.modules import department_keys, gateway, generations, registry
from backend.modules.schemas import DepartmentKeyCreate
from backend.providers.vendors import desk
from backend.sdk.department import Signer, fingerprint, new_pair, private_key, public_key, sign_request
from tests.cases.people import Citizen, at_once, png
from tests.cases.test_departments import MODULE, apply, row_of
from tests.conftest import Client, Server
from tests.sdk.test_department_example import alive, end, free_port, run, start


class Office:
    """The program, and how its people call it."""

    def __init__(self, folder: Path, base: str, key_id: str, platform: list[str]) -> None:
        self.folder, self.base, self.key_id = folder, base, key_id
        self.mine = ["--module", MODULE]
        self.known = ["--key", "department.key", *(word for item in platform for word in ("--platform", item))]

    async def does(self, *words: str, code: int = 0) -> str:
        return await run(self.folder, [*words, *self.mine], code)

    async def asks(self, *words: str, code: int = 0) -> str:
        return await self.does(*words, *self.known, "--to", self.base, code=code)


@pytest.fixture
async def office(tmp_path: Path, running: Server) -> AsyncIterator[Office]:
    held = desk().config.departments
    private, public = new_pair("sm2")
    (tmp_path / "department.key").write_text(private)
    platform = []
    for ours in gateway.signers():
        from backend.sdk.department import public_pem

        (tmp_path / f"{ours.key_id}.pub").write_text(public_pem(ours.key.public_key()))
        platform.append(f"{ours.key_id}={ours.key_id}.pub")
    key_id = fingerprint(public_key(public))
    proposer, admin = _admin(), _admin()
    await department_keys.propose(proposer, MODULE, DepartmentKeyCreate(public_key=public))
    await department_keys.confirm(admin, MODULE, key_id)
    await registry.refresh()
    made = Office(tmp_path, running.base, key_id, platform)
    port = str(free_port())
    process: subprocess.Popen[str] = start(tmp_path, ["serve", *made.mine, *made.known, "--port", port])
    try:
        await alive(process, port)
        # no key of the settings speaks any more: what was registered is all that there is
        gateway.configure(
            msgspec.structs.replace(held, base_url=f"http://127.0.0.1:{port}", public_keys={}, key_modules={}),
            running.base,
        )
        yield made
    finally:
        end(process, signal.SIGTERM)
        gateway.configure(held, running.base)
        async with db.transaction():
            await db.execute("DELETE FROM modules_department_key")
            await generations.bump()
        await registry.refresh()


def _admin() -> Any:
    import time
    import uuid

    from backend.core.sessions import Principal

    return Principal(
        kind="staff",
        id=str(uuid.uuid4()),
        session=str(uuid.uuid4()),
        level=0,
        expires=int(time.time()) + 3600,
        roles=("admin",),
        regions=("510000",),
        name="管理员",
    )


async def test_a_case_goes_to_a_departments_own_program_and_comes_back_decided(
    zhang: Citizen, office: Office, drain: Any
) -> None:
    made = await apply(zhang)
    await drain()
    row = await row_of(made["number"])
    assert row["dispatch"] == "acknowledged"
    assert row["department_number"].startswith("BM")
    listed = await office.does("cases")
    assert made["number"] in listed
    assert "材料 2 份" in listed

    told = await office.asks("files", made["number"], "--into", "got")
    got = sorted((office.folder / "got").iterdir())
    assert [path.name for path in got] == ["01-id_card", "02-lease"]
    assert [path.read_bytes() for path in got] == [png(1), png(2)], told
    uses = await zhang.call("GET", "/me/data-uses", status=200)
    fetched = [item for item in uses["items"] if item["what"] == "取走了您办件里的材料"]
    assert len(fetched) == 2
    assert row["department"] in fetched[0]["who"]

    await office.asks("tell", made["number"], "accepted", "--message", "材料齐全")
    await office.asks("tell", made["number"], "decided", "--message", "已办理")
    assert await office.asks("tell") == "", "nothing is left to be told"
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["state"] == "approved"
    assert [item["kind"] for item in seen["timeline"]].count("accepted") == 1


async def _ask(
    http: Client, path: str, key: str, key_id: str, module: str = MODULE, signed_path: str | None = None
) -> tuple[int, bytes]:
    headers = sign_request(
        Signer(key_id, private_key(key)), module=module, method="GET", path=signed_path or path, body=b""
    )
    async with http.request("GET", path, headers=headers) as answer:
        return answer.status, await answer.read()


async def test_files_are_for_the_department_of_the_case_and_while_it_has_it(
    zhang: Citizen, office: Office, drain: Any, http: Client
) -> None:
    made = await apply(zhang)
    [upload, _] = [
        str(row["upload_id"])
        for row in await db.fetch(
            "SELECT upload_id FROM cases_material m JOIN cases_case c ON c.id = m.case_id"
            " WHERE c.number = $1 ORDER BY m.id",
            made["number"],
        )
    ]
    path = f"/callbacks/departments/{MODULE}/cases/{made['number']}/files/{upload}"
    key = (office.folder / "department.key").read_text()
    assert (await _ask(http, path, key, office.key_id))[0] == 404, "it was not handed over yet"
    await drain()
    status, content = await _ask(http, path, key, office.key_id)
    assert (status, hashlib.sha256(content).digest()) == (200, hashlib.sha256(png(1)).digest())
    async with http.request("GET", path) as answer:
        assert answer.status == 401
    assert (await _ask(http, path, new_pair("sm2")[0], office.key_id))[0] == 401
    assert (await _ask(http, path, key, office.key_id, signed_path=path[:-1]))[0] == 401
    assert (await _ask(http, path, key, office.key_id, module="province_health"))[0] == 401
    elsewhere = path.replace(MODULE, "province_health")
    assert (await _ask(http, elsewhere, key, office.key_id, module="province_health"))[0] == 401
    for other in (path[:-4] + "0000", path.replace(made["number"], "SC-2222222222"), path[: path.rindex("/")] + "/x"):
        assert (await _ask(http, other, key, office.key_id))[0] == 404, other
    await db.execute(
        "UPDATE cases_case SET ended_at = $2 WHERE number = $1", made["number"], clock.now() - timedelta(days=31)
    )
    assert (await _ask(http, path, key, office.key_id))[0] == 404, "a month after its end"


async def test_the_same_request_for_a_file_is_good_once(
    zhang: Citizen, office: Office, drain: Any, http: Client
) -> None:
    made = await apply(zhang)
    await drain()
    [row, *_] = await db.fetch(
        "SELECT upload_id FROM cases_material m JOIN cases_case c ON c.id = m.case_id WHERE c.number = $1",
        made["number"],
    )
    path = f"/callbacks/departments/{MODULE}/cases/{made['number']}/files/{row['upload_id']}"
    key = private_key((office.folder / "department.key").read_text())
    headers = sign_request(Signer(office.key_id, key), module=MODULE, method="GET", path=path, body=b"")

    async def once() -> int:
        async with http.request("GET", path, headers=headers) as answer:
            return int(answer.status)

    assert sorted(await at_once(once(), once(), once())) == [200, 401, 401]
    assert await asyncio.wait_for(once(), 10) == 401
