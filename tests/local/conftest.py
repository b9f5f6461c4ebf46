"""A machine that the tests of one file share."""

from collections.abc import AsyncIterator

import pytest

from backend.local.instance import Instance
from tests.local.machines import small


@pytest.fixture(scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    async with small(tmp_path_factory.mktemp("machine")) as copy:
        yield copy
