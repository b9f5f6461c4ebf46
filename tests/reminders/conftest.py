"""Citizens with licences that end, and operators."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator

import msgspec
import pytest

from backend.core.sessions import Tokens
from backend.core.settings import current
from tests.cases.people import Handler, handler
from tests.conftest import Client, Server, Simulators
from tests.licenses.conftest import li, zhang  # noqa: F401 - fixtures


@pytest.fixture
async def operator(running: Server, http: Client) -> Handler:
    return handler(running, http, "operator", name="消息运营")


def second(first: Handler) -> Handler:
    """Another operator of the same place."""
    tokens = Tokens(current().secrets.session)
    assert first.api.token is not None
    who = msgspec.structs.replace(
        tokens.verify(first.api.token), id=str(uuid.uuid4()), session=str(uuid.uuid4()), name="另一个运营"
    )
    return Handler(Client(first.api.base, first.api.http, tokens.issue(who)), who.id)


@pytest.fixture(autouse=True)
async def recovered(sandbox: Simulators) -> AsyncIterator[None]:
    yield
    await sandbox.send("DELETE", "/_control/faults")
