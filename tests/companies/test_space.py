"""A company's space: who opens it, who gets in, who is kept out, and what stands in the database."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from backend.core import db
from backend.core.clock import today
from backend.sandbox.people import Company
from tests.cases.people import LI, ZHANG, Citizen, Enter
from tests.companies.people import AYIMU, FOOD, LATER, TRADE, WANG, joined, opened, place, wish
from tests.conftest import Simulators


@pytest.fixture
async def wang(enter: Enter) -> Citizen:
    return await enter(WANG)


@pytest.fixture
async def zhang(enter: Enter) -> Citizen:
    return await enter(ZHANG)


async def test_the_legal_representative_opens_it_with_a_face_for_this_company(wang: Citizen) -> None:
    status, problem = await wang.send("POST", "/companies", wish())
    assert (status, problem["code"]) == (403, "identity.level_too_low")
    assert any(way["method"] == "face" for way in problem["context"]["ways"])
    await wang.face("company:0000000000000000")  # another company's does not do
    assert (await wang.send("POST", "/companies", wish()))[0] == 403
    await wang.face(problem["context"]["purpose"])
    made = await wang.call("POST", "/companies", wish(), status=201)
    assert (made["name"], made["role"], "manage" in made["rights"]) == (FOOD.name, "representative", True)
    assert FOOD.uscc not in made["uscc"]
    assert (await wang.send("POST", "/companies", wish()))[0] == 403  # the face was spent
    [listed] = (await wang.call("GET", "/companies", status=200))["items"]
    assert listed["id"] == made["id"]


async def test_whoever_is_not_its_representative_opens_nothing(zhang: Citizen) -> None:
    _, problem = await zhang.send("POST", "/companies", wish())
    await zhang.face(problem["context"]["purpose"])
    status, problem = await zhang.send("POST", "/companies", wish())
    assert (status, problem["code"]) == (422, "companies.mismatch")
    assert (await zhang.call("GET", "/companies", status=200))["items"] == []
    row = await db.fetch_one("SELECT outcome FROM companies_proof")
    assert row is not None
    assert row["outcome"] == "mismatch"


async def test_another_name_on_the_licence_is_no_match_and_tries_are_counted(wang: Citizen) -> None:
    _, problem = await wang.send("POST", "/companies", wish())
    await wang.face(problem["context"]["purpose"])
    for _ in range(5):
        status, problem = await wang.send("POST", "/companies", wish(name="别的有限公司"))
        assert (status, problem["code"]) == (422, "companies.mismatch")
    status, problem = await wang.send("POST", "/companies", wish())
    assert (status, problem["code"]) == (429, "companies.proof_limit")


async def test_a_number_with_a_wrong_check_character_is_asked_of_nobody(wang: Citizen, sandbox: Simulators) -> None:
    wrong = FOOD.uscc[:-1] + ("0" if FOOD.uscc[-1] != "0" else "1")
    status, problem = await wang.send("POST", "/companies", wish(uscc=wrong))
    assert (status, problem["errors"][0]["field"]) == (422, "uscc")
    row = await db.fetch_one("SELECT count(*) AS asked FROM companies_proof")
    assert row is not None
    assert row["asked"] == 0


async def test_when_the_register_does_not_answer_nothing_is_decided(wang: Citizen, sandbox: Simulators) -> None:
    _, problem = await wang.send("POST", "/companies", wish())
    await wang.face(problem["context"]["purpose"])
    await sandbox.send("PUT", f"/_control/companies/{FOOD.uscc}", {"outcome": "unavailable"})
    try:
        status, problem = await wang.send("POST", "/companies", wish())
        assert (status, problem["code"]) == (503, "companies.authority_unavailable")
    finally:
        await sandbox.send("PUT", f"/_control/companies/{FOOD.uscc}", FOOD.registered)
    await wang.call("POST", "/companies", wish(), status=201)  # the face is still good


async def test_two_openings_at_once_make_one_space(wang: Citizen) -> None:
    _, problem = await wang.send("POST", "/companies", wish())
    await wang.face(problem["context"]["purpose"])
    answers = await asyncio.gather(*(wang.send("POST", "/companies", wish()) for _ in range(2)))
    assert sorted(status for status, _ in answers) == [201, 403]


async def test_staff_get_in_by_their_own_name_and_either_side_ends_it_at_once(wang: Citizen, zhang: Citizen) -> None:
    company = await opened(wang)
    for side in ("company", "person"):
        staff = await joined(wang, zhang, company, "apply", "cases")
        [mine] = (await zhang.call("GET", "/companies", status=200))["items"]
        assert (mine["name"], mine["role"], mine["rights"]) == (FOOD.name, "staff", ["apply", "cases"])
        await (wang if side == "company" else zhang).call("DELETE", f"/company-staff/{staff}", status=204)
        assert (await zhang.call("GET", "/companies", status=200))["items"] == []
        status, problem = await zhang.send("GET", f"/companies/{company}")
        assert (status, problem["code"]) == (404, "companies.not_found")
    seen = (await wang.call("GET", f"/companies/{company}/staff", status=200))["items"]
    assert [(one["name"], one["state"]) for one in seen] == [("张*", "ended"), ("张*", "ended")]
    trail = await db.fetch(
        "SELECT act, actor_id, citizen_id, details->>'company' AS company FROM core_audit"
        " WHERE act LIKE 'companies.staff_%' ORDER BY id"
    )
    assert [row["act"].removeprefix("companies.staff_") for row in trail] == ["invited", "accepted", "ended"] * 2
    assert {row["company"] for row in trail} == {company}
    assert all(row["actor_id"] and row["citizen_id"] for row in trail)


async def test_a_code_serves_only_the_person_it_was_made_for_and_once(
    wang: Citizen, zhang: Citizen, enter: Enter
) -> None:
    company = await opened(wang)
    li = await enter(LI)
    made = await wang.call("POST", f"/companies/{company}/staff", place(ZHANG.name), status=201)
    for who in (li, wang):
        for path in ("", "/accept", "/decline"):
            status, problem = await who.send("POST", f"/company-invitations{path}", {"code": made["code"]})
            assert (status, problem["code"]) == (422, "companies.invitation_refused")
    told = await zhang.call("POST", "/company-invitations", {"code": made["code"]}, status=200)
    assert told["company"] == FOOD.name
    await zhang.call("POST", "/company-invitations/accept", {"code": made["code"]}, status=200)
    assert (await zhang.send("POST", "/company-invitations/accept", {"code": made["code"]}))[0] == 422


async def test_a_right_that_is_missing_is_refused_and_only_the_representative_makes_managers(
    wang: Citizen, zhang: Citizen, enter: Enter
) -> None:
    company = await opened(wang)
    li = await enter(LI)
    place_of_li = await joined(wang, li, company, "apply")
    for method, path, body in (
        ("GET", f"/companies/{company}/staff", None),
        ("POST", f"/companies/{company}/staff", place("样例")),
    ):
        status, problem = await li.send(method, path, body)
        assert (status, problem["code"]) == (403, "companies.right_missing")
    place_of_zhang = await joined(wang, zhang, company, "manage")
    status, problem = await zhang.send("POST", f"/companies/{company}/staff", place("样例", "manage"))
    assert (status, problem["code"]) == (403, "companies.right_missing")
    assert (await li.send("DELETE", f"/company-staff/{place_of_zhang}"))[0] == 403
    await zhang.call("DELETE", f"/company-staff/{place_of_li}", status=204)
    await zhang.call("POST", f"/companies/{company}/staff", place(LI.name, "cases"), status=201)


async def test_another_companys_people_find_nothing(wang: Citizen, zhang: Citizen, enter: Enter) -> None:
    company = await opened(wang)
    ayimu = await enter(AYIMU)
    other = await opened(ayimu, TRADE)
    li = await enter(LI)
    await joined(ayimu, li, other, "apply", "cases", "manage")
    staff = await joined(wang, zhang, company)
    for who in (ayimu, li):
        for method, path, body in (
            ("GET", f"/companies/{company}", None),
            ("GET", f"/companies/{company}/staff", None),
            ("POST", f"/companies/{company}/staff", place("样例")),
            ("DELETE", f"/company-staff/{staff}", None),
        ):
            status, problem = await who.send(method, path, body)
            assert status == 404, (method, path, problem)
        assert company not in [one["id"] for one in (await who.call("GET", "/companies", status=200))["items"]]
    await zhang.call("GET", f"/companies/{company}", status=200)


async def test_before_the_first_and_after_the_last_day_there_is_no_right(wang: Citizen, zhang: Citizen) -> None:
    company = await opened(wang)
    await joined(wang, zhang, company, "manage", starts_on=(today() + timedelta(days=1)).isoformat())
    assert (await zhang.send("GET", f"/companies/{company}"))[0] == 404
    await db.execute("UPDATE companies_staff SET starts_on = $1", today())
    await zhang.call("GET", f"/companies/{company}", status=200)
    await db.execute("UPDATE companies_staff SET starts_on = $1, ends_on = $1", today() - timedelta(days=1))
    assert (await zhang.send("GET", f"/companies/{company}"))[0] == 404
    [seen] = (await wang.call("GET", f"/companies/{company}/staff", status=200))["items"]
    assert seen["state"] == "expired"


async def test_a_new_legal_representative_takes_over_and_the_former_one_is_out(
    wang: Citizen, zhang: Citizen, enter: Enter, sandbox: Simulators
) -> None:
    company = await opened(wang)
    pending = await wang.call("POST", f"/companies/{company}/staff", place(LI.name), status=201)
    await joined(wang, zhang, company, "cases")
    changed = Company(uscc=FOOD.uscc, name=FOOD.name, representative=AYIMU)
    await sandbox.send("PUT", f"/_control/companies/{FOOD.uscc}", changed.registered)
    try:
        ayimu = await enter(AYIMU)
        assert await opened(ayimu, changed) == company
    finally:
        await sandbox.send("PUT", f"/_control/companies/{FOOD.uscc}", FOOD.registered)
    assert (await wang.send("GET", f"/companies/{company}"))[0] == 404
    await zhang.call("GET", f"/companies/{company}", status=200)
    li = await enter(LI)
    assert (await li.send("POST", "/company-invitations/accept", {"code": pending["code"]}))[0] == 422
    told = [item["title"] for item in (await wang.call("GET", "/messages", status=200))["items"]]
    assert "您不再是单位空间的法定代表人" in told
    row = await db.fetch_one(
        "SELECT actor_id, details->>'former' AS former FROM core_audit WHERE act = 'companies.representative_changed'"
    )
    assert row is not None
    assert row["actor_id"] != row["former"]


async def test_nothing_personal_stands_in_clear(wang: Citizen, zhang: Citizen) -> None:
    company = await opened(wang)
    await joined(wang, zhang, company)
    await wang.call("POST", f"/companies/{company}/staff", place(LI.name, ends_on=LATER), status=201)
    marks = (FOOD.uscc, FOOD.name, WANG.name, WANG.id_number, ZHANG.name, LI.name)
    for table in await db.fetch("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"):
        if table["name"].startswith("modules_"):
            continue
        rows = await db.fetch(f"SELECT t::text AS line FROM {table['name']} t")
        for row in rows:
            for mark in marks:
                assert mark not in row["line"], (table["name"], mark)
                assert mark.encode().hex() not in row["line"], (table["name"], mark)
