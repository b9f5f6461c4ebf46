"""Companies and those who act for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend.core.clock import today
from backend.sandbox.people import COMPANIES, PEOPLE, Company
from tests.cases.people import Citizen

FOOD, TRADE = COMPANIES
WANG, AYIMU = PEOPLE[6], PEOPLE[3]
TODAY, LATER = today().isoformat(), (today() + timedelta(days=90)).isoformat()


def wish(company: Company = FOOD, **changes: Any) -> dict[str, Any]:
    return {"uscc": company.uscc, "name": company.name} | changes


async def opened(who: Citizen, company: Company = FOOD) -> str:
    """The space, opened with the face for this company; its id."""
    status, problem = await who.send("POST", "/companies", wish(company))
    assert status == 403, problem
    await who.face(problem["context"]["purpose"])
    made = await who.call("POST", "/companies", wish(company), status=201)
    assert made["role"] == "representative"
    return str(made["id"])


def place(name: str, *rights: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "rights": list(rights or ("apply", "cases")), "starts_on": TODAY, "ends_on": LATER} | changes


async def joined(boss: Citizen, who: Citizen, company: str, *rights: str, **changes: Any) -> str:
    """A place that the person accepted; its id."""
    made = await boss.call(
        "POST", f"/companies/{company}/staff", place(who.person.name, *rights, **changes), status=201
    )
    done = await who.call("POST", "/company-invitations/accept", {"code": made["code"]}, status=200)
    assert done["staff_id"] == made["id"]
    return str(made["id"])
