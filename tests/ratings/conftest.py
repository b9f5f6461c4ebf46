"""Concluded cases of citizens, through HTTP, as the tests of cases make them."""

from __future__ import annotations

from tests.cases.conftest import Staff, enter, recovered, staff, zhang
from tests.cases.people import Citizen

__all__ = ["Staff", "enter", "recovered", "staff", "zhang"]


async def concluded(citizen: Citizen, staff: Staff, *, outcome: str = "approved") -> str:
    """The number of a case that was decided."""
    number = str((await citizen.apply(await citizen.rent_body()))["number"])
    handler = staff("window", "reviewer")
    await handler.call("POST", f"/cases/{number}/take")
    await handler.call("POST", f"/cases/{number}/accept", {})
    await handler.call("POST", f"/cases/{number}/decide", {"outcome": outcome, "reason": "符合条件"})
    return number
