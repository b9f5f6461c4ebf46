"""Keys of departments over HTTP: proposed, confirmed by somebody else, in use without a restart, revoked at once."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from backend.core import db
from backend.modules import generations, registry
from backend.sdk.department import Signer, fingerprint, new_pair, private_key, public_key, sign_request, verify_response
from backend.sdk.department.keys import Algorithm
from tests.conftest import Client
from tests.modules.conftest import Publishing, Terminal

MODULE = "chengdu_housing_fund"
PATH = f"/publish/v1/modules/{MODULE}/department-keys"


@pytest.fixture(autouse=True)
async def _as_before(publishing: Publishing) -> AsyncIterator[None]:
    yield
    async with db.transaction():
        await db.execute("DELETE FROM modules_department_key")
        await generations.bump()
    await registry.refresh()


async def tell(http: Client, private: str, module: str = MODULE, *, key_id: str | None = None) -> tuple[int, Any, Any]:
    """News of a case that is not there: 404 in our name when the key is believed, 401 when it is not."""
    key = private_key(private)
    event = {
        "event_id": f"evt-{secrets.token_hex(8)}",
        "case_number": "SC-2222222222",
        "kind": "progress",
        "at": "2026-01-02T10:00:00+08:00",
    }
    body = msgspec.json.encode(event)
    path = f"/callbacks/departments/{module}"
    headers = sign_request(
        Signer(key_id or fingerprint(key.public_key()), key),
        module=module,
        method="POST",
        path=path,
        body=body,
        idempotency_key=event["event_id"],
    )
    async with http.request("POST", path, data=body, headers={**headers, "Content-Type": "application/json"}) as answer:
        return answer.status, (headers["X-TF-Nonce"], dict(answer.headers)), await answer.read()


@pytest.mark.parametrize("algorithm", ["ed25519", "sm2"])
async def test_a_key_is_believed_after_a_second_person_and_until_it_is_revoked(
    publishing: Publishing, http: Client, algorithm: Algorithm
) -> None:
    private, public = new_pair(algorithm)
    key = fingerprint(public_key(public))
    page = await publishing.publisher.call("POST", PATH, {"public_key": public}, status=200)
    assert [(item["id"], item["algorithm"], item["state"]) for item in page["keys"]] == [(key, algorithm, "proposed")]
    await registry.refresh()
    assert (await tell(http, private))[0] == 401, "nobody has confirmed it"
    problem = await publishing.publisher.call("POST", f"{PATH}/{key}/confirm", status=403)
    assert problem["code"] == "identity.forbidden"
    page = await publishing.admin.call("POST", f"{PATH}/{key}/confirm", status=200)
    assert [item["state"] for item in page["keys"]] == ["active"]
    await registry.refresh()
    status, (nonce, headers), body = await tell(http, private)
    assert status == 404
    ours = {item["id"]: public_key(item["public_key"]) for item in page["platform"]}
    used = {item["id"]: item["algorithm"] for item in page["platform"]}
    verify_response(headers, status=status, body=body, request_nonce=nonce, keys=ours, now=time.time())
    assert used[headers["X-TF-Key"]] == algorithm, "answered in the department's own algorithm"
    assert (await tell(http, private, "province_health"))[0] == 401, "it speaks for one module"
    page = await publishing.publisher.call("POST", f"{PATH}/{key}/revoke", {"reason": "私钥外泄"}, status=200)
    assert [(item["state"], item["reason"]) for item in page["keys"]] == [("revoked", "私钥外泄")]
    await registry.refresh()
    assert (await tell(http, private))[0] == 401
    for who, act, body in (
        (publishing.publisher, "", {"public_key": public}),
        (publishing.admin, f"/{key}/confirm", None),
    ):
        problem = await who.call("POST", f"{PATH}{act}", body, status=403)
        assert (problem["code"], problem["title"]) == ("modules.key_refused", "这把密钥已经吊销，不能再用") or (
            problem["detail"] == "这把密钥已经吊销，不能再用"
        )
    acts = await db.fetch(
        "SELECT act FROM core_audit WHERE act LIKE 'modules.department_key%' ORDER BY id DESC LIMIT 3"
    )
    assert [row["act"].removeprefix("modules.department_key_") for row in acts] == ["revoked", "confirmed", "proposed"]


async def test_an_admin_does_not_confirm_what_he_proposed(publishing: Publishing) -> None:
    public = new_pair()[1]
    key = fingerprint(public_key(public))
    await publishing.admin.call("POST", PATH, {"public_key": public}, status=200)
    problem = await publishing.admin.call("POST", f"{PATH}/{key}/confirm", status=403)
    assert problem["code"] == "modules.second_person"
    await publishing.deputy.call("POST", f"{PATH}/{key}/confirm", status=200)


async def test_who_answers_for_another_place_reads_and_changes_nothing(publishing: Publishing) -> None:
    public = new_pair()[1]
    key = fingerprint(public_key(public))
    await publishing.publisher.call("POST", PATH, {"public_key": public}, status=200)
    for method, path, body in (
        ("GET", PATH, None),
        ("POST", PATH, {"public_key": new_pair()[1]}),
        ("POST", f"{PATH}/{key}/revoke", {"reason": "不归我管"}),
    ):
        problem = await publishing.elsewhere.call(method, path, body, status=403)
        assert problem["code"] == "modules.not_your_region"
    assert [item["state"] for item in (await publishing.publisher.call("GET", PATH, status=200))["keys"]] == [
        "proposed"
    ]


@pytest.mark.parametrize("public", ["x", new_pair()[0], new_pair("sm2")[0]], ids=["nothing", "private", "private sm2"])
async def test_what_is_no_public_key_is_told_in_a_sentence(publishing: Publishing, public: str) -> None:
    problem = await publishing.publisher.call("POST", PATH, {"public_key": public}, status=422)
    assert problem["errors"][0]["message"] == "应为 PEM 格式的 Ed25519 或 SM2 公钥"


async def test_the_command_line_does_the_same(publishing: Publishing, terminal: Terminal, tmp_path: Any) -> None:
    private, public = new_pair("sm2")
    key = fingerprint(public_key(public))
    (tmp_path / "department.pub").write_text(public)
    told = await terminal.run("department", MODULE, "--add-key", "department.pub", by=publishing.publisher)
    assert key in told
    assert "等管理员确认" in told
    assert "在用" in await terminal.run("department", MODULE, "--confirm", key, by=publishing.admin)
    await terminal.run("department", MODULE, "--platform-keys", "platform", by=publishing.publisher)
    written = {path.stem: path.read_text() for path in (tmp_path / "platform").iterdir()}
    page = await publishing.publisher.call("GET", PATH, status=200)
    assert written == {item["id"]: item["public_key"] for item in page["platform"]}
    told = await terminal.run("department", MODULE, "--revoke", key, "--reason", "换新", by=publishing.publisher)
    assert "已吊销" in told
    assert private not in told
