"""A campaign while workers, Valkey and PostgreSQL are killed (`kill -9`) and the vendor loses answers."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.faults import storm
from tests.journeys.town import Town, opened, step
from tests.local.machines import remains

PEOPLE = 3_000
WECHAT = 6
KILLS = ("bulk", "valkey", "worker", "postgres", "bulk")
FAULTS = (
    {"fault": "drop_after_accept", "times": 40},
    {"fault": "html502", "times": 20},
    {"fault": "slow", "delay_s": 1.5, "times": 40},
    {"fault": "code", "code": "2002", "times": 1},
)


@pytest.fixture
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("storm")
    async with opened(folder, TF_TEST_OF=str(folder.resolve())) as town:
        yield town
        copy = town.copy
    assert remains(copy) == [], "processes stayed behind"


@pytest.mark.timeout(280)
async def test_everybody_is_told_once_whatever_dies_on_the_way(own: Town) -> None:
    with step("people settle in"):
        for number in range(WECHAT):
            await storm.by_wechat(own, f"演练{number}")
        await storm.settle_many(own, PEOPLE)
        await own.control("DELETE", "/received")
        await own.control("PUT", "/faults/wechat/subscribe", {"fault": "drop_after_accept", "times": 2})
    with step("the campaign"):
        found = await storm.blow(own, PEOPLE, pace=500, kills=KILLS, faults=FAULTS, seed=7, seconds=240)
    assert found.killed == list(KILLS)
    assert found.targeted == PEOPLE + WECHAT
    assert found.after_pause == 0, "nothing leaves two seconds after a pause"
    storm.judge(found)
    assert found.figures["unknown"] >= 2, "an answer of WeChat that was lost is listed, not guessed"
