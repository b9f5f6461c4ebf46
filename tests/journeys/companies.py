"""A company for an invented citizen."""

from __future__ import annotations

import secrets

from backend.sandbox.people import uscc
from tests.journeys.town import Citizen

NAME = "样例有限公司"


async def registered(who: Citizen) -> str:
    """The register names this citizen as the legal representative; the company's number."""
    code = uscc(f"91510100MA{secrets.randbelow(10**7):07}")
    await who.town.control(
        "PUT", f"/companies/{code}", {"name": NAME, "representative": who.name, "id_number": who.id_number}
    )
    return code


async def company_of(who: Citizen) -> str:
    """A space that this citizen opened; its id."""
    wanted = {"uscc": await registered(who), "name": NAME}
    problem = await who.refused("POST", "/api/v1/companies", wanted, status=403)
    await who.show_face(problem["context"]["purpose"])
    made = await who.call("POST", "/api/v1/companies", wanted, status=201)
    return str(made["id"])
