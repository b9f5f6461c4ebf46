"""A machine that the tests of one file share."""

import signal
from collections.abc import AsyncIterator, Iterator

import pytest

from backend.local.instance import Instance
from tests.local.machines import small


@pytest.fixture(scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Instance]:
    async with small(tmp_path_factory.mktemp("machine")) as copy:
        yield copy


@pytest.fixture(autouse=True, scope="session")
def heed_interrupts() -> Iterator[None]:
    """A run that was put into the background ignores SIGINT, and so would all that it starts."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
