"""Pure parts, with tables and properties."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.errors import InvalidPayload
from backend.identity import captcha, demo, devices, faces, realname
from tests.identity.people import ZHANG


@pytest.mark.parametrize(
    ("number", "spoken"), [(0, "零"), (7, "七"), (10, "十"), (12, "十二"), (20, "二十"), (48, "四十八")]
)
def test_numbers_are_asked_as_people_say_them(number: int, spoken: str) -> None:
    assert captcha.words(number) == spoken


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("张 三", "张三"),
        ("张　三", "张三"),
        ("阿依木•沙马", "阿依木·沙马"),
        ("阿依木 · 沙马", "阿依木·沙马"),
        ("买买提．艾力", "买买提·艾力"),
        ("JOHN  SMITH", "JOHN SMITH"),
        ("王㛃", "王㛃"),
        ("𠮷野", "𠮷野"),
    ],
)
def test_names_are_kept_as_the_authority_writes_them(given_name: str, kept: str) -> None:
    assert realname.clean_name(given_name) == kept
    assert realname.check(given_name, ZHANG.id_number).name == kept


@given(st.text(max_size=60))
def test_no_text_as_a_name_breaks_or_gets_control_characters_through(text: str) -> None:
    try:
        proof = realname.check(text, ZHANG.id_number)
    except InvalidPayload:
        return
    assert 2 <= len(proof.name) <= 50
    assert not any(unicodedata.category(char).startswith(("C", "N", "S")) and unicodedata.category(char) != "Co"
                   for char in proof.name)  # fmt: skip


@given(st.text(max_size=30))
def test_no_text_as_a_number_is_taken_but_a_right_one(text: str) -> None:
    try:
        proof = realname.check("张三", text)
    except InvalidPayload:
        return
    assert re.fullmatch(r"[1-9][0-9]{16}[0-9X]", proof.id_number)


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Mozilla/5.0 (Linux; Android 14) MicroMessenger/8 MiniProgramEnv/android miniProgram", "微信小程序 · 安卓"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AlipayClient/10", "支付宝 · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140", "浏览器 · Windows 电脑"),
        ("curl/8", "其他程序"),
        ("", "其他程序"),
        ("<script>" * 500, "其他程序"),
    ],
)
def test_a_device_is_named_in_words_and_its_agent_is_not_kept(agent: str, label: str) -> None:
    assert devices.label(agent) == label


@pytest.mark.parametrize(
    ("provider", "code", "counted"),
    [
        ("wechat", "10010", True),
        ("wechat", "10026", False),
        ("wechat", "10042", False),
        ("wechat", "90100", False),
        ("wechat", "84012", False),
        ("faceid", "2016", True),
        ("faceid", "1001", False),
        ("faceid", "identity_mismatch", True),
        ("faceid", "InvalidParameterValue.BizTokenExpired", False),
        ("alipay", "F", False),
        ("wechat", "expired", False),
    ],
)
def test_only_a_face_that_did_not_fit_counts_towards_the_lock(provider: str, code: str, counted: bool) -> None:
    assert faces.counts(provider, code) is counted


async def test_demo_accounts_are_made_once_and_lie_closed_in_the_data_folder(running: object, database: None) -> None:
    from backend.core.settings import current
    from backend.identity import staff

    settings = current()
    first = await demo.ensure_staff(settings)
    again = await demo.ensure_staff(settings)
    assert [account.password for account in first] == [account.password for account in again]
    assert (settings.data / demo.FILE).stat().st_mode & 0o777 == 0o600
    assert {role for account in first for role in account.roles} == set(staff.ROLES)
    code = demo.one_time_code(settings.data, "admin")
    made = await staff.sign_in("admin", first[-1].password, code or "", devices.Caller("127.0.0.1", ""))
    assert made.staff.roles == ["admin"]
    assert demo.one_time_code(settings.data, "nobody") is None
