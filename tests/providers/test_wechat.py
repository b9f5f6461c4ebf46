"""WeChat: login, token, phone, subscribe message, face, pushed messages, against the simulator over real HTTP."""

import asyncio
import time

import pytest
from redis.asyncio import Redis

from backend.core.clients import ProviderError
from backend.providers import wechat_codes
from backend.providers.wechat import WeChat
from backend.providers.wechat_face import WeChatFace, cert_hash
from backend.providers.wechat_fields import fit
from backend.providers.wechat_messages import MessagePush, MessageRefused
from backend.sandbox.messages import sealed
from backend.sandbox.people import PEOPLE
from tests.sandbox.serving import Desk

ZHANG = PEOPLE[0]
OPENID = "o" + "a" * 27


@pytest.fixture
def wechat(desk: Desk, redis: Redis) -> WeChat:
    return WeChat(desk.vendors.wechat, redis)


async def test_a_demo_code_always_means_the_same_person(wechat: WeChat) -> None:
    first, again = await wechat.code2session("demo-zhangsan"), await wechat.code2session("demo-zhangsan")
    other = await wechat.code2session("demo-lisi")
    assert first.openid == again.openid != other.openid
    assert len(first.openid) == 28
    assert first.unionid
    assert first.session_key != again.session_key


async def test_a_minted_code_works_once(desk: Desk, wechat: WeChat) -> None:
    minted = await desk.control("POST", "/wechat/code", {"name": "wangwu"})
    assert (await wechat.code2session(minted["code"])).openid == minted["openid"]
    with pytest.raises(ProviderError) as found:
        await wechat.code2session(minted["code"])
    assert (found.value.kind, found.value.code) == ("permanent", "40029")


async def test_an_old_code_is_refused(desk: Desk, wechat: WeChat) -> None:
    minted = await desk.control("POST", "/wechat/code", {"name": "wangwu", "seconds": 0})
    with pytest.raises(ProviderError, match="40029"):
        await wechat.code2session(minted["code"])


async def test_login_needs_no_access_token(desk: Desk, wechat: WeChat) -> None:
    await wechat.code2session("demo-zhangsan")
    assert await desk.count("wechat", "stable_token") == 0


async def test_a_login_is_never_repeated_since_the_code_is_spent(desk: Desk, wechat: WeChat) -> None:
    await desk.fault("wechat", "code2session", "drop_after_accept", times=1)
    with pytest.raises(ProviderError) as found:
        await wechat.code2session("demo-zhangsan")
    assert found.value.kind == "unknown"
    assert await desk.count("wechat", "code2session") == 1


CODE_ROWS = [(code, row) for code, row in wechat_codes.CODES.rows.items() if row.outcome != "ok"]


@pytest.mark.parametrize(("code", "row"), CODE_ROWS, ids=[code for code, _ in CODE_ROWS])
async def test_each_code_of_the_table_becomes_its_outcome(
    desk: Desk, wechat: WeChat, code: str, row: wechat_codes.Row
) -> None:
    await desk.fault("wechat", "code2session", "code", code=code)
    with pytest.raises(ProviderError) as found:
        await wechat.code2session("demo-zhangsan")
    assert (found.value.code, found.value.outcome) == (code, row.outcome)
    assert found.value.retry_after == row.retry_after
    expected = {"permanent": "permanent", "throttled": "retryable", "auth": "retryable", "unknown": "unknown"}
    assert found.value.kind == expected[row.outcome]


async def test_twenty_callers_at_once_fetch_one_token(desk: Desk, wechat: WeChat, redis: Redis) -> None:
    await desk.fault("wechat", "stable_token", "slow", delay_s=0.3)
    services = [WeChat(desk.vendors.wechat, redis) for _ in range(20)]
    tokens = await asyncio.gather(*(service.tokens.get() for service in services))
    assert len(set(tokens)) == 1
    assert await desk.count("wechat", "stable_token") == 1


async def test_near_its_end_one_caller_renews_and_the_others_go_on_with_the_old_token(
    desk: Desk, wechat: WeChat, redis: Redis
) -> None:
    old = await wechat.tokens.get()
    late = time.time() + 7200 - 200
    desk.world.received.clear()
    await desk.fault("wechat", "stable_token", "slow", delay_s=0.3)
    services = [WeChat(desk.vendors.wechat, redis) for _ in range(10)]
    for service in services:
        service.tokens._clock = lambda: late
    tokens = await asyncio.gather(*(service.tokens.get() for service in services))
    assert await desk.count("wechat", "stable_token") == 1
    assert tokens.count(old) >= 9


async def test_an_outage_near_the_tokens_end_does_not_stop_calls(desk: Desk, wechat: WeChat) -> None:
    old = await wechat.tokens.get()
    await desk.fault("wechat", "stable_token", "http500")
    wechat.tokens._clock = lambda: time.time() + 7200 - 100
    assert await wechat.tokens.get() == old


async def test_without_a_token_an_outage_is_told(desk: Desk, wechat: WeChat) -> None:
    await desk.fault("wechat", "stable_token", "html502")
    with pytest.raises(ProviderError) as found:
        await wechat.tokens.get()
    assert found.value.code == "http_502"


async def test_a_token_that_wechat_forgot_is_replaced_and_the_call_repeated_once(desk: Desk, wechat: WeChat) -> None:
    stale = await wechat.tokens.get()
    await desk.control("POST", "/wechat/expire-token")
    phone = await wechat.phone_number("demo-13800000001")
    assert phone.number == "13800000001"
    assert await wechat.tokens.get() != stale
    assert await desk.count("wechat", "phone") == 2


async def test_a_token_refused_for_ever_ends_as_an_auth_error(desk: Desk, wechat: WeChat) -> None:
    await desk.fault("wechat", "phone", "code", code="42001")
    with pytest.raises(ProviderError) as found:
        await wechat.phone_number("demo-13800000001")
    assert found.value.outcome == "auth"
    assert await desk.count("wechat", "phone") == 2


async def test_a_writer_that_was_paused_cannot_put_its_old_token_over_a_newer_one(wechat: WeChat) -> None:
    await wechat.tokens._store(7, "newer", 7200)
    await wechat.tokens._store(6, "older", 7200)
    assert await wechat.tokens.get() == "newer"


async def test_the_lock_of_another_is_not_released(wechat: WeChat, redis: Redis) -> None:
    await redis.set(wechat.tokens._lock_key, "another", px=60_000)
    wechat.client.timeout_s = 0.3
    with pytest.raises(ProviderError) as found:
        await wechat.tokens.get()
    assert (found.value.kind, found.value.code) == ("retryable", "token_busy")
    assert await redis.get(wechat.tokens._lock_key) == b"another"


async def test_a_phone_code_works_once(desk: Desk, wechat: WeChat) -> None:
    minted = await desk.control("POST", "/wechat/code", {"phone": "13900000000"})
    assert (await wechat.phone_number(minted["code"])).country_code == "86"
    with pytest.raises(ProviderError, match="40029"):
        await wechat.phone_number(minted["code"])


async def test_a_subscribe_message_is_cut_before_it_is_sent(desk: Desk, wechat: WeChat) -> None:
    template = desk.vendors.wechat.templates["case_news"]
    long = "租房提取住房公积金（成都市本级，二〇二六年度第一次）"
    data = {"thing1": long, "time2": "2026-01-02 03:04"}
    await wechat.send_subscribe(openid=OPENID, template_id=template, data=data, page="pages/case/index")
    sent = await desk.last("wechat", "subscribe")
    assert sent["data"]["thing1"]["value"] == long[:19] + "…"
    assert sent["miniprogram_state"] == "formal"


async def test_a_spent_grant_is_permanent_and_not_repeated(desk: Desk, wechat: WeChat) -> None:
    await desk.fault("wechat", "subscribe", "code", code="43101")
    with pytest.raises(ProviderError) as found:
        await wechat.send_subscribe(
            openid=OPENID, template_id=desk.vendors.wechat.templates["notice"], data={"thing1": "x"}
        )
    assert (found.value.kind, found.value.code) == ("permanent", "43101")
    assert await desk.count("wechat", "subscribe") == 1


async def test_a_subscribe_message_that_vanished_is_unknown_and_not_repeated(desk: Desk, wechat: WeChat) -> None:
    await wechat.tokens.get()
    await desk.fault("wechat", "subscribe", "drop_after_accept")
    with pytest.raises(ProviderError) as found:
        await wechat.send_subscribe(
            openid=OPENID, template_id=desk.vendors.wechat.templates["notice"], data={"thing1": "x"}
        )
    assert found.value.kind == "unknown"
    assert await desk.count("wechat", "subscribe") == 1


@pytest.mark.parametrize(
    ("key", "text", "fitted"),
    [
        ("thing1", "二十字" * 10, ("二十字" * 10)[:19] + "…"),
        ("thing1", "短", "短"),
        ("letter2", "A" * 40, "A" * 32),
        ("symbol3", "!!!!!!!", "!!!!!"),
        ("name4", "阿依木·沙马·木果果果果", "阿依木·沙马·木果果"),
        ("name4", "a" * 30, "a" * 20),
        ("phrase5", "已经受理通过", "已经受理通"),
        ("amount6", "¥1234567890", "¥1234567890"),
        ("number7", "12.50", "12.50"),
        ("phone_number8", "+86-138-00000001", "+86-138-00000001"),
        ("car_number9", "川A12345", "川A12345"),
        ("character_string10", "TF2026010100001", "TF2026010100001"),
        ("time11", "2026年1月2日 03:04~05:06", "2026年1月2日 03:04~05:06"),
        ("thing1", " 多\n 行 ", "多 行"),
    ],
)
def test_a_text_is_brought_inside_its_type(key: str, text: str, fitted: str) -> None:
    assert fit(key, text) == fitted


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("amount1", "¥12345678901234"),
        ("number2", "1" * 33),
        ("number2", "十二"),
        ("phone_number3", "1" * 18),
        ("car_number4", "川A123456789"),
        ("character_string5", "中文"),
        ("thing6", "   "),
        ("time7", "明天"),
        ("unknown1", "x"),
        ("thing", "x"),
    ],
)
def test_what_cannot_be_cut_without_lying_is_refused(key: str, text: str) -> None:
    with pytest.raises(ProviderError) as found:
        fit(key, text)
    assert found.value.kind == "permanent"


def test_the_certificate_hash_is_the_documented_one() -> None:
    expected = "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"
    assert cert_hash("张三", "310101199801011234") == expected


class Check:
    """One face check of 张三."""

    def __init__(self, wechat: WeChat, sequence: str) -> None:
        self.face, self.sequence, self.verify_id = WeChatFace(wechat), sequence, ""

    async def begin(self) -> None:
        ticket = await self.face.begin(
            out_seq_no=self.sequence, name=ZHANG.name, id_number=ZHANG.id_number, openid=OPENID
        )
        assert ticket.expires_in == 3600
        self.verify_id = ticket.verify_id

    async def query(self, **changed: str) -> tuple[str, str]:
        given = {
            "verify_id": self.verify_id,
            "out_seq_no": self.sequence,
            "name": ZHANG.name,
            "id_number": ZHANG.id_number,
            "openid": OPENID,
        }
        result = await self.face.query(**(given | changed))
        assert bool(result.reason) is (result.state != "passed")
        return result.state, result.code


async def test_a_face_check_passes_by_default_and_stays_passed(wechat: WeChat) -> None:
    check = Check(wechat, "seq-pass-1")
    await check.begin()
    assert await check.query() == ("passed", "10000")
    assert await check.query() == ("passed", "10000")


@pytest.mark.parametrize(
    ("outcome", "state", "code"),
    [
        ("fail", "failed", "10010"),
        ("cancel", "failed", "90100"),
        ("not_in_library", "failed", "10026"),
        ("too_frequent", "failed", "10042"),
    ],
)
async def test_a_face_check_that_failed_stays_failed(
    desk: Desk, wechat: WeChat, outcome: str, state: str, code: str
) -> None:
    check = Check(wechat, f"seq-{outcome}")
    await check.begin()
    await desk.control("PUT", f"/face/{ZHANG.id_number}", {"outcome": outcome})
    assert await check.query() == (state, code)
    assert await check.query() == (state, code)


async def test_an_unfinished_face_check_is_pending_and_may_pass_later(desk: Desk, wechat: WeChat) -> None:
    check = Check(wechat, "seq-unfinished")
    await check.begin()
    await desk.control("PUT", f"/face/{ZHANG.id_number}", {"outcome": "unfinished", "times": 2})
    assert (await check.query())[0] == "pending"
    assert (await check.query())[0] == "pending"
    assert (await check.query())[0] == "passed"


@pytest.mark.parametrize(
    "changed",
    [{"name": "李四"}, {"id_number": PEOPLE[1].id_number}, {"openid": "o" + "b" * 27}, {"verify_id": "x"}],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_face_check_of_somebody_else_is_refused(wechat: WeChat, changed: dict[str, str]) -> None:
    check = Check(wechat, f"seq-swap-{next(iter(changed))}")
    await check.begin()
    with pytest.raises(ProviderError) as found:
        await check.query(**changed)
    assert found.value.kind == "permanent"


async def test_a_sequence_number_opens_one_check(wechat: WeChat) -> None:
    await Check(wechat, "seq-twice").begin()
    with pytest.raises(ProviderError) as found:
        await Check(wechat, "seq-twice").begin()
    assert found.value.code == "84011"


async def test_a_face_query_survives_an_answer_that_was_lost(desk: Desk, wechat: WeChat) -> None:
    check = Check(wechat, "seq-lost-answer")
    await check.begin()
    await desk.fault("wechat", "queryverifyinfo", "drop_after_accept", times=1)
    assert await check.query() == ("passed", "10000")


async def test_a_malformed_sequence_number_never_leaves(desk: Desk, wechat: WeChat) -> None:
    with pytest.raises(ValueError):
        await Check(wechat, "a b").begin()
    assert await desk.count("wechat", "getverifyid") == 0


FIELDS = {
    "MsgType": "event",
    "Event": "subscribe_msg_popup_event",
    "FromUserName": OPENID,
    "CreateTime": "1700000000",
}


async def test_a_pushed_message_is_decrypted_by_wechatpy(desk: Desk) -> None:
    body, query = sealed(desk.world.vendors.wechat, FIELDS | {"Text": "<script>&"})
    message = await MessagePush(desk.vendors.wechat).read(
        body, msg_signature=query["msg_signature"], timestamp=query["timestamp"], nonce=query["nonce"]
    )
    assert (message.kind, message.event, message.openid) == ("event", "subscribe_msg_popup_event", OPENID)
    assert message.dedupe_key == f"{OPENID}:1700000000:subscribe_msg_popup_event"
    assert message.fields["Text"] == "<script>&"


async def test_our_own_answer_opens_with_the_same_keys(desk: Desk) -> None:
    push = MessagePush(desk.vendors.wechat)
    stamp = str(int(time.time()))
    xml = "<xml><MsgType>text</MsgType><FromUserName>u</FromUserName><MsgId>77</MsgId><Content>您好</Content></xml>"
    answer = await push.seal(xml, nonce="n1", timestamp=stamp)
    signature = answer.split("<MsgSignature><![CDATA[")[1].split("]]")[0]
    message = await push.read(answer.encode(), msg_signature=signature, timestamp=stamp, nonce="n1")
    assert (message.kind, message.dedupe_key) == ("text", "77")


@pytest.mark.parametrize("part", ["signature", "nonce", "body", "old", "token", "garbage"])
async def test_a_forged_or_stale_message_is_refused(desk: Desk, part: str) -> None:
    body, query = sealed(desk.world.vendors.wechat, FIELDS, wrong=part == "token")
    given = {name: query[name] for name in ("msg_signature", "timestamp", "nonce")}
    if part == "signature":
        given["msg_signature"] = "0" * 40
    elif part == "nonce":
        given["nonce"] = "another"
    elif part == "body":
        body = body.replace(b"CDATA[", b"CDATA[A", 1)
    elif part == "garbage":
        body = b"<xml><Encrypt>x</Encrypt>"
    clock = (lambda: time.time() + 301) if part == "old" else time.time
    with pytest.raises(MessageRefused):
        await MessagePush(desk.vendors.wechat, clock=clock).read(body, **given)


async def test_an_entity_bomb_is_refused(desk: Desk) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Encrypt>&b;</Encrypt></xml>'
    with pytest.raises(MessageRefused):
        await MessagePush(desk.vendors.wechat).read(
            bomb, msg_signature="0" * 40, timestamp=str(int(time.time())), nonce="n"
        )


def test_the_echo_is_checked(desk: Desk) -> None:
    _, query = sealed(desk.world.vendors.wechat, FIELDS)
    push = MessagePush(desk.vendors.wechat)
    push.check_echo(signature=query["signature"], timestamp=query["timestamp"], nonce=query["nonce"])
    with pytest.raises(MessageRefused):
        push.check_echo(signature=query["signature"], timestamp=query["timestamp"], nonce="x")
