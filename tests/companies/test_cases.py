"""Acting for a company in cases: whose case it is, who sees it, who is kept out, what stands in the database."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from datetime import timedelta
from typing import Any

import pytest

from backend.commands import SEALED
from backend.companies import service as companies
from backend.companies.errors import CompanyNotFound
from backend.core import db
from backend.core.clock import today
from backend.core.sessions import Principal
from tests.cases.conftest import Staff
from tests.cases.people import LI, RENT, ZHANG, Citizen, Enter
from tests.companies.people import AYIMU, FOOD, TRADE, WANG, joined, opened

MATTER = "province_market_regulation.food_license_renewal"


@pytest.fixture
async def wang(enter: Enter) -> Citizen:
    return await enter(WANG)


@pytest.fixture
async def zhang(enter: Enter) -> Citizen:
    return await enter(ZHANG)


async def body(who: Citizen, company: str) -> dict[str, Any]:
    return {
        "matter": MATTER,
        "release": await who.release(MATTER),
        "company": company,
        "form": {
            "license_no": "JY15101040000001",
            "valid_until": (today() + timedelta(days=100)).isoformat(),
            "uscc": FOOD.uscc,
            "operator": FOOD.name,
            "representative": WANG.name,
            "phone": ZHANG.phone,
            "region": "510104",
            "premises": "锦江区春熙路1号1栋101",
            "format": "catering",
            "items": ["hot"],
            "changed": False,
            "unchanged": True,
            "by_agent": False,
        },
        "materials": [
            {"code": code, "upload": await who.upload(name=f"{code}.png")}
            for code in ("business_license", "food_license")
        ],
    }


async def submit(who: Citizen, sent: dict[str, Any]) -> tuple[int, Any]:
    return await who.send("POST", "/cases", sent, headers={"Idempotency-Key": secrets.token_hex(8)})


async def applied(who: Citizen, company: str) -> Any:
    status, made = await submit(who, await body(who, company))
    assert status == 201, made
    return made


async def numbers(who: Citizen, company: str | None = None) -> list[str]:
    query = f"?company={company}" if company else ""
    return [one["number"] for one in (await who.call("GET", f"/cases{query}", status=200))["items"]]


async def test_a_case_of_a_company_is_the_companys_and_in_nobodys_own_list(
    wang: Citizen, zhang: Citizen, staff: Staff
) -> None:
    company = await opened(wang)
    await joined(wang, zhang, company, "apply", "cases")
    made = await applied(zhang, company)
    number = made["number"]
    assert made["on_behalf_of"] == FOOD.name
    for who in (wang, zhang):
        assert await numbers(who) == []
        assert await numbers(who, company) == [number]
        seen = await who.call("GET", f"/cases/{number}", status=200)
        assert seen["timeline"][0]["who"] == "单位经办人张*"
    trail = await db.fetch(
        "SELECT act, actor_id, details->>'company' AS company FROM core_audit WHERE act LIKE 'companies.acted_%'"
        " ORDER BY id"
    )
    assert [row["act"].removeprefix("companies.acted_") for row in trail] == ["submit", "view", "view"]
    assert {row["company"] for row in trail} == {company}
    assert trail[0]["actor_id"] == trail[2]["actor_id"] != trail[1]["actor_id"]
    told = [item["link"] for item in (await zhang.call("GET", "/messages", status=200))["items"]]
    assert f"/cases/{number}" in told
    desk = staff()
    handled = await desk.call("GET", f"/cases/{number}")
    assert handled["applicant"] == "样例***（张*经办）"
    for act, sent in (("take", None), ("accept", {}), ("decide", {"outcome": "approved", "reason": "符合条件"})):
        handled = await desk.call("POST", f"/cases/{number}/{act}", sent)
    assert handled["state"] == "approved"
    done = await wang.call("GET", f"/cases/{number}", status=200)
    assert (done["result"]["license"], "show" in done["can"], "rate" in done["can"]) == (None, False, False)


async def test_nothing_of_the_form_or_the_company_stands_in_clear(wang: Citizen) -> None:
    await applied(wang, await opened(wang))
    for table in ("cases_case", "cases_event", "cases_material", "core_audit", "push_message"):
        for row in await db.fetch(f"SELECT t::text AS line FROM {table} t"):
            for mark in (FOOD.uscc, FOOD.name, WANG.name, WANG.id_number, ZHANG.phone):
                assert mark not in row["line"], (table, mark)
                assert mark.encode().hex() not in row["line"], (table, mark)


async def kept_out(who: Citizen, company: str, number: str, sent: dict[str, Any]) -> None:
    for method, path, given, code in (
        ("POST", "/cases", sent, 403),
        ("GET", f"/cases?company={company}", None, 403),
        ("GET", f"/matters/{MATTER}/prefill?company={company}", None, 403),
        ("GET", f"/cases/{number}", None, 404),
        ("POST", f"/cases/{number}/withdraw", {}, 404),
        ("POST", f"/cases/{number}/urge", {}, 404),
        ("POST", f"/cases/{number}/supplement", {}, 404),
    ):
        status, problem = await who.send(method, path, given, headers={"Idempotency-Key": secrets.token_hex(8)})
        assert status == code, (method, path, problem)


async def test_another_companys_people_and_ended_staff_reach_nothing(
    wang: Citizen, zhang: Citizen, enter: Enter
) -> None:
    company = await opened(wang)
    place = await joined(wang, zhang, company, "apply", "cases")
    number = (await applied(zhang, company))["number"]
    ayimu, li = await enter(AYIMU), await enter(LI)
    other = await opened(ayimu, TRADE)
    await joined(ayimu, li, other, "apply", "cases", "manage")
    for who in (ayimu, li):
        await kept_out(who, company, number, await body(who, company))
    sent = await body(zhang, company)
    await wang.call("DELETE", f"/company-staff/{place}", status=204)
    await kept_out(zhang, company, number, sent)
    await wang.call("GET", f"/cases/{number}", status=200)  # the case stays the company's


async def test_a_missing_right_is_a_missing_act(wang: Citizen, zhang: Citizen, enter: Enter) -> None:
    company = await opened(wang)
    li = await enter(LI)
    await joined(wang, zhang, company, "apply")
    await joined(wang, li, company, "cases")
    number = (await applied(zhang, company))["number"]
    assert (await zhang.send("GET", f"/cases/{number}"))[0] == 404
    assert (await zhang.send("GET", f"/cases?company={company}"))[0] == 403
    assert await numbers(li, company) == [number]
    status, problem = await submit(li, await body(li, company))
    assert (status, problem["code"]) == (403, "cases.not_delegated")
    assert (await li.send("POST", f"/cases/{number}/withdraw", {}))[0] == 404
    assert (await li.send("GET", f"/matters/{MATTER}/prefill?company={company}"))[0] == 403
    await zhang.call("POST", f"/cases/{number}/withdraw", {}, status=200)


async def test_the_form_knows_the_company(wang: Citizen, zhang: Citizen) -> None:
    company = await opened(wang)
    await joined(wang, zhang, company, "apply")
    found = await zhang.call("GET", f"/matters/{MATTER}/prefill?company={company}", status=200)
    known = {item["source"]: item for item in found["items"]}
    assert {"company.name", "company.uscc", "company.legal_person"} <= set(known)
    assert known["company.name"]["value"] == FOOD.name
    own = await zhang.call("GET", f"/matters/{MATTER}/prefill", status=200)
    assert not any(item["source"].startswith("company.") for item in own["items"])


async def test_what_only_a_person_may_ask_for_is_refused_to_a_company(wang: Citizen) -> None:
    company = await opened(wang)
    sent = {"matter": RENT, "release": await wang.release(RENT), "company": company, "form": {}}
    status, problem = await submit(wang, sent)
    assert (status, problem["code"]) == (422, "cases.for_persons")
    status, problem = await submit(wang, {**await body(wang, company), "on_behalf_of": company})
    assert (status, problem["errors"][0]["field"]) == (422, "company")


async def test_what_is_missing_is_handed_in_by_whoever_may_apply(
    wang: Citizen, zhang: Citizen, enter: Enter, staff: Staff
) -> None:
    company = await opened(wang)
    li = await enter(LI)
    await joined(wang, zhang, company, "apply", "cases")
    await joined(wang, li, company, "cases")
    number = (await applied(zhang, company))["number"]
    desk = staff()
    await desk.call("POST", f"/cases/{number}/take")
    missing = [{"code": "premises", "name": "经营场所", "reason": "门牌号看不清，请写完整"}]
    await desk.call("POST", f"/cases/{number}/correct", {"missing": missing})
    sent = {"form": {"premises": "锦江区春熙路2号2栋202"}}
    key = {"Idempotency-Key": secrets.token_hex(8)}
    assert (await li.send("POST", f"/cases/{number}/supplement", sent, headers=key))[0] == 404
    done = await wang.call("POST", f"/cases/{number}/supplement", sent, status=200, headers=key)
    assert done["state"] != "correcting"
    assert {"单位经办人张*", "单位经办人王*"} <= {one["who"] for one in done["timeline"]}
    assert (await desk.call("GET", f"/cases/{number}"))["state"] == done["state"]


async def test_an_end_waits_for_an_act_under_way_and_the_next_act_is_refused(wang: Citizen, zhang: Citizen) -> None:
    company = await opened(wang)
    place = await joined(wang, zhang, company, "apply")
    row = await db.fetch_one("SELECT citizen_id FROM companies_staff WHERE id = $1", uuid.UUID(place))
    assert row is not None
    me = Principal(kind="citizen", id=str(row["citizen_id"]), session=str(uuid.uuid4()), level=2, expires=0)
    async with db.transaction():
        assert (await companies.acting(me, company, "apply")).staff_id == place
        ending = asyncio.create_task(wang.send("DELETE", f"/company-staff/{place}"))
        for _ in range(500):
            waiting = await db.fetch_one("SELECT count(*) AS n FROM pg_locks WHERE NOT granted")
            assert waiting is not None
            if waiting["n"]:
                break
            await asyncio.sleep(0.01)
        assert not ending.done()
        held = await db.fetch_one("SELECT state FROM companies_staff WHERE id = $1", uuid.UUID(place))
        assert held is not None
        assert held["state"] == "active"
    assert (await ending)[0] == 204
    with pytest.raises(CompanyNotFound):
        await companies.acting(me, company, "apply")


async def test_places_go_along_when_accounts_become_one_and_end_when_one_closes(wang: Citizen, zhang: Citizen) -> None:
    company = await opened(wang)
    await joined(wang, zhang, company, "cases")
    row = await db.fetch_one("SELECT citizen_id, inviter_id FROM companies_staff")
    assert row is not None
    other = str(uuid.uuid4())
    await companies.move_citizen(str(row["citizen_id"]), other)
    assert (await zhang.send("GET", f"/companies/{company}"))[0] == 404
    await companies.move_citizen(other, str(row["citizen_id"]))
    await zhang.call("GET", f"/companies/{company}", status=200)
    await companies.closed(str(row["citizen_id"]))
    assert (await zhang.send("GET", f"/companies/{company}"))[0] == 404
    await companies.closed(str(row["inviter_id"]))
    assert (await wang.send("GET", f"/companies/{company}"))[0] == 404
    assert await opened(wang) == company  # the register still names them: the same space, opened anew


async def test_the_key_of_a_company_moves_to_a_new_master_key() -> None:
    assert ("companies_company", "wrapped_key") in {(one.table, one.name) for one in SEALED}
