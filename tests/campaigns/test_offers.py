"""免申即享: told, one tap, one case; asked again at the tap; nobody else's, nothing twice."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import pytest

from backend.campaigns import running
from backend.core import db
from backend.core.clock import now
from backend.sandbox.people import number
from tests.campaigns.conftest import act, make, started, steps
from tests.cases.people import Handler
from tests.conftest import Client, SignIn, Simulators
from tests.licenses.conftest import citizen_of

MATTER = "chengdu_civil_affairs.senior_allowance"
OFFER: dict[str, Any] = {
    "title": "您可能符合高龄津贴的条件",
    "body": "年满 80 周岁可以申领高龄津贴，点开确认一下就能申请。",
    "reason": "您年满 80 岁",
    "rule": "citizen.age >= 80",
    "matter": MATTER,
}


async def _citizen(sign_in: SignIn, sandbox: Simulators, phone: str, name: str, id_number: str) -> Client:
    await sandbox.send("PUT", f"/_control/authority/{id_number}", {"name": name})
    return await sign_in(phone, name=name, id_number=id_number)


@pytest.fixture
async def grandma(sign_in: SignIn, sandbox: Simulators) -> Client:
    return await _citizen(sign_in, sandbox, "13800010081", "样例奶奶", number("510105", "19420808", "024"))


@pytest.fixture
async def young(sign_in: SignIn, sandbox: Simulators) -> Client:
    return await _citizen(sign_in, sandbox, "13800010082", "样例青年", number("510105", "19990808", "026"))


async def told(operator: Handler, second: Handler, **changes: Any) -> dict[str, Any]:
    """An offer that everybody who fits has been told of."""
    campaign = await started(operator, second, **(OFFER | changes))
    await steps(campaign, running.SHARDS + 2)
    return campaign


async def confirm(who: Client, campaign: dict[str, Any], key: str = "tap", *, status: int = 201) -> Any:
    release = (await who.call("GET", f"/api/v1/matters/{MATTER}", status=200))["release"]
    async with who.request(
        "POST",
        f"/api/v1/offers/{campaign['id']}/confirm",
        json={"release": release},
        headers={"Idempotency-Key": key},
    ) as answer:
        body = await answer.json(content_type=None)
        assert answer.status == status, body
        return body


async def cases_of(who: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await who.call("GET", "/api/v1/cases", status=200))["items"]
    return found


async def test_one_tap_opens_a_case_with_what_is_known(grandma: Client, operator: Handler, second: Handler) -> None:
    campaign = await told(operator, second)
    [message] = (await grandma.call("GET", "/api/v1/messages", status=200))["items"]
    assert message["link"] == f"/offers/{campaign['id']}"
    [offer] = (await grandma.call("GET", "/api/v1/offers", status=200))["items"]
    assert (offer["matter"], offer["answer"]) == (MATTER, None)
    seen = await grandma.call("GET", f"/api/v1/offers/{campaign['id']}", status=200)
    assert seen["missing"] == []
    assert [line["title"] for line in seen["lines"]] == ["姓名", "身份证号码", "联系电话"]
    assert all(line["text"] != "样例奶奶" and "19420808" not in line["text"] for line in seen["lines"]), "masked"
    assert "没有在其他地方领取" in seen["pledges"][0]
    made = await confirm(grandma, campaign)
    [case] = await cases_of(grandma)
    assert (case["number"], case["matter"]) == (made["case_number"], MATTER)
    whole = await grandma.call("GET", f"/api/v1/cases/{made['case_number']}", status=200)
    assert whole["state"] == "accepted"
    assert (await grandma.call("GET", "/api/v1/offers", status=200))["items"] == []
    after = await grandma.call("GET", f"/api/v1/offers/{campaign['id']}", status=200)
    assert (after["offer"]["answer"], after["offer"]["case_number"]) == ("confirmed", made["case_number"])
    found = await operator.api.call("GET", f"/operate/v1/campaigns/{campaign['id']}", status=200)
    assert found["answers"] == {"confirmed": 1, "declined": 0}


async def test_many_taps_at_once_open_one_case(grandma: Client, operator: Handler, second: Handler) -> None:
    campaign = await told(operator, second)
    made = await asyncio.gather(*(confirm(grandma, campaign, f"tap-{number}") for number in range(4)))
    assert len({item["case_number"] for item in made}) == 1
    assert len(await cases_of(grandma)) == 1


async def test_who_was_not_told_has_no_offer(
    grandma: Client, young: Client, http: Client, operator: Handler, second: Handler
) -> None:
    campaign = await told(operator, second)
    path = f"/api/v1/offers/{campaign['id']}"
    assert (await young.call("GET", "/api/v1/offers", status=200))["items"] == []
    for who, status in ((young, 404), (http, 401)):
        await who.call("GET", path, status=status)
        await who.call("POST", f"{path}/decline", status=status)
    assert (await confirm(young, campaign, status=404))["code"] == "campaigns.offer_not_found"
    await young.call("GET", "/api/v1/offers/nonsense", status=404)
    plain = await started(operator, second)
    await steps(plain, running.SHARDS + 2)
    await grandma.call("GET", f"/api/v1/offers/{plain['id']}", status=404)


async def test_who_does_not_fit_any_more_is_told_so_and_no_case_is_opened(
    grandma: Client, operator: Handler, second: Handler
) -> None:
    campaign = await told(operator, second, rule="citizen.age >= 80 && citizen.region == '510104'", title="只给锦江区")
    await db.execute("UPDATE identity_citizen SET region = '510104'")
    standing = await told(operator, second, rule="citizen.age >= 80 && citizen.region == '510104'", title="只给锦江区")
    await grandma.call("GET", f"/api/v1/offers/{campaign['id']}", status=404)
    await grandma.call("PATCH", "/api/v1/me", {"region": "511600"}, status=200)
    seen = await grandma.call("GET", f"/api/v1/offers/{standing['id']}", status=200)
    assert "不符合这项服务的条件" in seen["missing"][0]
    problem = await confirm(grandma, standing, status=409)
    assert problem["code"] == "campaigns.offer_over"
    assert await cases_of(grandma) == []
    [row] = await db.fetch("SELECT answer FROM campaigns_target WHERE campaign_id = $1", uuid.UUID(standing["id"]))
    assert row["answer"] is None


async def test_the_matters_own_conditions_hold_as_well(young: Client, operator: Handler, second: Handler) -> None:
    """A rule that is too wide tells people who may not have it: the module has the last word."""
    campaign = await told(operator, second, rule="citizen.age >= 18")
    problem = await confirm(young, campaign, status=422)
    assert (problem["code"], problem["detail"]) == ("cases.not_eligible", "年满 80 周岁以后才能申领。")
    assert await cases_of(young) == []


async def test_no_thanks_ends_it_and_may_be_thought_over(grandma: Client, operator: Handler, second: Handler) -> None:
    campaign = await told(operator, second)
    path = f"/api/v1/offers/{campaign['id']}"
    await grandma.call("POST", f"{path}/decline", status=204)
    await grandma.call("POST", f"{path}/decline", status=204)
    assert (await grandma.call("GET", "/api/v1/offers", status=200))["items"] == []
    found = await operator.api.call("GET", f"/operate/v1/campaigns/{campaign['id']}", status=200)
    assert found["answers"] == {"confirmed": 0, "declined": 1}
    await confirm(grandma, campaign)
    assert (await grandma.call("POST", f"{path}/decline", status=409))["code"] == "campaigns.offer_over"


@pytest.mark.parametrize("how", ["stopped", "old", "applied"])
async def test_an_offer_ends(grandma: Client, operator: Handler, second: Handler, how: str) -> None:
    campaign = await told(operator, second)
    if how == "stopped":  # everybody has been told: it can still be taken back
        await db.execute("UPDATE campaigns_campaign SET state = 'done' WHERE id = $1", uuid.UUID(campaign["id"]))
        await act(operator, campaign, "stop")
    elif how == "old":
        await db.execute("UPDATE campaigns_target SET told_at = $1", now() - timedelta(days=61))
    else:
        other = await told(operator, second, title="再说一次")
        await confirm(grandma, other, "other")
    if how != "applied":
        assert (await grandma.call("GET", "/api/v1/offers", status=200))["items"] == []
    assert (await confirm(grandma, campaign, status=409))["code"] == "campaigns.offer_over"
    assert len(await cases_of(grandma)) == (1 if how == "applied" else 0)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"matter": "chengdu_housing_fund.rent_withdrawal"}, 422, "campaigns.not_one_tap"),
        ({"matter": "province_human_resources.social_insurance_query"}, 422, "campaigns.not_one_tap"),
        ({"matter": "province_human_resources.pension_qualification"}, 422, "campaigns.not_one_tap"),
        ({"matter": "nobody.has_it"}, 404, "modules.matter_not_found"),
        ({"matter": "x"}, 422, "http.invalid_payload"),
        ({"link": "/matters/x.y"}, 422, "http.invalid_payload"),
    ],
)
async def test_what_needs_more_than_a_tap_is_refused_while_it_is_written(
    operator: Handler, changes: dict[str, Any], status: int, code: str
) -> None:
    body = {"name": "津贴", **OFFER, **changes}
    problem = await operator.api.call("POST", "/operate/v1/campaigns", body, status=status)
    assert problem["code"] == code


async def test_a_draft_may_become_an_offer_and_be_none_again(operator: Handler) -> None:
    from tests.campaigns.conftest import WORDS

    campaign = await make(operator)
    path = f"/operate/v1/campaigns/{campaign['id']}"
    changed = await operator.api.call("PUT", path, {**WORDS, **OFFER, "version": 1}, status=200)
    assert (changed["matter"], changed["link"]) == (MATTER, f"/offers/{campaign['id']}")
    back = await operator.api.call("PUT", path, {**WORDS, "version": 2}, status=200)
    assert (back["matter"], back["link"]) == (None, None)


async def test_whose_it_is_is_asked_of_the_account(grandma: Client, operator: Handler, second: Handler) -> None:
    campaign = await told(operator, second)
    [row] = await db.fetch("SELECT citizen_id FROM campaigns_target WHERE campaign_id = $1", uuid.UUID(campaign["id"]))
    assert str(row["citizen_id"]) == await citizen_of(grandma)
