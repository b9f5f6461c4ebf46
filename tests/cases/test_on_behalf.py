"""Acting for others: agreed by both, within its scope, seen by both, over at once when either says so."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import today
from backend.sandbox.people import PEOPLE
from tests.cases.conftest import Staff
from tests.cases.people import ELDER, LI, RENT, WITHDRAWAL, ZHANG, Citizen, Enter, forget_limits
from tests.conftest import Simulators

CHILD = PEOPLE[5]
WANG = PEOPLE[6]
LATER = (today() + timedelta(days=90)).isoformat()


def wish(name: str, **changes: Any) -> dict[str, Any]:
    return {"role": "agent", "relation": "parent", "name": name, "matters": [RENT], "ends_on": LATER} | changes


async def agreed(agent: Citizen, grantor: Citizen, **changes: Any) -> str:
    """A delegation that both agreed to; its id."""
    made = await agent.call("POST", "/delegations", wish(grantor.person.name, **changes), status=201)
    await grantor.face(f"delegate:{made['id']}")
    done = await grantor.call("POST", "/delegation-invitations/accept", {"code": made["code"]}, status=200)
    assert (done["id"], done["state"], done["role"]) == (made["id"], "active", "grantor")
    return str(made["id"])


async def applied(agent: Citizen, delegation: str) -> Any:
    return await agent.apply(await agent.rent_body(on_behalf_of=delegation))


@pytest.fixture
async def li(enter: Enter) -> Citizen:
    return await enter(LI)


async def test_a_child_applies_for_a_parent_and_both_stand_in_case_trail_and_view(
    zhang: Citizen, li: Citizen, staff: Staff
) -> None:
    delegation = await agreed(zhang, li)
    made = await applied(zhang, delegation)
    assert made["on_behalf_of"] == "李*"
    theirs = await li.call("GET", f"/cases/{made['number']}", status=200)
    assert theirs["on_behalf_of"] is None
    assert theirs["timeline"][0]["who"] == "代办人张*"
    assert made["number"] in [one["number"] for one in (await li.call("GET", "/cases", status=200))["items"]]
    assert (await zhang.call("GET", "/cases", status=200))["items"] == []
    listed = await zhang.call("GET", f"/cases?on_behalf_of={delegation}", status=200)
    assert [one["number"] for one in listed["items"]] == [made["number"]]
    await zhang.call("GET", f"/cases/{made['number']}", status=200)
    row = await db.fetch_one("SELECT citizen_id, applicant FROM cases_case WHERE number = $1", made["number"])
    assert row is not None
    assert row["applicant"] == "李*（张*代办）"
    uses = (await li.call("GET", "/me/data-uses", status=200))["items"]
    assert [(one["who"], one["what"]) for one in uses][:2] == [
        ("代办人张*", "查看了代您申请的办件"),
        ("代办人张*", "代您提交了申请"),
    ]
    trail = await db.fetch("SELECT actor_id, citizen_id FROM core_audit WHERE act = 'identity.acted_for'")
    assert {(one["actor_id"] == str(row["citizen_id"]), one["citizen_id"]) for one in trail} == {
        (False, str(row["citizen_id"]))
    }
    seen = await staff().call("GET", f"/cases/{made['number']}", status=200)
    assert seen["applicant"] == "李*（张*代办）"


async def test_the_form_knows_the_person_and_not_the_agent(zhang: Citizen, li: Citizen) -> None:
    delegation = await agreed(zhang, li)
    own = await zhang.call("GET", f"/matters/{RENT}/prefill", status=200)
    theirs = await zhang.call("GET", f"/matters/{RENT}/prefill?on_behalf_of={delegation}", status=200)
    masks = [{item["field"]: item["masked"] for item in answer["items"]} for answer in (own, theirs)]
    assert masks[0] != masks[1]
    assert masks[1] == {
        item["field"]: item["masked"]
        for item in (await li.call("GET", f"/matters/{RENT}/prefill", status=200))["items"]
    }


async def test_both_hear_of_the_case_and_only_the_person_after_the_end(zhang: Citizen, li: Citizen) -> None:
    delegation = await agreed(zhang, li)
    made = await applied(zhang, delegation)

    async def told(who: Citizen) -> int:
        items = (await who.call("GET", "/messages", status=200))["items"]
        return sum(f"/cases/{made['number']}" == item["link"] for item in items)

    assert (await told(zhang), await told(li)) == (1, 1)
    await li.call("DELETE", f"/delegations/{delegation}", status=204)
    await li.call("POST", f"/cases/{made['number']}/withdraw", {}, status=200)
    assert (await told(zhang), await told(li)) == (1, 2)


@pytest.mark.parametrize("side", ["agent", "grantor"])
async def test_either_side_ends_it_at_once(zhang: Citizen, li: Citizen, side: str) -> None:
    delegation = await agreed(zhang, li)
    made = await applied(zhang, delegation)
    body = await zhang.rent_body(on_behalf_of=delegation)
    await zhang.face(f"submit:{RENT}")
    await (zhang if side == "agent" else li).call("DELETE", f"/delegations/{delegation}", status=204)
    for method, path, sent, code in (
        ("POST", "/cases", body, 403),
        ("GET", f"/cases?on_behalf_of={delegation}", None, 403),
        ("GET", f"/cases/{made['number']}", None, 404),
        ("POST", f"/cases/{made['number']}/withdraw", {}, 404),
        ("POST", f"/cases/{made['number']}/urge", {}, 404),
        ("GET", f"/matters/{RENT}/prefill?on_behalf_of={delegation}", None, 403),
    ):
        status, problem = await zhang.send(method, path, sent)
        assert status == code, (method, path, problem)
    await li.call("GET", f"/cases/{made['number']}", status=200)  # the case stays the person's
    await (zhang if side == "agent" else li).call("DELETE", f"/delegations/{delegation}", status=204)


async def test_the_last_day_has_passed(zhang: Citizen, li: Citizen) -> None:
    delegation = await agreed(zhang, li)
    await db.execute("UPDATE identity_delegation SET ends_on = $1", today() - timedelta(days=1))
    status, problem = await zhang.send("POST", "/cases", await zhang.rent_body(on_behalf_of=delegation))
    assert (status, problem["code"]) == (403, "cases.not_delegated")
    [listed] = (await zhang.call("GET", "/delegations", status=200))["items"]
    assert listed["state"] == "expired"


async def test_a_matter_outside_the_scope_is_refused(zhang: Citizen, li: Citizen) -> None:
    delegation = await agreed(zhang, li, matters=[WITHDRAWAL])
    status, problem = await zhang.send("POST", "/cases", await zhang.rent_body(on_behalf_of=delegation))
    assert (status, problem["code"]) == (403, "cases.not_delegated")
    assert "这个事项" in problem["detail"]


async def test_the_wallet_is_seen_only_where_that_was_granted(zhang: Citizen, li: Citizen) -> None:
    without = await agreed(zhang, li)
    status, problem = await zhang.send("GET", f"/licenses?on_behalf_of={without}")
    assert (status, problem["code"]) == (403, "identity.not_delegated")
    granted = await agreed(zhang, li, wallet=True)
    await zhang.call("GET", f"/licenses?on_behalf_of={granted}", status=200)
    uses = (await li.call("GET", "/me/data-uses", status=200))["items"]
    assert uses[0]["what"] == "查看了您的证照"


async def test_a_third_person_uses_nobodys_delegation(zhang: Citizen, li: Citizen, enter: Enter) -> None:
    delegation = await agreed(zhang, li, matters=["*"], wallet=True)
    made = await applied(zhang, delegation)
    thief = await enter(WANG)
    for person in (thief, li):  # li is acted for, and acts for nobody
        body = await person.rent_body(on_behalf_of=delegation)
        assert (await person.send("POST", "/cases", body))[1]["code"] == "cases.not_delegated"
        assert (await person.send("GET", f"/licenses?on_behalf_of={delegation}"))[0] == 403
    for method, path in (("GET", ""), ("POST", "/withdraw"), ("POST", "/urge"), ("POST", "/supplement")):
        status, problem = await thief.send(method, f"/cases/{made['number']}{path}", {} if path else None)
        assert (status, problem["code"]) == (404, "cases.not_found")
    assert (await thief.send("DELETE", f"/delegations/{delegation}"))[0] == 404


async def test_the_agent_sees_only_what_they_opened(zhang: Citizen, li: Citizen) -> None:
    own = await li.apply(await li.rent_body())
    delegation = await agreed(zhang, li, matters=["*"], wallet=True)
    assert (await zhang.send("GET", f"/cases/{own['number']}"))[0] == 404
    assert (await zhang.call("GET", f"/cases?on_behalf_of={delegation}", status=200))["items"] == []


async def test_files_of_the_agent_become_the_persons(zhang: Citizen, li: Citizen) -> None:
    delegation = await agreed(zhang, li)
    body = await zhang.rent_body(on_behalf_of=delegation)
    upload = body["materials"][0]["upload"]
    made = await zhang.apply(body)
    assert made["materials"][0]["upload"] is None
    await li.call("GET", f"/uploads/{upload}", status=200)
    async with li.api.request("GET", f"/api/v1/uploads/{upload}/content") as answer:
        assert answer.status == 200
    assert (await zhang.send("GET", f"/uploads/{upload}"))[0] == 404
    stolen = await li.upload()
    again = await zhang.rent_body(on_behalf_of=delegation, materials=[{"code": "lease", "upload": stolen}])
    await zhang.face(f"submit:{RENT}")
    assert (await zhang.send("POST", "/cases", again))[1]["code"] == "cases.materials_invalid"


# ------------------------------------------------------------------------------------------------------- agreeing


async def test_the_one_acted_for_shows_a_face_whoever_invites(zhang: Citizen, li: Citizen) -> None:
    made = await zhang.call("POST", "/delegations", wish("李四"), status=201)
    status, problem = await li.send("POST", "/delegation-invitations/accept", {"code": made["code"]})
    assert (status, problem["code"]) == (403, "identity.level_too_low")
    assert problem["context"]["purpose"] == f"delegate:{made['id']}"
    seen = await li.call("POST", "/delegation-invitations", {"code": made["code"].lower()}, status=200)
    assert (seen["name"], seen["role"], seen["purpose"]) == ("张*", "grantor", f"delegate:{made['id']}")
    status, problem = await li.send("POST", "/delegations", wish("张三", role="grantor"))
    assert (status, problem["context"]["purpose"]) == (403, "delegate:new")
    await li.face("delegate:new")
    mine = await li.call("POST", "/delegations", wish("张三", role="grantor"), status=201)
    done = await zhang.call("POST", "/delegation-invitations/accept", {"code": mine["code"]}, status=200)
    assert (done["role"], done["state"], done["proved"]) == ("agent", "active", "face")
    await applied(zhang, done["id"])


async def test_a_code_serves_only_the_person_it_was_made_for_and_once(
    zhang: Citizen, li: Citizen, enter: Enter
) -> None:
    made = await zhang.call("POST", "/delegations", wish("李四"), status=201)
    wang = await enter(WANG)
    told = []
    for person, code in ((wang, made["code"]), (zhang, made["code"]), (li, "ABCD-EFGH-JKLM")):
        status, problem = await person.send("POST", "/delegation-invitations", {"code": code})
        assert status == 422
        problem.pop("instance")
        told.append(problem)
    assert told[0] == told[1] == told[2]
    await li.call("POST", "/delegation-invitations/decline", {"code": made["code"]}, status=204)
    assert (await li.send("POST", "/delegation-invitations/accept", {"code": made["code"]}))[0] == 422


async def test_two_acceptances_at_once_make_one(zhang: Citizen, li: Citizen) -> None:
    await li.face("delegate:new")
    made = await li.call("POST", "/delegations", wish("张三", role="grantor"), status=201)
    answers = await asyncio.gather(
        *(zhang.send("POST", "/delegation-invitations/accept", {"code": made["code"]}) for _ in range(3))
    )
    assert sorted(status for status, _ in answers) == [200, 422, 422]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"matters": ["nothing.here"]}, "matters"),
        ({"matters": ["*", RENT]}, "matters"),
        ({"ends_on": (today() - timedelta(days=1)).isoformat()}, "ends_on"),
        ({"ends_on": (today() + timedelta(days=4000)).isoformat()}, "ends_on"),
        ({"matters": []}, "matters"),
        ({"relation": "boss"}, "relation"),
    ],
)
async def test_a_scope_or_day_that_cannot_be_is_named(zhang: Citizen, change: dict[str, Any], field: str) -> None:
    status, problem = await zhang.send("POST", "/delegations", wish("李四") | change)
    assert status == 422
    assert field in {fault["field"].split(".")[0] for fault in problem["errors"]}
    assert await db.fetch("SELECT 1 FROM identity_delegation") == []


async def test_nobody_acts_for_more_than_five(zhang: Citizen, li: Citizen) -> None:
    await agreed(zhang, li)
    await db.execute(
        "INSERT INTO identity_delegation (id, created_at, relation, inviter_id, agent_id, grantor_id, matters, wallet,"
        " ends_on, state) SELECT gen_random_uuid(), now(), 'other', agent_id, agent_id, gen_random_uuid(), matters,"
        " false, ends_on, 'active' FROM identity_delegation, generate_series(1, 4)"
    )
    status, problem = await zhang.send("POST", "/delegations", wish("李四"))
    assert (status, problem["code"]) == (409, "identity.too_many_delegations")


# ------------------------------------------------------------------------------------------------------ guardians


def guardianship(**changes: Any) -> dict[str, Any]:
    return {
        "relation": "minor", "name": CHILD.name, "id_number": CHILD.id_number, "matters": ["*"], "wallet": True,
        "ends_on": LATER,
    } | changes  # fmt: skip


async def test_a_guardian_acts_for_a_child_after_a_window_saw_the_papers(zhang: Citizen, staff: Staff) -> None:
    assert (await zhang.send("POST", "/guardianships", guardianship()))[1]["context"]["purpose"] == "guardian:new"
    await zhang.face("guardian:new")
    made = await zhang.call("POST", "/guardianships", guardianship(), status=201)
    assert (await zhang.send("GET", f"/licenses?on_behalf_of={made['id']}"))[0] == 403  # 待窗口核对
    window = staff("window")
    assert (await window.send("POST", "/guardianships/find", {"code": "ABCD-EFGH-JKLM"}))[0] == 404
    seen = await window.call("POST", "/guardianships/find", {"code": made["code"]}, status=200)
    assert (seen["guardian"], seen["person"]) == (ZHANG.name, CHILD.name)
    assert CHILD.id_number not in str(seen)
    await window.call("POST", f"/guardianships/{made['id']}/confirm", {"reason": "已核对户口簿"}, status=204)
    assert (await window.send("POST", f"/guardianships/{made['id']}/refuse", {"reason": "再来"}))[0] == 404
    await zhang.call("GET", f"/licenses?on_behalf_of={made['id']}", status=200)
    [listed] = (await zhang.call("GET", "/delegations", status=200))["items"]
    assert (listed["state"], listed["proved"], listed["relation_text"]) == ("active", "counter", "未成年子女")
    uses = (await zhang.call("GET", "/me/data-uses", status=200))["items"]
    assert "核对监护关系时查看了您的姓名" in [use["what"] for use in uses]


async def test_a_window_may_refuse_and_says_why(zhang: Citizen, staff: Staff) -> None:
    await zhang.face("guardian:new")
    made = await zhang.call("POST", "/guardianships", guardianship(), status=201)
    await staff("window").call("POST", f"/guardianships/{made['id']}/refuse", {"reason": "材料不足"}, status=204)
    [listed] = (await zhang.call("GET", "/delegations", status=200))["items"]
    assert (listed["state"], listed["reason"]) == ("refused", "材料不足")
    assert (await zhang.send("GET", f"/licenses?on_behalf_of={made['id']}"))[0] == 403


async def test_guardianship_of_a_minor_ends_at_eighteen_and_grown_ups_agree_themselves(zhang: Citizen) -> None:
    from backend.identity.guardians import full_age
    from backend.sdk.numbers import birth_date

    grown = guardianship(name=LI.name, id_number=LI.id_number)
    await zhang.face("guardian:new")
    status, problem = await zhang.send("POST", "/guardianships", grown)
    assert (status, problem["errors"][0]["code"]) == (422, "of_age")
    far = (today() + timedelta(days=3 * 365)).isoformat()
    await zhang.call("POST", "/guardianships", guardianship(ends_on=far), status=201)
    [listed] = (await zhang.call("GET", "/delegations", status=200))["items"]
    last = full_age(birth_date(CHILD.id_number))
    assert last is not None
    assert listed["ends_on"] == min(last - timedelta(days=1), today() + timedelta(days=3 * 365)).isoformat()


async def test_a_wrong_name_of_a_child_opens_nothing(zhang: Citizen) -> None:
    await zhang.face("guardian:new")
    status, problem = await zhang.send("POST", "/guardianships", guardianship(name="别的人"))
    assert (status, problem["code"]) == (422, "identity.real_name_mismatch")
    assert await db.fetch("SELECT 1 FROM identity_delegation") == []


async def test_a_child_who_signs_in_later_finds_what_was_done_and_ends_it(
    zhang: Citizen, enter: Enter, staff: Staff
) -> None:
    await zhang.face("guardian:new")
    made = await zhang.call("POST", "/guardianships", guardianship(), status=201)
    await staff("window").call("POST", f"/guardianships/{made['id']}/confirm", {"reason": "已核对"}, status=204)
    child = await enter(CHILD)
    [listed] = (await child.call("GET", "/delegations", status=200))["items"]
    assert (listed["id"], listed["role"], listed["name"]) == (made["id"], "grantor", "张*")
    await child.call("DELETE", f"/delegations/{made['id']}", status=204)
    assert (await zhang.send("GET", f"/licenses?on_behalf_of={made['id']}"))[0] == 403


async def test_a_delegation_goes_along_when_accounts_become_one(
    zhang: Citizen, li: Citizen, sandbox: Simulators, http: Any
) -> None:
    """Zhang signs in by WeChat for the first time; the proof of his name joins the two."""
    delegation = await agreed(zhang, li)
    await forget_limits()
    minted = await sandbox.send("POST", "/_control/wechat/code", {"name": "merging"})
    made = await http.call("POST", "/api/v1/sessions/wechat", {"code": minted["code"]}, status=200)
    other = Citizen(type(zhang.api)(http.base, http.http, made["token"]), ZHANG)
    proved = {"name": ZHANG.name, "id_number": ZHANG.id_number}
    done = await other.call("POST", "/me/real-name", proved, status=200)
    other.api.token = done["token"]
    await applied(other, delegation)


async def test_an_old_person_who_cannot_read_codes_is_not_forgotten(enter: Enter, zhang: Citizen) -> None:
    """The grantor may invite too: then the agent types the code, and the old person only shows a face."""
    elder = await enter(ELDER)
    await elder.face("delegate:new")
    made = await elder.call("POST", "/delegations", wish("张三", role="grantor", relation="parent"), status=201)
    done = await zhang.call("POST", "/delegation-invitations/accept", {"code": made["code"]}, status=200)
    assert done["state"] == "active"
