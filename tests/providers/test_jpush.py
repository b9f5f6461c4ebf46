"""JPush: payloads, cids, quotas, codes, reports."""

import pytest

from backend.core.clients import ProviderError
from backend.providers import jpush
from backend.providers.jpush import JPush, notice
from tests.sandbox.serving import Desk

KINDS = {"permanent": "permanent", "throttled": "retryable", "auth": "retryable", "unknown": "unknown"}


@pytest.fixture
def push(desk: Desk) -> JPush:
    found = JPush(desk.vendors.jpush)
    for client in (found.push_client, found.report_client, found.device_client):
        client.backoff_s = 0.01
    desk.world.faults.clear()
    return found


def payload(*ids: str) -> dict[str, object]:
    return notice(
        title="办件进展", text="已受理", extras={"case": "1"}, registration_ids=ids or ("r1",), apns_production=False
    )


def test_a_payload_says_what_jpushs_builders_say() -> None:
    found = payload("r1", "r2")
    assert found["audience"] == {"registration_id": ["r1", "r2"]}
    assert found["options"] == {"time_to_live": 86400, "apns_production": False}
    assert found["notification"]["ios"]["alert"] == {"title": "办件进展", "body": "已受理"}  # type: ignore[index]
    assert found["notification"]["android"]["extras"] == {"case": "1"}  # type: ignore[index]


@pytest.mark.parametrize(
    "changed",
    [
        {"registration_ids": ()},
        {"registration_ids": [str(n) for n in range(1001)]},
        {"registration_ids": (), "tags": [str(n) for n in range(21)]},
        {"registration_ids": (), "aliases": ["汉" * 14]},
        {"ttl_s": 864001},
        {"text": "长" * 1500},
    ],
    ids=["nobody", "ids", "tags", "alias", "ttl", "size"],
)
def test_a_payload_beyond_a_limit_is_refused(changed: dict[str, object]) -> None:
    given: dict[str, object] = {
        "title": "t",
        "text": "x",
        "extras": {},
        "registration_ids": ["r"],
        "apns_production": True,
    }
    with pytest.raises(ValueError):
        notice(**(given | changed))  # type: ignore[arg-type]


async def test_cids_come_from_the_pool(push: JPush) -> None:
    cids = await push.cids(3)
    assert len(set(cids)) == 3
    assert all(cid.startswith(push.config.app_key) for cid in cids)
    with pytest.raises(ValueError):
        await push.cids(1001)


async def test_one_cid_pushes_once_and_answers_the_same(desk: Desk, push: JPush) -> None:
    (cid,) = await push.cids(1)
    first, again = await push.send(payload(), cid=cid), await push.send(payload(), cid=cid)
    assert first.msg_id == again.msg_id
    (other,) = await push.cids(1)
    assert (await push.send(payload(), cid=other)).msg_id != first.msg_id


async def test_a_push_whose_answer_was_lost_is_repeated_with_its_cid(desk: Desk, push: JPush) -> None:
    (cid,) = await push.cids(1)
    pushes = len(desk.world.received.find("jpush", "push"))
    await desk.fault("jpush", "push", "drop_after_accept", times=1)
    sent = await push.send(payload(), cid=cid)
    calls = desk.world.received.find("jpush", "push")[pushes:]
    assert [item.detail["cid"] for item in calls] == [cid, cid]
    assert (await push.send(payload(), cid=cid)).msg_id == sent.msg_id


async def test_the_quota_is_told_and_its_end_is_throttled(desk: Desk, push: JPush) -> None:
    (cid,) = await push.cids(1)
    sent = await push.send(payload(), cid=cid)
    assert sent.rate is not None
    assert sent.rate.quota == 600_000
    assert 0 < sent.rate.reset_s <= 60
    await desk.control("PUT", "/jpush/quota", {"quota": 0})
    try:
        with pytest.raises(ProviderError) as found:
            await push.send(payload(), cid=cid + "x")
    finally:
        await desk.control("PUT", "/jpush/quota", {"quota": 600_000})
    assert (found.value.outcome, found.value.code, found.value.status) == ("throttled", "2002", 429)
    assert found.value.retry_after is not None
    assert 0 < found.value.retry_after <= 60


async def test_a_device_that_is_gone_is_permanent_and_asks_to_be_dropped(desk: Desk, push: JPush) -> None:
    await desk.control("PUT", "/jpush/devices/gone-1", {"gone": True})
    (cid,) = await push.cids(1)
    with pytest.raises(ProviderError) as found:
        await push.send(payload("gone-1"), cid=cid)
    assert (found.value.kind, found.value.code) == ("permanent", "1011")
    assert jpush.drops_device(found.value)
    assert (await push.send(payload("gone-1", "here"), cid=cid)).msg_id


ROWS = list(jpush.CODES.rows.items())


@pytest.mark.parametrize(("code", "row"), ROWS, ids=[code for code, _ in ROWS])
async def test_each_code_becomes_its_outcome(desk: Desk, push: JPush, code: str, row: jpush.Row) -> None:
    await desk.fault("jpush", "push", "code", code=code)
    with pytest.raises(ProviderError) as found:
        await push.send(payload(), cid="c")
    assert (found.value.code, found.value.outcome) == (code, row.outcome)
    assert found.value.kind == KINDS[row.outcome]


async def test_a_wrong_secret_raises_an_alarm(desk: Desk) -> None:
    import msgspec

    wrong = JPush(msgspec.structs.replace(desk.vendors.jpush, master_secret="wrong"))
    with pytest.raises(ProviderError) as found:
        await wrong.send(payload(), cid="c")
    assert (found.value.outcome, found.value.code) == ("auth", "1004")


@pytest.mark.parametrize(("fault", "code"), [("html502", "http_502"), ("http500", "http_500")])
async def test_an_error_page_of_a_gateway_is_unknown(desk: Desk, push: JPush, fault: str, code: str) -> None:
    await desk.fault("jpush", "push", fault)
    with pytest.raises(ProviderError) as found:
        await push.send(payload(), cid="c")
    assert (found.value.kind, found.value.code) == ("unknown", code)


async def test_reports_tell_who_received_and_what_is_not_known(push: JPush) -> None:
    (cid,) = await push.cids(1)
    sent = await push.send(payload("a", "b"), cid=cid)
    known, unknown = await push.received([sent.msg_id, "1"])
    assert (known.android, unknown.android) == (2, None)
    assert await push.message_status(sent.msg_id, ["a"]) == {"a": 0}
    assert await push.message_status("1", ["a"]) == {"a": 3}


async def test_a_devices_alias_and_tags_are_kept(push: JPush) -> None:
    await push.update_device("dev-1", alias="c_1", add_tags=["region_510100", "elder"])
    await push.update_device("dev-1", remove_tags=["elder"])
    found = await push.device("dev-1")
    assert (found.alias, found.tags) == ("c_1", ("region_510100",))
