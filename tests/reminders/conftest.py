"""Citizens with licences that end, and operators."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.cases.people import Handler, handler
from tests.conftest import Client, Server, Simulators
from tests.licenses.conftest import li, zhang  # noqa: F401 - fixtures


@pytest.fixture
async def operator(running: Server, http: Client) -> Handler:
    return handler(running, http, "operator", name="消息运营")


@pytest.fixture(autouse=True)
async def recovered(sandbox: Simulators) -> AsyncIterator[None]:
    yield
    await sandbox.send("DELETE", "/_control/faults")
