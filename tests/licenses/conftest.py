"""Citizens with a licence in the wallet, issued as cases issue it."""

from __future__ import annotations

import itertools
import uuid
from datetime import datetime
from typing import Any

import msgspec
import pytest

from backend.cases.ports import Decided
from backend.core import db
from backend.core.clock import now
from backend.licenses import service as licenses
from backend.modules import registry
from backend.modules.registry import MatterEntry
from backend.sandbox.people import PEOPLE
from tests.conftest import Client, SignIn

MATTER = "chengdu_housing_fund.rent_withdrawal"
ZHANG, LI = PEOPLE[0], PEOPLE[1]
_numbers = itertools.count(1)


@pytest.fixture
async def zhang(sign_in: SignIn) -> Client:
    """张三, proved by real name."""
    return await sign_in(ZHANG.phone, name=ZHANG.name, id_number=ZHANG.id_number)


@pytest.fixture
async def li(sign_in: SignIn) -> Client:
    return await sign_in(LI.phone, name=LI.name, id_number=LI.id_number)


def entry(*, code: str | None = None, **result: Any) -> MatterEntry:
    """The published matter, with another result or office code where a test needs one."""
    found = registry.current().entry(MATTER)
    assert found is not None
    matter = msgspec.structs.replace(found.matter, result=msgspec.structs.replace(found.matter.result, **result))
    office = msgspec.structs.replace(found.module.department, code=code)
    module = msgspec.structs.replace(found.module, department=office)
    return MatterEntry(module=module, matter=matter, release=found.release, order=found.order, terms=found.terms)


async def citizen_of(client: Client) -> str:
    """The citizen id behind a client's token."""
    from backend.core.sessions import Tokens
    from backend.core.settings import current

    assert client.token is not None
    return Tokens(current().secrets.session).verify(client.token).id


async def issue(
    client: Client,
    *,
    matter: MatterEntry | None = None,
    details: dict[str, Any] | None = None,
    decided_at: datetime | None = None,
    case_id: uuid.UUID | None = None,
) -> str | None:
    decided = Decided(
        id=case_id or uuid.uuid4(),
        number=f"SC{next(_numbers):08d}",
        citizen_id=await citizen_of(client),
        entry=matter or entry(),
        region="510100",
        form={},
        details=details or {},
        decided_at=decided_at or now(),
    )
    async with db.transaction():
        return await licenses.issue_for_case(decided)
