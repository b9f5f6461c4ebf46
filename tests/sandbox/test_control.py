"""The control interface, the faults, and the pages for people."""

import json
import stat
import time
from pathlib import Path

import aiohttp
import pytest

from backend.core.clients import Client, ProviderError
from backend.providers.config import VendorFileError, load
from tests.sandbox.serving import Desk

LOGIN = "/wechat/sns/jscode2session"


async def ask(desk: Desk, *, timeout_s: float = 3.0) -> tuple[int, str]:
    answer = await Client("desk", desk.base, timeout_s=timeout_s).request("GET", LOGIN, call="x")
    return answer.status, answer.headers.get("Content-Type", "")


@pytest.mark.parametrize(("fault", "status", "kind"), [("http500", 500, "text/plain"), ("html502", 502, "text/html")])
async def test_error_pages_look_like_a_gateways(desk: Desk, fault: str, status: int, kind: str) -> None:
    await desk.fault("wechat", "code2session", fault)
    assert await ask(desk) == (status, kind)


async def test_down_does_nothing_and_drop_after_accept_does_it(desk: Desk) -> None:
    minted = await desk.control("POST", "/wechat/code", {"name": "x"})
    app = desk.vendors.wechat
    params = {"appid": app.app_id, "secret": app.secret, "js_code": minted["code"]}
    client = Client("desk", desk.base)
    await desk.fault("wechat", "code2session", "down", times=1)
    with pytest.raises(ProviderError):
        await client.request("GET", LOGIN, call="x", params=params)
    assert ("wechat", minted["code"]) in desk.world.codes
    await desk.fault("wechat", "code2session", "drop_after_accept", times=1)
    with pytest.raises(ProviderError):
        await client.request("GET", LOGIN, call="x", params=params)
    assert ("wechat", minted["code"]) not in desk.world.codes


async def test_slow_is_slow_and_times_runs_out(desk: Desk) -> None:
    await desk.fault("wechat", "code2session", "slow", delay_s=0.3, times=1)
    started = time.monotonic()
    assert (await ask(desk))[0] == 200
    middle = time.monotonic()
    assert (await ask(desk))[0] == 200
    assert middle - started >= 0.3 > time.monotonic() - middle


async def test_a_fault_for_every_call_of_a_vendor_and_its_removal(desk: Desk) -> None:
    await desk.fault("wechat", "*", "http500")
    assert (await ask(desk))[0] == 500
    assert await desk.control("DELETE", "/faults/wechat/*") == {"deleted": True}
    assert (await ask(desk))[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/faults/wechat/x", {"fault": "nonsense"}, 422),
        ("PUT", "/faults/wechat/x", {"fault": "code"}, 422),
        ("PUT", "/face/1", {"outcome": "maybe"}, 422),
        ("PUT", "/face/1", {"outcome": "pass", "extra": 1}, 422),
        ("PUT", "/authority/1", {}, 422),
        ("POST", "/wechat/code", {}, 422),
        ("POST", "/pay/wechat/none", {}, 404),
        ("POST", "/pay/cash/none", {}, 404),
        ("POST", "/department/m/update", {"case_number": "none", "kind": "accepted"}, 404),
        ("POST", "/department/m/update", {"case_number": "none", "kind": "eaten"}, 422),
    ],
)
async def test_a_wrong_order_gets_a_sentence(desk: Desk, method: str, path: str, body: object, status: int) -> None:
    found = await desk.control(method, path, body, status=status)
    assert found["title"]
    assert found["status"] == status


async def test_what_was_received_is_told_in_order_with_counts(desk: Desk) -> None:
    for _ in range(3):
        await ask(desk)
    found = await desk.control("GET", "/received?vendor=wechat&call=code2session")
    assert (found["count"], found["counts"]) == (3, {"wechat.code2session": 3})
    numbers = [item["n"] for item in found["items"]]
    assert numbers == sorted(numbers)
    assert (await desk.control("GET", "/received?vendor=jpush"))["count"] == 0


async def test_secrets_are_not_kept_in_what_was_received(desk: Desk) -> None:
    app = desk.vendors.wechat
    body = {"grant_type": "client_credential", "appid": app.app_id, "secret": app.secret}
    await Client("desk", desk.base).request("POST", "/wechat/cgi-bin/stable_token", call="x", json=body)
    assert app.secret not in json.dumps(await desk.control("GET", "/received"))


async def test_the_pages_say_in_chinese_that_all_is_invented(desk: Desk) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/", "/pay", "/departments"):
            async with http.get(desk.base + path) as page:
                text = await page.text()
                assert page.status == 200
                assert "编造" in text
        async with http.get(desk.base + "/") as page:
            assert "阿依木·沙马" in await page.text()
        async with http.get(desk.base + "/face/faceid/none") as page:
            assert page.status == 404


async def test_keys_are_for_their_owner_alone_and_named_files_are_read(desk: Desk) -> None:
    folder = desk.folder / "sandbox"
    for name in ("credentials.json", "keys.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_an_unusable_vendor_file_is_named_without_its_content(tmp_path: Path) -> None:
    with pytest.raises(VendorFileError, match="cannot read"):
        load(tmp_path / "none.json")
    bad = tmp_path / "bad.json"
    bad.write_text('{"wechat": {"app_id": 5, "secret": "hidden-value"}}')
    with pytest.raises(VendorFileError) as found:
        load(bad)
    assert "hidden-value" not in str(found.value)


async def test_a_page_escapes_what_it_shows(desk: Desk) -> None:
    desk.world.texts["13800000009"] = [
        {"phone": "13800000009", "text": "<script>alert(1)</script>", "at": time.time() + 9}
    ]
    async with aiohttp.ClientSession() as http, http.get(desk.base + "/") as page:
        text = await page.text()
    del desk.world.texts["13800000009"]
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
