"""Audiences: what a rule selects, what it may not read, and who may ask."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import today
from tests.campaigns.conftest import Town, make
from tests.cases.people import Handler, handler
from tests.conftest import Client, Server, SignIn

TYPE = "housing_fund_withdrawal_notice"


async def count(who: Handler, rule: str, *, status: int = 200) -> dict[str, Any]:
    found: dict[str, Any] = await who.api.call("POST", "/operate/v1/audiences/count", {"rule": rule}, status=status)
    return found


async def test_residents_of_chengdu_over_sixty_whose_licence_ends_within_ninety_days(
    town: Town, operator: Handler
) -> None:
    """Every combination of the three conditions and of the unknown; exactly one of them is meant."""
    for age, region, left in itertools.product((70, 40, None), ("510104", "510700", None), (30, 120, None)):
        await town.person(age=age, region=region, days_left=left)
    rule = f"citizen.age >= 60 && citizen.region.startsWith('5101') && days_left.{TYPE} <= 90"
    found = await count(operator, rule)
    assert found["count"] == 1
    assert found["regions"] == [{"region": "510100", "name": "成都市", "count": 1}]
    [person] = found["sample"]
    assert person == {"region": "成都市锦江区", "age": 70}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("true", 3),
        ("citizen.age >= 60", 1),
        ("!(citizen.age >= 60)", 1),
        ("citizen.age in [70, 41]", 1),
        ("citizen.region in ['510104', '510700']", 2),
        ("citizen.level == 2 && citizen.elder == false", 3),
        (f"license('{TYPE}').valid", 1),
        (f"!license('{TYPE}').held", 2),
        ("done.chengdu_housing_fund.rent_withdrawal", 0),
        ("citizen.age + 1 > 70 ? citizen.elder : true", 1),
        ('citizen.region == "\' OR true --"', 0),
    ],
)
async def test_a_rule_selects_only_whom_it_surely_means(
    town: Town, operator: Handler, rule: str, expected: int
) -> None:
    await town.person(age=70, region="510104", days_left=10)
    await town.person(age=40, region="510700")
    await town.person(age=None, region=None)
    found = await count(operator, rule)
    assert found["count"] == expected == sum(item["count"] for item in found["regions"])


async def test_a_licence_that_was_renewed_ends_late(town: Town, operator: Handler) -> None:
    renewed = await town.person(days_left=10)
    await town.licence(renewed, today() + timedelta(days=400))
    forever = await town.person(days_left=10)
    await town.licence(forever, None)
    await town.person(days_left=10)
    assert (await count(operator, f"days_left.{TYPE} <= 90"))["count"] == 1


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ("citizen.name == 'x'", "不认识的名字"),
        ("citizen.id_number != ''", "不认识的名字"),
        ("citizen.phone.startsWith('138')", "不认识的名字"),
        ("citizen.age >=", "写法有误"),
        ("citizen.age", "是或否"),
        ("citizen.age >= '60'", "不能用于"),
        ("citizen.age / 0 > 1", "不能用"),
        ("[1, 2].exists(x, x > 1)", "遍历"),
        ("citizen.region.matches('(a+)+$')", "不能用"),
        ("pg_sleep(10)", "不"),
        ("form.x == 1", "不认识的名字"),
        ("(" * 200 + "true" + ")" * 200, "规则"),
    ],
)
async def test_a_bad_rule_gets_a_sentence(town: Town, operator: Handler, rule: str, part: str) -> None:
    problem = await count(operator, rule, status=422)
    assert problem["code"] == "campaigns.audience_invalid"
    assert part in problem["detail"]


async def test_an_operator_of_one_city_reaches_that_city_alone(
    town: Town, running: Server, http: Client, operator: Handler
) -> None:
    for region in ("510104", "510100", "510700", None):
        await town.person(region=region)
    city = handler(running, http, "operator", regions=("510100",))
    assert (await count(city, "true"))["count"] == 2
    assert (await count(operator, "true"))["count"] == 4


async def test_only_operators_count(town: Town, running: Server, http: Client) -> None:
    for role in ("window", "reviewer", "publisher", "auditor", "admin"):
        await count(handler(running, http, role), "true", status=403)


async def test_proving_a_name_keeps_the_month_of_birth_and_no_more(sign_in: SignIn) -> None:
    from backend.identity.realname import learn_months
    from tests.licenses.conftest import ZHANG

    await sign_in(ZHANG.phone, name=ZHANG.name, id_number=ZHANG.id_number)
    [row] = await db.fetch("SELECT birth_month FROM identity_citizen WHERE level = 2")
    assert row["birth_month"].day == 1
    assert f"{row['birth_month']:%Y%m}" == ZHANG.id_number[6:12]
    await db.execute("UPDATE identity_citizen SET birth_month = NULL")
    assert await learn_months() == 1
    [again] = await db.fetch("SELECT birth_month FROM identity_citizen WHERE level = 2")
    assert again == row


async def test_a_test_goes_to_one_phone_and_tells_nothing_about_others(
    operator: Handler, sign_in: SignIn, town: Town
) -> None:
    client = await sign_in("13800000001")
    campaign = await make(operator)
    path = f"/operate/v1/campaigns/{campaign['id']}/test"
    await operator.api.call("POST", path, {"phone": "13800000001"}, status=204)
    await operator.api.call("POST", path, {"phone": "13899999999"}, status=204)
    items = (await client.call("GET", "/api/v1/messages", status=200))["items"]
    assert [item["title"] for item in items if item["kind"] == "policy"] == ["［测试］敬老优待政策调整"]
