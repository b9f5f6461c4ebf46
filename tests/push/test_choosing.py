"""The choice of a channel: the cases people ask about, and what must hold for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.clock import SHANGHAI
from push.choosing import KINDS, ORDER, PATIENCE, Facts, choose, quiet_until

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 3, 2, 23, 30, tzinfo=SHANGHAI)
ALL = Facts(kind="action_needed", urgent=False, at=NOON, wechat=True, grants=1, alipay=True, devices=1, phone=True)


def queued(facts: Facts) -> str | None:
    found = [choice.channel for choice in choose(facts) if choice.state == "queued"]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("changes", "channel"),
    [
        ({}, "wechat"),
        ({"grants": 0}, "alipay"),
        ({"wechat": False}, "alipay"),
        ({"wechat": False, "alipay": False}, "jpush"),
        ({"wechat": False, "alipay": False, "devices": 0}, "sms"),
        ({"wechat": False, "alipay": False, "devices": 0, "kind": "progress"}, None),
        ({"wechat": False, "alipay": False, "devices": 0, "kind": "progress", "urgent": True}, "sms"),
        ({"wechat": False, "alipay": False, "devices": 0, "kind": "policy", "urgent": True}, None),
        ({"wechat": False, "alipay": False, "devices": 0, "kind": "result", "urgent": True}, "sms"),
        ({"wechat": False, "alipay": False, "devices": 0, "phone": False}, None),
        ({"channels": {"wechat": False}}, "alipay"),
        ({"channels": dict.fromkeys(ORDER, False)}, None),
        ({"kind": "reminder", "off": frozenset({"reminder"})}, None),
        ({"ready": frozenset({"jpush", "sms"})}, "jpush"),
        ({"tried": {"wechat": "微信的同意次数已用完"}}, "alipay"),
        ({"tried": dict.fromkeys(("wechat", "alipay", "jpush"), "没有送到")}, "sms"),
        ({"tried": dict.fromkeys(ORDER, "没有送到")}, None),
        ({"paused": {"wechat": NOON + timedelta(hours=1)}}, "alipay"),
        ({"paused": {"wechat": NOON + timedelta(minutes=2)}}, "wechat"),
        ({"urgent": True, "paused": {"wechat": NOON + timedelta(minutes=2)}}, "alipay"),
        (
            {
                "wechat": False,
                "alipay": False,
                "paused": {"jpush": NOON + timedelta(hours=2), "sms": NOON + timedelta(hours=1)},
            },
            "sms",
        ),
    ],
)
def test_the_channel_that_fits_is_queued(changes: dict[str, object], channel: str | None) -> None:
    assert queued(replace(ALL, **changes)) == channel


@pytest.mark.parametrize(
    ("clock", "start", "end", "until"),
    [
        ("2026-03-02 21:59", "22:00", "08:00", None),
        ("2026-03-02 22:00", "22:00", "08:00", "2026-03-03 08:00"),
        ("2026-03-02 23:59", "22:00", "08:00", "2026-03-03 08:00"),
        ("2026-03-03 00:00", "22:00", "08:00", "2026-03-03 08:00"),
        ("2026-03-03 07:59", "22:00", "08:00", "2026-03-03 08:00"),
        ("2026-03-03 08:00", "22:00", "08:00", None),
        ("2026-03-03 13:00", "12:30", "14:00", "2026-03-03 14:00"),
        ("2026-03-03 14:00", "12:30", "14:00", None),
        ("2026-03-03 03:00", "00:00", "00:00", None),
        ("2026-12-31 23:00", "22:00", "08:00", "2027-01-01 08:00"),
    ],
)
def test_quiet_hours_end_where_the_citizen_said(clock: str, start: str, end: str, until: str | None) -> None:
    moment = datetime.fromisoformat(clock).replace(tzinfo=SHANGHAI).astimezone(UTC)
    found = quiet_until(moment, time.fromisoformat(start), time.fromisoformat(end))
    assert (None if found is None else found.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")) == until


def test_at_night_an_ordinary_message_waits_for_the_morning_and_says_so() -> None:
    [choice] = [item for item in choose(replace(ALL, at=NIGHT)) if item.state == "queued"]
    assert choice.not_before == datetime(2026, 3, 3, 8, 0, tzinfo=SHANGHAI)
    assert "免打扰" in choice.why
    assert "08:00" in choice.why


def test_at_night_an_urgent_message_goes_at_once() -> None:
    [choice] = [item for item in choose(replace(ALL, at=NIGHT, urgent=True)) if item.state == "queued"]
    assert choice.not_before == NIGHT


def test_after_a_failure_the_citizen_reads_which_channel_stepped_in() -> None:
    [choice] = [item for item in choose(replace(ALL, tried={"wechat": "…"})) if item.state == "queued"]
    assert choice.why.startswith("微信没有送到，改用支付宝")


moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=SHANGHAI))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0))
channels = st.sampled_from(ORDER)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    at = draw(moments)
    return Facts(
        kind=draw(st.sampled_from(KINDS)),
        urgent=draw(st.booleans()),
        at=at,
        wechat=draw(st.booleans()),
        grants=draw(st.integers(0, 2)),
        alipay=draw(st.booleans()),
        devices=draw(st.integers(0, 2)),
        phone=draw(st.booleans()),
        ready=draw(st.frozensets(channels)),
        channels=draw(st.dictionaries(channels, st.booleans())),
        off=draw(st.frozensets(st.sampled_from(("policy", "reminder", "progress")))),
        quiet_from=draw(clocks),
        quiet_to=draw(clocks),
        paused={
            channel: at + timedelta(seconds=seconds)
            for channel, seconds in draw(st.dictionaries(channels, st.integers(1, 7200))).items()
        },
        tried=draw(st.dictionaries(channels, st.just("没有送到"))),
    )


@given(facts())
def test_every_channel_that_was_not_tried_gets_one_answer_with_a_reason(given: Facts) -> None:
    choices = choose(given)
    assert [choice.channel for choice in choices] == [name for name in ORDER if name not in given.tried]
    assert all(choice.why for choice in choices)
    assert sum(choice.state == "queued" for choice in choices) <= 1


@given(facts())
def test_nothing_goes_where_the_citizen_said_no_or_cannot_be_reached(given: Facts) -> None:
    channel = queued(given)
    if channel is None:
        return
    assert given.kind not in given.off
    assert given.channels.get(channel, True)
    assert channel in given.ready
    reachable = {
        "wechat": given.wechat and given.grants > 0,
        "alipay": given.alipay,
        "jpush": given.devices > 0,
        "sms": given.phone,
    }
    assert reachable[channel]


@given(facts())
def test_only_urgent_messages_may_disturb_quiet_hours(given: Facts) -> None:
    for choice in choose(given):
        if choice.state == "queued":
            assert choice.not_before is not None
            assert choice.not_before >= given.at
            if not given.urgent:
                assert quiet_until(choice.not_before, given.quiet_from, given.quiet_to) is None


@given(facts())
def test_a_paused_channel_is_only_taken_when_no_healthy_one_is_left(given: Facts) -> None:
    channel = queued(given)
    if channel is None or given.paused.get(channel, given.at) <= given.at + PATIENCE[given.urgent]:
        return
    others = replace(given, tried={**given.tried, channel: "…"})
    other = queued(others)
    assert other is None or given.paused.get(other, given.at) >= given.paused[channel]


@given(facts())
def test_trying_again_and_again_ends(given: Facts) -> None:
    tried = dict(given.tried)
    for _ in range(len(ORDER) + 1):
        channel = queued(replace(given, tried=tried))
        if channel is None:
            return
        assert channel not in tried
        tried[channel] = "没有送到"
    raise AssertionError("a channel was offered twice")
