"""What follows from each answer of a vendor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.core.clients import ProviderError
from backend.providers import alipay_gateway, jpush, sms, wechat_codes
from push.verdicts import CID_LIFE, EFFECTS, Verdict, judge

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
TABLES = {
    "wechat": wechat_codes.CODES,
    "jpush": jpush.CODES,
    "sms": sms.CODES,
    "alipay": alipay_gateway.CODES,
}


def verdict(
    channel: str, code: str, *, urgent: bool = False, attempts: int = 1, age: timedelta | None = None
) -> Verdict:
    """The verdict on a code of a vendor's own table."""
    return judge(
        TABLES[channel].error(code, call="send"),
        channel=channel,
        urgent=urgent,
        attempts=attempts,
        idempotent_since=AT - (age or timedelta()),
        at=AT,
    )


@pytest.mark.parametrize(
    ("channel", "code", "state"),
    [
        ("wechat", "43101", "failed"),
        ("wechat", "43107", "failed"),
        ("wechat", "40003", "failed"),
        ("wechat", "47003", "failed"),
        ("wechat", "45009", "retry"),
        ("wechat", "43108", "retry"),
        ("wechat", "40001", "retry"),
        ("jpush", "1011", "failed"),
        ("jpush", "1005", "failed"),
        ("jpush", "2002", "retry"),
        ("jpush", "1004", "retry"),
        ("jpush", "1000", "unknown"),
        ("jpush", "1030", "unknown"),
        ("sms", "isv.MOBILE_NUMBER_ILLEGAL", "failed"),
        ("sms", "isv.BUSINESS_LIMIT_CONTROL", "retry"),
        ("sms", "isp.SYSTEM_ERROR", "unknown"),
        ("alipay", "USER_NOT_SUBSCRIBE", "failed"),
        ("alipay", "isp.unknow-error", "unknown"),
    ],
)
def test_a_code_leads_to_its_state(channel: str, code: str, state: str) -> None:
    assert verdict(channel, code).state == state


def test_43101_spends_the_grant_and_1011_drops_the_device() -> None:
    assert verdict("wechat", "43101").spends_grant
    assert verdict("jpush", "1011").drops_devices
    assert not verdict("wechat", "47003").spends_grant


@pytest.mark.parametrize(("channel", "code"), [("wechat", "40001"), ("jpush", "1004"), ("sms", "isv.OUT_OF_SERVICE")])
def test_refused_credentials_stop_the_channel_and_call_a_person(channel: str, code: str) -> None:
    found = verdict(channel, code)
    assert found.alarm
    assert found.pause is not None
    assert found.pause >= AT + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("channel", "code", "seconds"), [("wechat", "45009", 3600), ("jpush", "2002", 60), ("wechat", "-1", 2)]
)
def test_a_quota_slows_the_whole_channel_for_as_long_as_the_vendor_says(channel: str, code: str, seconds: int) -> None:
    found = verdict(channel, code)
    assert found.pause == AT + timedelta(seconds=seconds)
    assert not found.alarm
    assert found.next_at is not None
    assert found.next_at >= found.pause


@pytest.mark.parametrize(("channel", "code"), [("wechat", "43108"), ("sms", "isv.BUSINESS_LIMIT_CONTROL")])
def test_a_limit_of_one_citizen_slows_nobody_else(channel: str, code: str) -> None:
    assert verdict(channel, code).pause is None


def test_a_line_that_is_down_pauses_nothing_because_the_breaker_guards_it() -> None:
    error = ProviderError("retryable", "jpush", "breaker_open", retry_after=20)
    found = judge(error, channel="jpush", urgent=False, attempts=1, idempotent_since=AT, at=AT)
    assert (found.state, found.pause) == ("retry", None)
    assert found.next_at == AT + timedelta(seconds=20)


def test_jpush_is_asked_again_with_its_cid_while_it_remembers_it() -> None:
    assert verdict("jpush", "1030", age=CID_LIFE - timedelta(minutes=1)).next_at is not None
    assert verdict("jpush", "1030", age=CID_LIFE).next_at is None


def test_an_unknown_wechat_send_gets_one_more_try_only_when_urgent() -> None:
    def unknown(*, urgent: bool, attempts: int) -> Verdict:
        error = ProviderError("unknown", "wechat", "timeout")
        return judge(error, channel="wechat", urgent=urgent, attempts=attempts, idempotent_since=AT, at=AT)

    assert unknown(urgent=False, attempts=1).next_at is None
    assert unknown(urgent=True, attempts=1).next_at is not None
    assert unknown(urgent=True, attempts=2).next_at is None


def test_delays_grow_and_then_hold() -> None:
    waits = []
    for attempts in range(1, 10):
        found = verdict("wechat", "43108", attempts=attempts)
        assert found.next_at is not None
        waits.append((found.next_at - AT).total_seconds())
    assert waits == sorted(waits)
    assert waits[0] == 5
    assert waits[-1] == waits[-2] == 3600


def test_every_special_code_is_one_the_vendors_table_knows() -> None:
    for vendor, code in EFFECTS:
        assert code in TABLES[vendor].rows, f"{vendor} {code} is in no table of the provider"
