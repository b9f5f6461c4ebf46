"""A release in the citizens' pages before anybody gets it: for an hour, for who has the link, and nothing is sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core import db, redis
from backend.matters import previews
from tests.conftest import Client
from tests.modules.conftest import Publishing, module, named

CODE = "try_module.sample"


async def link(publishing: Publishing, release: str, by: Client | None = None) -> str:
    made = await (by or publishing.reviewer).call("POST", f"/publish/v1/releases/{release}/preview", status=201)
    assert made["path"].startswith("/preview/")
    return str(made["path"]).removeprefix("/preview/")


async def test_a_reviewer_looks_at_what_nobody_gets(publishing: Publishing, http: Client) -> None:
    await publishing.live(module())
    _, made = await publishing.upload(module("1.1.0", matter=named("新的名字")))
    ticket = await link(publishing, made["id"])
    page = await http.call("GET", f"/api/v1/previews/{ticket}", status=200)
    assert (page["release"], page["state"], page["total"]) == ("try_module@1.1.0", "draft", 1)
    assert [item["name"] for item in page["matters"]] == ["新的名字"]
    shown = await http.call("GET", f"/api/v1/previews/{ticket}/matters/{CODE}", status=200)
    assert (shown["name"], shown["release"]) == ("新的名字", "try_module@1.1.0")
    assert shown["ui"], "with its form"
    assert (await http.call("GET", f"/api/v1/matters/{CODE}", status=200))["name"] == "示例事项"
    for code in ("try_module.nothing", "chengdu_housing_fund.rent_withdrawal"):
        await http.call("GET", f"/api/v1/previews/{ticket}/matters/{code}", status=404)
    [row] = await db.fetch(
        "SELECT act, details FROM core_audit WHERE act = 'modules.previewed' ORDER BY id DESC LIMIT 1"
    )
    assert "1.1.0" in str(row["details"])
    assert ticket not in str(row["details"])


async def test_a_guide_looks_the_same_before_and_after_it_goes_live(publishing: Publishing, http: Client) -> None:
    release = await publishing.reviewed(module())
    ticket = await link(publishing, release["id"])
    before = await http.call("GET", f"/api/v1/previews/{ticket}/matters/{CODE}", status=200)
    await publishing.roll_out(release["id"])
    from backend.modules import registry

    await registry.refresh()
    assert await http.call("GET", f"/api/v1/matters/{CODE}", status=200) == before


async def test_a_link_is_for_who_may_read_the_release_and_ends(publishing: Publishing, http: Client) -> None:
    _, made = await publishing.upload(module())
    path = f"/publish/v1/releases/{made['id']}/preview"
    assert (await publishing.elsewhere.call("POST", path, status=403))["code"] == "modules.not_your_region"
    for who in (publishing.admin, publishing.clerk):
        assert (await who.call("POST", path, status=403))["code"] == "identity.forbidden"
    await http.call("POST", path, status=401)
    ticket = await link(publishing, made["id"])
    left = await redis.client().ttl(previews._key(ticket))
    assert 3500 < left <= timedelta(hours=1).total_seconds()
    stored: list[Any] = [key async for key in redis.client().scan_iter("matters:preview:*")]
    assert stored
    assert all(ticket.encode() not in bytes(key) for key in stored), "who reads Redis has no link"
    await redis.client().delete(previews._key(ticket))
    problem = await http.call("GET", f"/api/v1/previews/{ticket}", status=404)
    assert problem["code"] == "matters.preview_over"
    await http.call("GET", f"/api/v1/previews/{ticket}/matters/{CODE}", status=404)


@pytest.mark.parametrize("ticket", ["x", "a" * 43, "%00", "..%2f"])
async def test_a_guess_opens_nothing(http: Client, ticket: str) -> None:
    problem = await http.call("GET", f"/api/v1/previews/{ticket}", status=404)
    assert problem["code"] in ("matters.preview_over", "http.not_found", "core.not_found")


async def test_a_draft_that_gave_way_is_shown_no_more(publishing: Publishing, http: Client) -> None:
    _, made = await publishing.upload(module())
    ticket = await link(publishing, made["id"])
    await publishing.upload(module(matter=named("又改了")))
    assert (await http.call("GET", f"/api/v1/previews/{ticket}", status=404))["code"] == "matters.preview_over"
