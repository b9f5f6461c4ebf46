"""Handlers: who may do what, where, once, and one at a time."""

from __future__ import annotations

from typing import Any

import pytest

from backend.core import db
from tests.cases.conftest import Staff
from tests.cases.people import Citizen, at_once, png
from tests.conftest import Client

MISSING = {"missing": [{"code": "lease", "name": "房屋租赁合同", "reason": "不清楚"}]}


@pytest.fixture
async def number(zhang: Citizen) -> str:
    return str((await zhang.apply(await zhang.rent_body()))["number"])


async def test_of_two_handlers_at_once_one_takes_the_case_and_the_other_hears_who_has_it(
    number: str, staff: Staff
) -> None:
    first, second = staff(name="甲经办"), staff(name="乙经办")
    answers = await at_once(first.send("POST", f"/cases/{number}/take"), second.send("POST", f"/cases/{number}/take"))
    assert sorted(status for status, _ in answers) == [200, 409]
    won = next(answer for status, answer in answers if status == 200)
    lost = next(answer for status, answer in answers if status == 409)
    assert lost["code"] == "cases.taken"
    assert lost["context"]["handler"] == won["handler"]
    assert won["handler"] in lost["detail"]


@pytest.mark.parametrize(
    ("role", "path", "body"),
    [
        ("window", "decide", {"outcome": "approved", "reason": "可以"}),
        ("reviewer", "accept", {}),
        ("reviewer", "correct", MISSING),
        ("reviewer", "not-accept", {"reason": "不属于"}),
        ("reviewer", "transfer", {"region": "510104", "reason": "那边办"}),
        ("operator", "take", None),
        ("auditor", "take", None),
    ],
)
async def test_a_handler_without_the_role_is_refused_and_nothing_happens(
    number: str, staff: Staff, role: str, path: str, body: Any
) -> None:
    status, problem = await staff(role).send("POST", f"/cases/{number}/{path}", body)
    assert (status, problem["code"]) == (403, "identity.forbidden")
    row = await db.fetch_one("SELECT state, handler_id, seq FROM cases_case")
    assert row is not None
    assert tuple(row) == ("submitted", None, 1)


async def test_a_citizens_token_opens_no_staff_door_and_the_other_way_round(
    number: str, zhang: Citizen, staff: Staff, http: Client
) -> None:
    async with zhang.api.request("GET", f"/staff/v1/cases/{number}") as answer:
        assert answer.status == 403
    handler = staff()
    async with handler.api.request("GET", f"/api/v1/cases/{number}") as answer:
        assert answer.status == 403
    await http.call("GET", f"/staff/v1/cases/{number}", status=401)


async def test_outside_the_region_a_case_does_not_exist(number: str, staff: Staff) -> None:
    mianyang = staff(regions=("510700",))
    assert (await mianyang.call("GET", "/cases"))["items"] == []
    for path, body in (("take", None), ("accept", {}), ("correct", MISSING)):
        status, problem = await mianyang.send("POST", f"/cases/{number}/{path}", body)
        assert (status, problem["code"]) == (404, "cases.not_found")
    assert (await mianyang.send("GET", f"/cases/{number}"))[0] == 404
    city, province, county = staff(regions=("510100",)), staff(regions=("510000",)), staff(regions=("510104",))
    assert len((await city.call("GET", "/cases"))["items"]) == 1
    assert len((await province.call("GET", "/cases"))["items"]) == 1
    assert (await county.call("GET", "/cases"))["items"] == []  # the case is the city's, not this county's


async def test_all_that_is_missing_is_told_once(number: str, zhang: Citizen, staff: Staff) -> None:
    window = staff()
    await window.call("POST", f"/cases/{number}/correct", MISSING)
    status, problem = await window.send("POST", f"/cases/{number}/correct", MISSING)
    assert (status, problem["code"]) == (409, "cases.corrected_before")
    more = {"materials": [{"code": "lease", "upload": await zhang.upload(png(9))}]}
    await zhang.call("POST", f"/cases/{number}/supplement", more, status=200)
    status, problem = await window.send("POST", f"/cases/{number}/correct", MISSING)
    assert (status, problem["code"]) == (409, "cases.corrected_before")


async def test_a_supplement_must_bring_all_that_was_asked_for(number: str, zhang: Citizen, staff: Staff) -> None:
    asked = {
        "missing": [
            {"code": "lease", "name": "房屋租赁合同", "reason": "不清楚"},
            {"code": "rent_address", "name": "租住地址", "reason": "缺门牌"},
        ]
    }
    await staff().call("POST", f"/cases/{number}/correct", asked)
    status, problem = await zhang.send("POST", f"/cases/{number}/supplement", {"form": {"rent_address": "新地址2号"}})
    assert (status, problem["detail"]) == (422, "还缺“房屋租赁合同”")
    paper = [{"code": "lease", "upload": await zhang.upload()}]
    status, problem = await zhang.send("POST", f"/cases/{number}/supplement", {"materials": paper})
    assert (status, problem["errors"][0]["field"]) == (422, "form.rent_address")
    status, problem = await zhang.send(
        "POST", f"/cases/{number}/supplement", {"materials": paper, "form": {"rent_address": "x" * 900}}
    )
    assert (status, problem["code"]) == (422, "cases.form_invalid")
    done = await zhang.call(
        "POST",
        f"/cases/{number}/supplement",
        {"materials": paper, "form": {"rent_address": "新地址2号"}, "note": "已补"},
        status=200,
    )
    assert {line["field"]: line["text"] for line in done["form"]}["rent_address"] == "新地址2号"
    assert len(done["materials"]) == 2
    assert done["missing"] == []


async def test_a_refusal_needs_a_reason_and_tells_how_to_object(number: str, zhang: Citizen, staff: Staff) -> None:
    reviewer = staff()
    for body in ({"outcome": "refused"}, {"outcome": "refused", "reason": ""}, {"outcome": "maybe", "reason": "x"}):
        status, problem = await reviewer.send("POST", f"/cases/{number}/decide", body)
        assert (status, problem["code"]) == (422, "http.invalid_payload")
    await reviewer.call("POST", f"/cases/{number}/decide", {"outcome": "refused", "reason": "不在租住地缴存"})
    seen = await zhang.call("GET", f"/cases/{number}", status=200)
    assert seen["state"] == "refused"
    assert seen["result"]["reason"] == "不在租住地缴存"
    assert "行政复议" in seen["result"]["appeal"]
    assert "12345" in seen["result"]["appeal"]
    assert seen["result"]["license"] is None
    assert [entry["kind"] for entry in seen["timeline"]] == ["submitted", "accepted", "refused"]
    status, problem = await reviewer.send("POST", f"/cases/{number}/decide", {"outcome": "approved", "reason": "改"})
    assert (status, problem["code"]) == (409, "cases.wrong_state")


async def test_of_two_decisions_at_once_one_counts(number: str, staff: Staff) -> None:
    reviewer = staff()
    answers = await at_once(
        reviewer.send("POST", f"/cases/{number}/decide", {"outcome": "approved", "reason": "可以"}),
        reviewer.send("POST", f"/cases/{number}/decide", {"outcome": "refused", "reason": "不行"}),
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    rows = await db.fetch("SELECT count(*) AS number FROM licenses_license")
    approved = next(answer for status, answer in answers if status == 200)["state"] == "approved"
    assert rows[0]["number"] == int(approved)


async def test_not_accepting_names_the_right_office(number: str, zhang: Citizen, staff: Staff) -> None:
    await staff().call(
        "POST", f"/cases/{number}/not-accept", {"reason": "不属于本中心", "right_office": "绵阳公积金中心"}
    )
    seen = await zhang.call("GET", f"/cases/{number}", status=200)
    assert seen["state"] == "not_accepted"
    assert "绵阳公积金中心" in seen["timeline"][-1]["text"]
    assert seen["can"] == ["rate"]


async def test_a_transferred_case_is_taken_by_the_other_office(number: str, zhang: Citizen, staff: Staff) -> None:
    city, county = staff(regions=("510100",)), staff(regions=("510104",), name="区经办")
    status, problem = await city.send("POST", f"/cases/{number}/transfer", {"region": "510700", "reason": "错"})
    assert (status, problem["code"]) == (422, "cases.region_unknown")
    await city.call("POST", f"/cases/{number}/transfer", {"region": "510104", "reason": "由区里办"})
    assert (await zhang.call("GET", f"/cases/{number}", status=200))["state"] == "transferred"
    assert [item["number"] for item in (await county.call("GET", "/cases"))["items"]] == [number]
    taken = await county.call("POST", f"/cases/{number}/take")
    assert (taken["state"], taken["handler"], taken["mine"]) == ("submitted", "区经办", True)


async def test_a_step_on_a_case_that_another_holds_is_refused_with_the_name(number: str, staff: Staff) -> None:
    await staff(name="甲经办").call("POST", f"/cases/{number}/take")
    for path, body in (("accept", {}), ("correct", MISSING), ("decide", {"outcome": "approved", "reason": "可以"})):
        status, problem = await staff(name="乙经办").send("POST", f"/cases/{number}/{path}", body)
        assert (status, problem["code"]) == (409, "cases.taken")
        assert "甲经办" in problem["detail"]


async def test_after_acceptance_at_the_window_a_reviewer_may_take_the_case(number: str, staff: Staff) -> None:
    window, reviewer = staff("window"), staff("reviewer")
    await window.call("POST", f"/cases/{number}/accept", {})
    taken = await reviewer.call("POST", f"/cases/{number}/take")
    assert taken["state"] == "in_review"
    assert "decide" in taken["can"]


async def test_looking_at_a_case_leaves_a_trace_that_the_citizen_reads(
    number: str, zhang: Citizen, staff: Staff
) -> None:
    seen = await staff().call("GET", f"/cases/{number}")
    assert seen["applicant"] == "张*"
    assert seen["applicant_phone"] == "138****0001"
    assert zhang.person.id_number not in str(seen)
    assert zhang.person.name not in str(seen)
    uses = await zhang.call("GET", "/me/data-uses", status=200)
    assert [item["what"] for item in uses["items"]].count("查看了您的办件") == 1


async def test_the_queues_are_ordered_by_what_is_due_first_and_counted(zhang: Citizen, staff: Staff) -> None:
    numbers = [(await zhang.apply(await zhang.rent_body()))["number"] for _ in range(4)]
    for days, number in zip((9, 1, 5), numbers, strict=False):
        await db.execute(
            "UPDATE cases_case SET due_at = now() + make_interval(days => $2) WHERE number = $1", number, days
        )
    await db.execute("UPDATE cases_case SET due_at = NULL WHERE number = $1", numbers[3])
    window = staff()
    first = await window.call("GET", "/cases?limit=2")
    second = await window.call("GET", f"/cases?limit=2&cursor={first['next']}")
    order = [item["number"] for item in (*first["items"], *second["items"])]
    assert order == [numbers[1], numbers[2], numbers[0], numbers[3]]
    assert second["next"] is None
    await window.call("POST", f"/cases/{numbers[0]}/take")
    await db.execute("UPDATE cases_case SET due_at = now() - interval '1 day' WHERE number = $1", numbers[1])
    await window.call("POST", f"/cases/{numbers[2]}/decide", {"outcome": "approved", "reason": "可以"})
    counts = (await window.call("GET", "/cases"))["counts"]
    assert counts == {"open": 2, "mine": 1, "overdue": 1, "done": 1}
    for queue, expected in (("mine", numbers[0]), ("overdue", numbers[1]), ("done", numbers[2])):
        found = await window.call("GET", f"/cases?queue={queue}")
        assert [item["number"] for item in found["items"]] == [expected]
    status, problem = await window.send("GET", "/cases?queue=everything")
    assert (status, problem["code"]) == (422, "http.invalid_payload")


async def test_every_step_tells_the_citizen_once_under_its_own_key(number: str, zhang: Citizen, staff: Staff) -> None:
    window = staff()
    await window.call("POST", f"/cases/{number}/accept", {})
    await window.call("POST", f"/cases/{number}/decide", {"outcome": "approved", "reason": "可以"})
    rows = await db.fetch(
        "SELECT dedupe_key, kind FROM push_message WHERE dedupe_key LIKE 'case:%' ORDER BY created_at"
    )
    assert [(row["dedupe_key"], row["kind"]) for row in rows] == [
        (f"case:{number}:1", "progress"),
        (f"case:{number}:2", "progress"),
        (f"case:{number}:3", "result"),
    ]


async def test_what_handlers_write_lies_sealed(number: str, staff: Staff) -> None:
    await staff().call("POST", f"/cases/{number}/decide", {"outcome": "refused", "reason": "秘密的理由"})
    for table in ("cases_case", "cases_event"):
        for row in await db.fetch(f"SELECT * FROM {table}"):
            assert "秘密的理由".encode() not in b"".join(
                value if isinstance(value, bytes) else str(value).encode() for value in row.values()
            )
