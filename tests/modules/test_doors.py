"""A department that is away: what needs it is closed after a while and opens by itself; a person's word stands."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import shifted
from backend.modules import doors, gateway, generations, registry, tasks
from backend.modules import service as modules
from tests.conftest import Client, Simulators

MODULE = "chengdu_housing_fund"
NEEDS = "withdrawal"
OTHERS = "rent_withdrawal"


@pytest.fixture(autouse=True)
async def _as_before(running: Any, sandbox: Simulators) -> AsyncIterator[None]:
    await sandbox.send("DELETE", "/_control/faults")
    gateway._clients.clear()  # with their breakers, as in a worker that has just begun
    yield
    await sandbox.send("DELETE", "/_control/faults")
    gateway._clients.clear()
    async with db.transaction():
        await db.execute("DELETE FROM modules_door")
        await db.execute("DELETE FROM modules_switch WHERE module_id = $1", MODULE)
        await db.execute("DELETE FROM modules_notice WHERE module_id = $1", MODULE)
        await generations.bump()
    await registry.refresh()


def needing() -> set[str]:
    return {
        entry.matter.code
        for entry in registry.current().entries.values()
        if entry.module.id == MODULE and doors.needs_department(entry.matter)
    }


async def switched() -> dict[str, str]:
    rows = await db.fetch("SELECT matter, by FROM modules_switch WHERE module_id = $1", MODULE)
    return {row["matter"]: row["by"] for row in rows}


async def away(sandbox: Simulators) -> None:
    await sandbox.send("PUT", "/_control/faults/department/track", {"fault": "http500"})
    assert await gateway.probe(MODULE) is False


async def back(sandbox: Simulators) -> None:
    await sandbox.send("DELETE", "/_control/faults")
    gateway._clients.clear()  # the breakers' half minute is over
    await tasks.ask_departments.run()


async def test_an_outage_that_lasts_closes_what_needs_the_department_and_its_end_opens_it(
    http: Client, sandbox: Simulators
) -> None:
    assert needing()
    await away(sandbox)
    assert await doors.watch() == (0, 0), "a single failure is no outage"
    with shifted(timedelta(minutes=9)):
        assert await doors.watch() == (0, 0)
    with shifted(timedelta(minutes=11)):
        assert await doors.watch() == (1, 0)
        assert await doors.watch() == (0, 0), "closed once"
    assert await switched() == dict.fromkeys(needing(), "door")
    await registry.refresh()
    code = sorted(needing())[0]
    guide = await http.call("GET", f"/api/v1/matters/{MODULE}.{code}", status=200)
    assert (guide["state"], guide["notice"]) == ("guide_only", doors.REASON)
    guide = await http.call("GET", f"/api/v1/matters/{MODULE}.{OTHERS}", status=200)
    assert guide["state"] == "on", "what the platform decides by itself stays open"
    [notice] = await db.fetch("SELECT kind, text, figures FROM modules_notice WHERE module_id = $1", MODULE)
    assert notice["kind"] == "degraded"
    assert f"{len(needing())} 个事项" in notice["text"]

    await tasks.ask_departments.run()
    with shifted(timedelta(hours=1)):
        assert await doors.watch() == (0, 0), "still away"
    await back(sandbox)
    assert await doors.watch() == (0, 1)
    assert await switched() == {}
    await registry.refresh()
    assert (await http.call("GET", f"/api/v1/matters/{MODULE}.{code}", status=200))["state"] == "on"
    kinds = await db.fetch("SELECT kind FROM modules_notice WHERE module_id = $1", MODULE)
    assert sorted(row["kind"] for row in kinds) == ["degraded", "restored"]


async def test_a_lost_call_of_a_quiet_module_is_no_outage(sandbox: Simulators) -> None:
    await away(sandbox)
    await back(sandbox)
    assert await doors.failing() == []
    with shifted(timedelta(hours=3)):
        assert await doors.watch() == (0, 0)
    assert await switched() == {}


async def test_what_a_person_switched_is_a_persons_to_open(sandbox: Simulators) -> None:
    first, *rest = sorted(needing())
    await modules.switch(MODULE, "off", "机房搬迁", by=None, matter=first)
    await away(sandbox)
    with shifted(timedelta(minutes=11)):
        assert await doors.watch() == (1, 0)
    assert await switched() == {first: "system"} | dict.fromkeys(rest, "door")
    if rest:  # a person takes one over while the department is away
        await modules.switch(MODULE, "off", "改到明天", by=None, matter=rest[0])
    await back(sandbox)
    await doors.watch()
    assert set((await switched()).values()) == {"system"}
    [row] = await db.fetch(
        "SELECT reason, state FROM modules_switch WHERE module_id = $1 AND matter = $2", MODULE, first
    )
    assert (row["reason"], row["state"]) == ("机房搬迁", "off")


async def test_two_workers_at_once_close_once(sandbox: Simulators) -> None:
    import asyncio

    await away(sandbox)
    with shifted(timedelta(minutes=11)):
        done = await asyncio.gather(*(doors.watch() for _ in range(3)))
    assert sum(closed for closed, _ in done) == 1
    [row] = await db.fetch("SELECT count(*) AS n FROM modules_notice WHERE module_id = $1", MODULE)
    assert row["n"] == 1


async def test_a_module_that_went_is_asked_no_more() -> None:
    await doors.failed("try_gone")
    assert await gateway.probe("try_gone") is True
    assert await doors.failing() == []
