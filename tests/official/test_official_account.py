"""The WeChat official account: what a follower reads, and what is refused."""

from __future__ import annotations

import re
import secrets

import pytest

from backend.core.clients import ProviderError
from backend.official import menu, replies
from tests.conftest import Client, Server, Simulators

FOLLOWER = "o" + "f" * 27


async def say(sandbox: Simulators, **fields: str) -> dict[str, object]:
    body = {"fields": {"FromUserName": FOLLOWER, **fields}, "official": True}
    answer = await sandbox.send("POST", "/_control/wechat/message", body)
    return dict(answer["sent"][0])


async def ask(sandbox: Simulators, text: str) -> str:
    sent = await say(sandbox, MsgType="text", Content=text, MsgId=str(secrets.randbits(60)))
    assert sent["status"] == 200
    reply = str(sent["reply"])
    assert f"<ToUserName><![CDATA[{FOLLOWER}]]>" in reply, "the reply must go to who asked"
    found = re.search(r"<Content><!\[CDATA\[(.*)\]\]></Content>", reply, re.S)
    assert found is not None
    return found.group(1)


async def test_a_question_is_answered_with_what_the_search_finds_there(
    server: Server, http: Client, sandbox: Simulators
) -> None:
    page = await http.call("GET", "/api/v1/matters?q=租房提取&region=510100&limit=5", status=200)
    text = await ask(sandbox, "成都 租房提取")
    linked = re.findall(r'<a href="([^"]+)">([^<]+)</a>', text)
    base = server.base
    expected = [(f"{base}/matters/{item['id']}?region=510100", item["name"]) for item in page["items"]]
    assert expected
    assert linked[: len(expected)] == expected
    assert text.startswith(f"在成都市找到 {page['total']} 项“租房提取”：")


async def test_everyday_words_and_pinyin_find_the_same(server: Server, sandbox: Simulators) -> None:
    assert "residence_permit" in await ask(sandbox, "居住证")
    assert "residence_permit" in await ask(sandbox, "juzhuzheng")


async def test_nothing_found_says_so_and_where_to_look(server: Server, sandbox: Simulators) -> None:
    text = await ask(sandbox, "火星移民<script>")
    assert text.startswith("没有找到“火星移民&lt;script&gt;”。")
    assert "/services" in text


async def test_an_empty_question_says_how_to_ask(server: Server, sandbox: Simulators) -> None:
    assert await ask(sandbox, " ？！ ") == replies.HOW


async def test_a_reply_fits_into_what_wechat_takes(server: Server, sandbox: Simulators) -> None:
    for text in ("证", "办理", "公积金" * 40, "z" * 500):
        assert len((await ask(sandbox, text)).encode()) <= replies.LONGEST_REPLY


async def test_a_new_follower_is_welcomed_and_a_leaving_one_is_not_spoken_to(
    server: Server, sandbox: Simulators
) -> None:
    hello = await say(sandbox, MsgType="event", Event="subscribe")
    assert "这里是天府通办" in str(hello["reply"])
    bye = await say(sandbox, MsgType="event", Event="unsubscribe")
    assert (bye["status"], bye["body"]) == (200, "success")


@pytest.mark.parametrize("kind", ["image", "location", "link"])
async def test_what_cannot_be_read_is_answered_in_words(server: Server, sandbox: Simulators, kind: str) -> None:
    assert "还看不懂这类消息" in str((await say(sandbox, MsgType=kind, MsgId="7"))["reply"])


async def test_a_forged_question_is_refused(server: Server, sandbox: Simulators) -> None:
    await sandbox.send("PUT", "/_control/faults/wechat/message", {"fault": "wrong_signature", "times": 1})
    assert (await say(sandbox, MsgType="text", Content="公积金", MsgId="8"))["status"] == 403


async def test_the_mini_programs_key_does_not_open_the_official_accounts_door(
    server: Server, sandbox: Simulators
) -> None:
    from backend.providers.vendors import desk

    official = desk().config.official
    assert official is not None
    body = {
        "fields": {"FromUserName": FOLLOWER, "MsgType": "text", "Content": "公积金"},
        "url": f"{server.base}/callbacks/wechat/{official.app_id}",
    }
    answer = await sandbox.send("POST", "/_control/wechat/message", body)
    assert answer["sent"][0]["status"] == 403


async def test_the_menu_is_taken_by_wechat_and_every_address_is_a_page(server: Server, sandbox: Simulators) -> None:
    document = menu.menu(server.base)
    await menu.put_menu(document)
    seen = await sandbox.send("GET", "/_control/received?vendor=official&call=menu")
    assert seen["items"][-1]["detail"] == document
    with pytest.raises(ProviderError):
        await menu.put_menu({"button": [{"name": "x", "type": "view", "url": "ftp://elsewhere"}]})
