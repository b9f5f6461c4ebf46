"""The last step of a reminder: the list of people to be called, for the window of their region."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import shifted
from backend.core.sessions import Principal
from backend.reminders import calls
from tests.cases.people import Handler, handler
from tests.conftest import Client, Server
from tests.reminders.test_reminders import holds, night, rule_of, write


@pytest.fixture
async def window(running: Server, http: Client) -> Handler:
    return handler(running, http, "window", regions=("510100",))


@pytest.fixture
async def elsewhere(running: Server, http: Client) -> Handler:
    return handler(running, http, "window", regions=("511600",))


async def wants_calls(operator: Handler, days: int | None = 10) -> None:
    rule = await rule_of(operator)
    body = {key: rule[key] for key in ("id", "version", "days", "text", "active")}
    await write(operator, {**body, "call_days": days})


async def listed(who: Handler) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await who.api.call("GET", "/staff/v1/calls", status=200))["items"]
    return items


async def to_call(client: Client, operator: Handler, left: int = 7) -> None:
    await client.call("PATCH", "/api/v1/me", {"region": "510104"}, status=200)
    await wants_calls(operator)
    await holds(client, left)
    await night()
    await asyncio.gather(calls.find(), calls.find())


async def test_who_was_told_and_did_not_look_is_called_once_by_the_window_of_the_region(
    zhang: Client, operator: Handler, window: Handler, elsewhere: Handler
) -> None:
    await to_call(zhang, operator)
    [one] = await listed(window)
    assert one["license_name"] == "住房公积金提取核准通知"
    assert (one["days_left"], one["region"], one["tries"]) == (7, "510104", 0)
    assert "张三" not in str(one), "the name is masked"
    assert "138" not in str(one), "the number is asked for on its own"
    assert await listed(elsewhere) == []
    for path in (f"/staff/v1/calls/{one['id']}/number", "/staff/v1/calls/nonsense/number"):
        await elsewhere.api.call("POST", path, status=404)
    shown = await window.api.call("POST", f"/staff/v1/calls/{one['id']}/number", status=200)
    assert shown == {"phone": "13800000001"}
    uses = (await zhang.call("GET", "/api/v1/me/data-uses", status=200))["items"]
    assert any("电话提醒" in (use["purpose"] or "") for use in uses)
    await window.api.call("POST", f"/staff/v1/calls/{one['id']}/done", {"outcome": "renewing"}, status=204)
    assert await listed(window) == []
    await calls.find()
    assert await listed(window) == [], "a licence is on the list once"
    refused = await window.api.call("POST", f"/staff/v1/calls/{one['id']}/number", status=409)
    assert refused["code"] == "reminders.call_done"


async def test_who_does_not_answer_is_called_again_the_next_day_three_times_at_most(
    zhang: Client, operator: Handler, window: Handler
) -> None:
    await to_call(zhang, operator)
    [one] = await listed(window)
    for day in range(3):
        with shifted(timedelta(days=day, minutes=day)):
            assert len((await calls.of_window(window_of(window), cursor=None, limit=20)).items) == 1
            await calls.done(window_of(window), one["id"], calls.CallDone(outcome="no_answer"))
            assert (await calls.of_window(window_of(window), cursor=None, limit=20)).items == []
    with shifted(timedelta(days=4)):
        assert (await calls.of_window(window_of(window), cursor=None, limit=20)).items == []
    [row] = await db.fetch("SELECT state, tries, outcome FROM reminders_call")
    assert (row["state"], row["tries"], row["outcome"]) == ("done", 3, "no_answer")


def window_of(who: Handler) -> Principal:
    return Principal(
        kind="staff", id=who.id, session="s", level=0, expires=2**33, roles=("window",), regions=("510100",)
    )


async def test_who_looked_or_renewed_is_not_called(zhang: Client, operator: Handler, window: Handler) -> None:
    await zhang.call("PATCH", "/api/v1/me", {"region": "510104"}, status=200)
    await wants_calls(operator)
    await holds(zhang, 7)
    await night()
    [message] = (await zhang.call("GET", "/api/v1/messages?group=reminders", status=200))["items"]
    await zhang.call("POST", f"/api/v1/messages/{message['id']}/read", status=204)
    assert await calls.find() == 0
    await db.execute("UPDATE push_message SET read_at = NULL")
    assert await calls.find() == 1
    await holds(zhang, 300)  # renewed
    assert await calls.drop_settled() == 1
    assert await listed(window) == []


async def test_those_who_need_no_call_do_not_stand_before_those_who_do(
    zhang: Client, operator: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many have looked; the one who has not is found, whatever the order and however small the page."""
    await wants_calls(operator)
    for _ in range(4):
        await holds(zhang, 7)
    await night()
    first, *_, last = [
        row["message_id"] for row in await db.fetch("SELECT message_id FROM reminders_reminder ORDER BY license_id")
    ]
    monkeypatch.setattr(calls, "BATCH", 1)
    for unread in (last, first):
        await db.execute("DELETE FROM reminders_call")
        await db.execute("UPDATE push_message SET read_at = now()")
        await db.execute("UPDATE push_message SET read_at = NULL WHERE id = $1", unread)
        assert await calls.find() == 1


async def test_without_a_day_nobody_is_called_and_a_day_before_the_first_reminder_is_refused(
    zhang: Client, operator: Handler, window: Handler
) -> None:
    await wants_calls(operator, None)
    await holds(zhang, 7)
    await night()
    assert await calls.find() == 0
    rule = await rule_of(operator)
    body = {key: rule[key] for key in ("id", "version", "days", "text", "active")}
    refused = await operator.api.call("PUT", "/operate/v1/reminder-rules", {**body, "call_days": 30}, status=422)
    assert "更小的数" in refused["title"] + str(refused["detail"])
