"""Two at once, the same key with another body, and a matter that is switched off in between."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from tests.contract.conftest import Unchanged
from tests.journeys.applying import BIRTH, FILING, application, apply, birth, filing, rent_case
from tests.journeys.town import CHINESE, Citizen, Client, Town, eventually


async def test_a_key_used_again_with_another_body_is_a_conflict(somebody: Citizen, unchanged: Unchanged) -> None:
    key = secrets.token_hex(8)
    body = await application(somebody, BIRTH, birth())
    first = await somebody.call("POST", "/api/v1/cases", body, status=201, key=key)
    async with unchanged():
        await somebody.refused(
            "POST",
            "/api/v1/cases",
            body | {"form": birth(child_order=2)},
            status=409,
            code="http.idempotency_conflict",
            key=key,
        )
        again = await somebody.send("POST", "/api/v1/cases", body, key=key)
    assert (again.status, again.body["number"]) == (201, first["number"])
    assert again.headers["idempotent-replay"] == "true"


async def test_the_same_key_of_two_citizens_is_two_keys(town: Town) -> None:
    key = secrets.token_hex(8)
    one, two = await town.citizen(), await town.citizen()
    cases = [await apply(who, BIRTH, birth(), key=key) for who in (one, two)]
    assert cases[0]["number"] != cases[1]["number"]


async def test_ten_presses_at_once_open_one_case(town: Town) -> None:
    who = await town.citizen()
    body = await application(who, FILING, filing())
    answers = await asyncio.gather(*(who.send("POST", "/api/v1/cases", body, key="press") for _ in range(10)))
    assert {answer.status for answer in answers} == {201}, [str(answer) for answer in answers]
    assert len({answer.body["number"] for answer in answers}) == 1
    assert len((await who.call("GET", "/api/v1/cases"))["items"]) == 1
    assert len((await who.call("GET", "/api/v1/licenses"))["items"]) == 1


async def test_a_failed_submission_leaves_its_key_free(town: Town) -> None:
    who = await town.citizen()
    body = await application(who, BIRTH, birth())
    await who.refused(
        "POST", "/api/v1/cases", body | {"form": birth(child_order=0)}, status=422, code="cases.form_invalid", key="k"
    )
    await who.call("POST", "/api/v1/cases", body, status=201, key="k")


async def test_of_two_handlers_one_gets_the_case_and_the_other_is_told_who_has_it(town: Town) -> None:
    number = (await rent_case(await town.citizen()))["number"]
    desks = [await town.staff("window.chengdu"), await town.staff("handler.province")]
    answers = await asyncio.gather(*(desk.send("POST", f"/staff/v1/cases/{number}/take") for desk in desks))
    assert sorted(answer.status for answer in answers) == [200, 409], [str(answer) for answer in answers]
    lost = next(answer for answer in answers if answer.status == 409)
    assert lost.body["code"] == "cases.taken"
    assert lost.body["context"]["handler"]
    loser = desks[answers.index(lost)]
    for path, body in (("accept", {}), ("correct", {"missing": [{"code": "lease", "name": "合同", "reason": "缺"}]})):
        await loser.refused("POST", f"/staff/v1/cases/{number}/{path}", body, status=409, code="cases.taken")


async def test_a_case_is_decided_once(town: Town, handler: Client) -> None:
    who = await town.citizen()
    number = (await apply(who, BIRTH, birth()))["number"]
    await handler.call("POST", f"/staff/v1/cases/{number}/accept", {})
    path = f"/staff/v1/cases/{number}/decide"
    bodies = [{"outcome": outcome, "reason": "理由"} for outcome in ("approved", "refused")]
    answers = await asyncio.gather(*(handler.send("POST", path, body) for body in bodies))
    assert sorted(answer.status for answer in answers) == [200, 409], [str(answer) for answer in answers]
    case = await who.call("GET", f"/api/v1/cases/{number}")
    won = next(body for body, answer in zip(bodies, answers, strict=True) if answer.status == 200)
    assert case["result"]["outcome"] == won["outcome"]


async def test_supplement_and_withdrawal_at_once_leave_one_history(town: Town, handler: Client) -> None:
    who = await town.citizen()
    number = (await apply(who, BIRTH, birth()))["number"]
    missing = [{"code": "live_address", "name": "现居住地", "reason": "不清楚"}]
    await handler.call("POST", f"/staff/v1/cases/{number}/correct", {"missing": missing})
    given = {"form": {"live_address": "样例路9号"}}
    answers = await asyncio.gather(
        who.send("POST", f"/api/v1/cases/{number}/supplement", given, key="a"),
        who.send("POST", f"/api/v1/cases/{number}/supplement", given, key="b"),
        who.send("POST", f"/api/v1/cases/{number}/withdraw", {}, key="c"),
    )
    assert {answer.status for answer in answers} <= {200, 409}, [str(answer) for answer in answers]
    kinds = [item["kind"] for item in (await who.call("GET", f"/api/v1/cases/{number}"))["timeline"]]
    assert kinds.count("supplemented") <= 1
    assert kinds.count("withdrawn") <= 1


async def test_steps_that_the_state_does_not_allow_are_refused(
    town: Town, handler: Client, unchanged: Unchanged
) -> None:
    who = await town.citizen()
    done = (await apply(who, FILING, filing()))["number"]
    open_ = (await apply(who, BIRTH, birth()))["number"]
    async with unchanged():
        for path, body in (("supplement", {}), ("withdraw", {}), ("urge", {})):
            await who.refused("POST", f"/api/v1/cases/{done}/{path}", body, status=409, key=path)
        await who.refused("POST", f"/api/v1/cases/{open_}/supplement", {}, status=409, key="s2")
        await who.refused(
            "POST", f"/api/v1/cases/{open_}/rating", {"level": 5}, status=409, code="ratings.not_concluded", key="r"
        )
        for path, body in (("accept", {}), ("decide", {"outcome": "refused", "reason": "x"})):
            await handler.refused("POST", f"/staff/v1/cases/{done}/{path}", body, status=409)


async def test_a_matter_is_asked_for_in_its_own_way(somebody: Citizen, unchanged: Unchanged) -> None:
    from tests.journeys.applying import FEE, FUND, MARRIAGE

    async with unchanged():
        for matter in (FUND, FEE):
            body = await application(somebody, matter, {})
            await somebody.refused("POST", "/api/v1/cases", body, status=409, code="cases.wrong_kind", key=matter)
        await somebody.refused("POST", f"/api/v1/queries/{BIRTH}", {"params": {}}, status=409, code="cases.wrong_kind")
        body = await application(somebody, BIRTH, birth())
        await somebody.refused(
            "POST", "/api/v1/payments", {**body, "channel": "wechat"}, status=409, code="cases.wrong_kind"
        )
        for release in ("province_health@9.9.9", "chengdu_housing@1.0.0", "nonsense"):
            await somebody.refused("POST", "/api/v1/cases", {**body, "release": release}, status=409, key=release)
        await somebody.refused(
            "POST", "/api/v1/cases", {**body, "matter": "no_such.matter"}, status=404, key="no-matter"
        )
        booking = {"office": "nowhere", "date": "2020-01-01", "slot": "never"}
        await somebody.refused("POST", "/api/v1/cases", {**body, "booking": booking}, status=422, key="no-booking")
        body = await application(somebody, MARRIAGE, {})
        await somebody.refused("POST", "/api/v1/cases", body, status=422, key="booking")


@pytest.mark.parametrize("state", ["off", "guide_only"])
async def test_a_matter_switched_off_in_between_says_so_and_keeps_the_draft(town: Town, state: str) -> None:
    who = await town.citizen()
    body = await application(who, BIRTH, birth())
    draft = {"release": body["release"], "form": body["form"]}
    await who.call("PUT", f"/api/v1/drafts/{BIRTH}", draft)
    module, _, code = BIRTH.partition(".")
    await town.switch(module, state, matter=code, reason="系统维护到今晚十点")
    try:

        async def refused() -> bool:
            probe = body | {"region": "123456"}  # no case comes of it, whoever answers
            closed = {"Connection": "close"}  # connections spread over both web processes
            answers = [await who.send("POST", "/api/v1/cases", probe, headers=closed) for _ in range(12)]
            return all(answer.status == 503 for answer in answers)

        await eventually(refused, seconds=5, what="the switch in every process")
        problem = await who.refused("POST", "/api/v1/cases", body, status=503, key="off")
        assert CHINESE.search(problem["title"])
        assert "系统维护到今晚十点" in f"{problem['detail']} {problem['context']}"
        assert (await who.call("GET", f"/api/v1/drafts/{BIRTH}"))["form"] == draft["form"]
        guide = await who.send("GET", f"/api/v1/matters/{BIRTH}")
        if state == "guide_only":
            assert (guide.status, guide.body["state"]) == (200, "guide_only")
        assert (await who.call("GET", "/api/v1/cases"))["items"] == []
    finally:
        await town.switch(module, "on", matter=code)

    async def works() -> bool:
        return (await who.send("POST", "/api/v1/cases", body, key="off")).status == 201

    await eventually(works, seconds=10, what="the matter after it was switched on")
