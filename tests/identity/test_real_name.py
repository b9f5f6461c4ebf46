"""Real name: the authority's answer, joined accounts, phones that changed hands."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backend.core import db
from backend.core.sessions import Tokens
from backend.identity import realname
from backend.sandbox.people import Person
from tests.conftest import Client, Server, Simulators
from tests.identity.conftest import Enter, real_name, vendors_recover
from tests.identity.people import AYIMU, CHILD, LI, RARE, UNKNOWN_NUMBER, WANG, ZHANG


def citizen_of(running: Server, client: Client) -> str:
    tokens: Tokens = running.app.ctx.tokens
    assert client.token is not None
    return tokens.verify(client.token).id


async def test_a_match_gives_level_two_and_a_new_token(http: Client, enter: Enter) -> None:
    client = await enter(ZHANG, verified=False)
    done = await real_name(client, ZHANG, status=200)
    assert (done["level"], done["name"], done["id_number"]) == (2, "张*", "110***********0015")
    client.token = done["token"]
    session = await client.call("GET", "/api/v1/session", status=200)
    assert (session["level"], session["name"]) == (2, "张*")
    assert ZHANG.name not in str(done)
    assert ZHANG.id_number not in str(done)


@pytest.mark.parametrize("person", [AYIMU, RARE, CHILD], ids=["dot", "rare character", "child"])
async def test_every_name_the_authority_knows_can_be_proved(enter: Enter, person: Person) -> None:
    client = await enter(person)
    assert (await client.call("GET", "/api/v1/me", status=200))["level"] == 2


async def test_spaces_small_x_and_other_dots_are_understood(enter: Enter) -> None:
    client = await enter(AYIMU, verified=False)
    body = {"name": " 阿依木•沙马 ", "id_number": f"{AYIMU.id_number[:6]} {AYIMU.id_number[6:]}"}
    await client.call("POST", "/api/v1/me/real-name", body, status=200)


async def test_another_level_is_told_with_the_way_there(enter: Enter) -> None:
    client = await enter(ZHANG, verified=False)
    body = {"purpose": "submit:x.y", "channel": "h5"}
    problem = await client.call("POST", "/api/v1/face-checks", body, status=403)
    assert problem["context"]["ways"] == [
        {"level": "verified", "method": "real_name", "call": "POST /api/v1/me/real-name"}
    ]


async def test_a_name_that_does_not_fit_is_a_mismatch(enter: Enter) -> None:
    client = await enter(ZHANG, verified=False)
    body = {"name": "张四", "id_number": ZHANG.id_number}
    problem = await client.call("POST", "/api/v1/me/real-name", body, status=422)
    assert problem["code"] == "identity.real_name_mismatch"
    assert (await client.call("GET", "/api/v1/me", status=200))["level"] == 1


async def test_an_unknown_number_gets_a_way_to_a_counter(enter: Enter) -> None:
    client = await enter(ZHANG, verified=False)
    body = {"name": "无名氏", "id_number": UNKNOWN_NUMBER}
    problem = await client.call("POST", "/api/v1/me/real-name", body, status=422)
    assert problem["code"] == "identity.real_name_not_found"
    assert problem["context"]["ways"][0]["method"] == "counter"


async def test_an_authority_that_is_down_costs_no_try(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, verified=False)
    await sandbox.send("PUT", "/_control/faults/authority/two_elements", {"fault": "http500"})
    for _ in range(realname.TRIES_A_DAY + 1):
        problem = await real_name(client, ZHANG, status=503)
        assert problem["code"] == "identity.real_name_unavailable"
    await vendors_recover(sandbox)
    await real_name(client, ZHANG, status=200)


async def test_an_altered_answer_of_the_authority_proves_nothing(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, verified=False)
    await sandbox.send("PUT", "/_control/faults/authority/two_elements", {"fault": "wrong_signature"})
    await real_name(client, ZHANG, status=503)
    assert (await client.call("GET", "/api/v1/me", status=200))["level"] == 1


async def test_five_wrong_names_a_day_are_enough(enter: Enter) -> None:
    client = await enter(ZHANG, verified=False)
    body = {"name": "张四", "id_number": ZHANG.id_number}
    for _ in range(realname.TRIES_A_DAY):
        await client.call("POST", "/api/v1/me/real-name", body, status=422)
    problem = await real_name(client, ZHANG, status=429)
    assert problem["code"] == "identity.real_name_limit"


async def test_parallel_tries_do_not_get_around_the_limit(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, verified=False)
    before = (await sandbox.get("/_control/received?vendor=authority"))["count"]
    body = {"name": "张四", "id_number": ZHANG.id_number}

    async def one() -> int:
        async with client.request("POST", "/api/v1/me/real-name", json=body) as answer:
            return int(answer.status)

    answers = await asyncio.gather(*(one() for _ in range(12)))
    assert (await sandbox.get("/_control/received?vendor=authority"))["count"] - before == realname.TRIES_A_DAY
    assert sorted(answers) == [422] * 5 + [429] * 7


async def test_one_id_number_cannot_be_searched_from_many_accounts(enter: Enter) -> None:
    body = {"name": "张四", "id_number": WANG.id_number}
    statuses = []
    for number in range(3):
        client = await enter(
            Person(name="", id_number="", phone=f"1390001000{number}", login="", note=""), verified=False
        )
        for _ in range(4):
            async with client.request("POST", "/api/v1/me/real-name", json=body) as answer:
                statuses.append(answer.status)
    assert statuses == [422] * realname.TRIES_A_NUMBER_A_DAY + [429] * 2


@pytest.mark.parametrize(
    ("name", "id_number", "field"),
    [
        ("张三", "110101199001010016", "id_number"),
        ("张三", "110101199013010015", "id_number"),
        ("张三", "110101209901010015", "id_number"),
        ("张三", "1101011990010100", "id_number"),
        ("张三", "一一〇一〇一一九九〇〇一〇一〇〇一五", "id_number"),
        ("张", "110101199001010015", "name"),
        ("张3", "110101199001010015", "name"),
        ("·张三", "110101199001010015", "name"),
        ("张三' OR 1=1--", "110101199001010015", "name"),
        ("<script>alert(1)</script>", "110101199001010015", "name"),
        ("张三\u202e", "110101199001010015", "name"),
    ],
)
async def test_a_bad_field_is_named_and_costs_no_question_to_the_authority(
    enter: Enter, sandbox: Simulators, name: str, id_number: str, field: str
) -> None:
    client = await enter(ZHANG, verified=False)
    before = (await sandbox.get("/_control/received?vendor=authority"))["count"]
    body = {"name": name, "id_number": id_number}
    problem = await client.call("POST", "/api/v1/me/real-name", body, status=422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert (await sandbox.get("/_control/received?vendor=authority"))["count"] == before


async def test_a_field_that_is_not_asked_for_is_refused(enter: Enter) -> None:
    client = await enter(ZHANG, verified=False)
    body = {"name": ZHANG.name, "id_number": ZHANG.id_number, "level": 4}
    problem = await client.call("POST", "/api/v1/me/real-name", body, status=422)
    assert problem["errors"] == [{"field": "level", "code": "unknown", "message": "没有这一项"}]


async def test_the_same_proof_joins_the_account_of_another_channel(running: Server, enter: Enter, http: Client) -> None:
    by_phone = await enter(ZHANG)
    by_wechat = await enter(ZHANG, via="wechat", verified=False)
    young_token = by_wechat.token
    done = await real_name(by_wechat, ZHANG, status=200)
    assert "手机号" in done["message"]
    by_wechat.token = done["token"]
    assert citizen_of(running, by_wechat) == citizen_of(running, by_phone)
    kinds = [account["kind"] for account in (await by_wechat.call("GET", "/api/v1/me", status=200))["accounts"]]
    assert sorted(kinds) == ["phone", "wechat"]
    stale = await http.call("GET", "/api/v1/me", status=401, headers={"Authorization": f"Bearer {young_token}"})
    assert stale["code"] == "identity.session_expired"
    fresh = await http.call("POST", "/api/v1/session/refresh", {"refresh_token": done["refresh_token"]}, status=200)
    assert fresh["level"] == 2


async def test_the_owner_of_a_joined_account_is_told(running: Server, enter: Enter) -> None:
    by_phone = await enter(ZHANG)
    by_wechat = await enter(ZHANG, via="wechat", verified=False)
    await real_name(by_wechat, ZHANG, status=200)
    messages = (await by_phone.call("GET", "/api/v1/messages", status=200))["items"]
    assert [message["title"] for message in messages] == ["您的账号多了一种登录方式"]


async def test_floors_above_hear_of_a_join_in_its_transaction(enter: Enter) -> None:
    from backend.identity import ports

    heard: list[tuple[str, str]] = []

    async def moved(old: str, new: str) -> None:
        heard.append((old, new))

    held = ports.current()
    ports.configure(ports.Ports(citizen_merged=(moved,)))
    try:
        await enter(ZHANG)
        by_alipay = await enter(ZHANG, via="alipay", verified=False)
        await real_name(by_alipay, ZHANG, status=200)
    finally:
        ports.configure(held)
    rows = await db.fetch("SELECT id, merged_into FROM identity_citizen WHERE merged_into IS NOT NULL")
    assert heard == [(str(rows[0]["id"]), str(rows[0]["merged_into"]))]


async def test_two_first_proofs_of_one_number_at_once_end_as_one_citizen(running: Server, enter: Enter) -> None:
    clients = [await enter(ZHANG, via=via, verified=False) for via in ("phone", "wechat", "alipay")]
    done = await asyncio.gather(*(real_name(client, ZHANG, status=200) for client in clients))
    for client, answer in zip(clients, done, strict=True):
        client.token = answer["token"]
    assert len({citizen_of(running, client) for client in clients}) == 1
    for client in clients:
        assert len((await client.call("GET", "/api/v1/me", status=200))["accounts"]) == 3


async def test_a_verified_wechat_account_cannot_become_somebody_else(enter: Enter) -> None:
    client = await enter(ZHANG, via="wechat")
    problem = await real_name(client, LI, status=409)
    assert problem["code"] == "identity.real_name_other"


async def test_a_phone_that_changed_hands_moves_with_code_and_real_name(
    running: Server, enter: Enter, http: Client
) -> None:
    former = await enter(ZHANG)
    former_wechat = await enter(ZHANG, via="wechat")
    new_owner = await enter(Person(name="", id_number="", phone=ZHANG.phone, login="", note=""), verified=False)
    done = await real_name(new_owner, LI, status=200)
    assert done["name"] == "李*"
    new_owner.token = done["token"]
    assert citizen_of(running, new_owner) != citizen_of(running, former_wechat)
    await former.call("GET", "/api/v1/me", status=401)
    mine = await former_wechat.call("GET", "/api/v1/me", status=200)
    assert [account["kind"] for account in mine["accounts"]] == ["wechat"]
    titles = [item["title"] for item in (await former_wechat.call("GET", "/api/v1/messages", status=200))["items"]]
    assert "您的手机号已由他人使用" in titles
    theirs = await new_owner.call("GET", "/api/v1/me", status=200)
    assert [account["label"] for account in theirs["accounts"]] == ["138****0001"]


async def test_a_phone_moves_only_soon_after_its_code(enter: Enter) -> None:
    client = await enter(ZHANG)
    await db.execute("UPDATE identity_session SET created_at = created_at - interval '1 hour'")
    await real_name(client, LI, status=409)


async def test_a_number_that_was_idle_for_long_shows_nothing_of_its_former_owner(enter: Enter) -> None:
    await enter(ZHANG)
    await db.execute("UPDATE identity_account SET proved_at = proved_at - interval '91 days'")
    somebody = await enter(ZHANG, verified=False)
    session = await somebody.call("GET", "/api/v1/session", status=200)
    assert (session["level"], session["name"]) == (1, None)
    seen = await somebody.call("GET", "/api/v1/me", status=200)
    assert (seen["name"], seen["id_number"], seen["age"]) == (None, None, None)
    done = await real_name(somebody, ZHANG, status=200)
    assert done["name"] == "张*"


async def test_every_try_is_in_the_ledger(enter: Enter) -> None:
    client = await enter(ZHANG, verified=False)
    await client.call("POST", "/api/v1/me/real-name", {"name": "张四", "id_number": ZHANG.id_number}, status=422)
    await real_name(client, ZHANG, status=200)
    rows = await db.fetch("SELECT outcome, result_code FROM identity_assurance ORDER BY created_at")
    assert [(row["outcome"], row["result_code"]) for row in rows] == [("failed", "mismatch"), ("passed", "match")]


async def test_nothing_personal_is_in_the_tables_in_clear(enter: Enter) -> None:
    """Look at every column of every row of identity, as text and as bytes."""
    await enter(ZHANG)
    await enter(ZHANG, via="wechat")
    tables = await db.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '^(identity|core|push)_'"
    )
    marks: list[Any] = [ZHANG.name, ZHANG.id_number, ZHANG.phone]
    seen = 0
    for table in tables:
        for row in await db.fetch(f"SELECT * FROM {table['tablename']}"):
            for value in row.values():
                text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                seen += 1
                assert not [mark for mark in marks if mark in text], table["tablename"]
    assert seen > 50
