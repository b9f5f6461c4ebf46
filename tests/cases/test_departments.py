"""Cases that a department's own system decides: handed over once whatever happens, told through a signed door."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from backend.cases import dispatch, tasks
from backend.core import clients, clock, db
from backend.core.clients import ProviderError
from backend.modules import gateway
from backend.providers.vendors import desk
from backend.sandbox.credentials import DEPARTMENT_SM2
from backend.sdk.department import (
    Signer,
    SubmitAnswer,
    SubmitCall,
    UpdateEvent,
    new_pair,
    private_key,
    send_update,
    sign_request,
)
from backend.sdk.department.server import Refused
from tests.cases.conftest import Staff
from tests.cases.people import WITHDRAWAL, Citizen, at_once, png, rent_form
from tests.conftest import Client, Simulators, free_socket

MODULE = "chengdu_housing_fund"
QUERY = "province_human_resources.social_insurance_query"


def withdrawal_form() -> dict[str, Any]:
    return {
        "account_no": "10020030040",
        "reason": "rent",
        "amount": 5000,
        "bank_card": rent_form()["bank_card"],
        "with_spouse": False,
        "truthful": True,
    }


async def apply(who: Citizen) -> dict[str, Any]:
    body = {
        "matter": WITHDRAWAL,
        "release": await who.release(WITHDRAWAL),
        "form": withdrawal_form(),
        "materials": [
            {"code": "id_card", "upload": await who.upload(png(1))},
            {"code": "lease", "upload": await who.upload(png(2))},
        ],
    }
    made: dict[str, Any] = await who.apply(body)
    return made


async def row_of(number: str) -> Any:
    row = await db.fetch_one("SELECT * FROM cases_case WHERE number = $1", number)
    assert row is not None
    return row


async def received(sandbox: Simulators, number: str) -> list[dict[str, Any]]:
    held = await sandbox.get(f"/_control/department/{MODULE}/cases")
    return [item for item in held["items"] if item["call"]["case_number"] == number]


async def calls(sandbox: Simulators, name: str, number: str) -> list[dict[str, Any]]:
    found = await sandbox.get(f"/_control/received?vendor=department&call={name}")
    return [item for item in found["items"] if (item["detail"].get("body") or {}).get("case_number") == number]


async def due_now(number: str) -> None:
    await db.execute("UPDATE cases_case SET dispatch_at = now() - interval '1 second' WHERE number = $1", number)


async def tell(sandbox: Simulators, number: str, kind: str, **rest: Any) -> list[dict[str, Any]]:
    """The department sends news; what our side answered."""
    body = {"case_number": number, "kind": kind, **rest}
    sent = await sandbox.send("POST", f"/_control/department/{MODULE}/update", body)
    return list(sent["sent"])


@pytest.fixture(autouse=True)
async def _address(running: Any, sandbox: Simulators) -> None:
    await sandbox.send("PUT", "/_control/public", {"url": running.base})
    await sandbox.send("PUT", f"/_control/department/{MODULE}", {"submit": "received"})
    await sandbox.send("DELETE", "/_control/received")


async def test_a_case_is_handed_over_after_the_commit_with_declared_fields_only(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    made = await apply(zhang)
    assert made["state_text"] == "已收到，正在转交"
    assert await received(sandbox, made["number"]) == []
    await drain()
    held = await received(sandbox, made["number"])
    assert len(held) == 1
    call = held[0]["call"]
    assert set(call["applicant"]) == {"name", "id_number", "phone", "level"}
    assert call["applicant"]["name"] == zhang.person.name
    assert call["form"]["amount"] == 5000
    assert all(len(item["sha256"]) == 64 for item in call["materials"])
    row = await row_of(made["number"])
    assert (row["dispatch"], row["department_number"]) == ("acknowledged", held[0]["department_number"])
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["timeline"][-1]["kind"] == "handed_over"
    uses = await zhang.call("GET", "/me/data-uses", status=200)
    assert any(item["what"].startswith("读取了您的") for item in uses["items"])


async def test_while_the_department_is_down_nothing_is_lost_and_the_citizen_reads_that_it_was_received(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    await sandbox.send("PUT", "/_control/faults/department/submit", {"fault": "http500"})
    made = await apply(zhang)
    await drain()
    row = await row_of(made["number"])
    assert row["dispatch"] in ("pending", "sent")
    assert row["dispatch_at"] > clock.now()
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["state_text"] == "已收到，正在转交"
    assert "不用重复提交" in seen["next_step"]
    await sandbox.send("DELETE", "/_control/faults")
    await due_now(made["number"])
    await tasks.replay.run()
    await drain()
    assert (await row_of(made["number"]))["dispatch"] == "acknowledged"
    assert len(await received(sandbox, made["number"])) == 1


async def test_an_answer_that_was_lost_is_asked_for_and_the_case_is_not_opened_twice(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    await sandbox.send("PUT", "/_control/faults/department/submit", {"fault": "drop_after_accept"})
    made = await apply(zhang)
    await drain()
    row = await row_of(made["number"])
    assert row["dispatch"] == "sent"
    assert len(await received(sandbox, made["number"])) == 1
    await sandbox.send("DELETE", "/_control/faults")
    submits = len(await calls(sandbox, "submit", made["number"]))
    await due_now(made["number"])
    await tasks.replay.run()
    await drain()
    assert (await row_of(made["number"]))["dispatch"] == "acknowledged"
    assert len(await calls(sandbox, "track", made["number"])) == 1
    assert len(await calls(sandbox, "submit", made["number"])) == submits
    assert len(await received(sandbox, made["number"])) == 1


async def test_a_worker_killed_before_the_call_leaves_a_row_that_is_submitted_later(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    made = await apply(zhang)
    # as a worker leaves it that dies between writing "sent" and calling
    await db.execute("UPDATE cases_case SET dispatch = 'sent', attempts = 1, dispatch_at = now() - interval '1 second'")
    await drain()
    assert len(await calls(sandbox, "track", made["number"])) == 1
    assert len(await received(sandbox, made["number"])) == 1
    assert (await row_of(made["number"]))["dispatch"] == "acknowledged"


async def test_two_workers_at_once_hand_over_once(zhang: Citizen, sandbox: Simulators) -> None:
    made = await apply(zhang)
    case = (await row_of(made["number"]))["id"]
    await at_once(dispatch.run(case), dispatch.run(case), dispatch.run(case))
    assert len(await calls(sandbox, "submit", made["number"])) == 1


async def test_what_the_department_says_at_once_is_applied(zhang: Citizen, sandbox: Simulators, drain: Any) -> None:
    await sandbox.send("PUT", f"/_control/department/{MODULE}", {"submit": "accepted"})
    made = await apply(zhang)
    await drain()
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["state"] == "accepted"
    assert seen["clock"]["unit"] == "day"
    await sandbox.send("PUT", f"/_control/department/{MODULE}", {"submit": "rejected"})
    other = await apply(zhang)
    await drain()
    seen = await zhang.call("GET", f"/cases/{other['number']}", status=200)
    assert seen["state"] == "not_accepted"
    assert "受理范围" in seen["timeline"][-1]["text"]


@asynccontextmanager
async def own_department(answer: Callable[[SubmitCall], SubmitAnswer]) -> AsyncIterator[list[SubmitCall]]:
    """A department of the test's own, made with the SDK's server side; the calls that it got."""
    import msgspec
    from sanic import Sanic

    from backend.core import settings
    from backend.sdk.department.server import DepartmentServer

    ours = desk().config.departments
    keys = msgspec.json.decode((settings.current().data / "sandbox" / "keys.json").read_bytes())
    got: list[SubmitCall] = []

    class Office:
        async def submit(self, _module: str, call: SubmitCall) -> SubmitAnswer:
            got.append(call)
            return answer(call)

        async def query(self, _module: str, _call: Any) -> Any:
            raise Refused("matter_missing", "没有这个事项", status=404)

        track = withdraw = query

    app: Any = Sanic(f"office-{uuid.uuid4().hex[:8]}", configure_logging=False)
    app.config.TOUCHUP = False  # rewriting Sanic's own methods is done once in a process
    DepartmentServer(
        Office(),
        signer=[
            Signer(keys["department_key_id"], private_key(keys["department_private_key"])),
            Signer(DEPARTMENT_SM2, private_key(keys["department_sm2_private_key"])),
        ],
        keys={
            ours.key_id: private_key(ours.private_key).public_key(),
            ours.sm2_key_id: private_key(ours.sm2_private_key).public_key(),
        },
    ).mount(app)
    listener = free_socket()
    server = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}/departments"
    gateway.configure(msgspec.structs.replace(ours, base_url=base))
    try:
        yield got
    finally:
        gateway.configure(ours)
        await server.close()


async def test_a_case_that_the_departments_system_refuses_goes_to_people(
    zhang: Citizen, drain: Any, staff: Staff
) -> None:
    def refuse(_call: SubmitCall) -> SubmitAnswer:
        raise Refused("form_invalid", "表单不对", status=422)

    made = await apply(zhang)
    async with own_department(refuse) as got:
        await drain()
    assert len(got) == 1
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["timeline"][-1]["kind"] == "handover_failed"
    handler = staff()
    assert [item["number"] for item in (await handler.call("GET", "/cases"))["items"]] == [made["number"]]
    await handler.call("POST", f"/cases/{made['number']}/decide", {"outcome": "approved", "reason": "可以"})


async def test_handlers_here_do_not_touch_what_a_department_decides(zhang: Citizen, staff: Staff, drain: Any) -> None:
    made = await apply(zhang)
    await drain()
    handler = staff()
    assert (await handler.call("GET", "/cases"))["items"] == []
    status, problem = await handler.send("POST", f"/cases/{made['number']}/take")
    assert (status, problem["code"]) == (409, "cases.handled_elsewhere")


async def test_the_departments_news_move_the_case_and_give_the_licence(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    made = await apply(zhang)
    await drain()
    number = made["number"]
    await tell(sandbox, number, "accepted", message="已受理")
    await tell(sandbox, number, "correction", missing={"lease": "缺签名页"}, message="请补正")
    seen = await zhang.call("GET", f"/cases/{number}", status=200)
    assert seen["missing"] == [{"code": "lease", "name": "房屋租赁合同", "reason": "缺签名页"}]
    paper = [{"code": "lease", "upload": await zhang.upload(png(3))}]
    await zhang.call("POST", f"/cases/{number}/supplement", {"materials": paper}, status=200)
    assert (await row_of(number))["dispatch_round"] == 2
    await drain()
    assert (await row_of(number))["dispatch"] == "acknowledged"
    await tell(sandbox, number, "decided", outcome="approved", message="准予提取", result={"提取金额（元）": "5000.00"})
    seen = await zhang.call("GET", f"/cases/{number}", status=200)
    assert seen["state"] == "approved"
    assert seen["result"]["details"] == {"提取金额（元）": "5000.00"}
    wallet = await zhang.call("GET", "/licenses", status=200)
    assert {"label": "提取金额（元）", "value": "5000.00"} in wallet["items"][0]["details"]


async def test_the_same_news_twice_is_applied_once(zhang: Citizen, sandbox: Simulators, drain: Any) -> None:
    made = await apply(zhang)
    await drain()
    await sandbox.send("PUT", "/_control/faults/department/update", {"fault": "duplicate_callback"})
    sent = await tell(sandbox, made["number"], "decided", outcome="approved", message="可以")
    assert [item["duplicate"] for item in sent] == [False, True]
    rows = await db.fetch("SELECT kind FROM cases_event WHERE external_id IS NOT NULL")
    assert [row["kind"] for row in rows] == ["approved"]
    licenses = await db.fetch("SELECT id FROM licenses_license")
    assert len(licenses) == 1


async def test_a_decision_that_comes_before_the_acceptance_still_counts(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    made = await apply(zhang)
    await drain()
    await tell(sandbox, made["number"], "decided", outcome="refused", message="不符合")
    await tell(sandbox, made["number"], "accepted", message="迟到的受理")
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["state"] == "refused"
    assert seen["result"]["reason"] == "不符合"
    assert [entry["kind"] for entry in seen["timeline"]][-3:] == ["accepted", "refused", "noted"]


async def test_news_of_a_withdrawn_case_is_kept_as_a_note(zhang: Citizen, sandbox: Simulators, drain: Any) -> None:
    made = await apply(zhang)
    await drain()
    await zhang.call("POST", f"/cases/{made['number']}/withdraw", {}, status=200)
    await tell(sandbox, made["number"], "decided", outcome="approved", message="准予")
    seen = await zhang.call("GET", f"/cases/{made['number']}", status=200)
    assert seen["state"] == "withdrawn"
    assert seen["result"] is None
    assert seen["timeline"][-1]["kind"] == "noted"


async def test_the_department_hears_of_a_withdrawal(zhang: Citizen, sandbox: Simulators, drain: Any) -> None:
    made = await apply(zhang)
    await drain()
    await zhang.call("POST", f"/cases/{made['number']}/withdraw", {}, status=200)
    await drain()
    held = await received(sandbox, made["number"])
    assert held[0]["state"] == "withdrawn"
    assert (await row_of(made["number"]))["dispatch"] == "none"


async def test_a_case_withdrawn_before_it_was_handed_over_never_reaches_the_department(
    zhang: Citizen, sandbox: Simulators, drain: Any
) -> None:
    made = await apply(zhang)
    await zhang.call("POST", f"/cases/{made['number']}/withdraw", {}, status=200)
    await drain()
    assert await received(sandbox, made["number"]) == []


# --------------------------------------------------------------------------------------------- forged and replayed


class Door:
    """Calls our door as a department would, with whatever is asked for."""

    def __init__(self, http: Client) -> None:
        self.http = http

    def signer(self) -> Signer:
        from backend.core import settings

        world = msgspec.json.decode((settings.current().data / "sandbox" / "keys.json").read_bytes())
        return Signer(next(iter(gateway.keys(MODULE))), private_key(world["department_private_key"]))

    def signed(
        self, event: UpdateEvent, *, key: str | None = None, module: str = MODULE, age: int = 0
    ) -> tuple[Any, bytes]:
        from backend.core import settings

        world = msgspec.json.decode((settings.current().data / "sandbox" / "keys.json").read_bytes())
        body = msgspec.json.encode(event)
        signer = Signer(next(iter(gateway.keys(MODULE))), private_key(key or world["department_private_key"]))
        headers = sign_request(
            signer,
            module=module,
            method="POST",
            path=f"/callbacks/departments/{MODULE}",
            body=body,
            idempotency_key=event.event_id,
            now=clock.now().timestamp() - age,
        )
        return headers, body

    async def send(self, headers: Any, body: bytes) -> tuple[int, Any]:
        async with self.http.request(
            "POST",
            f"/callbacks/departments/{MODULE}",
            data=body,
            headers={**headers, "Content-Type": "application/json"},
        ) as answer:
            return answer.status, await answer.json(content_type=None)


def news(number: str) -> UpdateEvent:
    return UpdateEvent(
        event_id=f"evt-{uuid.uuid4().hex}",
        case_number=number,
        kind="decided",
        at=clock.now().isoformat(),
        outcome="approved",
    )


async def test_a_key_speaks_for_the_modules_that_it_is_registered_for_and_no_other() -> None:
    """With its own good key a department could decide another's cases, and have licences issued."""
    held = desk().config.departments
    key_id, pem = next(iter(held.public_keys.items()))
    own = {key_id: [MODULE], "another": ["province_health"]}
    real = msgspec.structs.replace(held, base_url="", public_keys={key_id: pem, "another": pem}, key_modules=own)
    try:
        gateway.configure(real)
        assert list(gateway.keys(MODULE)) == [key_id]
        assert list(gateway.keys("province_health")) == ["another"]
        assert dict(gateway.keys("nobody")) == {}
        gateway.configure(msgspec.structs.replace(real, key_modules={}))
        assert dict(gateway.keys(MODULE)) == {}, "a key that nobody has bound opens nothing"
        gateway.configure(msgspec.structs.replace(real, key_modules={key_id: ["*"]}))
        assert dict(gateway.keys(MODULE)) == {}, "every module is for the simulator alone"
    finally:
        gateway.configure(held)


async def test_news_signed_by_another_departments_key_is_refused(http: Client, zhang: Client, sandbox: Any) -> None:
    """A signature that is good, by a key that is known, for a module that it has no business with."""
    held = desk().config.departments
    elsewhere = {key: ["province_health"] for key in held.public_keys}
    door = Door(http)
    headers, body = door.signed(news("SC-ABCDEFGH23"))
    gateway.configure(msgspec.structs.replace(held, key_modules=elsewhere))
    try:
        status, answer = await door.send(headers, body)
    finally:
        gateway.configure(held)
    assert (status, answer["code"]) == (401, "cases.callback_refused")


@pytest.mark.parametrize("how", ["forged", "stale", "other_module", "altered", "unsigned"])
async def test_a_callback_that_is_not_the_departments_changes_nothing(
    zhang: Citizen, http: Client, drain: Any, how: str
) -> None:
    made = await apply(zhang)
    await drain()
    door = Door(http)
    headers, body = door.signed(
        news(made["number"]),
        key=new_pair()[0] if how == "forged" else None,
        module="province_health" if how == "other_module" else MODULE,
        age=600 if how == "stale" else 0,
    )
    if how == "altered":
        body = body.replace(b"approved", b"refused ")
    if how == "unsigned":
        headers = {}
    status, problem = await door.send(headers, body)
    assert (status, problem["code"]) == (401, "cases.callback_refused")
    assert (await zhang.call("GET", f"/cases/{made['number']}", status=200))["state"] == "submitted"


async def test_a_replayed_callback_is_refused(zhang: Citizen, http: Client, drain: Any) -> None:
    made = await apply(zhang)
    await drain()
    door = Door(http)
    headers, body = door.signed(news(made["number"]))
    assert (await door.send(headers, body))[0] == 200
    status, problem = await door.send(headers, body)
    assert (status, problem["code"]) == (401, "cases.callback_refused")


async def test_a_department_reaches_only_cases_of_its_own_modules(zhang: Citizen, http: Client) -> None:
    door = Door(http)
    headers, body = door.signed(news("SC-2222222222"))
    status, problem = await door.send(headers, body)
    assert (status, problem["code"]) == (404, "cases.not_found")


@pytest.mark.parametrize(
    ("event", "status", "code"),
    [
        (news("SC-2222222222"), 404, "cases.not_found"),
        (msgspec.structs.replace(news("SC-2222222222"), case_number="../x"), 422, "http.invalid_payload"),
    ],
    ids=["no such case", "no number"],
)
async def test_a_refused_event_is_final_for_the_departments_own_program(
    http: Client, event: UpdateEvent, status: int, code: str
) -> None:
    """The SDK repeats whatever is unsigned, because an error page of something in between says nothing."""
    signer = Door(http).signer()
    public = {ours.key_id: ours.key.public_key() for ours in gateway.signers()}
    client = clients.Client("platform", http.base, attempts=1)
    with pytest.raises(ProviderError) as found:
        await send_update(client, signer, public, module=MODULE, event=event)
    assert (found.value.kind, found.value.code, found.value.status) == ("permanent", code, status)


# ------------------------------------------------------------------------------------------------------------ queries


def period() -> dict[str, Any]:
    return {"insurance": "失业", "period_from": "2026-01", "period_to": "2026-06", "output": "view"}


async def test_a_query_is_answered_by_its_department(zhang: Citizen) -> None:
    found = await zhang.call("POST", f"/queries/{QUERY}", {"params": period()}, status=200)
    assert found["rows"]
    assert found["columns"]
    assert found["sample"] is True
    uses = await zhang.call("GET", "/me/data-uses", status=200)
    assert any("查询" in (item["purpose"] or "") for item in uses["items"])


async def test_a_switch_of_one_place_holds_for_a_query_of_who_lives_there(zhang: Citizen) -> None:
    from backend.modules import registry
    from backend.modules import service as modules

    module, _, code = QUERY.partition(".")
    await zhang.api.call("PATCH", "/api/v1/me", {"region": "510104"}, status=200)
    await modules.switch(module, matter=code, region="510104", state="guide_only", reason="锦江区系统升级", by=None)
    await registry.refresh()
    try:
        problem = await zhang.call("POST", f"/queries/{QUERY}", {"params": period()}, status=503)
        assert (problem["code"], problem["detail"]) == ("modules.switched_off", "锦江区系统升级")
        await zhang.api.call("PATCH", "/api/v1/me", {"region": "510105"}, status=200)
        await zhang.call("POST", f"/queries/{QUERY}", {"params": period()}, status=200)
    finally:
        await db.execute("DELETE FROM modules_switch WHERE module_id = $1", module)
        from backend.modules import generations

        async with db.transaction():
            await generations.bump()
        await registry.refresh()


async def test_with_the_department_down_a_query_says_so_in_plain_words(zhang: Citizen, sandbox: Simulators) -> None:
    await sandbox.send("PUT", "/_control/faults/department/query", {"fault": "down"})
    async with zhang.api.request("POST", f"/api/v1/queries/{QUERY}", json={"params": period()}) as answer:
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["code"]) == (503, "modules.department_unavailable")
        assert "部门的系统暂时连不上" in problem["title"]
        assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"period_from": "2026-08"}, "cases.not_eligible"),
        ({"period_from": "yesterday"}, "cases.form_invalid"),
        ({"insurance": "moon"}, "cases.form_invalid"),
        ({"more": 1}, "cases.form_invalid"),
    ],
)
async def test_a_query_with_bad_parameters_never_reaches_the_department(
    zhang: Citizen, sandbox: Simulators, change: dict[str, Any], code: str
) -> None:
    status, problem = await zhang.send("POST", f"/queries/{QUERY}", {"params": {**period(), **change}})
    assert (status, problem["code"]) == (422, code)
    assert (await sandbox.get("/_control/received?vendor=department&call=query"))["count"] == 0


async def test_the_level_of_a_query_is_its_matters(http: Client) -> None:
    problem = await http.call("POST", f"/api/v1/queries/{QUERY}", {"params": period()}, status=401)
    assert problem["context"]["required"] == "verified"
    open_to_all = "deyang_city_services.bus_arrival"
    found = await http.call("POST", f"/api/v1/queries/{open_to_all}", {"params": {"city": "510600", "q": "9路"}})
    assert "rows" in found, found


async def test_what_is_no_query_is_pointed_elsewhere(zhang: Citizen) -> None:
    status, problem = await zhang.send("POST", f"/queries/{WITHDRAWAL}", {"params": {}})
    assert (status, problem["code"]) == (409, "cases.wrong_kind")
    status, problem = await zhang.send("POST", "/queries/no.such", {"params": {}})
    assert (status, problem["code"]) == (404, "modules.matter_not_found")


def test_waiting_grows_and_has_an_end() -> None:
    pauses = [dispatch.pause(number) for number in range(30)]
    assert pauses == sorted(pauses)
    assert pauses[0] == timedelta(seconds=5)
    assert pauses[-1] == timedelta(minutes=10)
