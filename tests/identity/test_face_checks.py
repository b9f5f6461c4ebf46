"""Face checks: three channels, and every way to cheat that we could think of."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from backend.core import db
from backend.core.errors import LevelTooLow
from backend.core.sessions import Principal, Tokens
from backend.identity import policies, service
from backend.sandbox.people import Person
from tests.conftest import Client, Server, Simulators
from tests.identity.conftest import Enter, vendors_recover
from tests.identity.people import LI, ZHANG

PURPOSE = "submit:chengdu_housing_fund.rent_withdrawal"
ENTRANCE = {"wechat": "wechat", "alipay": "alipay", "h5": "phone"}
CALLS = {
    "wechat": ("wechat", "getverifyid", "queryverifyinfo"),
    "alipay": ("alipay", "alipay.user.certify.open.initialize", "alipay.user.certify.open.query"),
    "h5": ("faceid", "DetectAuth", "GetDetectInfoEnhanced"),
}
CHANNELS = list(CALLS)


async def begin(client: Client, channel: str = "h5", purpose: str = PURPOSE, *, status: int = 201) -> Any:
    return await client.call("POST", "/api/v1/face-checks", {"purpose": purpose, "channel": channel}, status=status)


async def finish(client: Client, check: Any, *, status: int = 200) -> Any:
    return await client.call("POST", f"/api/v1/face-checks/{check['id']}/finish", status=status)


async def outcome(sandbox: Simulators, person: Person, name: str) -> None:
    await sandbox.send("PUT", f"/_control/face/{person.id_number}", {"outcome": name})


async def passed(
    client: Client, sandbox: Simulators, person: Person, channel: str = "h5", purpose: str = PURPOSE
) -> Any:
    check = await begin(client, channel, purpose)
    await outcome(sandbox, person, "pass")
    assert (await finish(client, check))["state"] == "passed"
    return check


def principal(running: Server, client: Client) -> Principal:
    tokens: Tokens = running.app.ctx.tokens
    assert client.token is not None
    return tokens.verify(client.token)


async def spend(who: Principal, purpose: str = PURPOSE) -> None:
    async with db.transaction():
        await service.consume_assurance(who, purpose, "case:1")


async def refuses(who: Principal, purpose: str = PURPOSE) -> bool:
    try:
        await spend(who, purpose)
    except LevelTooLow:
        return True
    return False


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_passed_check_gives_one_proof_for_its_purpose(
    running: Server, enter: Enter, sandbox: Simulators, channel: str
) -> None:
    client = await enter(ZHANG, via=ENTRANCE[channel])
    who = principal(running, client)
    assert await refuses(who)
    await passed(client, sandbox, ZHANG, channel)
    held = (await client.call("GET", "/api/v1/session", status=200))["assurances"]
    assert [item["purpose"] for item in held] == [PURPOSE]
    await spend(who)
    assert await refuses(who)
    assert (await client.call("GET", "/api/v1/session", status=200))["assurances"] == []


@pytest.mark.parametrize("channel", CHANNELS)
async def test_the_row_with_our_number_is_there_before_the_provider_is_called(
    enter: Enter, sandbox: Simulators, channel: str
) -> None:
    client = await enter(ZHANG, via=ENTRANCE[channel])
    vendor, call, _ = CALLS[channel]
    await sandbox.send("PUT", f"/_control/faults/{vendor}/{call}", {"fault": "drop_after_accept"})
    problem = await begin(client, channel, status=503)
    assert problem["code"] == "identity.face_unavailable"
    assert channel not in [way["channel"] for way in problem["context"]["ways"]]
    assert problem["context"]["ways"][-1]["method"] == "counter"
    row = await db.fetch_one("SELECT state, out_no FROM identity_face_check")
    assert row is not None
    assert row["state"] == "refused"
    received = (await sandbox.get(f"/_control/received?vendor={vendor}&call={call}"))["items"]
    if channel != "h5":  # FaceID takes no number of ours
        assert row["out_no"] in str(received[-1]["detail"])


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_failed_check_gives_nothing_and_offers_other_ways(
    running: Server, enter: Enter, sandbox: Simulators, channel: str
) -> None:
    client = await enter(ZHANG, via=ENTRANCE[channel])
    check = await begin(client, channel)
    await outcome(sandbox, ZHANG, "fail")
    result = await finish(client, check)
    assert result["state"] == ("pending" if channel == "alipay" else "failed")
    assert [way["method"] for way in result["ways"]][-1] == "counter"
    assert await refuses(principal(running, client))


async def test_alipays_f_may_mean_unfinished_so_it_waits_until_the_check_expires(
    enter: Enter, sandbox: Simulators
) -> None:
    client = await enter(ZHANG, via="alipay")
    check = await begin(client, "alipay")
    await outcome(sandbox, ZHANG, "unfinished")
    assert (await finish(client, check))["state"] == "pending"
    await outcome(sandbox, ZHANG, "pass")
    assert (await finish(client, check))["state"] == "passed"


async def test_an_unfinished_check_expires(running: Server, enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="alipay")
    check = await begin(client, "alipay")
    await db.execute("UPDATE identity_face_check SET expires_at = now() - interval '1 second'")
    await outcome(sandbox, ZHANG, "pass")
    assert (await finish(client, check))["state"] == "expired"
    assert (await finish(client, check))["state"] == "expired"
    assert await refuses(principal(running, client))


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_provider_that_says_yes_after_a_timeout_is_asked_again(
    running: Server, enter: Enter, sandbox: Simulators, channel: str
) -> None:
    client = await enter(ZHANG, via=ENTRANCE[channel])
    check = await begin(client, channel)
    await outcome(sandbox, ZHANG, "pass")
    vendor, _, query = CALLS[channel]
    await sandbox.send("PUT", f"/_control/faults/{vendor}/{query}", {"fault": "drop_after_accept"})
    assert (await finish(client, check))["state"] == "pending"
    assert await refuses(principal(running, client))
    await vendors_recover(sandbox)
    assert (await finish(client, check))["state"] == "passed"


async def test_an_answer_with_a_wrong_signature_proves_nothing(
    running: Server, enter: Enter, sandbox: Simulators
) -> None:
    client = await enter(ZHANG, via="alipay")
    check = await begin(client, "alipay")
    await outcome(sandbox, ZHANG, "pass")
    query = CALLS["alipay"][2]
    await sandbox.send("PUT", f"/_control/faults/alipay/{query}", {"fault": "wrong_signature"})
    assert (await finish(client, check))["state"] == "pending"
    assert await refuses(principal(running, client))


async def test_finishing_twice_gives_one_proof_and_the_same_answer(
    running: Server, enter: Enter, sandbox: Simulators
) -> None:
    client = await enter(ZHANG)
    check = await passed(client, sandbox, ZHANG)
    assert (await finish(client, check))["state"] == "passed"
    await spend(principal(running, client))
    assert (await finish(client, check))["state"] == "passed"
    assert await refuses(principal(running, client))


async def test_finishing_twice_at_once_gives_one_proof(running: Server, enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="wechat")
    check = await begin(client, "wechat")
    await outcome(sandbox, ZHANG, "pass")
    results = await asyncio.gather(*(finish(client, check) for _ in range(6)))
    assert {result["state"] for result in results} == {"passed"}
    rows = await db.fetch("SELECT 1 FROM identity_assurance WHERE method = 'face'")
    assert len(rows) == 1


async def test_two_uses_at_once_of_one_proof_leave_one(running: Server, enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG)
    await passed(client, sandbox, ZHANG)
    who = principal(running, client)
    assert sorted(await asyncio.gather(*(refuses(who) for _ in range(5)))) == [False, True, True, True, True]


async def test_a_proof_that_was_not_used_in_a_rolled_back_transaction_is_still_there(
    running: Server, enter: Enter, sandbox: Simulators
) -> None:
    client = await enter(ZHANG)
    await passed(client, sandbox, ZHANG)
    who = principal(running, client)
    with pytest.raises(ZeroDivisionError):
        await spend_and_fail(who)
    await spend(who)


async def spend_and_fail(who: Principal) -> None:
    async with db.transaction():
        await service.consume_assurance(who, PURPOSE, "case:1")
        raise ZeroDivisionError


async def test_a_check_for_one_purpose_serves_no_other(running: Server, enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG)
    await passed(client, sandbox, ZHANG)
    assert await refuses(principal(running, client), "submit:province_finance.other")
    assert await refuses(principal(running, client), PURPOSE + "2")


async def test_another_persons_check_is_not_found(running: Server, enter: Enter, sandbox: Simulators) -> None:
    owner = await enter(ZHANG)
    thief = await enter(LI)
    check = await begin(owner)
    await outcome(sandbox, ZHANG, "pass")
    assert (await finish(thief, check, status=404))["code"] == "identity.face_check_not_found"
    assert (await finish(owner, check))["state"] == "passed"
    assert await refuses(principal(running, thief))


async def test_a_check_of_another_session_of_the_same_person_is_not_found(
    running: Server, enter: Enter, sandbox: Simulators
) -> None:
    here = await enter(ZHANG)
    there = await enter(ZHANG)
    check = await begin(here)
    await outcome(sandbox, ZHANG, "pass")
    await finish(there, check, status=404)
    assert (await finish(here, check))["state"] == "passed"
    assert await refuses(principal(running, there))
    assert not await refuses(principal(running, here))


async def test_a_web_view_may_finish_and_use_the_check_of_the_session_it_took_over(
    running: Server, enter: Enter, sandbox: Simulators, http: Client
) -> None:
    program = await enter(ZHANG, via="wechat")
    code = await program.call("POST", "/api/v1/webview-codes", {"target": "/"}, status=201)
    opened = await http.call("POST", "/api/v1/sessions/webview", {"code": code["code"]}, status=200)
    page = Client(http.base, http.http, opened["token"])
    await passed(program, sandbox, ZHANG, "wechat")
    assert not await refuses(principal(running, page))
    assert await refuses(principal(running, program))


async def test_an_ended_session_uses_no_proof(running: Server, enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG)
    await passed(client, sandbox, ZHANG)
    who = principal(running, client)
    await client.call("DELETE", "/api/v1/session", status=204)
    assert await refuses(who)


async def test_a_proof_is_over_after_half_an_hour(running: Server, enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG)
    await passed(client, sandbox, ZHANG)
    row = await db.fetch_one("SELECT expires_at - created_at AS life FROM identity_assurance WHERE method = 'face'")
    assert row is not None
    assert row["life"].total_seconds() == 1800
    await db.execute("UPDATE identity_assurance SET expires_at = now() - interval '1 second'")
    assert await refuses(principal(running, client))


async def test_a_check_that_was_made_for_another_person_fails_at_faceid(
    running: Server, enter: Enter, sandbox: Simulators
) -> None:
    """The ids of two checks swapped in the row, as a broken or bribed part of us might: the names do not fit."""
    mine, theirs = await enter(ZHANG), await enter(LI)
    my_check, their_check = await begin(mine), await begin(theirs)
    await outcome(sandbox, LI, "pass")
    row = await db.fetch_one("SELECT business_id FROM identity_face_check WHERE id = $1::uuid", their_check["id"])
    assert row is not None
    await db.execute(
        "UPDATE identity_face_check SET business_id = $2 WHERE id = $1::uuid", my_check["id"], row["business_id"]
    )
    assert (await finish(mine, my_check))["state"] == "failed"
    assert await refuses(principal(running, mine))


async def test_swapped_ids_fail_at_wechat_because_number_hash_and_openid_are_sent(
    running: Server, enter: Enter, sandbox: Simulators
) -> None:
    mine, theirs = await enter(ZHANG, via="wechat"), await enter(LI, via="wechat")
    my_check, their_check = await begin(mine, "wechat"), await begin(theirs, "wechat")
    await outcome(sandbox, LI, "pass")
    row = await db.fetch_one("SELECT business_id FROM identity_face_check WHERE id = $1::uuid", their_check["id"])
    assert row is not None
    await db.execute(
        "UPDATE identity_face_check SET business_id = $2 WHERE id = $1::uuid", my_check["id"], row["business_id"]
    )
    assert (await finish(mine, my_check))["state"] == "failed"
    assert await refuses(principal(running, mine))


async def test_the_browsers_word_is_no_proof(running: Server, enter: Enter, sandbox: Simulators) -> None:
    """Coming back with a token in the address, without having looked into the camera."""
    client = await enter(ZHANG)
    check = await begin(client)
    async with client.request("POST", f"/api/v1/face-checks/{check['id']}/finish?BizToken=x&passed=T") as answer:
        assert (await answer.json())["state"] == "pending"
    body = {"state": "passed", "verify_ret": 10000}
    async with client.request("POST", f"/api/v1/face-checks/{check['id']}/finish", json=body) as answer:
        assert (await answer.json()).get("state") != "passed"
    assert await refuses(principal(running, client))


async def test_a_person_plays_the_browser_check_on_the_providers_page(enter: Enter) -> None:
    client = await enter(ZHANG)
    check = await client.call(
        "POST", "/api/v1/face-checks", {"purpose": PURPOSE, "channel": "h5", "return_to": "/apply?x=1"}, status=201
    )
    async with (
        aiohttp.ClientSession() as browser,
        browser.post(check["params"]["url"], data={"outcome": "pass"}, allow_redirects=False) as answer,
    ):
        back = answer.headers["Location"]
    assert back.startswith(f"{client.base}/apply?x=1&face_check={check['id']}")
    assert (await finish(client, check))["state"] == "passed"


async def test_three_failures_close_one_provider_for_today_and_leave_the_others(
    enter: Enter, sandbox: Simulators
) -> None:
    client = await enter(ZHANG)
    for _ in range(policies.default().failures):
        check = await begin(client)
        await outcome(sandbox, ZHANG, "fail")
        result = await finish(client, check)
    assert [way["channel"] for way in result["ways"]] == ["wechat", "alipay", None]
    locked = await begin(client, status=403)
    assert locked["code"] == "identity.face_locked"
    assert [way["method"] for way in locked["context"]["ways"]] == ["face", "face", "counter"]
    await begin(client, "alipay")
    await begin(client, "h5", "show:abc")
    titles = [item["title"] for item in (await client.call("GET", "/api/v1/messages", status=200))["items"]]
    assert titles == ["人脸核验多次没有通过"]


async def test_a_cancelled_camera_is_not_held_against_anybody(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="wechat")
    for name in ("cancel", "cancel", "not_in_library", "too_frequent"):
        check = await begin(client, "wechat")
        await outcome(sandbox, ZHANG, name)
        assert (await finish(client, check))["state"] == "failed"
    await begin(client, "wechat")


async def test_checks_without_end_are_not_paid_for(enter: Enter) -> None:
    client = await enter(ZHANG)
    for _ in range(policies.default().checks):
        await begin(client)
    locked = await begin(client, status=403)
    assert [way["method"] for way in locked["context"]["ways"]] == ["counter"]


async def test_wechats_check_needs_a_wechat_account(enter: Enter) -> None:
    client = await enter(ZHANG)
    problem = await begin(client, "wechat", status=409)
    assert problem["code"] == "identity.face_channel_missing"
    assert [way["channel"] for way in problem["context"]["ways"]] == ["alipay", "h5", None]


async def test_a_refusal_of_the_provider_is_told(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG)
    fault = {"fault": "code", "code": "FailedOperation.IdNameMisMatch"}
    await sandbox.send("PUT", "/_control/faults/faceid/DetectAuth", fault)
    assert (await begin(client, status=422))["code"] == "identity.face_refused"


@pytest.mark.parametrize("check_id", ["x", "00000000-0000-0000-0000-000000000000", "%27--", "9" * 500])
async def test_an_unknown_check_is_not_found(enter: Enter, check_id: str) -> None:
    client = await enter(ZHANG)
    await finish(client, {"id": check_id}, status=404)


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": ""},
        {"purpose": "submit:<script>"},
        {"purpose": "submit:a\n"},
        {"purpose": "Submit:a"},
        {"purpose": "s" * 200},
        {"channel": "camera"},
        {"return_to": "//evil.example"},
        {"state": "passed"},
    ],
)
async def test_a_malformed_order_is_refused(enter: Enter, change: dict[str, str]) -> None:
    client = await enter(ZHANG)
    await client.call("POST", "/api/v1/face-checks", {"purpose": PURPOSE, "channel": "h5"} | change, status=422)
    assert await db.fetch("SELECT 1 FROM identity_face_check") == []


async def test_the_ledger_keeps_who_proved_what_with_which_number(enter: Enter, sandbox: Simulators) -> None:
    client = await enter(ZHANG, via="wechat")
    await passed(client, sandbox, ZHANG, "wechat")
    row = await db.fetch_one(
        "SELECT a.provider, a.business_id = f.business_id AS same, a.result_code, a.purpose, a.outcome"
        " FROM identity_assurance a, identity_face_check f WHERE a.method = 'face'"
    )
    assert row is not None
    assert tuple(row.values()) == ("wechat", True, "10000", PURPOSE, "passed")
