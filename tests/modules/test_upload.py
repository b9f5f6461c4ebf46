"""Uploading over HTTP: a good bundle becomes a draft. Bad ones are in `test_bad_bundles.py`."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from backend.core import db
from backend.modules import examine
from backend.sdk import bundle, sign
from tests.modules.conftest import TEAM, Publishing, Terminal, counts, module, named


def codes(problem: dict[str, Any]) -> set[str]:
    return {finding["code"] for finding in problem["context"]["findings"]}


async def test_a_signed_bundle_becomes_a_draft_and_the_same_bundle_is_the_same_release(publishing: Publishing) -> None:
    status, made = await publishing.upload(module())
    assert (status, made["state"], made["team"], made["findings"]) == (201, "draft", TEAM, [])
    assert made["digest"] == sign.digest(module())
    assert await publishing.upload(module()) == (200, made)
    status, changed = await publishing.upload(module(matter=named("改名")))
    assert (status, changed["state"]) == (201, "draft"), "a draft gives way"
    assert changed["id"] != made["id"]


async def test_who_may_not_upload_is_told_why(publishing: Publishing) -> None:
    before = await counts()
    status, problem = await publishing.upload(module(), key=sign.generate())
    assert (status, problem["code"]) == (403, "modules.key_refused")
    status, problem = await publishing.upload(module(), by=publishing.elsewhere)
    assert (status, problem["code"]) == (403, "modules.not_your_region")
    status, problem = await publishing.upload(module(), by=publishing.clerk)
    assert (status, problem["code"]) == (403, "identity.forbidden")
    status, problem = await publishing.upload(module(), signature=b"nonsense")
    assert (status, problem["errors"][0]["field"]) == (422, "signature")
    await publishing.publisher.call("POST", "/publish/v1/releases", {"bundle": "x"}, status=415)
    assert await counts() == before


async def test_a_submitted_version_never_changes(publishing: Publishing) -> None:
    _, made = await publishing.upload(module())
    await publishing.publisher.call("POST", f"/publish/v1/releases/{made['id']}/submit", status=200)
    status, problem = await publishing.upload(module(matter=named("偷换")))
    assert (status, codes(problem)) == (422, {"module.version_exists"})
    assert (await publishing.upload(module()))[0] == 200


async def test_a_module_belongs_to_the_team_that_has_it(publishing: Publishing) -> None:
    await publishing.live(module())
    other = sign.generate()
    await publishing.admin.call("POST", "/publish/v1/teams", {"id": "other_team", "name": "别的团队"}, status=201)
    body = {"public_key": sign.public_pem(other.public_key())}
    await publishing.admin.call("POST", "/publish/v1/teams/other_team/keys", body, status=201)
    stolen = module("1.1.0", owners='other_team", "try_team')
    status, problem = await publishing.upload(stolen, key=other)
    assert (status, codes(problem)) == (422, {"module.owner"})
    status, _ = await publishing.upload(module("1.0.0"))
    assert status == 200, "and the live release is as it was"


async def test_a_version_must_grow(publishing: Publishing) -> None:
    await publishing.live(module("1.2.0"))
    status, problem = await publishing.upload(module("1.1.0"))
    assert (status, codes(problem)) == (422, {"module.version"})


async def test_keys_are_succeeded_and_revoked(publishing: Publishing) -> None:
    path = f"/publish/v1/teams/{TEAM}/keys"
    new, third = sign.generate(), sign.generate()
    body: dict[str, Any] = {"public_key": sign.public_pem(new.public_key())}
    await publishing.publisher.call("POST", path, body, status=403)
    old_id = sign.key_id(publishing.key.public_key())
    wrong = body | {"vouched_by": old_id, "proof": sign.vouch(TEAM, third.public_key(), publishing.key)}
    await publishing.publisher.call("POST", path, wrong, status=403)
    right = body | {"vouched_by": old_id, "proof": sign.vouch(TEAM, new.public_key(), publishing.key)}
    team = await publishing.publisher.call("POST", path, right, status=201)
    assert {key["id"]: key["state"] for key in team["keys"]} == {
        old_id: "retired",
        sign.key_id(new.public_key()): "active",
    }
    status, problem = await publishing.upload(module())
    assert (status, problem["context"]["state"]) == (403, "retired")
    status, made = await publishing.upload(module(), key=new)
    assert status == 201
    # revoked while it waits for the reviewer: the release must not pass
    await publishing.publisher.call("POST", f"/publish/v1/releases/{made['id']}/submit", status=200)
    await publishing.admin.call(
        "POST", f"{path}/{sign.key_id(new.public_key())}/revoke", {"reason": "电脑丢了"}, status=200
    )
    await publishing.drain()
    found = await publishing.publisher.call("GET", f"/publish/v1/releases/{made['id']}", status=200)
    assert (found["state"], {item["code"] for item in found["findings"]}) == ("rejected", {"bundle.key"})
    status, problem = await publishing.upload(module("1.0.1"), key=new)
    assert (status, problem["context"]["state"]) == (403, "revoked")


async def test_a_lost_key_is_replaced_by_two_admins_and_never_by_one(publishing: Publishing) -> None:
    path = f"/publish/v1/teams/{TEAM}/keys"
    old_id, new = sign.key_id(publishing.key.public_key()), sign.generate()
    new_id = sign.key_id(new.public_key())
    body = {"public_key": sign.public_pem(new.public_key())}
    await publishing.admin.call("POST", f"{path}/{old_id}/revoke", {"reason": "电脑丢了"}, status=200)
    team = await publishing.admin.call("POST", path, body, status=201)
    assert {key["id"]: key["state"] for key in team["keys"]} == {old_id: "revoked", new_id: "proposed"}
    status, problem = await publishing.upload(module(), key=new)
    assert (status, problem["context"]["state"]) == (403, "proposed")
    # nobody vouches with a key that waits, and who proposed it does not agree to it
    third = sign.generate()
    vouched = {
        "public_key": sign.public_pem(third.public_key()),
        "vouched_by": new_id,
        "proof": sign.vouch(TEAM, third.public_key(), new),
    }
    for who, words in ((publishing.publisher, vouched), (publishing.publisher, body), (publishing.admin, body)):
        await who.call("POST", path, words, status=403)
    status, _ = await publishing.upload(module(), key=new)
    assert status == 403
    team = await publishing.deputy.call("POST", path, body, status=201)
    assert {key["id"]: key["state"] for key in team["keys"]} == {old_id: "revoked", new_id: "active"}
    status, _ = await publishing.upload(module(), key=new)
    assert status == 201
    await publishing.deputy.call("POST", path, body, status=409)
    told = await db.fetch(
        "SELECT act FROM core_audit WHERE subject_id = $1 AND act LIKE 'modules.key%' ORDER BY id", TEAM
    )
    assert [row["act"] for row in told][-2:] == ["modules.key_proposed", "modules.key_added"]


async def test_the_second_admin_agrees_by_the_number_of_the_key(publishing: Publishing, terminal: Terminal) -> None:
    path = f"/publish/v1/teams/{TEAM}/keys"
    new = sign.generate()
    new_id = sign.key_id(new.public_key())
    await publishing.admin.call("POST", path, {"public_key": sign.public_pem(new.public_key())}, status=201)
    for who, key, status in (
        (publishing.admin, new_id, 403),
        (publishing.publisher, new_id, 403),
        (publishing.deputy, "0" * 16, 403),
        (publishing.deputy, new_id, 200),
        (publishing.deputy, new_id, 200),
    ):
        await who.call("POST", f"{path}/{key}/agree", status=status)
    assert (await publishing.upload(module(), key=new))[0] == 201
    third = sign.generate()
    await publishing.admin.call("POST", path, {"public_key": sign.public_pem(third.public_key())}, status=201)
    told = await terminal.run("team", TEAM, "--agree", sign.key_id(third.public_key()), by=publishing.deputy)
    assert "等另一位管理员同意" not in told
    await publishing.admin.call("POST", f"{path}/{new_id}/revoke", {"reason": "丢了"}, status=200)
    assert (await publishing.deputy.call("POST", f"{path}/{new_id}/agree", status=403))["context"]["state"] == "revoked"


async def test_a_proposed_key_that_is_revoked_is_never_agreed_to(publishing: Publishing) -> None:
    path = f"/publish/v1/teams/{TEAM}/keys"
    new = sign.generate()
    body = {"public_key": sign.public_pem(new.public_key())}
    await publishing.admin.call("POST", path, body, status=201)
    number = sign.key_id(new.public_key())
    await publishing.deputy.call("POST", f"{path}/{number}/revoke", {"reason": "不是团队的"}, status=200)
    await publishing.deputy.call("POST", path, body, status=409)


@pytest.mark.parametrize("way", ["agreed to", "vouching"])
async def test_a_key_that_is_revoked_meanwhile_stays_revoked(publishing: Publishing, way: str) -> None:
    """The revocation is under way and not yet committed when the other act reads the key."""
    path = f"/publish/v1/teams/{TEAM}/keys"
    new = sign.generate()
    body = {"public_key": sign.public_pem(new.public_key())}
    if way == "agreed to":
        await publishing.admin.call("POST", path, body, status=201)
        number, who, status = sign.key_id(new.public_key()), publishing.deputy, 409
    else:
        number, who, status = sign.key_id(publishing.key.public_key()), publishing.publisher, 403
        body |= {"vouched_by": number, "proof": sign.vouch(TEAM, new.public_key(), publishing.key)}

    async with db.transaction():
        await db.execute("UPDATE modules_team_key SET state = 'revoked' WHERE id = $1", number)
        asking = asyncio.create_task(who.call("POST", path, body, status=status))
        async with asyncio.timeout(20):
            while not asking.done() and not await db.fetch(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ):
                await asyncio.sleep(0.02)
    await asking
    row = await db.fetch_one("SELECT state FROM modules_team_key WHERE id = $1", number)
    assert row is not None
    assert row["state"] == "revoked"


async def test_a_large_bundle_is_taken_and_a_too_large_one_refused(publishing: Publishing) -> None:
    noise = b"\x89PNG" + b"\0" * (9 << 20)
    status, made = await publishing.upload(module(more={"h5/a.png": noise, "h5/index.html": PAGE}))
    assert (status, made["state"]) == (201, "draft"), made
    too_large = b"\0" * (bundle.MAX_BUNDLE + (1 << 20))
    status, problem = await publishing.upload(too_large)
    assert (status, problem["code"]) == (413, "http.too_large")


PAGE = b'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>x</title><p>x</p></html>'


async def test_a_checker_that_does_not_end_is_stopped(publishing: Publishing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine, "SECONDS", 0.05)
    before = await counts()
    status, problem = await publishing.upload(module())
    assert (status, problem["code"]) == (503, "modules.checker_busy")
    assert await counts() == before


async def test_an_upload_leaves_a_trace(publishing: Publishing) -> None:
    _, made = await publishing.upload(module())
    row = await db.fetch_one("SELECT actor_kind, details FROM core_audit WHERE act = 'modules.uploaded'")
    assert row is not None
    assert (row["actor_kind"], msgspec.json.decode(row["details"])["digest"]) == ("staff", made["digest"])
