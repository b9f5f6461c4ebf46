"""The department protocol: our caller against the simulated department, over real HTTP, and the way back."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from sanic import HTTPResponse, Request, Sanic

from backend.core.clients import Client, ProviderError
from backend.sdk.department import (
    Department,
    Material,
    QueryCall,
    SignatureRefused,
    Signer,
    SubmitCall,
    TrackCall,
    UpdateAnswer,
    UpdateEvent,
    WithdrawCall,
    new_pair,
    private_key,
    public_key,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)
from backend.sdk.department.server import MemoryNonces
from tests.conftest import free_socket
from tests.sandbox.serving import Desk, listening, simulators

MODULE = "chengdu_housing_fund"


def signer(desk: Desk) -> Signer:
    ours = desk.vendors.departments
    return Signer(ours.key_id, private_key(ours.private_key))


def door(desk: Desk, module: str = MODULE, **options: Any) -> Department:
    ours = desk.vendors.departments
    keys = {name: public_key(pem) for name, pem in ours.public_keys.items()}
    settings: dict[str, Any] = {"timeout_s": 3.0, "backoff_s": 0.01} | options
    client = Client(f"department.{module}", f"{ours.base_url}/{module}", **settings)
    return Department(module, client, signer(desk), keys)


def a_case(number: str | None = None) -> SubmitCall:
    return SubmitCall(
        case_number=number or f"TF{secrets.token_hex(8)}",
        matter=f"{MODULE}.rent_withdrawal",
        release="1.2.0",
        applicant={"name": "张三", "id_number": "110101199001010011"},
        form={"monthly_rent": 150000},
        materials=[Material(code="lease", name="房屋租赁合同", sha256="0" * 64)],
    )


async def test_a_case_is_submitted_tracked_and_withdrawn(desk: Desk) -> None:
    call = a_case()
    answer = await door(desk).submit(call, idempotency_key="k-" + call.case_number)
    assert answer.state == "received"
    assert answer.department_number.startswith("BM")
    found = await door(desk).track(TrackCall(case_number=call.case_number))
    assert (found.state, found.department_number) == ("received", answer.department_number)
    gone = await door(desk).withdraw(WithdrawCall(case_number=call.case_number), idempotency_key="w1")
    assert gone.state == "withdrawn"
    assert (await door(desk).track(TrackCall(case_number=call.case_number))).state == "withdrawn"


@pytest.mark.parametrize("state", ["accepted", "rejected", "received"])
async def test_a_department_can_be_told_how_to_answer(desk: Desk, state: str) -> None:
    await desk.control("PUT", "/department/other_module", {"submit": state})
    call = a_case()
    answer = await door(desk, "other_module").submit(call, idempotency_key=call.case_number)
    assert answer.state == state


async def test_one_idempotency_key_is_one_case_also_when_the_answer_was_lost(desk: Desk) -> None:
    call = a_case()
    await desk.fault("department", "submit", "drop_after_accept", times=1)
    first = await door(desk).submit(call, idempotency_key=call.case_number)
    again = await door(desk).submit(call, idempotency_key=call.case_number)
    assert first == again
    kept = await desk.control("GET", f"/department/{MODULE}/cases")
    assert [item["call"]["case_number"] for item in kept["items"]].count(call.case_number) == 1


async def test_the_same_key_at_once_gives_one_department_number(desk: Desk) -> None:
    call = a_case()
    answers = await asyncio.gather(*(door(desk).submit(call, idempotency_key=call.case_number) for _ in range(10)))
    assert len({answer.department_number for answer in answers}) == 1


async def test_a_key_used_for_something_else_is_refused(desk: Desk) -> None:
    call = a_case()
    await door(desk).submit(call, idempotency_key=call.case_number)
    with pytest.raises(ProviderError) as found:
        await door(desk).submit(a_case(), idempotency_key=call.case_number)
    assert (found.value.kind, found.value.code) == ("permanent", "idempotency_key_reused")


async def test_a_submission_without_a_key_is_refused(desk: Desk) -> None:
    with pytest.raises(ProviderError, match="idempotency_key_missing"):
        await door(desk).submit(a_case(), idempotency_key="")


async def test_a_case_that_never_arrived_is_missing_for_good(desk: Desk) -> None:
    with pytest.raises(ProviderError) as found:
        await door(desk).track(TrackCall(case_number="TF-none"))
    assert (found.value.kind, found.value.code) == ("permanent", "case_missing")
    assert (found.value.status, found.value.message) == (404, "没有收到过这个办件")


@pytest.mark.parametrize("fault", ["http500", "html502", "down", "wrong_signature"])
async def test_a_department_in_trouble_is_unknown_and_never_a_refusal(desk: Desk, fault: str) -> None:
    await desk.fault("department", "submit", fault)
    with pytest.raises(ProviderError) as found:
        await door(desk).submit(a_case(), idempotency_key="k-" + secrets.token_hex(8))
    assert found.value.kind == "unknown"


async def test_a_fault_can_be_set_for_one_module_alone(desk: Desk) -> None:
    await desk.fault("department", f"{MODULE}.track", "down")
    call = a_case()
    await door(desk).submit(call, idempotency_key=call.case_number)
    with pytest.raises(ProviderError) as found:
        await door(desk).track(TrackCall(case_number=call.case_number))
    assert found.value.kind == "unknown"
    with pytest.raises(ProviderError, match="case_missing"):
        await door(desk, "other_module").track(TrackCall(case_number=call.case_number))


async def test_a_page_in_between_that_says_not_found_loses_no_case(desk: Desk) -> None:
    ours = desk.vendors.departments
    client = Client("department.x", f"{desk.base}/nothing/here", attempts=1)
    lost = Department("x", client, signer(desk), {n: public_key(p) for n, p in ours.public_keys.items()})
    with pytest.raises(ProviderError) as found:
        await lost.submit(a_case(), idempotency_key="k")
    assert (found.value.kind, found.value.code) == ("unknown", "http_404")


async def test_a_redirect_of_a_department_is_not_followed_and_loses_no_case(desk: Desk) -> None:
    moved: Sanic[Any, Any] = Sanic(f"moved-{secrets.token_hex(4)}", configure_logging=False)
    moved.config.TOUCHUP = False
    target = f"{desk.base}/departments/{MODULE}/submit"
    asked: list[str] = []

    async def away(request: Request, call: str) -> HTTPResponse:
        asked.append(call)
        return HTTPResponse(status=307, headers={"Location": target})

    moved.add_route(away, "/<call:str>", methods=["POST"])
    listener = free_socket()
    before = await desk.count("department", "submit")
    async with listening(moved, listener):
        client = Client("department.x", f"http://127.0.0.1:{listener.getsockname()[1]}", attempts=1)
        theirs = {name: public_key(pem) for name, pem in desk.vendors.departments.public_keys.items()}
        with pytest.raises(ProviderError) as found:
            await Department(MODULE, client, signer(desk), theirs).submit(a_case(), idempotency_key="k")
    assert (found.value.kind, found.value.code, asked) == ("unknown", "http_307", ["submit"])
    assert await desk.count("department", "submit") == before


async def post(desk: Desk, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.post(desk.base + path, data=body, headers=headers) as answer:
        return answer.status, (await answer.json(content_type=None)).get("code", "")


def signed(desk: Desk, target: str, content: bytes, **options: Any) -> dict[str, str]:
    given: dict[str, Any] = {"module": MODULE, "method": "POST", "path": target, "body": content} | options
    return sign_request(signer(desk), **given)


TRACK = f"/departments/{MODULE}/track"
BODY = msgspec.json.encode(TrackCall(case_number="TF-none"))


async def test_a_replayed_request_is_refused(desk: Desk) -> None:
    headers = signed(desk, TRACK, BODY)
    assert await post(desk, TRACK, headers, BODY) == (404, "case_missing")
    assert await post(desk, TRACK, headers, BODY) == (401, "replayed")


@pytest.mark.parametrize(
    ("options", "changed", "status", "code"),
    [
        ({"now": time.time() - 301}, {}, 401, "stale"),
        ({"now": time.time() + 4_000}, {}, 401, "stale"),
        ({}, {"X-TF-Key": "nobody"}, 401, "unknown_key"),
        ({}, {"X-TF-Nonce": "A" * 32}, 401, "bad_signature"),
        ({}, {"X-TF-Nonce": "short"}, 401, "missing"),
        ({}, {"X-TF-Timestamp": "soon"}, 401, "missing"),
        ({}, {"X-TF-Module": "other_module"}, 401, "bad_signature"),
        ({}, {"Idempotency-Key": "added"}, 401, "bad_signature"),
        ({}, {"X-TF-Signature": ""}, 401, "missing"),
        ({}, {"X-TF-Signature": "%%%"}, 401, "bad_signature"),
        ({"path": TRACK + "?x=1"}, {}, 401, "bad_signature"),
        ({"method": "PUT"}, {}, 401, "bad_signature"),
        ({"body": b"{}"}, {}, 401, "bad_signature"),
        ({"module": "other_module"}, {}, 403, "another_module"),
    ],
)
async def test_a_request_that_was_altered_is_refused(
    desk: Desk, options: dict[str, Any], changed: dict[str, str], status: int, code: str
) -> None:
    headers = signed(desk, TRACK, BODY, **options) | changed
    assert await post(desk, TRACK, headers, BODY) == (status, code)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"case_number": 5}', b'{"x":"\xff"}', b"[" * 5000])
async def test_a_malformed_body_is_told_apart_from_a_failure(desk: Desk, body: bytes) -> None:
    assert await post(desk, TRACK, signed(desk, TRACK, body), body) == (422, "body_invalid")


async def test_a_forged_request_does_not_use_up_a_nonce() -> None:
    ours, pem = new_pair()
    us, seen = Signer("us", private_key(ours)), MemoryNonces()
    keys = {"us": public_key(pem)}
    headers = sign_request(us, module="m", method="POST", path="/p", body=b"x")
    with pytest.raises(SignatureRefused):
        await verify_request(headers, method="POST", path="/p", body=b"y", keys=keys, seen_nonce=seen)
    verified = await verify_request(headers, method="POST", path="/p", body=b"x", keys=keys, seen_nonce=seen)
    assert (verified.module, verified.key_id) == ("m", "us")


async def test_nonces_are_forgotten_only_after_their_time() -> None:
    now = [0.0]
    seen = MemoryNonces(clock=lambda: now[0])
    assert not await seen("a", 600)
    now[0] = 599
    assert await seen("a", 600)
    now[0] = 1300
    assert not await seen("a", 600)


@pytest.mark.parametrize("part", ["status", "body", "nonce", "old", "key"])
def test_an_answer_is_bound_to_its_request(part: str) -> None:
    theirs, pem = new_pair()
    them = Signer("them", private_key(theirs))
    headers = sign_response(them, status=200, body=b"{}", request_nonce="n" * 20)
    keys = {"them": public_key(new_pair()[1] if part == "key" else pem)}
    given: dict[str, Any] = {"status": 200, "body": b"{}", "request_nonce": "n" * 20, "keys": keys}
    if part != "key":
        verify_response(headers, **given)
    changed = {
        "status": {"status": 404},
        "body": {"body": b"[]"},
        "nonce": {"request_nonce": "m" * 20},
        "old": {"now": time.time() + 360},
        "key": {},
    }[part]
    with pytest.raises(SignatureRefused):
        verify_response(headers, **(given | changed))


class Platform:
    """A stand-in for our callback: verifies, applies each event once, signs its answer."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.applied, self.refused, self.seen = desk, [], [], MemoryNonces()  # type: ignore[var-annotated]
        self.app: Sanic[Any, Any] = Sanic(f"platform-{secrets.token_hex(4)}", configure_logging=False)
        self.app.config.TOUCHUP = False
        self.app.add_route(self.take, "/callbacks/departments/<module:str>", methods=["POST"])

    async def take(self, request: Request, module: str) -> HTTPResponse:
        theirs = self.desk.vendors.departments.public_keys
        try:
            verified = await verify_request(
                request.headers,
                method="POST",
                path=request.path,
                body=request.body,
                keys={name: public_key(pem) for name, pem in theirs.items()},
                seen_nonce=self.seen,
            )
        except SignatureRefused as error:
            self.refused.append(error.code)
            return HTTPResponse(status=401)
        event = msgspec.json.decode(request.body, type=UpdateEvent)
        duplicate = any(item.event_id == event.event_id for item in self.applied)
        if not duplicate:
            self.applied.append(event)
        body = msgspec.json.encode(UpdateAnswer(event_id=event.event_id, duplicate=duplicate))
        headers = sign_response(signer(self.desk), status=200, body=body, request_nonce=verified.nonce)
        return HTTPResponse(body, headers=headers, content_type="application/json")


@asynccontextmanager
async def platform(desk: Desk) -> AsyncIterator[tuple[Platform, str]]:
    stand_in, listener = Platform(desk), free_socket()
    async with listening(stand_in.app, listener):
        yield stand_in, f"http://127.0.0.1:{listener.getsockname()[1]}"


async def test_an_update_is_signed_told_and_seen_when_tracking(desk: Desk) -> None:
    call = a_case()
    await door(desk).submit(call, idempotency_key=call.case_number)
    async with platform(desk) as (stand_in, url):
        order = {
            "case_number": call.case_number,
            "kind": "correction",
            "message": "合同缺页",
            "missing": {"lease": "缺第二页"},
            "callback_url": url,
        }
        told = await desk.control("POST", f"/department/{MODULE}/update", order)
    assert told["sent"][0]["status"] == 200
    assert [item.kind for item in stand_in.applied] == ["correction"]
    assert stand_in.applied[0].missing == {"lease": "缺第二页"}
    found = await door(desk).track(TrackCall(case_number=call.case_number))
    assert found.state == "correction"
    assert found.events == stand_in.applied


@pytest.mark.parametrize(
    ("fault", "applied", "refused", "last"),
    [("duplicate_callback", 1, [], {"duplicate": True}), ("wrong_signature", 0, ["bad_signature"], {"status": 401})],
)
async def test_updates_fail_on_demand(
    desk: Desk, fault: str, applied: int, refused: list[str], last: dict[str, Any]
) -> None:
    call = a_case()
    await door(desk).submit(call, idempotency_key=call.case_number)
    await desk.fault("department", "update", fault, times=1)
    async with platform(desk) as (stand_in, url):
        order = {"case_number": call.case_number, "kind": "decided", "callback_url": url}
        told = await desk.control("POST", f"/department/{MODULE}/update", order)
    assert (len(stand_in.applied), stand_in.refused) == (applied, refused)
    assert last.items() <= told["sent"][-1].items()


async def test_an_old_event_id_is_the_old_event(desk: Desk) -> None:
    call = a_case()
    await door(desk).submit(call, idempotency_key=call.case_number)
    async with platform(desk) as (stand_in, url):
        order = {"case_number": call.case_number, "kind": "progress", "event_id": "e1", "callback_url": url}
        await desk.control("POST", f"/department/{MODULE}/update", order)
        await desk.control("POST", f"/department/{MODULE}/update", order | {"kind": "decided"})
    assert [item.kind for item in stand_in.applied] == ["progress"]


async def test_an_update_while_the_platform_is_down_is_told_as_such(desk: Desk) -> None:
    call = a_case()
    await door(desk).submit(call, idempotency_key=call.case_number)
    order = {"case_number": call.case_number, "kind": "accepted", "callback_url": "http://127.0.0.1:9"}
    told = await desk.control("POST", f"/department/{MODULE}/update", order)
    assert told["sent"][0]["code"] == "connect_failed"


async def test_a_decided_case_cannot_be_withdrawn(desk: Desk) -> None:
    call = a_case()
    await door(desk).submit(call, idempotency_key=call.case_number)
    order = {"case_number": call.case_number, "kind": "decided", "callback_url": "http://127.0.0.1:9"}
    await desk.control("POST", f"/department/{MODULE}/update", order)
    answer = await door(desk).withdraw(WithdrawCall(case_number=call.case_number), idempotency_key="w2")
    assert answer.state == "refused"


async def test_cases_answers_and_orders_survive_a_restart(tmp_path: Path) -> None:
    call = a_case()
    async with simulators(tmp_path) as before:
        first = await door(before).submit(call, idempotency_key=call.case_number)
        await before.control("PUT", "/authority/510100196606061234", {"name": "赵六"})
        keys = before.vendors
    async with simulators(tmp_path) as after:
        again = await door(after).submit(call, idempotency_key=call.case_number)
        assert again == first
        assert (await door(after).track(TrackCall(case_number=call.case_number))).state == "received"
        assert after.world.known["510100196606061234"] == "赵六"
        assert after.vendors.alipay.private_key == keys.alipay.private_key
        assert after.vendors.wechat.base_url == f"{after.base}/wechat" != keys.wechat.base_url


CITIZEN = {"name": "张三", "id_number": "110101199001010011"}
QUERIES: dict[str, dict[str, Any]] = {
    "insurance": {"insurance": "职工医保", "period_from": "2025-01", "period_to": "2025-12"},
    "bus": {"city": "510600", "q": "3路", "direction": "上行"},
    "village": {"village": "510623100201", "year": 2024, "kind": "资产"},
    "price": {"region": "510600", "category": "蔬菜", "date": "2025-05-01"},
    "slip": {"pay_code": "51010025000000012345"},
    "fund_balance": {},
}


@pytest.mark.parametrize("name", QUERIES)
async def test_a_query_is_answered_the_same_for_the_same_question_and_marked_as_sample(desk: Desk, name: str) -> None:
    call = QueryCall(matter=f"{MODULE}.{name}", params=QUERIES[name], citizen=CITIZEN)
    one, two = await door(desk).query(call), await door(desk).query(call)
    # A bus moves between two questions; everything else stands still but the time of asking.
    kept = [{key: value for key, value in row.items() if key != "next"} for row in one.rows]
    assert kept == [{key: value for key, value in row.items() if key != "next"} for row in two.rows]
    assert one.rows
    assert one.sample
    assert "样例" in one.source
    assert all(set(row) == {column.key for column in one.columns} for row in one.rows)


async def test_another_citizen_gets_another_answer(desk: Desk) -> None:
    call = QueryCall(matter="m.fund_balance", params={}, citizen=CITIZEN)
    other = QueryCall(matter="m.fund_balance", params={}, citizen={"id_number": "51010419850505002X"})
    assert (await door(desk).query(call)).summary != (await door(desk).query(other)).summary


async def test_the_amount_of_a_payment_slip_is_also_there_in_fen(desk: Desk) -> None:
    call = QueryCall(matter="m.slip", params=QUERIES["slip"], citizen=CITIZEN)
    found = await door(desk).query(call)
    assert found.rows[0]["amount"] == f"{found.fields['amount'] / 100:.2f}"


@pytest.mark.parametrize(
    ("params", "citizen", "code"),
    [
        (QUERIES["insurance"] | {"period_from": "2025-13"}, CITIZEN, "param_invalid"),
        (QUERIES["insurance"] | {"period_to": "2024-01"}, CITIZEN, "param_invalid"),
        (QUERIES["insurance"] | {"insurance": "别的"}, CITIZEN, "param_invalid"),
        (QUERIES["insurance"], {}, "citizen_missing"),
        (QUERIES["slip"] | {"pay_code": "12"}, CITIZEN, "param_invalid"),
        (QUERIES["slip"] | {"pay_code": "51010025000000012000"}, CITIZEN, "slip_missing"),
        (QUERIES["price"] | {"category": "书"}, CITIZEN, "param_invalid"),
        (QUERIES["village"] | {"year": "x"}, CITIZEN, "param_invalid"),
        ({"nothing": 1}, CITIZEN, "matter_missing"),
    ],
)
async def test_a_question_that_makes_no_sense_gets_a_sentence(
    desk: Desk, params: dict[str, Any], citizen: dict[str, str], code: str
) -> None:
    with pytest.raises(ProviderError) as found:
        await door(desk).query(QueryCall(matter="m.x", params=params, citizen=citizen))
    assert (found.value.kind, found.value.code) == ("permanent", code)
