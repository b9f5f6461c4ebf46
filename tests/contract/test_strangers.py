"""What belongs to one citizen does not exist for another. The operations are read from the declarations."""

from __future__ import annotations

import re
from typing import Any

import pytest

import backend.app
from backend.core.clock import today
from backend.core.http import ENDPOINTS, Endpoint
from tests.contract.conftest import Unchanged
from tests.journeys.applying import BIRTH, FEE, FILING, application, apply, birth, filing
from tests.journeys.companies import company_of
from tests.journeys.town import Citizen, Client, Town, piece_headers, png

assert backend.app.APIS  # importing it declares every operation

PUBLIC_NAMES = {"code", "app", "module"}  # what is in these paths belongs to nobody
OWN_KEY = {  # keyed by the asker and a matter or a module: a stranger has an own one, or none
    "GET /api/v1/drafts/<matter>",
    "PUT /api/v1/drafts/<matter>",
    "DELETE /api/v1/drafts/<matter>",
    "GET /api/v1/matters/<matter>/prefill",
    "POST /api/v1/modules/<module:str>/consent",
    "DELETE /api/v1/modules/<module:str>/consent",
    "POST /api/v1/modules/<module:str>/citizen",
}
BELONGING = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.audience == "citizen"
    and endpoint.level > 0
    and "<" in endpoint.path
    and f"{endpoint.method} {endpoint.path}" not in OWN_KEY
]
BODIES: dict[str, Any] = {
    "Supplement": {},
    "Withdraw": {},
    "Urge": {},
    "RatingCreate": {"level": 5},
    "Snooze": {"days": 1},
    "OfferConfirm": {"release": "chengdu_civil_affairs@1.1.0"},
    "OptOut": {"scope": "kind"},
    "CompanyStaffInvite": {
        "name": "样例",
        "rights": ["apply"],
        "starts_on": today().isoformat(),
        "ends_on": today().isoformat(),
    },
    "UploadPiece": {"offset": 0, "data": "iVBORw0KGgo="},
}
PHOTO = png()


class Owner:
    """Somebody who has one of everything."""

    def __init__(self, who: Citizen) -> None:
        self.who = who
        self.held: dict[str, str] = {}

    async def fill(self) -> None:
        who = self.who
        decided = await apply(who, FILING, filing())
        waiting = await apply(who, BIRTH, birth())
        upload = await who.call("POST", "/api/v1/uploads", {"name": "a.png", "size": len(PHOTO)}, status=201, key="u")
        me = await who.call("GET", "/api/v1/me")
        check = await who.call(
            "POST", "/api/v1/face-checks", {"purpose": "submit:some.matter", "channel": "h5"}, status=201
        )
        town = who.town
        who_pays = town.person()
        code = (await town.control("POST", "/wechat/code", {"name": who_pays.name}))["code"]
        who_pays.token = (await who_pays.call("POST", "/api/v1/sessions/wechat", {"code": code}))["token"]
        body = await application(who_pays, FEE, {"pay_code": f"{int(who.phone):019}1"})
        paid = await who_pays.call("POST", "/api/v1/payments", {**body, "channel": "wechat"}, status=201, key="p")
        messages = await who.messages()
        wanted = {
            "role": "agent",
            "relation": "parent",
            "name": "样例",
            "matters": ["*"],
            "ends_on": today().isoformat(),
        }
        invited = await who.call("POST", "/api/v1/delegations", wanted, status=201, key="d")
        counter = await who.call("POST", "/api/v1/counter-codes", {"purpose": "submit:some.matter"}, status=201)
        company = await company_of(who)
        place = await who.call(
            "POST", f"/api/v1/companies/{company}/staff", BODIES["CompanyStaffInvite"], status=201, key="staff"
        )
        self.held = {
            "companies": company,
            "company-staff": place["id"],
            "counter-codes": counter["id"],
            "offers": await town.offered(decided["result"]["license"], "chengdu_civil_affairs.senior_allowance"),
            "reminders": await town.reminded(decided["result"]["license"]),
            "cases": waiting["number"],
            "decided": decided["number"],
            "uploads": upload["id"],
            "licenses": decided["result"]["license"],
            "messages": messages[0]["id"],
            "me": me["devices"][0]["id"],
            "face-checks": check["id"],
            "payments": paid["id"],
            "delegations": invited["id"],
        }


@pytest.fixture(scope="module")
async def owner(town: Town) -> Owner:
    made = Owner(await town.citizen())
    await made.fill()
    return made


@pytest.mark.parametrize("endpoint", BELONGING, ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
async def test_a_stranger_finds_nothing_of_what_others_own(
    endpoint: Endpoint, owner: Owner, somebody: Citizen, unchanged: Unchanged
) -> None:
    kind = endpoint.path.removeprefix("/api/v1/").split("/")[0]
    held = owner.held["decided" if endpoint.path.endswith("/rating") else kind]
    assert await _exists(owner, kind, held), "the test must point at something that is there"
    path = re.sub(r"<\w+(?::str)?>", held, endpoint.path)
    options: dict[str, Any] = {"key": "stranger"}
    if endpoint.raw_body:
        options |= {"data": PHOTO, "headers": piece_headers(PHOTO, 0, len(PHOTO))}
    body = BODIES[endpoint.body.__name__] if endpoint.body is not None else None
    async with unchanged():
        problem = await somebody.refused(endpoint.method, path, body, status=404, **options)
        missing = await somebody.refused(
            endpoint.method, path.replace(held, _like(held)), body, status=404, **{**options, "key": "nobody"}
        )
    told = {name: problem[name] for name in ("title", "detail", "code", "errors", "context")}
    assert told == {name: missing[name] for name in told}, "what is another's and what is not there look the same"


async def _exists(owner: Owner, kind: str, held: str) -> bool:
    if kind in ("cases", "uploads", "licenses"):
        return (await owner.who.send("GET", f"/api/v1/{kind}/{held}")).status == 200
    if kind == "offers":
        return (await owner.who.send("GET", f"/api/v1/offers/{held}")).status == 200
    if kind == "reminders":
        return held in [item["id"] for item in (await owner.who.call("GET", "/api/v1/reminders"))["items"]]
    return bool(held)


def _like(held: str) -> str:
    """An identifier of the same shape that nobody has."""
    return held[:-4] + ("2222" if held.startswith("SC-") else "0000")


async def test_nobody_uses_files_or_licences_of_others_for_a_case(
    owner: Owner, somebody: Citizen, unchanged: Unchanged
) -> None:
    for material in (
        {"code": "id_card", "upload": owner.held["uploads"]},
        {"code": "id_card", "license": owner.held["licenses"]},
        {"code": "id_card", "upload": "not-an-id"},
        {"code": "no_such_material", "upload": owner.held["uploads"]},
    ):
        body = await application(somebody, BIRTH, birth(), materials=[material])
        async with unchanged():
            await somebody.refused(
                "POST", "/api/v1/cases", body, status=422, code="cases.materials_invalid", key="stolen"
            )


async def test_a_draft_is_kept_for_each_citizen_alone(owner: Owner, somebody: Citizen) -> None:
    release = (await owner.who.town.guide(BIRTH))["release"]
    kept = {"release": release, "form": {"live_address": "只有我知道"}}
    await owner.who.call("PUT", f"/api/v1/drafts/{BIRTH}", kept)
    await somebody.refused("GET", f"/api/v1/drafts/{BIRTH}", status=404, code="cases.draft_not_found")
    await somebody.call("DELETE", f"/api/v1/drafts/{BIRTH}", status=204)
    assert (await owner.who.call("GET", f"/api/v1/drafts/{BIRTH}"))["form"] == kept["form"]


async def test_a_handler_of_another_region_finds_no_case(town: Town, owner: Owner, unchanged: Unchanged) -> None:
    """The case is handled at the province; the window of Chengdu may not see it."""
    window = await town.staff("window.chengdu")
    number = owner.held["cases"]
    async with unchanged():
        await window.refused("GET", f"/staff/v1/cases/{number}", status=404, code="cases.not_found")
        await window.refused("POST", f"/staff/v1/cases/{number}/take", status=404, code="cases.not_found")
        await window.refused("GET", f"/staff/v1/uploads/{owner.held['uploads']}/content", status=404)


ROLELESS = [
    endpoint for endpoint in ENDPOINTS if endpoint.audience == "staff" and endpoint.path.startswith("/staff/v1/cases")
]


@pytest.mark.parametrize("username", ["admin", "auditor", "publisher", "operator"])
async def test_staff_without_the_role_may_not_touch_cases(
    town: Town, owner: Owner, username: str, unchanged: Unchanged
) -> None:
    member = await town.staff(username)
    assert ROLELESS
    async with unchanged():
        for endpoint in ROLELESS:
            path = re.sub(r"<\w+>", owner.held["cases"], endpoint.path)
            await member.refused(endpoint.method, path, {} if endpoint.body else None, status=403)


async def test_a_citizen_is_no_staff_and_staff_no_citizen(town: Town, somebody: Citizen, handler: Client) -> None:
    for endpoint in ENDPOINTS:
        path = re.sub(r"<\w+(?::str)?>", "x", endpoint.path)
        body = {} if endpoint.body else None
        if endpoint.audience == "staff":
            await somebody.refused(endpoint.method, path, body, status=403, code="identity.forbidden")
            await town.client().refused(endpoint.method, path, body, status=401, code="identity.not_signed_in")
        elif endpoint.audience == "citizen" and endpoint.level > 0:
            await handler.refused(endpoint.method, path, body, status=403, code="identity.forbidden")
            await town.client().refused(endpoint.method, path, body, status=401, code="identity.not_signed_in")
