"""Other ways in which a matter ends: at once, by the department, with a refusal, taken back."""

from __future__ import annotations

from typing import Any

from tests.journeys.applying import (
    BIRTH,
    ELDER,
    FILING,
    PENSION,
    WITHDRAWAL,
    application,
    apply,
    birth,
    filing,
    rent_case,
    withdrawal,
)
from tests.journeys.town import Citizen, Town, eventually


async def test_a_matter_with_clear_rules_is_decided_at_once(town: Town) -> None:
    who = await town.citizen()
    case = await apply(who, FILING, filing())
    assert case["state"] in ("approved", "delivered")
    assert case["result"]["outcome"] == "approved"
    kinds = [item["kind"] for item in case["timeline"]]
    assert kinds[:3] == ["submitted", "auto_accepted", "auto_approved"]
    held = await who.call("GET", f"/api/v1/licenses/{case['result']['license']}")
    assert held["type"] == "remote_treatment_record"
    message = await who.told(case["number"], kind="result", title="已通过")
    assert message["reason"]
    about = [item for item in await who.messages() if item["link"] == f"/cases/{case['number']}"]
    assert len(about) == 1, "what happens at once is told once"


async def test_who_does_not_qualify_is_told_why_and_no_case_is_opened(town: Town) -> None:
    who = await town.citizen()
    form = {
        "ethnicity": "01", "region": "510107", "address": "样例路1号", "phone": who.phone,
    }  # fmt: skip
    body = await application(who, ELDER, form)
    problem = await who.refused("POST", "/api/v1/cases", body, status=422, code="cases.not_eligible", key="e")
    assert "60" in str(problem["detail"])
    assert (await who.call("GET", "/api/v1/cases"))["items"] == []


async def test_an_old_citizen_gets_the_card_for_the_elder_at_once(town: Town) -> None:
    who = await town.citizen(born="19500101")
    form = {"ethnicity": "01", "region": "510107", "address": "样例路1号", "phone": who.phone}
    case = await apply(who, ELDER, form)
    assert case["result"]["license_name"]
    assert any(item["type"] == "elder_card" for item in (await who.call("GET", "/api/v1/licenses"))["items"])


async def test_a_pensioner_is_certified_by_face_and_a_second_time_needs_a_second_face(town: Town) -> None:
    who = await town.citizen(born="19550101")
    form = {"relation": "self", "insured_region": "510107", "consent": True}
    body = await application(who, PENSION, form)
    problem = await who.refused("POST", "/api/v1/cases", body, status=403, code="identity.level_too_low", key="a")
    await who.show_face(problem["context"]["purpose"])
    case = await who.call("POST", "/api/v1/cases", body, status=201, key="a")
    assert case["result"]["outcome"] == "approved"
    held = await who.call("GET", f"/api/v1/licenses/{case['result']['license']}")
    assert held["type"] == "pension_qualification"
    assert held["valid_until"]
    await who.refused("POST", "/api/v1/cases", body, status=403, code="identity.level_too_low", key="b")


async def _at_department(who: Citizen) -> dict[str, Any]:
    """A case that the department's own system has received."""
    await who.show_face(f"submit:{WITHDRAWAL}")
    proof, card = await who.upload("购房合同.png"), await who.upload("身份证.png")
    case = await apply(
        who,
        WITHDRAWAL,
        withdrawal(),
        materials=[{"code": "purchase_proof", "upload": proof}, {"code": "id_card", "upload": card}],
    )
    assert case["state"] == "submitted"
    assert "转交" in case["next_step"]

    async def arrived() -> bool:
        found = await who.town.control("GET", "/department/chengdu_housing_fund/cases")
        return case["number"] in [item["call"]["case_number"] for item in found["items"]]

    await eventually(arrived, what=f"{case['number']} at the department")
    return case


async def _update(town: Town, number: str, kind: str, **more: Any) -> list[dict[str, Any]]:
    order = {"case_number": number, "kind": kind, **more}
    told = await town.control("POST", "/department/chengdu_housing_fund/update", order)
    return list(told["sent"])


async def test_a_department_decides_through_its_own_system(town: Town) -> None:
    who = await town.citizen()
    number = (await _at_department(who))["number"]
    calls = [
        item["detail"]["body"]
        for item in await town.received("department", "submit")
        if item["detail"]["body"]["case_number"] == number
    ]
    assert len(calls) == 1, "handed over once"
    assert set(calls[0]["applicant"]) <= {"name", "id_number", "phone", "level"}, "declared fields and no others"
    assert calls[0]["applicant"]["id_number"] == who.id_number

    assert [item["status"] for item in await _update(town, number, "accepted", message="公积金中心已受理")] == [200]
    case = await who.call("GET", f"/api/v1/cases/{number}")
    assert case["state"] == "accepted"
    assert case["clock"]["days_left"] == 3

    await _update(town, number, "correction", message="购房合同看不清", missing={"purchase_proof": "请重新拍照"})
    case = await who.call("GET", f"/api/v1/cases/{number}")
    assert case["state"] == "correcting"
    assert [item["code"] for item in case["missing"]] == ["purchase_proof"]
    better = await who.upload("购房合同2.png")
    await who.call(
        "POST",
        f"/api/v1/cases/{number}/supplement",
        {"materials": [{"code": "purchase_proof", "upload": better}]},
        key="s",
    )

    await _update(town, number, "decided", outcome="approved", message="准予提取", result={"核定金额": "50000.00"})
    case = await who.call("GET", f"/api/v1/cases/{number}")
    assert case["result"]["outcome"] == "approved"
    assert "50000.00" in str(case["result"]["details"])
    await who.told(number, kind="result", title="已通过")
    looked = await who.call("GET", "/api/v1/me/data-uses?limit=100")
    assert any("公积金" in item["who"] for item in looked["items"]), "the department's look is in the trail"


async def test_a_case_waits_safely_while_the_department_is_down(town: Town) -> None:
    who = await town.citizen()
    await town.control("PUT", "/faults/department/submit", {"fault": "down", "times": 1})
    case = await _at_department(who)  # handed over by a later attempt
    number = case["number"]
    found = await town.control("GET", "/department/chengdu_housing_fund/cases")
    assert [item["call"]["case_number"] for item in found["items"]].count(number) == 1
    assert (await who.call("GET", f"/api/v1/cases/{number}"))["state"] == "submitted"


async def test_a_refusal_says_why_and_how_to_object(town: Town) -> None:
    who = await town.citizen()
    number = (await rent_case(who))["number"]
    window, reviewer = await town.staff("window.chengdu"), await town.staff("reviewer.chengdu")
    await window.call("POST", f"/staff/v1/cases/{number}/accept", {})
    await reviewer.call("POST", f"/staff/v1/cases/{number}/decide", {"outcome": "refused", "reason": "租赁合同已过期"})
    case = await who.call("GET", f"/api/v1/cases/{number}")
    assert case["result"]["outcome"] == "refused"
    assert case["result"]["reason"] == "租赁合同已过期"
    assert "行政复议" in case["result"]["appeal"]
    assert "行政诉讼" in case["result"]["appeal"]
    assert case["result"]["license"] is None
    await who.told(number, kind="result", title="未通过")


async def test_a_citizen_urges_once_a_day_and_takes_the_case_back(town: Town) -> None:
    who = await town.citizen()
    number = (await apply(who, BIRTH, birth(), region="510107"))["number"]
    handler = await town.staff("window.chengdu")
    await who.call("POST", f"/api/v1/cases/{number}/urge", {"note": "等着用"}, key="u1")
    await who.refused("POST", f"/api/v1/cases/{number}/urge", {}, status=429, code="cases.urged_today", key="u2")
    queue = await handler.call("GET", "/staff/v1/cases?queue=open&limit=100")
    assert [item["urged"] for item in queue["items"] if item["number"] == number] == [1]

    case = await who.call("POST", f"/api/v1/cases/{number}/withdraw", {"reason": "不办了"}, key="w1")
    assert case["state"] == "withdrawn"
    assert case["can"] == []
    again = await who.call("POST", f"/api/v1/cases/{number}/withdraw", {"reason": "不办了"}, key="w1")
    assert again["timeline"] == case["timeline"]
    await who.refused("POST", f"/api/v1/cases/{number}/withdraw", {}, status=409, code="cases.wrong_state", key="w2")
    await handler.refused("POST", f"/staff/v1/cases/{number}/accept", {}, status=409)


async def test_taking_back_a_case_calls_it_back_at_the_department(town: Town) -> None:
    who = await town.citizen()
    number = (await _at_department(who))["number"]
    await who.call("POST", f"/api/v1/cases/{number}/withdraw", {}, key="w")

    async def recalled() -> bool:
        found = await town.control("GET", "/department/chengdu_housing_fund/cases")
        return any(item["call"]["case_number"] == number and item["state"] == "withdrawn" for item in found["items"])

    await eventually(recalled, what="the department's word that it was taken back")
