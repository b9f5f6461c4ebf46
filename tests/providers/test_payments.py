"""WeChat Pay v3 and Alipay: signatures both ways, orders, refunds, notifications."""

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sanic import HTTPResponse, Request, Sanic

from backend.core.clients import ProviderError
from backend.providers import alipay_gateway, wechat_pay
from backend.providers.alipay import Alipay, AlipayNoticeRefused, certify_scheme, fen, yuan
from backend.providers.alipay_gateway import AlipayGateway, scan_members
from backend.providers.wechat_pay import NoticeRefused, WeChatPay
from tests.conftest import free_socket
from tests.sandbox.serving import Desk, listening

OPENID = "o" + "a" * 27
BUYER = "b" * 48
KINDS = {"permanent": "permanent", "throttled": "retryable", "auth": "retryable", "unknown": "unknown"}


def number() -> str:
    return "TF" + secrets.token_hex(10)


@pytest.fixture
def pay(desk: Desk) -> WeChatPay:
    found = WeChatPay(desk.vendors.wechat_pay)
    found.client.backoff_s = 0.01
    return found


@pytest.fixture
def alipay(desk: Desk) -> Alipay:
    gateway = AlipayGateway(desk.vendors.alipay)
    gateway.client.backoff_s = 0.01
    return Alipay(gateway)


async def order(pay: WeChatPay, name: str, total: int = 1234) -> str:
    later = (datetime.now().astimezone() + timedelta(hours=1)).isoformat(timespec="seconds")
    return await pay.jsapi_order(
        out_trade_no=name, description="不动产登记费", total=total, openid=OPENID, expires_at=later
    )


class Callbacks:
    """A stand-in for our web app that keeps what is posted to it."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes, dict[str, str]]] = []
        self.app: Sanic[Any, Any] = Sanic(f"callbacks-{secrets.token_hex(4)}", configure_logging=False)
        self.app.config.TOUCHUP = False  # a second app in this process
        self.app.add_route(self.take, "/<path:path>", methods=["POST"])

    async def take(self, request: Request, path: str) -> HTTPResponse:
        form = {key: values[0] for key, values in (request.form or {}).items()}
        self.got.append((dict(request.headers), request.body, form))
        return HTTPResponse("success")


async def notified(desk: Desk, make: Callable[[], Any]) -> Callbacks:
    """What reaches us when `make` runs with the platform's address pointing at a stand-in."""
    callbacks, listener = Callbacks(), free_socket()
    before = desk.world.public_url
    async with listening(callbacks.app, listener):
        await desk.control("PUT", "/public", {"url": f"http://127.0.0.1:{listener.getsockname()[1]}"})
        try:
            await make()
        finally:
            await desk.control("PUT", "/public", {"url": before})
    return callbacks


async def test_an_order_is_placed_paid_and_found_paid(desk: Desk, pay: WeChatPay) -> None:
    name = number()
    prepay = await order(pay, name)
    assert await order(pay, name) == prepay
    before = await pay.query(name)
    assert (before.state, before.total, before.paid) == ("NOTPAY", 1234, False)
    done = await desk.control("POST", f"/pay/wechat/{name}", {"result": "success"})
    assert done["state"] == "paid"
    after = await pay.query(name)
    assert after.paid
    assert after.transaction_id
    assert after.payer_openid == OPENID
    assert after.paid_at


async def test_the_client_gets_signed_parameters(pay: WeChatPay) -> None:
    params = await pay.client_params("wx1")
    assert params["package"] == "prepay_id=wx1"
    assert params["signType"] == "RSA"
    assert len(params["paySign"]) == 344


async def test_one_number_is_one_order(pay: WeChatPay) -> None:
    name = number()
    await order(pay, name, 100)
    with pytest.raises(ProviderError) as found:
        await order(pay, name, 101)
    assert (found.value.kind, found.value.code) == ("permanent", "OUT_TRADE_NO_USED")


async def test_an_order_whose_answer_was_lost_is_placed_once(desk: Desk, pay: WeChatPay) -> None:
    await desk.fault("wechat_pay", "jsapi", "drop_after_accept", times=1)
    name = number()
    assert await order(pay, name)
    assert await desk.count("wechat_pay", "jsapi") == 2
    assert (await pay.query(name)).total == 1234


async def test_a_refund_with_one_number_happens_once(desk: Desk, pay: WeChatPay) -> None:
    name, refund = number(), number()
    await order(pay, name, 1000)
    await desk.control("POST", f"/pay/wechat_pay/{name}", {"result": "success"})
    for _ in range(2):
        done = await pay.refund(out_trade_no=name, out_refund_no=refund, amount=400, total=1000, reason="退费")
        assert (done.state, done.amount) == ("SUCCESS", 400)
    assert (await pay.query_refund(refund)).amount == 400
    with pytest.raises(ProviderError, match="NOT_ENOUGH"):
        await pay.refund(out_trade_no=name, out_refund_no=number(), amount=601, total=1000, reason="退费")


async def test_a_closed_order_cannot_be_paid(desk: Desk, pay: WeChatPay) -> None:
    name = number()
    await order(pay, name)
    await pay.close(name)
    assert (await pay.query(name)).state == "CLOSED"
    assert (await desk.control("POST", f"/pay/wechat/{name}", {}))["state"] == "closed"


PAY_ROWS = list(wechat_pay.CODES.rows.items())


@pytest.mark.parametrize(("code", "row"), PAY_ROWS, ids=[code for code, _ in PAY_ROWS])
async def test_each_payment_code_becomes_its_outcome(
    desk: Desk, pay: WeChatPay, code: str, row: wechat_pay.Row
) -> None:
    await desk.fault("wechat_pay", "query", "code", code=code)
    with pytest.raises(ProviderError) as found:
        await pay.query("TF000000")
    assert (found.value.code, found.value.outcome) == (code, row.outcome)
    assert found.value.kind == KINDS[row.outcome]


async def test_an_answer_with_a_wrong_signature_is_not_believed(desk: Desk, pay: WeChatPay) -> None:
    name = number()
    await order(pay, name)
    await desk.fault("wechat_pay", "query", "wrong_signature")
    with pytest.raises(ProviderError) as found:
        await pay.query(name)
    assert (found.value.kind, found.value.code) == ("unknown", "bad_signature")


async def test_our_wrong_signature_is_an_auth_error(desk: Desk, pay: WeChatPay) -> None:
    pay._clock = lambda: time.time() - 400
    with pytest.raises(ProviderError) as found:
        await pay.query("TF000000")
    assert (found.value.outcome, found.value.code) == ("auth", "SIGN_ERROR")


async def test_a_payment_is_notified_with_a_signature_and_opens_with_our_key(desk: Desk) -> None:
    name = number()

    async def make() -> None:
        await order(WeChatPay(desk.vendors.wechat_pay), name)
        await desk.control("POST", f"/pay/wechat/{name}", {})

    got = (await notified(desk, make)).got
    assert len(got) == 1
    headers, body, _ = got[0]
    pay = WeChatPay(desk.vendors.wechat_pay)
    notice = await pay.read_notice(headers, body)
    assert (notice.event, notice.resource["out_trade_no"]) == ("TRANSACTION.SUCCESS", name)
    assert notice.resource["amount"]["total"] == 1234

    with pytest.raises(NoticeRefused):
        await pay.read_notice(headers, body.replace(b"TRANSACTION", b"TRANSACTIOM"))
    with pytest.raises(NoticeRefused):
        await pay.read_notice({**headers, "wechatpay-serial": "0"}, body)
    pay._clock = lambda: time.time() + 301
    with pytest.raises(NoticeRefused, match="stale"):
        await pay.read_notice(headers, body)


@pytest.mark.parametrize(("fault", "count", "good"), [("duplicate_callback", 2, True), ("wrong_signature", 1, False)])
async def test_notifications_fail_on_demand(desk: Desk, fault: str, count: int, good: bool) -> None:
    name = number()

    async def make() -> None:
        await order(WeChatPay(desk.vendors.wechat_pay), name)
        await desk.fault("wechat_pay", "notify", fault)
        await desk.control("POST", f"/pay/wechat/{name}", {})

    got = (await notified(desk, make)).got
    assert len(got) == count
    pay = WeChatPay(desk.vendors.wechat_pay)
    for headers, body, _ in got:
        if good:
            assert (await pay.read_notice(headers, body)).resource["out_trade_no"] == name
        else:
            with pytest.raises(NoticeRefused):
                await pay.read_notice(headers, body)


async def test_alipay_login_by_demo_code_and_by_a_code_that_works_once(desk: Desk, alipay: Alipay) -> None:
    assert (await alipay.oauth_token("demo-lisi")).subject == (await alipay.oauth_token("demo-lisi")).subject
    minted = await desk.control("POST", "/alipay/code", {"name": "wangwu"})
    assert (await alipay.oauth_token(minted["code"])).open_id == minted["open_id"]
    with pytest.raises(ProviderError) as found:
        await alipay.oauth_token(minted["code"])
    assert (found.value.kind, found.value.code) == ("permanent", "isv.code-invalid")


async def test_nothing_personal_travels_in_alipays_address(desk: Desk, alipay: Alipay) -> None:
    seen: list[str] = []
    real = alipay.gateway.client.request

    async def spy(method: str, path: str, **options: Any) -> Any:
        seen.append(f"{method} {path} {options['params']}")
        return await real(method, path, **options)

    alipay.gateway.client.request = spy  # type: ignore[method-assign]
    await alipay.certify_initialize(
        outer_order_no=number(), name="张三", id_number="11010119900101001X", return_url="http://127.0.0.1:9/"
    )
    assert seen == ["POST /gateway.do {'charset': 'utf-8'}"]


async def test_alipays_time_is_beijings_wherever_we_run(desk: Desk, alipay: Alipay, monkeypatch: Any) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        await alipay.oauth_token("demo-lisi")
    finally:
        monkeypatch.undo()
        time.tzset()
    sent = (await desk.last("alipay", "alipay.system.oauth.token"))["timestamp"]
    beijing = datetime.strptime(sent, "%Y-%m-%d %H:%M:%S").timestamp()
    shown = datetime.now(alipay_gateway.CHINA).replace(tzinfo=None).timestamp()
    assert abs(beijing - shown) < 10


async def certify(alipay: Alipay) -> tuple[str, str]:
    id_number = "51010419850505002X"
    certify_id = await alipay.certify_initialize(
        outer_order_no=number(), name="李四", id_number=id_number, return_url="http://127.0.0.1:9/back?x=1"
    )
    return certify_id, id_number


async def test_alipays_face_passes_by_default(alipay: Alipay) -> None:
    certify_id, _ = await certify(alipay)
    assert (await alipay.certify_query(certify_id)).state == "passed"


@pytest.mark.parametrize("outcome", ["fail", "unfinished", "cancel"])
async def test_alipays_f_is_told_as_pending(desk: Desk, alipay: Alipay, outcome: str) -> None:
    certify_id, id_number = await certify(alipay)
    await desk.control("PUT", f"/face/{id_number}", {"outcome": outcome})
    result = await alipay.certify_query(certify_id)
    assert (result.state, result.code) == ("pending", "F")


async def test_the_signed_certification_address_opens_a_page_and_comes_back(desk: Desk, alipay: Alipay) -> None:
    import aiohttp

    certify_id, _ = await certify(alipay)
    url = await alipay.certify_url(certify_id)
    assert certify_scheme(url).startswith("alipays://platformapi/startapp?appId=20000067&url=http%3A%2F%2F")
    async with aiohttp.ClientSession() as http:
        async with http.get(url) as page:
            assert "模拟通过" in await page.text()
            address = str(page.url)
        assert (await alipay.certify_query(certify_id)).state == "pending"
        async with http.post(address, data={"outcome": "pass"}, allow_redirects=False) as back:
            assert back.headers["Location"] == f"http://127.0.0.1:9/back?x=1&certify_id={certify_id}"
        async with http.get(url.replace(certify_id, "0" * 32)) as forged:
            assert forged.status == 400
    assert (await alipay.certify_query(certify_id)).state == "passed"


async def test_an_unknown_certification_is_permanent(alipay: Alipay) -> None:
    with pytest.raises(ProviderError) as found:
        await alipay.certify_query("0" * 32)
    assert (found.value.kind, found.value.code) == ("permanent", "OPEN_CERTIFY_BILL_NOT_EXIST")


async def trade(alipay: Alipay, name: str, total: int = 1234) -> str:
    return await alipay.trade_create(out_trade_no=name, total=total, subject="考试报名费 {a&b=c}", buyer=BUYER)


async def test_an_alipay_trade_from_creation_to_refund(desk: Desk, alipay: Alipay) -> None:
    name, refund = number(), number()
    trade_no = await trade(alipay, name)
    assert await trade(alipay, name) == trade_no
    assert not (await alipay.trade_query(name)).paid
    await desk.control("POST", f"/pay/alipay/{name}", {})
    found = await alipay.trade_query(name)
    assert (found.paid, found.total, found.trade_no) == (True, 1234, trade_no)
    first = await alipay.trade_refund(out_trade_no=name, out_request_no=refund, amount=234, reason="退费")
    again = await alipay.trade_refund(out_trade_no=name, out_request_no=refund, amount=234, reason="退费")
    assert (first.done, again.done) == (True, False)
    assert (await alipay.refund_query(out_trade_no=name, out_request_no=refund)).done
    assert not (await alipay.refund_query(out_trade_no=name, out_request_no="other")).done


async def test_an_alipay_trade_nobody_made_does_not_exist(alipay: Alipay) -> None:
    with pytest.raises(ProviderError, match=r"ACQ\.TRADE_NOT_EXIST"):
        await alipay.trade_query(number())


ALIPAY_ROWS = [(code, row) for code, row in alipay_gateway.CODES.rows.items() if row.outcome != "ok"]


@pytest.mark.parametrize(("code", "row"), ALIPAY_ROWS, ids=[code for code, _ in ALIPAY_ROWS])
async def test_each_alipay_code_becomes_its_outcome(
    desk: Desk, alipay: Alipay, code: str, row: alipay_gateway.Row
) -> None:
    await desk.fault("alipay", "alipay.trade.query", "code", code=code)
    with pytest.raises(ProviderError) as found:
        await alipay.trade_query("TF1")
    assert (found.value.code, found.value.outcome) == (code, row.outcome)
    assert found.value.kind == KINDS[row.outcome]


async def test_a_sub_code_that_nobody_listed_takes_the_meaning_of_its_code(desk: Desk, alipay: Alipay) -> None:
    await desk.fault("alipay", "alipay.trade.query", "code", code="isv.never-seen")
    with pytest.raises(ProviderError) as found:
        await alipay.trade_query("TF1")
    assert (found.value.code, found.value.outcome) == ("isv.never-seen", "permanent")


async def test_an_alipay_answer_with_a_wrong_signature_is_not_believed(desk: Desk, alipay: Alipay) -> None:
    await desk.fault("alipay", "*", "wrong_signature")
    with pytest.raises(ProviderError) as found:
        await trade(alipay, number())
    assert (found.value.kind, found.value.code) == ("unknown", "bad_signature")


def test_an_unsigned_success_is_not_believed(alipay: Alipay) -> None:
    body = b'{"alipay_trade_query_response":{"code":"10000","trade_status":"TRADE_SUCCESS"}}'
    with pytest.raises(ProviderError) as found:
        alipay.gateway._open(body, "alipay.trade.query")
    assert (found.value.kind, found.value.code) == ("unknown", "unsigned_answer")


@pytest.mark.parametrize(
    "body", [b"<html>502</html>", b"[]", b"{}", b'{"a":', b'{"sign":"x"}', b"\xff\xfe", b'{"a":' * 9999]
)
def test_an_unreadable_alipay_answer_is_unknown(alipay: Alipay, body: bytes) -> None:
    with pytest.raises(ProviderError) as found:
        alipay.gateway._open(body, "alipay.trade.query")
    assert found.value.kind == "unknown"


def test_braces_and_quotes_inside_strings_do_not_end_the_signed_text() -> None:
    inner = '{"name":"a}{\\"}","deep":{"x":[1,{"y":"}"}]}}'
    members = scan_members('{ "a_response" : ' + inner + ' , "sign":"s"}')
    assert members["a_response"][1] == inner
    assert members["sign"][0] == "s"


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(ValueError):
        scan_members('{"a":1,"a":2}')


@pytest.mark.parametrize(("amount", "text"), [(1, "0.01"), (100, "1.00"), (123456789, "1234567.89")])
def test_fen_and_yuan(amount: int, text: str) -> None:
    assert yuan(amount) == text
    assert fen(text) == amount


@pytest.mark.parametrize("text", ["1.001", "x", "", "NaN"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        fen(text)


@pytest.mark.parametrize("fault", ["", "duplicate_callback", "wrong_signature"])
async def test_alipays_notification_is_verified_without_touching_the_form(desk: Desk, fault: str) -> None:
    name = number()

    async def make() -> None:
        await trade(Alipay(AlipayGateway(desk.vendors.alipay)), name)
        if fault:
            await desk.fault("alipay", "notify", fault)
        await desk.control("POST", f"/pay/alipay/{name}", {})

    got = (await notified(desk, make)).got
    assert len(got) == (2 if fault == "duplicate_callback" else 1)
    alipay = Alipay(AlipayGateway(desk.vendors.alipay))
    form = got[0][2]
    if fault == "wrong_signature":
        with pytest.raises(AlipayNoticeRefused):
            await alipay.read_notice(form)
        return
    before = json.dumps(form)
    notice = await alipay.read_notice(form)
    assert (notice.out_trade_no, notice.state, notice.total) == (name, "TRADE_SUCCESS", 1234)
    assert json.dumps(form) == before
    for changed in (
        {"total_amount": "0.01"},
        {"seller_id": "2088000000000000"},
        {"app_id": "1"},
        {"sign_type": "RSA"},
        {"sign": ""},
        {"sign": "%%%"},
    ):
        with pytest.raises(AlipayNoticeRefused):
            await alipay.read_notice(form | changed)


async def test_an_alipay_message_is_sent_and_too_long_ones_are_not(desk: Desk, alipay: Alipay) -> None:
    await alipay.send_message(
        to_open_id=BUYER, template_id="TPL-NOTICE", page="pages/index", data={"keyword1": "已受理"}
    )
    assert await desk.count("alipay", "alipay.open.app.mini.templatemessage.send") == 1
    with pytest.raises(ProviderError) as found:
        await alipay.send_message(to_open_id=BUYER, template_id="TPL-NOTICE", page="p", data={"keyword1": "长" * 2100})
    assert found.value.kind == "permanent"
    assert await desk.count("alipay", "alipay.open.app.mini.templatemessage.send") == 1


async def test_signing_leaves_the_event_loop_free(alipay: Alipay) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    await asyncio.gather(*(alipay.certify_url(str(n)) for n in range(30)))
    ticking.cancel()
    assert ticks > 30


def test_certificate_mode_adds_the_serial_numbers(desk: Desk) -> None:
    import msgspec

    from backend.providers.pem import rsa_private
    from backend.sandbox.credentials import _certificate

    key = rsa_private(desk.world.keys.alipay_private_key)
    cert, _ = _certificate(key)
    config = msgspec.structs.replace(desk.vendors.alipay, app_cert=cert, alipay_cert=cert, alipay_root_cert=cert)
    signed = AlipayGateway(config).signed_query("alipay.trade.query", {"out_trade_no": "1"})
    assert "app_cert_sn=" in signed
    assert "alipay_root_cert_sn=" in signed
