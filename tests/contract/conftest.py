"""The contract's table of bad input runs against the same copy as the journeys."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.journeys.town import Town, shared


@pytest.fixture(scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with shared.visit(tmp_path_factory.mktemp("town")) as held:
        yield held
