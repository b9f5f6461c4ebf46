"""Short messages, the browser's face check, and the identity authority."""

from datetime import UTC, datetime, timedelta

import aiohttp
import msgspec
import pytest

from backend.core.clients import ProviderError
from backend.providers import faceid, sms
from backend.providers.authority import Authority
from backend.providers.faceid import FaceId
from backend.providers.sms import AliyunSms
from backend.sandbox.people import PEOPLE, number
from tests.sandbox.serving import Desk

KINDS = {"permanent": "permanent", "throttled": "retryable", "auth": "retryable", "unknown": "unknown"}
TODAY = (datetime.now(UTC) + timedelta(hours=8)).date()
LI = PEOPLE[2]


@pytest.fixture
def sender(desk: Desk) -> AliyunSms:
    return AliyunSms(desk.vendors.sms)


@pytest.fixture
def face(desk: Desk) -> FaceId:
    found = FaceId(desk.vendors.faceid)
    found.client.backoff_s = 0.01
    return found


@pytest.fixture
def authority(desk: Desk) -> Authority:
    found = Authority(desk.vendors.authority)
    found.client.backoff_s = 0.01
    return found


def test_the_signature_is_the_one_of_the_vendors_published_example() -> None:
    # Values of the vendor's documentation of its RPC signature (DescribeRegions).
    params = {
        "Timestamp": "2016-02-23T12:46:24Z",
        "Format": "XML",
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "Version": "2014-05-26",
        "SignatureVersion": "1.0",
    }
    assert sms.signature("GET", params, "testsecret") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


async def test_a_code_reaches_the_phone_and_is_found_by_our_id(desk: Desk, sender: AliyunSms) -> None:
    sent = await sender.send("13800000001", "phone_code", {"code": "482913"}, out_id="out-1")
    assert sent.biz_id
    text = await desk.control("GET", "/sms/13800000001")
    assert text["code"] == "482913"
    assert text["text"] == "【天府通办】您的验证码是482913，5分钟内有效，请勿告诉他人。"
    found = await sender.find("13800000001", sent_on=TODAY, out_id="out-1")
    assert found is not None
    assert found.state == "delivered"
    assert await sender.find("13800000001", sent_on=TODAY, out_id="out-2") is None


async def test_special_characters_survive_the_signature(desk: Desk, sender: AliyunSms) -> None:
    odd = "a b+c*~%&=/?“中”\n'"
    await sender.send("13800000002", "notice", {"text": odd}, out_id="out-3")
    assert (await desk.control("GET", "/sms/13800000002"))["text"].endswith(odd)


async def test_a_phone_without_texts_has_none(desk: Desk) -> None:
    found = await desk.control("GET", "/sms/13999999999", status=404)
    assert found["title"] == "这个号码还没有收到短信"


async def test_a_message_whose_answer_was_lost_is_unknown_and_can_be_found(desk: Desk, sender: AliyunSms) -> None:
    await desk.fault("sms", "SendSms", "drop_after_accept", times=1)
    with pytest.raises(ProviderError) as found:
        await sender.send("13800000003", "phone_code", {"code": "111111"}, out_id="out-lost")
    assert found.value.kind == "unknown"
    assert await desk.count("sms", "SendSms") == 1
    assert await sender.find("13800000003", sent_on=TODAY, out_id="out-lost") is not None


async def test_a_template_that_we_do_not_have_never_leaves(desk: Desk, sender: AliyunSms) -> None:
    with pytest.raises(ProviderError, match="template_missing"):
        await sender.send("13800000003", "no_such", {}, out_id="x")
    assert await desk.count("sms", "SendSms") == 0


@pytest.mark.parametrize(
    ("phone", "params", "code"),
    [("12345", {"code": "1"}, "isv.MOBILE_NUMBER_ILLEGAL"), ("13800000003", {}, "isv.TEMPLATE_MISSING_PARAMETERS")],
)
async def test_what_the_vendor_refuses_is_permanent(
    sender: AliyunSms, phone: str, params: dict[str, str], code: str
) -> None:
    with pytest.raises(ProviderError) as found:
        await sender.send(phone, "phone_code", params, out_id="x")
    assert (found.value.kind, found.value.code) == ("permanent", code)


async def test_a_wrong_secret_is_an_auth_error(desk: Desk) -> None:
    wrong = AliyunSms(msgspec.structs.replace(desk.vendors.sms, access_key_secret="wrong"))
    with pytest.raises(ProviderError) as found:
        await wrong.send("13800000001", "phone_code", {"code": "1"}, out_id="x")
    assert (found.value.outcome, found.value.code) == ("auth", "SignatureDoesNotMatch")


SMS_ROWS = [(code, row) for code, row in sms.CODES.rows.items() if row.outcome != "ok"]


@pytest.mark.parametrize(("code", "row"), SMS_ROWS, ids=[code for code, _ in SMS_ROWS])
async def test_each_sms_code_becomes_its_outcome(desk: Desk, sender: AliyunSms, code: str, row: sms.Row) -> None:
    await desk.fault("sms", "SendSms", "code", code=code)
    with pytest.raises(ProviderError) as found:
        await sender.send("13800000001", "phone_code", {"code": "1"}, out_id="x")
    assert (found.value.code, found.value.outcome) == (code, row.outcome)
    assert (found.value.kind, found.value.retry_after) == (KINDS[row.outcome], row.retry_after)


async def click(url: str, outcome: str) -> str:
    """A person opens the page and presses a button; where the browser is sent."""
    async with aiohttp.ClientSession() as http:
        async with http.get(url) as page:
            text = await page.text()
            assert "模拟通过" in text
            assert "模拟失败" in text
        async with http.post(url, data={"outcome": outcome}, allow_redirects=False) as back:
            assert back.status == 302
            return back.headers["Location"]


@pytest.mark.parametrize(("outcome", "state", "code"), [("pass", "passed", "0"), ("fail", "failed", "2016")])
async def test_a_person_plays_the_face_check_in_the_browser(face: FaceId, outcome: str, state: str, code: str) -> None:
    ticket = await face.begin(name=LI.name, id_number=LI.id_number, redirect_url="http://127.0.0.1:9/face?c=1")
    query = {"biz_token": ticket.biz_token, "name": LI.name, "id_number": LI.id_number}
    assert (await face.query(**query)).state == "pending"
    assert await click(ticket.url, outcome) == f"http://127.0.0.1:9/face?c=1&BizToken={ticket.biz_token}"
    result = await face.query(**query)
    assert (result.state, result.code) == (state, code)


async def test_a_second_click_does_not_change_the_result(face: FaceId) -> None:
    ticket = await face.begin(name=LI.name, id_number=LI.id_number, redirect_url="http://127.0.0.1:9/")
    await click(ticket.url, "fail")
    async with (
        aiohttp.ClientSession() as http,
        http.post(ticket.url, data={"outcome": "pass"}, allow_redirects=False) as again,
    ):
        assert again.status == 302
    result = await face.query(biz_token=ticket.biz_token, name=LI.name, id_number=LI.id_number)
    assert result.state == "failed"


async def test_a_pass_of_somebody_else_is_no_pass(face: FaceId) -> None:
    ticket = await face.begin(name=LI.name, id_number=LI.id_number, redirect_url="http://127.0.0.1:9/")
    await click(ticket.url, "pass")
    result = await face.query(biz_token=ticket.biz_token, name=PEOPLE[0].name, id_number=PEOPLE[0].id_number)
    assert (result.state, result.code) == ("failed", "identity_mismatch")


async def test_an_invented_token_is_permanent(face: FaceId) -> None:
    with pytest.raises(ProviderError) as found:
        await face.query(biz_token="0" * 32, name="x", id_number="y")
    assert (found.value.kind, found.value.code) == ("permanent", "InvalidParameterValue.BizTokenIllegal")


async def test_a_wrong_face_secret_is_an_auth_error(desk: Desk) -> None:
    wrong = FaceId(msgspec.structs.replace(desk.vendors.faceid, secret_key="wrong"))
    with pytest.raises(ProviderError) as found:
        await wrong.begin(name="x", id_number="y", redirect_url="http://127.0.0.1:9/")
    assert (found.value.outcome, found.value.code) == ("auth", "AuthFailure.SignatureFailure")


@pytest.mark.parametrize(("code", "row"), list(faceid.CODES.rows.items()), ids=list(faceid.CODES.rows))
async def test_each_face_code_becomes_its_outcome(desk: Desk, face: FaceId, code: str, row: faceid.Row) -> None:
    await desk.fault("faceid", "DetectAuth", "code", code=code)
    with pytest.raises(ProviderError) as found:
        await face.begin(name="x", id_number="y", redirect_url="http://127.0.0.1:9/")
    assert (found.value.code, found.value.outcome) == (code, row.outcome)
    assert found.value.kind == KINDS[row.outcome]


def digits_pass(id_number: str) -> bool:
    """GB 11643, written a second way: the weighted sum with the check character is 1 mod 11."""
    values = [10 if char == "X" else int(char) for char in id_number]
    return sum(value * pow(2, 17 - index, 11) for index, value in enumerate(values)) % 11 == 1


@pytest.mark.parametrize("person", PEOPLE, ids=[person.login for person in PEOPLE])
async def test_the_authority_knows_the_invented_people(authority: Authority, person: object) -> None:
    name, id_number = person.name, person.id_number  # type: ignore[attr-defined]
    assert digits_pass(id_number)
    assert await authority.check(name=name, id_number=id_number, purpose="实名认证") == "match"
    assert await authority.check(name=name + "某", id_number=id_number, purpose="实名认证") == "mismatch"


def test_a_wrong_check_character_is_noticed_by_the_second_way() -> None:
    assert digits_pass("11010519491231002X")
    assert not digits_pass("110105194912310021")


async def test_others_are_not_found_until_the_authority_learns_them(desk: Desk, authority: Authority) -> None:
    stranger = number("510100", "19660606", "123")
    assert await authority.check(name="赵六", id_number=stranger, purpose="x") == "not_found"
    await desk.control("PUT", f"/authority/{stranger}", {"name": "赵六"})
    assert await authority.check(name="赵六", id_number=stranger, purpose="x") == "match"


@pytest.mark.parametrize("outcome", ["match", "mismatch", "not_found", "unavailable"])
async def test_the_authoritys_answer_can_be_ordered(desk: Desk, authority: Authority, outcome: str) -> None:
    await desk.control("PUT", f"/authority/{LI.id_number}", {"outcome": outcome})
    assert await authority.check(name=LI.name, id_number=LI.id_number, purpose="x") == outcome


@pytest.mark.parametrize("fault", ["http500", "html502", "down", "drop_after_accept", "wrong_signature"])
async def test_trouble_with_the_authority_is_unavailable_and_no_verdict(
    desk: Desk, authority: Authority, fault: str
) -> None:
    await desk.fault("authority", "two_elements", fault)
    assert await authority.check(name=LI.name, id_number=LI.id_number, purpose="x") == "unavailable"


async def test_a_wrong_authority_secret_is_an_auth_error(desk: Desk) -> None:
    wrong = Authority(msgspec.structs.replace(desk.vendors.authority, secret="wrong"))
    with pytest.raises(ProviderError) as found:
        await wrong.ask(name="x", id_number="y", purpose="z")
    assert found.value.outcome == "auth"
    assert await wrong.check(name="x", id_number="y", purpose="z") == "unavailable"


def test_secrets_do_not_show_when_a_configuration_is_printed(desk: Desk) -> None:
    shown = repr(desk.vendors)
    for secret in (
        desk.vendors.wechat.secret,
        desk.vendors.jpush.master_secret,
        desk.vendors.sms.access_key_secret,
        desk.vendors.faceid.secret_key,
        desk.vendors.authority.secret,
        "PRIVATE KEY",
    ):
        assert secret not in shown
