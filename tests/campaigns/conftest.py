"""A town of invented citizens, and operators."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from backend.campaigns import running
from backend.core import db
from backend.core.clock import SHANGHAI, now, shifted, today
from backend.core.keys import vault
from backend.identity.realname import month_of
from push import bulk, cids
from tests.cases.people import Handler, handler
from tests.conftest import Client, Server, Simulators
from tests.licenses.conftest import entry

_numbers = itertools.count(1)


class Town:
    """Citizens by name; each is a row of identity, some with a phone that JPush reaches and a licence."""

    def __init__(self) -> None:
        self._wrapped = vault().new_data_key()[1]

    async def person(
        self, *, age: int | None = 40, region: str | None = "510104", device: bool = True, days_left: int | None = None
    ) -> uuid.UUID:
        key = uuid.uuid4()
        born = None
        if age is not None:
            born = month_of(f"510104{(today() - timedelta(days=age * 365.25 + 60)):%Y%m%d}0017")
        await db.execute(
            "INSERT INTO identity_citizen (id, created_at, wrapped_key, level, made_in, elder, region, birth_month)"
            " VALUES ($1, now(), $2, 2, 'phone', false, $3, $4)",
            key,
            self._wrapped,
            region,
            born,
        )
        if device:
            await db.execute(
                "INSERT INTO push_device (id, citizen_id, session_id, registration_id, platform, created_at, seen_at)"
                " VALUES (gen_random_uuid(), $1, 's', $2, 'ios', now(), now())",
                key,
                f"dev{next(_numbers):08d}",
            )
        if days_left is not None:
            await self.licence(key, today() + timedelta(days=days_left))
        return key

    async def licence(self, citizen: uuid.UUID, until: date | None) -> None:
        result = entry().matter.result
        assert result is not None
        await db.execute(
            "INSERT INTO licenses_license (id, created_at, citizen_id, key_of, type, name, issuer, issuer_code,"
            " issued_on, valid_until, state, identifier, serial, version, case_id, case_number, holder_sealed,"
            " number_sealed, details_sealed) VALUES (gen_random_uuid(), now(), $1, $1, $2, $3, '中心', '0', $4, $5,"
            " 'valid', gen_random_uuid()::text, '1', 1, gen_random_uuid(), 'SC', '', '', '')",
            citizen,
            result.license,
            result.name,
            today() - timedelta(days=300),
            until,
        )


@pytest.fixture(autouse=True)
def one_shard_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "EXPAND_S", 0.0)


@pytest.fixture
async def town(http: Client, sandbox: Simulators) -> AsyncIterator[Town]:
    await sandbox.send("DELETE", "/_control/faults")
    await sandbox.send("DELETE", "/_control/received")
    cids.forget()
    yield Town()
    await sandbox.send("DELETE", "/_control/faults")


@pytest.fixture
async def operator(running: Server, http: Client) -> Handler:
    return handler(running, http, "operator", name="甲")


@pytest.fixture
async def second(running: Server, http: Client) -> Handler:
    return handler(running, http, "operator", name="乙")


@pytest.fixture
async def noon() -> AsyncIterator[None]:
    """The clock of this test's process stands at the next noon: within every window, outside quiet hours."""
    there = datetime.combine(today() + timedelta(days=1), datetime.min.time(), SHANGHAI) + timedelta(hours=12)
    with shifted(there - now()):
        yield


WORDS: dict[str, Any] = {
    "name": "敬老卡政策",
    "title": "敬老优待政策调整",
    "body": "符合条件的老年人可以在线换领优待卡，无需再到窗口。",
    "reason": "您年满 60 岁，居住地选择了成都",
    "rule": "citizen.age >= 60",
    "pace": 500,
    "hour_from": 0,
    "hour_to": 24,
}


async def make(operator: Handler, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = await operator.api.call("POST", "/operate/v1/campaigns", {**WORDS, **changes}, status=201)
    return made


async def act(who: Handler, campaign: dict[str, Any], name: str, *, status: int = 200) -> dict[str, Any]:
    body = {"version": campaign["version"]}
    done: dict[str, Any] = await who.api.call(
        "POST", f"/operate/v1/campaigns/{campaign['id']}/{name}", body, status=status
    )
    return done


async def started(operator: Handler, second: Handler, **changes: Any) -> dict[str, Any]:
    campaign = await make(operator, **changes)
    await act(operator, campaign, "submit")
    await act(second, campaign, "approve")
    return await act(operator, campaign, "start")


async def steps(campaign: dict[str, Any], count: int, *, seconds: float = 1.0) -> int:
    """So many steps of the timetable, with so much time between them."""
    told = 0
    for number in range(1, count + 1):
        with shifted(timedelta(seconds=seconds * number)):
            told += await running.step(uuid.UUID(campaign["id"]))
    return told


async def figures(who: Handler, campaign: dict[str, Any]) -> dict[str, Any]:
    found = await who.api.call("GET", f"/operate/v1/campaigns/{campaign['id']}", status=200)
    numbers: dict[str, Any] = found["figures"]
    parts = ("sent", "skipped", "failed", "unknown", "waiting")
    assert numbers["targeted"] == sum(numbers[part] for part in parts), "the figures must add up"
    return {**numbers, "state": found["state"], "note": found["note"]}


async def sent_out(campaign: dict[str, Any], *, seconds: float = 120) -> None:
    """The bulk lane works, at a time so far on, until nothing of this campaign waits that may leave."""
    sender = running.sender_of(uuid.UUID(campaign["id"]))
    with shifted(timedelta(seconds=seconds)):
        while await _may_leave(sender):
            await bulk.pump(0.5)


async def _may_leave(sender: str) -> bool:
    row = await db.fetch_one(
        "SELECT state = 'open' AND (EXISTS (SELECT 1 FROM push_message WHERE sender = $1 AND plan_at <= $2) OR EXISTS"
        " (SELECT 1 FROM push_delivery WHERE sender = $1 AND state IN ('queued', 'retry') AND next_at <= $2)) AS more"
        " FROM push_sender WHERE sender = $1",
        sender,
        now(),
    )
    return row is not None and bool(row["more"])
