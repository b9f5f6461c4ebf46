"""A team's own page and the server: who it may learn of, what it may call, and what its token is not good for."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.bridge import tokens
from backend.core import clock, db
from backend.modules import registry
from backend.modules import service as modules
from backend.sdk import bridge
from tests.cases.people import ZHANG
from tests.conftest import Client, Server
from tests.modules.conftest import Publishing, module, publishing  # noqa: F401 - the fixture
from tests.modules.own_pages import files
from tests.sdk.samples import MATTER

SignIn = Callable[..., Awaitable[Client]]
PRICES = "deyang_city_services.price_query"
OWN = "deyang_city_services"
PRICE = {"region": "510600", "category": "粮油", "date": clock.today().isoformat()}


async def opened(client: Client, matter: str = PRICES) -> dict[str, Any]:
    return dict(await client.call("GET", f"/api/v1/own-pages/{matter}", status=200))


def code(problem: dict[str, Any]) -> str:
    return str(problem["code"])


@pytest.fixture
async def citizen(sign_in: SignIn) -> Client:
    return await sign_in(phone=ZHANG.phone, name=ZHANG.name, id_number=ZHANG.id_number)


async def test_a_guest_is_shown_the_pages_and_may_ask_what_needs_nobody(http: Client) -> None:
    page = await opened(http)
    assert re.search(r"/deyang_city_services/[0-9a-f]{64}/index\.html$", page["url"])
    assert (page["module"], page["consented"]) == (OWN, False)
    body = {"token": page["token"], "matter": "price_query", "params": PRICE}
    answer = await http.call("POST", f"/api/v1/modules/{OWN}/call", body, status=200)
    assert answer["matter"] == PRICES
    await http.call("POST", f"/api/v1/modules/{OWN}/citizen", {"token": page["token"]}, status=401)


async def test_only_declared_fields_after_consent_and_none_after_it_was_withdrawn(citizen: Client) -> None:
    page = await opened(citizen)
    assert page["fields"] == ["name", "id_number"]
    who, allow = f"/api/v1/modules/{OWN}/citizen", f"/api/v1/modules/{OWN}/consent"
    token = {"token": page["token"]}
    refused = await citizen.call("POST", who, token, status=403)
    assert code(refused) == "bridge.consent_needed"
    assert refused["context"]["fields"] == ["name", "id_number"]
    wrong = await citizen.call("POST", allow, token | {"fields": ["name", "phone"]}, status=403)
    assert code(wrong) == "bridge.not_declared"
    assert await db.fetch("SELECT 1 FROM bridge_consent") == []
    await citizen.call("POST", allow, token | {"fields": ["name"]}, status=200)
    assert (await citizen.call("POST", who, token, status=200))["fields"] == {"name": ZHANG.name}
    await citizen.call("POST", allow, token | {"fields": page["fields"]}, status=200)
    told = (await citizen.call("POST", who, token, status=200))["fields"]
    assert told == {"name": ZHANG.name, "id_number": ZHANG.id_number}
    assert (await opened(citizen))["consented"] is True
    [given] = (await citizen.call("GET", "/api/v1/me/consents", status=200))["items"]
    assert given["module"] == OWN
    assert given["fields"]
    acts = await db.fetch("SELECT act FROM core_audit WHERE citizen_id IS NOT NULL ORDER BY id")
    assert [row["act"] for row in acts][-2:] == ["bridge.consented", "identity.declared"]
    await citizen.call("DELETE", allow, status=204)
    assert (await citizen.call("GET", "/api/v1/me/consents", status=200))["items"] == []
    assert code(await citizen.call("POST", who, token, status=403)) == "bridge.consent_needed"
    rows = await db.fetch("SELECT ended_at FROM bridge_consent")
    assert len(rows) == 2
    assert all(row["ended_at"] for row in rows)


async def test_a_call_that_tells_the_department_who_asks_needs_consent(citizen: Client) -> None:
    page = await opened(citizen)
    body = {"token": page["token"], "matter": "rural_assets_query", "params": {}}
    refused = await citizen.call("POST", f"/api/v1/modules/{OWN}/call", body, status=403)
    assert code(refused) == "bridge.consent_needed"


async def test_a_token_is_good_in_its_session_and_for_its_module_alone(
    citizen: Client, http: Client, sign_in: SignIn, server: Server
) -> None:
    page = await opened(citizen)
    body = {"token": page["token"], "matter": "price_query", "params": PRICE}
    mine = f"/api/v1/modules/{OWN}/call"
    await citizen.call("POST", mine, body, status=200)
    other = await sign_in("13800000002")
    for who in (http, other):
        assert code(await who.call("POST", mine, body, status=403)) == "bridge.token_refused"
    elsewhere = "/api/v1/modules/chengdu_housing_fund/call"
    assert code(await citizen.call("POST", elsewhere, body, status=403)) == "bridge.token_refused"
    held = server.app.ctx.tokens.verify(citizen.token)
    again = Client(
        http.base, http.http, server.app.ctx.tokens.issue(msgspec.structs.replace(held, session=str(uuid.uuid4())))
    )
    assert code(await again.call("POST", mine, body, status=403)) == "bridge.token_refused"
    session = body | {"token": citizen.token}
    assert code(await citizen.call("POST", mine, session, status=403)) == "bridge.token_refused"
    async with http.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {page['token']}"}) as answer:
        assert answer.status == 401
    await citizen.call("DELETE", "/api/v1/session")
    assert code(await citizen.call("POST", mine, body, status=403)) == "bridge.token_refused"


async def test_a_token_ends_after_minutes_and_cannot_be_written_anew(
    citizen: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = f"/api/v1/modules/{OWN}/call"
    body = {"matter": "price_query", "params": PRICE}
    page = await opened(citizen)
    payload, signature = page["token"].split(".")
    guest = tokens.issue(None, OWN, page["release"]).split(".")
    for token in (f"{payload}.{guest[1]}", f"{guest[0]}.{signature}", payload + "." + "A" * 43, "x" * 40, "é" * 40):
        assert code(await citizen.call("POST", mine, body | {"token": token}, status=403)) == "bridge.token_refused"
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "SECONDS", 0)
        over = await opened(citizen)
    assert code(await citizen.call("POST", mine, body | {"token": over["token"]}, status=403)) == "bridge.token_refused"
    assert 0 < page["expires_in"] <= 300


async def test_a_page_calls_queries_of_its_own_module_and_nothing_else(citizen: Client) -> None:
    page = await opened(citizen)
    mine = f"/api/v1/modules/{OWN}/call"
    for matter in ("no_such", "rent_withdrawal"):
        body = {"token": page["token"], "matter": matter, "params": {}}
        assert code(await citizen.call("POST", mine, body, status=404)) == "modules.matter_not_found"
    for wrong in ("chengdu_housing_fund.rent_withdrawal", "../x", ""):
        await citizen.call("POST", mine, {"token": page["token"], "matter": wrong, "params": {}}, status=422)


async def test_calls_are_limited(http: Client) -> None:
    page = await opened(http)
    body = {"token": page["token"], "matter": "no_such", "params": {}}
    answers = [await http.call("POST", f"/api/v1/modules/{OWN}/call", body) for _ in range(61)]
    assert code(answers[0]) == "modules.matter_not_found"
    assert code(answers[-1]) == "http.too_many_requests"


async def test_a_matter_without_pages_or_switched_off_opens_none(http: Client) -> None:
    answer = await http.call("GET", "/api/v1/own-pages/deyang_city_services.bus_arrival", status=404)
    assert code(answer) == "bridge.no_pages"
    page = await opened(http)
    await modules.switch(OWN, "off", "部门系统升级", by=None)
    await registry.refresh()
    try:
        assert (await http.call("GET", f"/api/v1/own-pages/{PRICES}", status=503))["detail"] == "部门系统升级"
        body = {"token": page["token"], "matter": "price_query", "params": PRICE}
        assert code(await http.call("POST", f"/api/v1/modules/{OWN}/call", body, status=503)) == "modules.switched_off"
    finally:
        await modules.switch(OWN, "on", "恢复", by=None)
        await registry.refresh()


async def test_a_token_of_a_release_that_was_replaced_is_refused_and_a_candidate_opens_its_own(
    publishing: Publishing,  # noqa: F811
    http: Client,
) -> None:
    paged = MATTER.replace('kind = "apply"', 'kind = "apply"\npage = true')
    await publishing.live(module(matter=paged, more=files()))
    first = await opened(http, "try_module.sample")
    await publishing.publisher.call("PUT", "/publish/v1/cohorts/testers", {"subjects": ["d" * 32]}, status=200)
    second = await publishing.reviewed(module("1.1.0", matter=paged, more=files("二")))
    await publishing.roll_out(second["id"], {"percent": 0, "cohorts": ["testers"], "hold_s": 60})
    await registry.refresh()
    assert (await opened(http, "try_module.sample"))["url"] == first["url"]
    seen = await http.call("GET", "/api/v1/own-pages/try_module.sample", status=200, headers={"X-TF-Device": "d" * 32})
    assert seen["release"] == "try_module@1.1.0"
    assert second["digest"] in seen["url"]


def test_a_token_names_an_end() -> None:
    assert tokens.open_scope(tokens.issue(None, "a", "a@1.0.0"), None, "a").expires <= time.time() + 300


def test_both_halves_of_the_bridge_say_the_same() -> None:
    text = (Path(__file__).parents[2] / "h5/src/pages/own/bridge.ts").read_text(encoding="utf-8")
    kinds = text.partition("export const KINDS = {")[2].partition("} satisfies")[0]
    assert re.findall(r"^  (\w+):", kinds, re.M) == list(bridge.KINDS)
    assert f"VERSION = {bridge.VERSION}\n" in text
    assert "MAX_MESSAGE = 16 * 1024\n" in text
    assert bridge.MAX_MESSAGE == 16 * 1024
