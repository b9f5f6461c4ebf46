"""Callbacks: what is forged is refused, what is repeated counts once. Keys come from the simulators' own half."""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest

from backend.providers.config import Vendors
from backend.sandbox.credentials import SandboxKeys
from backend.sdk.department import Signer, new_pair, private_key, sign_request
from tests.contract.conftest import Unchanged
from tests.journeys.applying import WITHDRAWAL, apply, withdrawal
from tests.journeys.town import Answer, Citizen, Client, Town, eventually, problem_of

MODULE = "chengdu_housing_fund"


@dataclass(kw_only=True)
class Department:
    """The housing fund's system, which has one case of a citizen."""

    who: Citizen
    number: str
    signer: Signer
    line: Client

    def event(self, **changes: Any) -> dict[str, Any]:
        return {
            "event_id": f"evt-{secrets.token_hex(8)}",
            "case_number": self.number,
            "kind": "progress",
            "at": "2026-01-02T10:00:00+08:00",
            "message": "正在核对",
        } | changes

    def signed(self, event: Any, *, module: str = MODULE, signer: Signer | None = None, **more: Any) -> dict[str, str]:
        body = event if isinstance(event, bytes) else msgspec.json.encode(event)
        headers = sign_request(
            signer or self.signer, module=module, method="POST", path=f"/callbacks/departments/{module}", body=body,
            **more,
        )  # fmt: skip
        return {**headers, "Content-Type": "application/json"}

    async def tell(self, event: Any, headers: dict[str, str], *, module: str = MODULE) -> Answer:
        body = event if isinstance(event, bytes) else msgspec.json.encode(event)
        return await self.line.send("POST", f"/callbacks/departments/{module}", data=body, headers=headers)

    async def timeline(self) -> list[str]:
        case = await self.who.call("GET", f"/api/v1/cases/{self.number}")
        return [item["kind"] for item in case["timeline"]]


@pytest.fixture(scope="module")
async def department(town: Town) -> Department:
    who = await town.citizen()
    await who.show_face(f"submit:{WITHDRAWAL}")
    papers = [{"code": code, "upload": await who.upload(f"{code}.png")} for code in ("purchase_proof", "id_card")]
    number = (await apply(who, WITHDRAWAL, withdrawal(), materials=papers))["number"]
    keys = msgspec.json.decode((town.copy.data / "sandbox" / "keys.json").read_bytes(), type=SandboxKeys)
    made = Department(
        who=who,
        number=number,
        signer=Signer(keys.department_key_id, private_key(keys.department_private_key)),
        line=town.client(),
    )

    async def handed_over() -> bool:
        return "handed_over" in await made.timeline()

    await eventually(handed_over, what="the hand-over")
    return made


FORGED = ["another key", "unknown key", "no signature", "changed body", "changed key", "old", "of the future",
          "other module", "short nonce", "garbage"]  # fmt: skip


@pytest.mark.parametrize("how", FORGED)
async def test_forged_news_of_a_department_changes_nothing(
    department: Department, how: str, unchanged: Unchanged
) -> None:
    event = department.event(kind="decided", outcome="approved")
    headers = department.signed(event)
    module = MODULE
    match how:
        case "another key":
            stranger = Signer(department.signer.key_id, private_key(new_pair()[0]))
            headers = department.signed(event, signer=stranger)
        case "unknown key":
            headers = department.signed(event, signer=Signer("somebody", private_key(new_pair()[0])))
        case "no signature":
            del headers["X-TF-Signature"]
        case "changed body":
            event = event | {"outcome": "refused"}
        case "changed key":
            headers["Idempotency-Key"] = "another"
        case "old":
            headers = department.signed(event, now=time.time() - 301)
        case "of the future":
            headers = department.signed(event, now=time.time() + 360)  # a slow machine takes some of it away
        case "other module":
            module = "deyang_city_services"
        case "short nonce":
            headers = department.signed(event, nonce="short")
        case "garbage":
            headers["X-TF-Signature"] = "\u00e9".encode("latin-1").decode("latin-1") * 10
    async with unchanged():
        answer = await department.tell(event, headers, module=module)
        assert answer.status == 401, str(answer)
        problem_of(answer)
    assert "approved" not in await department.timeline()


async def test_a_department_may_not_speak_of_cases_of_another_module(
    department: Department, unchanged: Unchanged
) -> None:
    other = "province_human_resources"
    event = department.event(kind="decided", outcome="approved")
    async with unchanged():
        answer = await department.tell(event, department.signed(event, module=other), module=other)
        assert answer.status in (401, 404), str(answer)


async def test_the_same_request_again_is_refused_and_the_same_news_again_counts_once(department: Department) -> None:
    event = department.event(message="已经核对完")
    headers = department.signed(event)
    first = await department.tell(event, headers)
    assert first.status == 200, str(first)
    assert not first.body["duplicate"]
    noted = (await department.timeline()).count("noted")
    assert (await department.tell(event, headers)).status == 401, "a nonce is good once"
    again = await department.tell(event, department.signed(event))
    assert again.status == 200
    assert again.body["duplicate"]
    assert (await department.timeline()).count("noted") == noted == 1


@pytest.mark.parametrize(
    ("event", "status"),
    [
        (b"{", 400),
        (b"[]", 422),
        (b"{}", 422),
        ({"kind": "burnt"}, 422),
        ({"case_number": "SC-2222222222"}, 404),
        ({"case_number": "'; DROP TABLE cases_case; --"}, 422),
        ({"event_id": ""}, 422),
        ({"message": "x\u0000y"}, 422),
        ({"missing": ["a"]}, 422),
    ],
    ids=["broken", "a list", "empty", "kind", "no such case", "sql", "no event id", "NUL", "missing"],
)
async def test_nonsense_with_a_good_signature_is_refused(
    department: Department, event: Any, status: int, unchanged: Unchanged
) -> None:
    sent = event if isinstance(event, bytes) else department.event(**event)
    async with unchanged():
        answer = await department.tell(sent, department.signed(sent))
        assert answer.status == status, str(answer)
        problem_of(answer)


async def test_script_in_a_departments_words_stays_text(department: Department) -> None:
    words = "<script>alert(1)</script>'; DROP TABLE cases_case; --"
    event = department.event(message=words)
    assert (await department.tell(event, department.signed(event))).status == 200
    answer = await department.who.send("GET", f"/api/v1/cases/{department.number}")
    assert answer.headers["content-type"].startswith("application/json")
    assert any(words in item["text"] for item in answer.body["timeline"])


@pytest.fixture(scope="module")
def vendors(town: Town) -> Vendors:
    return msgspec.json.decode((town.copy.data / "sandbox" / "credentials.json").read_bytes(), type=Vendors)


@pytest.fixture(scope="module")
async def subscriber(town: Town) -> tuple[Citizen, str]:
    """A citizen with WeChat, and the openid."""
    who = town.person()
    minted = await town.control("POST", "/wechat/code", {"name": who.name})
    who.token = (await who.call("POST", "/api/v1/sessions/wechat", {"code": minted["code"]}))["token"]
    return who, minted["openid"]


async def _left(who: Citizen) -> dict[str, int]:
    items = (await who.call("GET", "/api/v1/push/templates"))["items"]
    return {item["template_id"]: item["left"] for item in items}


async def test_a_message_of_wechat_counts_once_and_a_forged_one_not_at_all(
    town: Town, subscriber: tuple[Citizen, str], vendors: Vendors, unchanged: Unchanged
) -> None:
    who, openid = subscriber
    template = vendors.wechat.templates["case_news"]
    fields = {
        "MsgType": "event",
        "Event": "subscribe_msg_popup_event",
        "FromUserName": openid,
        "CreateTime": "1767315600",
        "TemplateId": template,
        "SubscribeStatusString": "accept",
    }
    await town.control("PUT", "/faults/wechat/message", {"fault": "wrong_signature", "times": 1})
    async with unchanged():
        told = await town.control("POST", "/wechat/message", {"fields": fields})
    assert [item["status"] for item in told["sent"]] == [403], told
    before = await _left(who)
    for _ in range(2):
        await town.control("PUT", "/faults/wechat/message", {"fault": "duplicate_callback", "times": 1})
        told = await town.control("POST", "/wechat/message", {"fields": fields})
        assert [item["status"] for item in told["sent"]] == [200, 200], told
    assert (await _left(who))[template] == before[template] + 1, "four sendings of one event"


@pytest.mark.parametrize("app", ["right", "wrong"])
async def test_what_does_not_come_from_wechat_pay_is_told_so_in_its_dialect(
    town: Town, vendors: Vendors, app: str, unchanged: Unchanged
) -> None:
    path = f"/callbacks/wechat/{vendors.wechat.app_id if app == 'right' else 'wx0000'}/pay"
    forged = {
        "Wechatpay-Timestamp": str(int(time.time())),
        "Wechatpay-Nonce": "n" * 32,
        "Wechatpay-Serial": next(iter(vendors.wechat_pay.platform_keys)),
        "Wechatpay-Signature": base64.b64encode(b"s" * 256).decode(),
        "Content-Type": "application/json",
    }
    async with unchanged():
        for headers, data in ((forged, b'{"id": "1", "resource": {}}'), (forged, b"\xff{"), ({}, b"{}"), (forged, b"")):
            answer = await town.client().send("POST", path, data=data, headers=headers)
            assert answer.status == (401 if app == "right" else 404), str(answer)
            assert answer.body["code"] == "FAIL"


async def test_what_does_not_come_from_alipay_is_a_failure(town: Town, vendors: Vendors, unchanged: Unchanged) -> None:
    path = f"/callbacks/alipay/{vendors.alipay.app_id}"
    forged = {
        "out_trade_no": "TF1",
        "trade_status": "TRADE_SUCCESS",
        "app_id": vendors.alipay.app_id,
        "seller_id": vendors.alipay.seller_id,
        "total_amount": "0.01",
        "sign_type": "RSA2",
        "sign": base64.b64encode(b"s" * 256).decode(),
    }
    async with unchanged():
        for data in (urlencode(forged), urlencode({**forged, "sign": "%%%"}), "", "a=b&a=c", "\u0000=\u0000"):
            answer = await town.client().send(
                "POST", path, data=data, headers={"Content-Type": "application/x-www-form-urlencoded"}
            )
            assert (answer.status, answer.raw) == (200, b"failure"), str(answer)


async def test_jpush_must_prove_itself(town: Town, vendors: Vendors, unchanged: Unchanged) -> None:
    line = town.client()
    pair = f"{vendors.jpush.app_key}:{vendors.jpush.master_secret}"
    good = {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode(), "Content-Type": "application/json"}
    async with unchanged():
        for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer x"}):
            await line.refused(
                "POST", "/callbacks/jpush", data=b"{}", headers=headers, status=403, code="push.callback_refused"
            )
        await line.refused("POST", "/callbacks/jpush", data=b"{", headers=good, status=403)
        for body in (b"{}", b"[1]", b'{"msg_id": "\\u0000"}', b'{"a":' * 300 + b"1" + b"}" * 300):
            answer = await line.send("POST", "/callbacks/jpush", data=body, headers=good)
            assert answer.status in (200, 403), str(answer)
