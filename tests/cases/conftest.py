"""Citizens and handlers for the tests of cases, bookings and payments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from tests.cases.people import ZHANG, Citizen, Enter, Handler, forget_limits, handler
from tests.conftest import Client, Server, SignIn, Simulators


@pytest.fixture
async def recovered(running: Server, sandbox: Simulators) -> AsyncIterator[None]:
    """No fault of one test reaches the next."""
    yield
    await sandbox.send("DELETE", "/_control/faults")
    from backend.modules import gateway
    from backend.providers.vendors import desk

    gateway.configure(desk().config.departments)  # new breakers
    for client in (desk().wechat_pay.client, desk().alipay.gateway.client):
        client.breaker.succeeded()


@pytest.fixture
def enter(sign_in: SignIn, recovered: None) -> Enter:
    """`await enter(person)`: signed in by phone with the real name proved, or at level 1."""

    async def run(person: object = ZHANG, *, verified: bool = True) -> Citizen:
        from backend.sandbox.people import Person

        assert isinstance(person, Person)
        await forget_limits()
        if verified:
            api = await sign_in(person.phone, name=person.name, id_number=person.id_number)
        else:
            api = await sign_in(person.phone)
        return Citizen(api, person)

    return run


@pytest.fixture
async def zhang(enter: Enter) -> Citizen:
    return await enter()


Staff = Callable[..., Handler]


@pytest.fixture
def staff(running: Server, http: Client) -> Staff:
    def run(*roles: str, regions: tuple[str, ...] = ("510000",), name: str = "王经办") -> Handler:
        return handler(running, http, *(roles or ("window", "reviewer")), regions=regions, name=name)

    return run
