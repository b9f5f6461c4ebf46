"""Policies of assurance: what is offered to whom (a pure function), two admins, the next check obeys, the simulator."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import db
from backend.core.access import missing_level
from backend.identity import policies
from backend.identity.policies import FACES, Policy, Situation, Step, faults, offer, weigh
from tests.cases.people import Handler, handler
from tests.conftest import Client, Server, Simulators
from tests.identity.conftest import Enter
from tests.identity.people import ZHANG
from tests.identity.test_face_checks import PURPOSE, begin, finish, outcome

PLAIN = Policy(steps=[Step(method="wechat"), Step(method="alipay"), Step(method="h5"), Step(method="counter")])
OLD_FIRST = Policy(
    steps=[Step(method="counter"), Step(method="agent", min_age=70), Step(method="h5", max_age=80)],
    failures=2,
    checks=4,
)


@pytest.mark.parametrize(
    ("policy", "about", "expected"),
    [
        (PLAIN, Situation(), ["wechat", "alipay", "h5", "counter"]),
        (PLAIN, Situation(failures={"h5": 3}), ["wechat", "alipay", "counter"]),
        (PLAIN, Situation(failures={"h5": 2, "alipay": 9}), ["wechat", "h5", "counter"]),
        (PLAIN, Situation(begun=20), ["counter"]),
        (PLAIN, Situation(begun=19), ["wechat", "alipay", "h5", "counter"]),
        (OLD_FIRST, Situation(age=75), ["counter", "agent", "h5"]),
        (OLD_FIRST, Situation(age=81), ["counter", "agent"]),
        (OLD_FIRST, Situation(age=30), ["counter", "h5"]),
        (OLD_FIRST, Situation(), ["counter"]),
        (OLD_FIRST, Situation(age=30, failures={"h5": 2}), ["counter"]),
    ],
)
def test_what_is_offered_follows_from_policy_and_person(policy: Policy, about: Situation, expected: list[str]) -> None:
    assert [way.channel or way.method for way in offer(policy, about)] == expected


steps = st.builds(
    Step,
    method=st.sampled_from(["wechat", "alipay", "h5", "counter", "agent"]),
    min_age=st.none() | st.integers(0, 120),
    max_age=st.none() | st.integers(0, 120),
)
every_policy = st.builds(
    Policy, steps=st.lists(steps, min_size=1, max_size=6), failures=st.integers(1, 10), checks=st.integers(1, 50)
)
anybody = st.builds(
    Situation,
    age=st.none() | st.integers(0, 120),
    failures=st.dictionaries(st.sampled_from(FACES), st.integers(0, 12)),
    begun=st.integers(0, 60),
)


@given(every_policy, anybody)
def test_whoever_it_is_a_policy_without_a_fault_leaves_a_way(policy: Policy, about: Situation) -> None:
    if not faults(policy):
        assert "counter" in [way.method for way in offer(policy, about)]
    assert [item.method for item in weigh(policy, about)] == [step.method for step in policy.steps]
    assert all(item.offered == (item.why == "") for item in weigh(policy, about))


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        (Policy(steps=[Step(method="h5")]), "谁都不能没有办法"),
        (Policy(steps=[Step(method="h5"), Step(method="counter", min_age=60)]), "谁都不能没有办法"),
        (Policy(steps=[Step(method="counter")]), "至少要有一种刷脸"),
        (Policy(steps=[*PLAIN.steps, Step(method="h5")]), "只写一次"),
        (Policy(steps=[Step(method="h5", min_age=9, max_age=3), Step(method="counter")]), "上限小于下限"),
        (msgspec.structs.replace(PLAIN, failures=5, checks=3), "不能少于"),
    ],
)
def test_what_is_no_policy_is_told_in_a_sentence(policy: Policy, sentence: str) -> None:
    assert any(sentence in text for text in faults(policy))


# -------------------------------------------------------------------------------------------------------- two admins


@pytest.fixture
async def admin(running: Server, http: Client) -> Handler:
    return handler(running, http, "admin", name="甲管理")


@pytest.fixture
async def deputy(running: Server, http: Client) -> Handler:
    return handler(running, http, "admin", name="乙管理")


@pytest.fixture(autouse=True)
async def _as_before(running: Server) -> AsyncIterator[None]:
    yield
    await db.execute("DELETE FROM identity_policy")
    await policies.refresh()


def body(policy: Policy, action: str = "submit") -> dict[str, Any]:
    return {"action": action, "policy": msgspec.to_builtins(policy), "reason": "试一试"}


def of(found: dict[str, Any], action: str = "submit") -> dict[str, Any]:
    return next(dict(item) for item in found["items"] if item["action"] == action)


async def agreed(admin: Handler, deputy: Handler, policy: Policy, action: str = "submit") -> dict[str, Any]:
    made = of(await admin.call("PUT", "/policies", body(policy, action)), action)
    return of(await deputy.call("POST", f"/policies/{made['proposed']['id']}/agree"), action)


async def test_nothing_holds_before_another_admin_has_agreed(admin: Handler, deputy: Handler) -> None:
    before = of(await admin.call("GET", "/policies"))
    assert (before["own"], before["proposed"]) == (False, None)
    made = of(await admin.call("PUT", "/policies", body(OLD_FIRST)))
    assert made["policy"] == before["policy"]
    assert policies.of(PURPOSE) == policies.default()
    key = made["proposed"]["id"]
    assert (await admin.call("POST", f"/policies/{key}/agree", status=403))["code"] == "identity.policy_second_person"
    after = of(await deputy.call("POST", f"/policies/{key}/agree"))
    assert (after["own"], after["proposed"]) == (True, None)
    assert after["policy"]["steps"][0]["method"] == "counter"
    assert [(item["proposed_by"], item["agreed_by"]) for item in after["history"]] == [("甲管理", "乙管理")]
    assert policies.of(PURPOSE) == OLD_FIRST
    assert policies.of("show:abc") == policies.default(), "of one action alone"
    assert (await deputy.call("POST", f"/policies/{key}/agree", status=409))["code"] == "identity.policy_settled"
    await agreed(admin, deputy, PLAIN)
    history = of(await admin.call("GET", "/policies"))["history"]
    assert [item["state"] for item in history] == ["active", "replaced"]
    acts = await db.fetch("SELECT act FROM core_audit WHERE act LIKE 'identity.policy%' ORDER BY id DESC LIMIT 4")
    assert [row["act"].removeprefix("identity.policy_") for row in acts] == ["agreed", "proposed"] * 2


async def test_a_proposal_gives_way_to_a_newer_one_and_may_be_dropped(admin: Handler, deputy: Handler) -> None:
    first = of(await admin.call("PUT", "/policies", body(OLD_FIRST)))["proposed"]["id"]
    second = of(await admin.call("PUT", "/policies", body(PLAIN)))["proposed"]["id"]
    await deputy.call("POST", f"/policies/{first}/agree", status=409)
    assert of(await admin.call("POST", f"/policies/{second}/reject"))["proposed"] is None
    await deputy.call("POST", f"/policies/{second}/agree", status=409)
    await deputy.call("POST", f"/policies/{uuid.uuid4()}/agree", status=404)
    await deputy.call("POST", "/policies/nonsense/agree", status=404)


@pytest.mark.parametrize("role", ["window", "reviewer", "publisher", "operator", "auditor"])
async def test_only_admins_write_and_auditors_read(running: Server, http: Client, role: str) -> None:
    other = handler(running, http, role)
    await other.call("PUT", "/policies", body(PLAIN), status=403)
    await other.call("POST", "/policies/simulate", {}, status=403)
    await other.call("GET", "/policies", status=200 if role == "auditor" else 403)


async def test_what_leaves_nobody_a_way_is_refused(admin: Handler) -> None:
    problem = await admin.call("PUT", "/policies", body(Policy(steps=[Step(method="h5")])), status=422)
    assert "谁都不能没有办法" in problem["errors"][0]["message"]
    for change in ({"action": "nobody"}, {"reason": ""}, {"policy": {"steps": []}}, {"policy": {}}, {"more": 1}):
        await admin.call("PUT", "/policies", {**body(PLAIN), **change}, status=422)


# ------------------------------------------------------------------------------------------------ the next check obeys


async def test_the_next_check_obeys(enter: Enter, sandbox: Simulators, admin: Handler, deputy: Handler) -> None:
    client = await enter(ZHANG)
    await agreed(admin, deputy, msgspec.structs.replace(OLD_FIRST, good_for_s=120))
    ways = missing_level(3, 2, purpose=PURPOSE)["ways"]
    assert [way["channel"] or way["method"] for way in ways] == ["counter", "agent", "h5"]
    refused = await begin(client, "alipay", status=409)
    assert refused["code"] == "identity.face_channel_missing"
    assert [way["channel"] or way["method"] for way in refused["context"]["ways"]] == ["counter", "h5"]
    for _ in range(2):
        check = await begin(client)
        await outcome(sandbox, ZHANG, "fail")
        result = await finish(client, check)
    assert [way["method"] for way in result["ways"]] == ["counter"], "two failures are enough here"
    assert (await begin(client, status=403))["code"] == "identity.face_locked"
    check = await begin(client, "h5", "show:abc")
    await outcome(sandbox, ZHANG, "pass")
    assert (await finish(client, check))["state"] == "passed"
    await agreed(admin, deputy, msgspec.structs.replace(PLAIN, good_for_s=60), "show")
    check = await begin(client, "h5", "show:abd")
    await outcome(sandbox, ZHANG, "pass")
    await finish(client, check)
    rows = await db.fetch(
        "SELECT purpose, extract(epoch FROM expires_at - created_at)::int AS s FROM identity_assurance"
        " WHERE outcome = 'passed' AND method = 'face'"
    )
    assert {row["purpose"]: row["s"] for row in rows} == {"show:abc": 1800, "show:abd": 60}


async def test_a_policy_that_cannot_be_read_leaves_the_one_for_all(admin: Handler, deputy: Handler) -> None:
    await agreed(admin, deputy, OLD_FIRST)
    await agreed(admin, deputy, PLAIN, "*")
    await db.execute("UPDATE identity_policy SET body = '{\"steps\": \"later\"}' WHERE action = 'submit'")
    await policies.refresh()
    assert policies.of(PURPOSE) == PLAIN


# ------------------------------------------------------------------------------------------------------ the simulator


async def test_the_simulator_says_what_the_check_then_does(enter: Enter, sandbox: Simulators, admin: Handler) -> None:
    described = await admin.call(
        "POST",
        "/policies/simulate",
        {"policy": msgspec.to_builtins(OLD_FIRST), "age": 85, "failures": {"h5": 1}, "begun": 1},
    )
    assert [(way["method"], way["offered"]) for way in described["ways"]] == [
        ("counter", True),
        ("agent", True),
        ("h5", False),
    ]
    assert described["ways"][2]["why"] == "只给 80 岁以下的人"
    client = await enter(ZHANG)
    check = await begin(client)
    await outcome(sandbox, ZHANG, "fail")
    result = await finish(client, check)
    seen = await admin.call("POST", "/policies/simulate", {"action": "submit", "phone": ZHANG.phone})
    assert (seen["failures"], seen["begun"]) == ({"h5": 1}, 1)
    assert seen["age"] is not None
    offered = [way["method"] for way in seen["ways"] if way["offered"]]
    assert offered == [way["channel"] or way["method"] for way in result["ways"]]
    assert ZHANG.name not in str(seen)
    uses = (await client.call("GET", "/api/v1/me/data-uses", status=200))["items"]
    assert [item["what"] for item in uses][:1] == ["核对您能用哪些方式核验身份"], "the person can read it"
    await admin.call("POST", "/policies/simulate", {"phone": "13900000000"}, status=422)
    asked = await db.fetch("SELECT citizen_id FROM core_audit WHERE act = 'identity.policy_simulated' ORDER BY id DESC")
    assert [row["citizen_id"] is None for row in asked][:2] == [True, False], "who looks for numbers is seen"
