"""Applying: what is accepted, what is refused with which words, and what is never half written."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest

from backend.core import db
from tests.cases.people import ELDER, ELDER_CARD, LI, RENT, Citizen, Enter, at_once, png
from tests.conftest import Client, Server

FOOD = "province_market_regulation.food_license_renewal"
HOSTILE = [
    "'; DROP TABLE cases_case; --",
    "<script>alert(1)</script>",
    "{{7*7}}${7*7}",
    "张三' OR '1'='1",
    "../../etc/passwd",
]


async def count(table: str) -> int:
    row = await db.fetch_one(f"SELECT count(*) AS number FROM {table}")
    assert row is not None
    return int(row["number"])


async def nothing_written() -> bool:
    return not any([await count(table) for table in ("cases_case", "cases_event", "cases_material", "push_message")])


async def test_the_same_key_twice_is_one_case_and_the_same_answer(zhang: Citizen) -> None:
    body = await zhang.rent_body()
    await zhang.face(f"submit:{RENT}")
    key = secrets.token_hex(8)
    first, second = await at_once(
        zhang.send("POST", "/cases", body, headers={"Idempotency-Key": key}),
        zhang.send("POST", "/cases", body, headers={"Idempotency-Key": key}),
    )
    assert first[0] == second[0] == 201
    assert first[1] == second[1]
    third = await zhang.send("POST", "/cases", body, headers={"Idempotency-Key": key})
    assert third[1]["number"] == first[1]["number"]
    assert await count("cases_case") == 1


async def test_a_key_with_another_body_is_refused(zhang: Citizen) -> None:
    body = await zhang.rent_body()
    await zhang.apply(body, key="same-key")
    body["form"]["monthly_rent"] = 1.0
    status, problem = await zhang.send("POST", "/cases", body, headers={"Idempotency-Key": "same-key"})
    assert (status, problem["code"]) == (409, "http.idempotency_conflict")


async def test_without_the_face_the_answer_says_which_way_to_go_and_nothing_is_written(zhang: Citizen) -> None:
    status, problem = await zhang.send("POST", "/cases", await zhang.rent_body())
    assert (status, problem["code"]) == (403, "identity.level_too_low")
    assert problem["context"]["purpose"] == f"submit:{RENT}"
    assert any(way["method"] == "face" for way in problem["context"]["ways"])
    assert await nothing_written()


async def test_what_only_a_company_may_ask_for_is_refused_to_a_person(zhang: Citizen) -> None:
    """Neither a case nor a draft; no field is looked at before."""
    release = await zhang.release(FOOD)
    sent: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/cases", {"matter": FOOD, "release": release, "form": {}}),
        ("PUT", f"/drafts/{FOOD}", {"release": release, "form": {}}),
    ]
    for method, path, body in sent:
        status, problem = await zhang.send(method, path, body, headers={"Idempotency-Key": secrets.token_hex(8)})
        assert (status, problem["code"]) == (422, "cases.for_companies"), problem
        assert "单位" in problem["title"]
    assert await nothing_written()
    assert await count("cases_draft") == 0


async def test_a_face_is_good_for_one_submission(zhang: Citizen) -> None:
    await zhang.apply(await zhang.rent_body())
    status, problem = await zhang.send("POST", "/cases", await zhang.rent_body())
    assert (status, problem["code"]) == (403, "identity.level_too_low")


async def test_a_refused_submission_does_not_use_the_face_up(zhang: Citizen) -> None:
    await zhang.face(f"submit:{RENT}")
    body = await zhang.rent_body()
    bad = {**body, "form": {**body["form"], "bank_card": "6222"}}
    status, _ = await zhang.send("POST", "/cases", bad)
    assert status == 422
    status, made = await zhang.send("POST", "/cases", body)
    assert status == 201, made


async def test_a_session_without_real_name_is_asked_for_it(enter: Enter) -> None:
    li = await enter(LI, verified=False)
    status, problem = await li.send("POST", "/cases", await li.rent_body())
    assert (status, problem["code"]) == (403, "identity.level_too_low")
    assert problem["context"]["required"] == "face"


async def test_without_a_session_one_is_asked_to_sign_in(http: Client, zhang: Citizen) -> None:
    body = await zhang.rent_body()
    answer = await http.call("POST", "/api/v1/cases", body, status=401)
    assert answer["code"] == "identity.not_signed_in"


async def test_prefilled_fields_come_from_the_source_and_not_from_the_client(zhang: Citizen) -> None:
    body = await zhang.rent_body()
    body["form"] |= {"name": "李四", "id_number": "510104198505050026"}
    made = await zhang.apply(body)
    lines = {line["field"]: line["text"] for line in made["form"]}
    assert lines["name"] == "张*"
    assert lines["id_number"] == "110***********0015"


async def test_what_was_written_lies_sealed_in_the_database(zhang: Citizen) -> None:
    body = await zhang.rent_body()
    await zhang.apply(body)
    row = await db.fetch_one("SELECT * FROM cases_case")
    assert row is not None
    raw = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    for secret in ("张三", zhang.person.id_number, body["form"]["bank_card"], "春熙路"):
        assert secret.encode() not in raw


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"bank_card": "6222021234567890123"}, "form.bank_card", "bankcard"),
        ({"account_no": "12"}, "form.account_no", None),
        ({"monthly_rent": -1}, "form.monthly_rent", None),
        ({"monthly_rent": "三千"}, "form.monthly_rent", "type"),
        ({"rent_region": "999999"}, "form.rent_region", "region"),
        ({"truthful": False}, "form.truthful", "commitment"),
        ({"lease_start": "2026-02-30"}, "form.lease_start", "date"),
        ({"phone": "12345"}, "form.phone", None),
        (
            {"married": True, "spouse": {"name": "王五", "id_number": "110101199001010016"}},
            "form.spouse.id_number",
            "id_number",
        ),
        ({"surprise": 1}, "form.surprise", "unknown_field"),
        ({"rent_address": "a\u202eb"}, "form.rent_address", "characters"),
    ],
)
async def test_a_bad_answer_is_named_with_its_field(
    zhang: Citizen, change: dict[str, Any], field: str, code: str | None
) -> None:
    body = await zhang.rent_body()
    body["form"] |= change
    status, problem = await zhang.send("POST", "/cases", body)
    assert (status, problem["code"]) == (422, "cases.form_invalid"), problem
    found = {fault["field"]: fault for fault in problem["errors"]}
    assert field in found, problem
    assert code is None or found[field]["code"] == code
    assert await nothing_written()


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_is_kept_as_text(zhang: Citizen, text: str) -> None:
    body = await zhang.rent_body()
    body["form"]["rent_address"] = text
    made = await zhang.apply(body)
    again = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert {line["field"]: line["text"] for line in again["form"]}["rent_address"] == text
    assert await count("cases_case") == 1


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"{", 400, "http.malformed_json"),
        (b'{"matter": "m.x"', 400, "http.malformed_json"),
        (b"[]", 422, "http.invalid_payload"),
        (b'{"matter": 5}', 422, "http.invalid_payload"),
        (b'{"matter": "m.x", "release": "m@1", "form": {}, "extra": 1}', 422, "http.invalid_payload"),
        (b'{"matter": "m.x", "release": "m@1", "form": []}', 422, "http.invalid_payload"),
        (b'{"matter": "m.x", "release": "m@1", "form": {"a": "\\u0000"}}', 422, "http.invalid_payload"),
        (b'{"matter": "m.x", "release": "m@1", "form": {}}', 404, "modules.matter_not_found"),
        (b"\xff\xfe", 400, "http.malformed_json"),
        (b'{"form": "' + b"x" * 300_000 + b'"}', 413, "http.too_large"),
    ],
)
async def test_a_payload_that_cannot_be_read_is_a_clear_problem(
    zhang: Citizen, raw: bytes, status: int, code: str
) -> None:
    async with zhang.api.request(
        "POST", "/api/v1/cases", data=raw, headers={"Content-Type": "application/json"}
    ) as answer:
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["code"]) == (status, code)
        assert answer.content_type == "application/problem+json"


async def test_the_last_required_paper_is_named(zhang: Citizen) -> None:
    body = await zhang.rent_body(materials=[])
    status, problem = await zhang.send("POST", "/cases", body)
    assert (status, problem["code"]) == (422, "cases.materials_invalid")
    assert problem["detail"] == "还缺“房屋租赁合同”"


async def test_another_citizens_file_is_as_good_as_none(zhang: Citizen, enter: Enter) -> None:
    li = await enter(LI)
    theirs = await li.upload()
    body = await zhang.rent_body(materials=[{"code": "lease", "upload": theirs}])
    status, problem = await zhang.send("POST", "/cases", body)
    assert status == 422
    assert problem["errors"][0]["message"] == "没有找到这个文件，请重新上传"


@pytest.mark.parametrize("upload", ["nothing", "00000000-0000-0000-0000-000000000000", "x" * 64])
async def test_a_file_that_does_not_exist_is_refused(zhang: Citizen, upload: str) -> None:
    body = await zhang.rent_body(materials=[{"code": "lease", "upload": upload}])
    status, problem = await zhang.send("POST", "/cases", body)
    assert (status, problem["code"]) == (422, "cases.materials_invalid")


async def test_a_file_cannot_serve_two_cases(zhang: Citizen) -> None:
    body = await zhang.rent_body()
    await zhang.apply(body)
    await zhang.face(f"submit:{RENT}")
    status, problem = await zhang.send("POST", "/cases", body)
    assert status == 422
    assert "已经用过了" in problem["detail"]


async def test_of_two_submissions_with_the_same_file_one_gets_it(zhang: Citizen) -> None:
    card = await zhang.rent_body()
    await zhang.face(f"submit:{RENT}")
    await zhang.face(f"submit:{RENT}")
    answers = await at_once(*(zhang.send("POST", "/cases", card) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [201, 422, 422]
    assert await count("cases_case") == 1


async def test_a_file_that_is_not_whole_is_refused(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "合同.png", "size": 500}, status=201)
    body = await zhang.rent_body(materials=[{"code": "lease", "upload": made["id"]}])
    status, problem = await zhang.send("POST", "/cases", body)
    assert status == 422
    assert "还没有传完" in problem["detail"]


async def test_an_unknown_paper_too_many_files_and_a_licence_that_is_not_held_are_told_together(zhang: Citizen) -> None:
    files = [{"code": "lease", "upload": await zhang.upload(png(number))} for number in range(7)]
    body = await zhang.rent_body(
        materials=[*files, {"code": "moon", "upload": files[0]["upload"]}, {"code": "no_home", "license": "abc"}]
    )
    status, problem = await zhang.send("POST", "/cases", body)
    assert status == 422
    assert [fault["code"] for fault in problem["errors"]] == ["too_many_files", "unknown_material", "license_unusable"]


async def test_a_condition_that_is_not_met_is_told_in_the_modules_words(zhang: Citizen) -> None:
    body = await zhang.rent_body()
    body["form"] |= {"has_contract": False}
    del body["form"]["monthly_rent"], body["form"]["lease_start"]
    status, problem = await zhang.send("POST", "/cases", body)
    assert (status, problem["code"]) == (422, "cases.not_eligible")
    assert "房屋租赁合同" in problem["detail"]


async def test_a_switch_of_one_county_holds_for_who_lives_there_and_names_no_place(zhang: Citizen) -> None:
    from backend.modules import registry
    from backend.modules import service as modules

    await zhang.api.call("PATCH", "/api/v1/me", {"region": "510104"}, status=200)
    body = await zhang.rent_body()
    assert body.get("region") is None
    await zhang.face(f"submit:{RENT}")
    module, _, code = RENT.partition(".")
    await modules.switch(module, matter=code, region="510104", state="off", reason="锦江区停办一天", by=None)
    await registry.refresh()
    try:
        status, problem = await zhang.send("POST", "/cases", body)
        assert (status, problem["code"], problem["detail"]) == (503, "modules.switched_off", "锦江区停办一天")
        assert (await zhang.call("GET", "/cases", status=200))["items"] == []
        status, made = await zhang.send("POST", "/cases", {**body, "region": "510105"})
        assert (status, made["region"]) == (201, "510105")
    finally:
        await modules.switch(module, matter=code, region="510104", state="on", reason="", by=None)
        await registry.refresh()


async def test_a_release_that_never_was_is_answered_with_the_present_one(zhang: Citizen) -> None:
    body = await zhang.rent_body(release="chengdu_housing_fund@0.0.1")
    status, problem = await zhang.send("POST", "/cases", body)
    assert (status, problem["code"]) == (409, "modules.release_unknown")
    assert problem["context"]["release"] == await zhang.release(RENT)
    status, problem = await zhang.send("POST", "/cases", {**body, "release": await zhang.release(ELDER_CARD)})
    assert (status, problem["code"]) == (409, "modules.release_unknown")


async def test_a_matter_that_was_switched_off_in_between_says_why_and_keeps_the_draft(zhang: Citizen) -> None:
    from backend.modules import registry
    from backend.modules import service as modules

    body = await zhang.rent_body()
    draft = {"release": body["release"], "form": body["form"], "materials": body["materials"]}
    await zhang.call("PUT", f"/drafts/{RENT}", draft, status=200)
    await zhang.face(f"submit:{RENT}")
    module, _, code = RENT.partition(".")
    await modules.switch(module, matter=code, state="off", reason="系统升级，明天恢复", by=None)
    await registry.refresh()
    try:
        status, problem = await zhang.send("POST", "/cases", body)
        assert (status, problem["code"]) == (503, "modules.switched_off")
        assert problem["detail"] == "系统升级，明天恢复"
        kept = await zhang.call("GET", f"/drafts/{RENT}", status=200)
        assert kept["form"]["monthly_rent"] == 3000.0
    finally:
        await modules.switch(module, matter=code, state="on", reason="", by=None)
        await registry.refresh()
    status, made = await zhang.send("POST", "/cases", body)
    assert status == 201, made
    status, _ = await zhang.send("GET", f"/drafts/{RENT}")
    assert status == 404  # the draft went with the submission


@pytest.mark.parametrize(
    "matter", ["province_human_resources.social_insurance_query", "province_finance.non_tax_payment"]
)
async def test_what_is_not_applied_for_is_pointed_elsewhere(zhang: Citizen, matter: str) -> None:
    body = {"matter": matter, "release": await zhang.release(matter), "form": {}}
    status, problem = await zhang.send("POST", "/cases", body)
    assert (status, problem["code"]) == (409, "cases.wrong_kind")


async def test_nobody_acts_for_another_without_a_delegation(zhang: Citizen) -> None:
    status, problem = await zhang.send("POST", "/cases", await zhang.rent_body(on_behalf_of="someone"))
    assert (status, problem["code"]) == (403, "cases.not_delegated")


async def test_a_region_outside_the_matter_is_refused_and_one_inside_is_kept(zhang: Citizen) -> None:
    status, problem = await zhang.send("POST", "/cases", await zhang.rent_body(region="510700"))
    assert (status, problem["code"]) == (422, "cases.region_unknown")
    made = await zhang.apply(await zhang.rent_body(region="510104"))
    assert made["region"] == "510104"


async def test_a_matter_that_decides_by_itself_answers_with_the_licence(enter: Enter) -> None:
    elder = await enter(ELDER)
    body = {
        "matter": ELDER_CARD,
        "release": await elder.release(ELDER_CARD),
        "form": {"ethnicity": "01", "region": "510104", "address": "锦江区1号", "by_agent": False},
    }
    made = await elder.apply(body, face=False)
    assert made["state"] == "approved"
    assert made["result"]["license"]
    assert [entry["kind"] for entry in made["timeline"]] == ["submitted", "auto_accepted", "auto_approved"]
    wallet = await elder.call("GET", "/licenses", status=200)
    assert [item["id"] for item in wallet["items"]] == [made["result"]["license"]]
    inbox = await elder.call("GET", "/messages", status=200)
    assert [item["kind"] for item in inbox["items"] if item["link"] == f"/cases/{made['number']}"] == ["result"]


async def test_a_rule_never_decides_against_the_citizen(zhang: Citizen) -> None:
    made = await zhang.apply(await zhang.rent_body(rent=2000.0))  # below the line, but no proof of having no home
    assert made["state"] == "submitted"
    assert made["result"] is None


async def test_someone_too_young_is_told_before_a_case_is_opened(zhang: Citizen) -> None:
    body = {
        "matter": ELDER_CARD,
        "release": await zhang.release(ELDER_CARD),
        "form": {"ethnicity": "01", "region": "510104", "address": "锦江区1号", "by_agent": False},
    }
    status, problem = await zhang.send("POST", "/cases", body)
    assert (status, problem["detail"]) == (422, "年满60周岁才能申领老年人优待证。")


async def test_somebody_elses_case_does_not_exist_for_me(zhang: Citizen, enter: Enter) -> None:
    made = await zhang.apply(await zhang.rent_body())
    li = await enter(LI)
    for method, path, body in (
        ("GET", "", None),
        ("POST", "/supplement", {}),
        ("POST", "/withdraw", {}),
        ("POST", "/urge", {}),
    ):
        status, problem = await li.send(method, f"/cases/{made['number']}{path}", body)
        assert (status, problem["code"]) == (404, "cases.not_found")
    assert (await li.call("GET", "/cases", status=200))["items"] == []


@pytest.mark.parametrize("number", ["1", "SC-AAAA", "SC-IIIIIIIIII", "%00", "..", "SC-2222222222", "' OR 1=1"])
async def test_a_number_that_cannot_be_is_not_found(zhang: Citizen, number: str) -> None:
    status, _ = await zhang.send("GET", f"/cases/{number}")
    assert status in (400, 404)


async def test_numbers_are_random(zhang: Citizen) -> None:
    from backend.cases.submission import new_number

    numbers = {new_number() for _ in range(2_000)}
    assert len(numbers) == 2_000
    assert all(len(number) == 13 and number.startswith("SC-") for number in numbers)
    leading = {number[3] for number in numbers}
    assert len(leading) > 20


async def test_my_list_pages_newest_first_and_by_state(zhang: Citizen) -> None:
    numbers = []
    for _ in range(3):
        numbers.append((await zhang.apply(await zhang.rent_body()))["number"])
    await zhang.call("POST", f"/cases/{numbers[1]}/withdraw", {}, status=200)
    first = await zhang.call("GET", "/cases?limit=2", status=200)
    second = await zhang.call("GET", f"/cases?limit=2&cursor={first['next']}", status=200)
    found = [item["number"] for item in (*first["items"], *second["items"])]
    assert found == numbers[::-1]
    assert second["next"] is None
    gone = await zhang.call("GET", "/cases?state=withdrawn", status=200)
    assert [item["number"] for item in gone["items"]] == [numbers[1]]
    status, problem = await zhang.send("GET", "/cases?cursor=abc")
    assert (status, problem["code"]) == (400, "http.bad_request")


async def test_my_list_is_one_indexed_statement(zhang: Citizen) -> None:
    from backend.cases.reading import PAGE
    from backend.core import paging

    await zhang.apply(await zhang.rent_body())
    at, key = paging.FIRST_DOWN
    async with db.transaction():
        await db.execute("SET LOCAL enable_seqscan = off")
        plan = await db.fetch(f"EXPLAIN {PAGE}", key, at, key, 21)
    text = "\n".join(row[0] for row in plan)
    assert "cases_case_mine" in text
    assert "Sort" not in text


async def test_a_withdrawn_case_cannot_be_withdrawn_again(zhang: Citizen) -> None:
    made = await zhang.apply(await zhang.rent_body())
    gone = await zhang.call("POST", f"/cases/{made['number']}/withdraw", {"reason": "填错了"}, status=200)
    assert gone["state"] == "withdrawn"
    assert gone["can"] == []
    assert "填错了" in gone["timeline"][-1]["text"]
    status, problem = await zhang.send("POST", f"/cases/{made['number']}/withdraw", {})
    assert (status, problem["code"]) == (409, "cases.wrong_state")


async def test_urging_is_heard_once_a_day(zhang: Citizen) -> None:
    made = await zhang.apply(await zhang.rent_body())
    await zhang.call("POST", f"/cases/{made['number']}/urge", {"note": "很急"}, status=200)
    async with zhang.api.request("POST", f"/api/v1/cases/{made['number']}/urge", json={}) as answer:
        assert answer.status == 429
        assert 0 < int(answer.headers["retry-after"]) <= 86_400
    row = await db.fetch_one("SELECT urged FROM cases_case")
    assert row is not None
    assert row["urged"] == 1


async def test_supplementing_what_nobody_asked_for_is_refused(zhang: Citizen) -> None:
    made = await zhang.apply(await zhang.rent_body())
    status, problem = await zhang.send("POST", f"/cases/{made['number']}/supplement", {})
    assert (status, problem["code"]) == (409, "cases.wrong_state")


async def test_what_is_known_is_shown_masked_before_the_form_is_filled(zhang: Citizen) -> None:
    found = await zhang.call("GET", f"/matters/{RENT}/prefill", status=200)
    shown = {item["field"]: item["masked"] for item in found["items"]}
    assert shown == {"name": "张*", "id_number": "110***********0015", "phone": "138****0001"}
    assert zhang.person.id_number not in str(found)
    assert found["ready"] == {}


async def test_a_module_is_told_only_what_it_declared(zhang: Citizen) -> None:
    found = await zhang.call("GET", "/matters/province_finance.non_tax_payment/prefill", status=200)
    assert all(item["source"] in ("citizen.name", "citizen.phone") for item in found["items"])


async def test_a_burst_of_submissions_makes_each_case_once(zhang: Citizen, running: Server, enter: Enter) -> None:
    elder = await enter(ELDER)
    release = await elder.release(ELDER_CARD)
    body = {
        "matter": ELDER_CARD,
        "release": release,
        "form": {"ethnicity": "01", "region": "510104", "address": "锦江区1号", "by_agent": False},
    }
    keys = [secrets.token_hex(8) for _ in range(10)] * 2
    answers = await asyncio.gather(
        *(elder.send("POST", "/cases", body, headers={"Idempotency-Key": key}) for key in keys)
    )
    assert {status for status, _ in answers} == {201}
    assert len({answer["number"] for _, answer in answers}) == 10
    assert await count("cases_case") == 10
    assert await count("licenses_license") == 10
