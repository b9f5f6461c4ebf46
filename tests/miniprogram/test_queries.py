"""Queries in the mini-program: asked by a form or by nothing, answered, refused, the department away, the face."""

from __future__ import annotations

from tests.journeys.applying import BUS, FUND
from tests.journeys.town import Citizen, Town
from tests.miniprogram.conftest import Given
from tests.miniprogram.driver import Phone


async def identify(held: Phone, who: Citizen) -> None:
    await who.known()
    await held.see("办这件事要先登录")
    await held.tap(held.marked("go-sign-in"))
    await held.tap(held.marked("sign-in-silent"))
    await held.see("办这件事要先实名认证")
    await held.tap(held.marked("go-real-name"))
    await held.fill("real-name", who.name)
    await held.fill("id-number", who.id_number)
    await held.tap(held.marked("prove"))


async def test_a_query_for_everybody_needs_no_account(town: Town, program: Given) -> None:
    asked = {"city": "510600", "q": "9路"}
    told = await town.client().call("POST", f"/api/v1/queries/{BUS}", {"params": asked})
    async with program() as held:
        await held.open(f"/matter/guide?id={BUS}")
        await held.tap(held.marked("start"))
        await held.at("matter/query")
        await held.marked("field-q").wait_for()
        async with held.step("nothing is sent before the form is filled in"):
            await held.tap(held.marked("submit"))
            await held.marked("fault-q").wait_for()
            assert held.sent("POST", f"/api/v1/queries/{BUS}") == []
        async with held.step("the answer, each value named"):
            await held.fill("field-q", "9路")
            await held.looks_right()
            await held.tap(held.marked("submit"))
            await held.marked("query-result").wait_for()
            sent = held.sent("POST", f"/api/v1/queries/{BUS}")
            assert [one.body for one in sent] == [{"params": asked}]
            assert "Authorization" not in {name.title() for name in sent[0].headers}
            rows = held.marked("query-row")
            assert await rows.count() == len(told["rows"]) > 0
            first = await rows.first.inner_text()
            for column in told["columns"]:
                assert column["title"] in first
            await held.see("这是演示数据，不是真实信息。")
            assert "截至 20" in await held.marked("as-of").inner_text()
            await held.looks_right()
            await held.shot("query-answer")
        async with held.step("the network goes, the form stays"):
            await held.offline()
            await held.tap(held.marked("submit"))
            await held.see("网络好像断开了")
            assert await held.marked("query-result").count() == 0, "an old answer is no answer to a new question"
            await held.offline(False)
            await held.tap(held.marked("submit"))
            await held.marked("query-result").wait_for()


async def test_a_query_about_oneself_and_a_department_that_is_away(town: Town, program: Given) -> None:
    who = town.person()
    fault = "/faults/department/chengdu_housing_fund.query"
    async with program(who) as held:
        await held.open(f"/matter/guide?id={FUND}", font_size=20)
        await held.tap(held.marked("start"))
        await identify(held, who)
        await held.marked("submit").wait_for()
        await town.control("PUT", fault, {"fault": "down"})
        try:
            await held.tap(held.marked("submit"))
            await held.marked("problem").wait_for()
            problem = held.sent("POST", f"/api/v1/queries/{FUND}")[-1]
            assert problem.status == 503
            await held.see(problem.answer["title"])
            await held.see("可以稍后再试")
            assert await held.marked("query-result").count() == 0
            await held.looks_right(elder=True)
        finally:
            await town.control("DELETE", fault)
        for _ in range(40):  # the gateway lets nobody through for a while after an outage
            await held.tap(held.marked("submit"))
            await held.marked("query-result").or_(held.marked("problem")).first.wait_for()
            if await held.marked("query-result").count():
                break
            await held.page.wait_for_timeout(1000)
        answer = held.sent("POST", f"/api/v1/queries/{FUND}")[-1].answer
        for line in answer["summary"]:
            await held.see(line["label"])
            await held.see(line["value"])
        await held.looks_right(elder=True)
        await held.shot("query-elder")


async def test_a_level_that_got_lost_leads_to_the_real_name(town: Town, program: Given) -> None:
    """The session on the phone is level 1 and says so: the page asks before the server does."""
    who = await town.citizen(level=1)
    async with program(who) as held:
        await held.open("/identity/sign-in")
        await held.tap(held.marked("sign-in-silent"))
        await held.at("pages/home/home")
        await held.open(f"/matter/query?id={FUND}")
        await held.see("办这件事要先实名认证")
        assert held.sent("POST", f"/api/v1/queries/{FUND}") == []
