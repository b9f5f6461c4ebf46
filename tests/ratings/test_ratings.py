"""好差评: one rating a case, by the applicant, after its end; a bad one is owed an answer."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.calendar import add_workdays, day_of
from backend.ratings import service as ratings
from tests.cases.people import LI, Citizen, Enter
from tests.conftest import Client
from tests.ratings.conftest import Staff, concluded


async def rate(citizen: Citizen, number: str, level: int = 5, *, status: int = 201, **more: Any) -> Any:
    return await citizen.call("POST", f"/cases/{number}/rating", {"level": level, **more}, status=status)


async def test_a_good_rating_is_shown_with_the_case_and_opens_nothing(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    assert "rate" in (await zhang.call("GET", f"/cases/{number}"))["can"]
    made = await rate(zhang, number, 5, aspects=["efficiency", "guide"], comment="很快就办好了")
    assert (made["level_text"], made["follow_up"]) == ("非常满意", None)
    case = await zhang.call("GET", f"/cases/{number}", status=200)
    assert case["rating"]["level"] == 5
    assert case["rating"]["comment"] == "很快就办好了"
    assert case["rating"]["follow_up_due"] is None
    assert "rate" not in case["can"]
    assert (await staff("reviewer").call("GET", "/follow-ups"))["items"] == []


async def test_a_case_is_not_rated_before_its_end(zhang: Citizen, staff: Staff) -> None:
    number = (await zhang.apply(await zhang.rent_body()))["number"]
    assert (await rate(zhang, number, status=409))["code"] == "ratings.not_concluded"
    assert await db.fetch("SELECT 1 FROM ratings_rating") == []


async def test_a_refused_or_not_accepted_case_may_be_rated_too(zhang: Citizen, staff: Staff) -> None:
    await rate(zhang, await concluded(zhang, staff, outcome="refused"), 1)
    number = (await zhang.apply(await zhang.rent_body()))["number"]
    window = staff("window")
    await window.call("POST", f"/cases/{number}/take")
    await window.call("POST", f"/cases/{number}/not-accept", {"reason": "不属于本机关职权"})
    await rate(zhang, number, 2)


async def test_nobody_rates_somebody_elses_case(zhang: Citizen, enter: Enter, staff: Staff, http: Client) -> None:
    number = await concluded(zhang, staff)
    stranger = await enter(LI)
    assert (await rate(stranger, number, 1, status=404))["code"] == "cases.not_found"
    assert (await rate(stranger, "SC00000000", 1, status=404))["code"] == "cases.not_found"
    await http.call("POST", f"/api/v1/cases/{number}/rating", {"level": 1}, status=401)
    assert await db.fetch("SELECT 1 FROM ratings_rating") == []


async def test_a_case_is_rated_once_however_often_the_button_is_pressed(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    answers = await asyncio.gather(
        *(zhang.send("POST", f"/cases/{number}/rating", {"level": 1 + index % 5}) for index in range(8))
    )
    assert sorted(status for status, _ in answers) == [201] + [409] * 7
    assert {body["code"] for status, body in answers if status == 409} == {"ratings.already_rated"}
    assert len(await db.fetch("SELECT 1 FROM ratings_rating")) == 1


async def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    headers = {"Idempotency-Key": "rating-1"}
    first = await zhang.send("POST", f"/cases/{number}/rating", {"level": 1}, headers=headers)
    again = await zhang.send("POST", f"/cases/{number}/rating", {"level": 1}, headers=headers)
    other = await zhang.send("POST", f"/cases/{number}/rating", {"level": 5}, headers=headers)
    assert first[0] == again[0] == 201
    assert first[1] == again[1]
    assert (other[0], other[1]["code"]) == (409, "http.idempotency_conflict")
    assert len(await db.fetch("SELECT 1 FROM ratings_follow_up")) == 1


@pytest.mark.parametrize("level", [1, 2])
async def test_a_bad_rating_is_owed_a_contact_in_one_and_a_mend_in_fifteen_working_days(
    zhang: Citizen, staff: Staff, level: int
) -> None:
    number = await concluded(zhang, staff)
    made = await rate(zhang, number, level, comment="材料要了两次")
    owed = made["follow_up"]
    at = datetime.fromisoformat(made["at"])
    assert datetime.fromisoformat(owed["contact_due"]) == add_workdays(at, 1)
    assert datetime.fromisoformat(owed["mend_due"]) == add_workdays(at, 15)
    assert day_of(datetime.fromisoformat(owed["mend_due"])) >= day_of(at) + timedelta(days=19)
    case = await zhang.call("GET", f"/cases/{number}")
    assert case["rating"]["follow_up_due"] == owed["mend_due"]
    newest = (await zhang.call("GET", "/messages"))["items"][0]
    assert newest["title"] == "您的差评已转交办理"
    assert newest["link"] == f"/cases/{number}"
    assert "工作日" not in newest["body"], "a date is clearer than a count of days"


@pytest.mark.parametrize("level", [3, 4, 5])
async def test_three_stars_and_more_open_nothing(zhang: Citizen, staff: Staff, level: int) -> None:
    assert (await rate(zhang, await concluded(zhang, staff), level))["follow_up"] is None


async def test_the_handler_answers_and_the_citizen_rates_once_more(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    await rate(zhang, number, 1, comment="材料要了两次")
    reviewer = staff("reviewer")
    [owed] = (await reviewer.call("GET", "/follow-ups"))["items"]
    assert (owed["case_number"], owed["level"], owed["comment"]) == (number, 1, "材料要了两次")
    path = f"/follow-ups/{owed['id']}/reply"
    contacted = await reviewer.call("POST", path, {"state": "contacted", "reply": "已电话致歉"})
    assert contacted["state"] == "contacted"
    again = await reviewer.call("POST", path, {"state": "contacted", "reply": "又打了一次"}, status=409)
    assert again["code"] == "ratings.follow_up_done"
    assert (await rate(zhang, number, 5, status=409))["code"] == "ratings.already_rated"
    mended = await reviewer.call("POST", path, {"state": "mended", "reply": "已改为一次告知"})
    assert (mended["state"], mended["reply"]) == ("mended", "已改为一次告知")
    case = await zhang.call("GET", f"/cases/{number}")
    assert case["rating"]["reply"] == "已改为一次告知"
    assert "rate" in case["can"]
    titles = [item["title"] for item in (await zhang.call("GET", "/messages"))["items"]]
    assert titles[:2] == ["您反映的问题有了答复", "已收到您的评价并联系您"]

    assert (await rate(zhang, number, 4))["level_text"] == "满意"
    case = await zhang.call("GET", f"/cases/{number}")
    assert case["rating"]["level"] == 4
    assert "rate" not in case["can"]
    assert (await rate(zhang, number, 1, status=409))["code"] == "ratings.already_rated"
    assert (await reviewer.call("GET", "/follow-ups"))["items"] == []
    [done] = (await reviewer.call("GET", "/follow-ups?state=done"))["items"]
    assert done["state"] == "closed"


async def test_a_second_bad_rating_is_kept_and_opens_no_second_round(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    await rate(zhang, number, 1)
    reviewer = staff("reviewer")
    [owed] = (await reviewer.call("GET", "/follow-ups"))["items"]
    await reviewer.call("POST", f"/follow-ups/{owed['id']}/reply", {"state": "mended", "reply": "已整改"})
    assert (await rate(zhang, number, 1))["follow_up"] is None
    assert len(await db.fetch("SELECT 1 FROM ratings_follow_up")) == 1
    assert (await zhang.call("GET", f"/cases/{number}"))["rating"]["level"] == 1


async def test_follow_ups_belong_to_the_handlers_of_their_region_and_role(
    zhang: Citizen, staff: Staff, http: Client
) -> None:
    number = await concluded(zhang, staff)
    await rate(zhang, number, 1)
    [row] = await db.fetch("SELECT id, region FROM ratings_follow_up")
    path = f"/follow-ups/{row['id']}/reply"
    for regions in (("510000",), (row["region"],), (row["region"][:4] + "00",)):
        assert len((await staff("window", regions=regions).call("GET", "/follow-ups"))["items"]) == 1
    elsewhere = staff("reviewer", regions=("510600",))
    assert (await elsewhere.call("GET", "/follow-ups"))["items"] == []
    body = {"state": "mended", "reply": "已整改"}
    assert (await elsewhere.call("POST", path, body, status=404))["code"] == "ratings.follow_up_not_found"
    assert (await staff("auditor").call("GET", "/follow-ups", status=403))["code"] == "identity.forbidden"
    await staff("auditor").call("POST", path, body, status=403)
    await http.call("GET", "/staff/v1/follow-ups", status=401)
    async with zhang.api.request("GET", "/staff/v1/follow-ups") as answer:
        assert answer.status == 403


async def test_two_handlers_answer_once(zhang: Citizen, staff: Staff) -> None:
    await rate(zhang, await concluded(zhang, staff), 1)
    [row] = await db.fetch("SELECT id FROM ratings_follow_up")
    handlers = [staff("reviewer", name=f"经办{index}") for index in range(4)]
    answers = await asyncio.gather(
        *(
            one.send("POST", f"/follow-ups/{row['id']}/reply", {"state": "mended", "reply": f"已整改{index}"})
            for index, one in enumerate(handlers)
        )
    )
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    told = await db.fetch("SELECT 1 FROM push_message WHERE title = '您反映的问题有了答复'")
    assert len(told) == 1


async def test_due_follow_ups_come_by_their_clock_and_pages_hold_together(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    await rate(zhang, number, 1)
    await db.execute(
        "INSERT INTO ratings_rating SELECT gen_random_uuid(), created_at, gen_random_uuid(), 'SC' || n, citizen_id,"
        " key_of, round, level, aspects, comment_sealed, anonymous FROM ratings_rating, generate_series(1, 6) AS n"
    )
    await db.execute(
        "INSERT INTO ratings_follow_up (id, created_at, rating_id, case_id, case_number, citizen_id, level,"
        " matter_name, region, state, contact_due, mend_due, updated_at)"
        " SELECT gen_random_uuid(), now(), r.id, r.case_id, r.case_number, r.citizen_id, 1, '事项', '510100', 'open',"
        " now(), now() + substr(r.case_number, 3)::int * interval '1 minute', now() FROM ratings_rating r"
        " WHERE length(r.case_number) = 3"
    )
    reviewer = staff("reviewer")
    seen: list[str] = []
    cursor = ""
    while True:
        page = await reviewer.call("GET", f"/follow-ups?limit=3{cursor}")
        seen += [item["case_number"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"SC{n}" for n in range(1, 7)] + [number]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"level": 0}, "level"),
        ({"level": 6}, "level"),
        ({"level": "5"}, "level"),
        ({"level": 4.5}, "level"),
        ({}, "level"),
        ({"level": 5, "aspects": ["smile"]}, "aspects.0"),
        ({"level": 5, "comment": "长" * 501}, "comment"),
        ({"level": 5, "citizen_id": "1"}, "citizen_id"),
    ],
)
async def test_a_rating_that_makes_no_sense_is_refused_by_field(
    zhang: Citizen, body: dict[str, Any], field: str
) -> None:
    answer = await zhang.call("POST", "/cases/SC00000000/rating", body, status=422)
    assert [item["field"] for item in answer["errors"]] == [field]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "'; DROP TABLE ratings_rating; --", "😀 好"])
async def test_a_comment_is_text_and_nothing_else(zhang: Citizen, staff: Staff, text: str) -> None:
    number = await concluded(zhang, staff)
    await rate(zhang, number, 1, comment=text)
    assert (await staff("reviewer").call("GET", "/follow-ups"))["items"][0]["comment"] == text


async def test_a_comment_is_not_readable_in_the_table(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    await rate(zhang, number, 1, comment="我叫张三")
    for table in ("ratings_rating", "ratings_follow_up"):
        [row] = await db.fetch(f"SELECT * FROM {table}")
        assert "张三" not in repr(dict(row))
    [row] = await db.fetch("SELECT comment_sealed FROM ratings_rating")
    assert "张三".encode() not in bytes(row["comment_sealed"])


async def test_a_case_that_nobody_rated_has_no_rating(zhang: Citizen, staff: Staff) -> None:
    number = await concluded(zhang, staff)
    assert (await zhang.call("GET", f"/cases/{number}"))["rating"] is None
    assert await ratings.rating_of("00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize("key", ["x", "00000000-0000-0000-0000-000000000000", "%00"])
async def test_a_follow_up_that_does_not_exist_is_not_found(staff: Staff, database: None, key: str) -> None:
    body = {"state": "mended", "reply": "已整改"}
    await staff("reviewer").call("POST", f"/follow-ups/{key}/reply", body, status=404)
