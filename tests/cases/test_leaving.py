"""Taking one's data along, and leaving: what is erased, what stays and for whom, and what a thief cannot do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backend.core import crypto, db
from backend.identity import closing, retention
from backend.identity import service as identity
from tests.cases.conftest import Staff
from tests.cases.people import ELDER, LI, RENT, ZHANG, Citizen, Enter
from tests.conftest import Simulators

ROOT = Path(__file__).resolve().parents[2]


async def exported(who: Citizen) -> Any:
    await who.face("export:data")
    return await who.call("POST", "/me/export", status=200)


async def test_an_export_holds_everything_in_clear_and_needs_a_face(zhang: Citizen) -> None:
    status, problem = await zhang.send("POST", "/me/export")
    assert (status, problem["context"]["purpose"]) == (403, "export:data")
    made = await zhang.apply(await zhang.rent_body())
    whole = await exported(zhang)
    parts = whole["parts"]
    assert parts["identity"]["id_number"] == ZHANG.id_number
    assert parts["identity"]["phone"] == ZHANG.phone
    assert [one["number"] for one in parts["cases"]] == [made["number"]]
    whole_set = {"accounts", "devices", "proofs", "delegations", "data_uses", "licenses", "messages", "payments"}
    assert whole_set <= set(parts)
    status, _ = await zhang.send("POST", "/me/export")
    assert status == 403  # each time anew
    row = await db.fetch_one("SELECT count(*) AS n FROM core_audit WHERE act = 'identity.exported'")
    assert row is not None
    assert row["n"] == 1


async def test_an_export_holds_nothing_of_others(zhang: Citizen, enter: Enter) -> None:
    li = await enter(LI)
    await li.apply(await li.rent_body())
    text = json.dumps(await exported(zhang), ensure_ascii=False)
    assert LI.id_number not in text
    assert LI.phone not in text
    assert (await exported(zhang))["parts"]["cases"] == []


async def closing_asked(who: Citizen) -> Any:
    await who.face("close:account")
    return await who.call("POST", "/me/closure", status=200)


async def week_over() -> None:
    await db.execute("UPDATE identity_closure SET due_at = now() - interval '1 second' WHERE state = 'waiting'")


async def test_closing_waits_a_week_and_can_be_taken_back(zhang: Citizen) -> None:
    assert (await zhang.send("POST", "/me/closure"))[1]["context"]["purpose"] == "close:account"
    asked = await closing_asked(zhang)
    assert asked["state"] == "waiting"
    assert await closing.close_due() == 0
    titles = [item["title"] for item in (await zhang.call("GET", "/messages", status=200))["items"]]
    assert "您申请了注销账号" in titles
    await zhang.call("DELETE", "/me/closure", status=204)
    assert (await zhang.send("DELETE", "/me/closure"))[0] == 404
    await week_over()
    assert await closing.close_due() == 0
    assert (await zhang.call("GET", "/me/closure", status=200))["state"] == "none"


async def test_an_account_without_duties_is_gone_with_its_key(zhang: Citizen, enter: Enter) -> None:
    before = await db.fetch_one("SELECT id FROM identity_citizen")
    assert before is not None
    await closing_asked(zhang)
    await week_over()
    assert await closing.close_due() == 1
    assert await closing.close_due() == 0
    row = await db.fetch_one("SELECT * FROM identity_citizen WHERE id = $1", before["id"])
    assert row is not None
    erased = ("wrapped_key", "name_sealed", "id_number_sealed", "id_number_index", "birth_month")
    assert [row[column] for column in erased] == [None] * 5
    assert await db.fetch("SELECT 1 FROM identity_account") == []
    with pytest.raises(crypto.Unreadable):
        await identity.data_key(str(before["id"]))
    assert (await zhang.send("GET", "/me"))[0] == 401  # the session ended
    again = await enter(ZHANG)
    session = await again.call("GET", "/session", status=200)
    assert session["level"] == 2
    fresh = await db.fetch("SELECT id FROM identity_citizen WHERE closed_at IS NULL")
    assert before["id"] not in {one["id"] for one in fresh}


async def test_a_case_under_way_stops_it_and_a_concluded_one_is_kept_for_its_office(enter: Enter, staff: Staff) -> None:
    elder = await enter(ELDER)
    made = await elder.apply(await elder.rent_body())
    await elder.face("close:account")
    status, problem = await elder.send("POST", "/me/closure")
    assert (status, problem["code"]) == (409, "identity.closure_blocked")
    assert made["number"] in problem["context"]["open"][0]
    await elder.call("POST", f"/cases/{made['number']}/withdraw", {}, status=200)
    asked = await elder.call("POST", "/me/closure", status=200)
    assert "办件" in asked["kept"][0]["what"]
    await week_over()
    assert await closing.close_due() == 1
    row = await db.fetch_one(
        "SELECT id, wrapped_key, id_number_index FROM identity_citizen WHERE closed_at IS NOT NULL"
    )
    assert row is not None
    assert row["wrapped_key"] is not None
    assert row["id_number_index"] is None
    assert await identity.addresses(row["id"]) == identity.Addresses(None, None, None)  # later news finds nobody
    seen = await staff().call("GET", f"/cases/{made['number']}")
    assert seen["form"]
    assert seen["applicant_phone"] is None
    assert await closing.destroy_keys() == 0
    await db.execute("TRUNCATE cases_case CASCADE")  # as if its time were over
    assert await closing.destroy_keys() == 1


async def test_what_began_in_the_week_stops_the_closing(zhang: Citizen) -> None:
    await closing_asked(zhang)
    await zhang.apply(await zhang.rent_body())
    await week_over()
    assert await closing.close_due() == 1
    assert (await zhang.call("GET", "/me", status=200))["level"] == 2
    row = await db.fetch_one("SELECT state FROM identity_closure")
    assert row is not None
    assert row["state"] == "blocked"


async def test_drafts_devices_and_delegations_go(zhang: Citizen, enter: Enter) -> None:
    li = await enter(LI)
    wish = {"role": "agent", "relation": "other", "name": "李四", "matters": ["*"], "ends_on": "2027-06-01"}
    made = await zhang.call("POST", "/delegations", wish, status=201)
    await li.face(f"delegate:{made['id']}")
    await li.call("POST", "/delegation-invitations/accept", {"code": made["code"]}, status=200)
    draft = {"release": await zhang.release(RENT), "form": {"rent_address": "样例路1号"}}
    await zhang.call("PUT", f"/drafts/{RENT}", draft, status=200)
    await closing_asked(zhang)
    await week_over()
    await closing.close_due()
    assert await db.fetch("SELECT 1 FROM cases_draft") == []
    [listed] = (await li.call("GET", "/delegations", status=200))["items"]
    assert (listed["state"], listed["name"]) == ("ended", None)


async def test_old_rows_go_by_the_table_and_young_ones_stay(zhang: Citizen) -> None:
    await zhang.face("export:data")
    assert set((await retention.purge()).values()) == {0}
    await db.execute("UPDATE identity_face_check SET created_at = now() - interval '181 days'")
    await db.execute("UPDATE identity_assurance SET created_at = now() - interval '181 days'")
    gone = await retention.purge()
    assert (gone["identity_face_check"], gone["identity_assurance"]) == (1, 0)
    await db.execute("UPDATE identity_assurance SET created_at = now() - interval '1096 days'")
    assert (await retention.purge())["identity_assurance"] >= 1


def test_the_page_says_what_the_job_does() -> None:
    page = (ROOT / "docs/operating/personal-data.md").read_text(encoding="utf-8")
    for rule in retention.RULES:
        assert f"| {rule.what} | {rule.days} 天 | {rule.why} |" in page


async def test_a_changed_name_is_taken_over_once_the_authority_knows_it(zhang: Citizen, sandbox: Simulators) -> None:
    new = {"name": "张山", "id_number": ZHANG.id_number}
    assert (await zhang.send("POST", "/me/real-name", new))[1]["code"] == "identity.real_name_mismatch"
    try:
        await sandbox.send("PUT", f"/_control/authority/{ZHANG.id_number}", {"name": "张山"})
        await zhang.call("POST", "/me/real-name", new, status=200)
    finally:
        await sandbox.send("PUT", f"/_control/authority/{ZHANG.id_number}", {"name": ZHANG.name})
    whole = await exported(zhang)
    assert whole["parts"]["identity"]["name"] == "张山"
