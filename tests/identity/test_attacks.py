"""The table of attacks, complete in one place.

A row whose proof stands beside the thing it attacks is referred to; `test_every_row_has_a_proof_that_runs` reads those
files, so a proof that is renamed, removed or skipped shows here. The other rows are proved below.
"""

from __future__ import annotations

import ast
import re
import time
import uuid
from pathlib import Path
from typing import Any

import pytest

from backend.core import db
from backend.core.http import ENDPOINTS, Endpoint
from backend.core.sessions import Principal, Tokens
from backend.identity.staff import ROLES
from tests.conftest import Client, Server, Simulators
from tests.identity.conftest import Enter, Phone
from tests.identity.people import LI, WANG, ZHANG
from tests.identity.test_face_checks import finish, passed, principal, refuses, spend

TESTS = Path(__file__).resolve().parents[1]

FACES = "identity/test_face_checks.py"
PHONES = "identity/test_phone_sign_in.py"
SESSIONS = "identity/test_sessions.py"
NAMES = "identity/test_real_name.py"
STAFF = "identity/test_staff.py"
ENROLMENT = "identity/test_enrolment.py"
BEHALF = "cases/test_on_behalf.py"
COUNTER = "cases/test_counter.py"
STRANGERS = "contract/test_strangers.py"
HERE = "identity/test_attacks.py"
BUTTON = "identity/test_button_phone.py"

TABLE: dict[str, tuple[str, str]] = {
    "a check is replayed": (HERE, "test_a_passed_check_cannot_be_finished_into_a_second_proof"),
    "another person's check": (FACES, "test_another_persons_check_is_not_found"),
    "a check of another session": (FACES, "test_a_check_of_another_session_of_the_same_person_is_not_found"),
    "a check for another purpose": (FACES, "test_a_check_for_one_purpose_serves_no_other"),
    "an expired check": (FACES, "test_an_unfinished_check_expires"),
    "an expired proof": (FACES, "test_a_proof_is_over_after_half_an_hour"),
    "finished twice at once": (FACES, "test_finishing_twice_at_once_gives_one_proof"),
    "used twice at once": (FACES, "test_two_uses_at_once_of_one_proof_leave_one"),
    "a forged callback or redirect, a result in the client's words": (FACES, "test_the_browsers_word_is_no_proof"),
    "an altered result": (FACES, "test_an_answer_with_a_wrong_signature_proves_nothing"),
    "a provider that says yes after a timeout": (FACES, "test_a_provider_that_says_yes_after_a_timeout_is_asked_again"),
    "F that means unfinished": (FACES, "test_alipays_f_may_mean_unfinished_so_it_waits_until_the_check_expires"),
    "a swapped openid": (FACES, "test_swapped_ids_fail_at_wechat_because_number_hash_and_openid_are_sent"),
    "session fixation": (SESSIONS, "test_an_attackers_session_cookie_is_replaced_at_sign_in"),
    "a refresh token used after its owner": (
        SESSIONS,
        "test_a_stolen_refresh_token_used_after_the_owner_ends_the_whole_family",
    ),
    "a token with a raised level": (SESSIONS, "test_a_token_with_a_raised_level_is_refused"),
    "a one-time code is guessed": (PHONES, "test_a_code_dies_after_five_wrong_tries"),
    "a one-time code is guessed in parallel": (PHONES, "test_guessing_in_parallel_gets_no_more_than_five_tries"),
    "codes are guessed from one address": (
        PHONES,
        "test_who_guesses_on_and_on_is_stopped_by_address_whatever_the_headers_say",
    ),
    "a phone button's code used twice": (BUTTON, "test_a_code_is_good_once"),
    "a phone button's code of another person or mini-program": (BUTTON, "test_a_code_that_is_not_ours_gives_nothing"),
    "another account's phone taken by a tap": (BUTTON, "test_the_phone_of_another_account_stays_there"),
    "a web-view code used twice": (SESSIONS, "test_a_web_view_takes_the_session_over_once"),
    "a web-view code used elsewhere": (HERE, "test_a_web_view_code_leads_only_where_it_was_made_for"),
    "a web-view code after its session": (SESSIONS, "test_a_web_view_code_dies_with_its_session"),
    "horizontal access": (STRANGERS, "test_a_stranger_finds_nothing_of_what_others_own"),
    "vertical access, citizen and staff": (STRANGERS, "test_a_citizen_is_no_staff_and_staff_no_citizen"),
    "vertical access, between roles": (HERE, "test_a_role_that_is_not_named_by_a_route_is_refused"),
    "a door that somebody forgot to close": (HERE, "test_every_open_door_is_named"),
    "CSRF": (SESSIONS, "test_a_cookie_without_the_csrf_header_changes_nothing"),
    "CSRF in the console": (STAFF, "test_a_console_signs_in_with_a_cookie_and_needs_the_csrf_header"),
    "a spoofed client address": (PHONES, "test_a_forged_forwarding_header_does_not_make_a_new_address"),
    "unknown phone numbers": (PHONES, "test_known_and_unknown_phones_get_the_same_answer"),
    "unknown phone numbers, by time": (PHONES, "test_wrong_codes_for_known_and_unknown_phones_take_the_same_time"),
    "enumeration by id number": (NAMES, "test_one_id_number_cannot_be_searched_from_many_accounts"),
    "whether an id number is registered": (HERE, "test_whether_a_number_is_registered_here_is_not_told"),
    "mass assignment": (HERE, "test_fields_that_are_not_the_citizens_to_set_are_refused"),
    "TOTP reuse": (STAFF, "test_a_one_time_code_is_good_once_even_at_the_same_moment"),
    "an older TOTP after a newer one": (STAFF, "test_an_older_code_is_refused_after_a_newer_one"),
    "a recovery code used twice at once": (ENROLMENT, "test_a_recovery_code_opens_once_even_at_the_same_moment"),
    "a setup code used twice": (ENROLMENT, "test_a_setup_code_is_good_once_and_not_after_its_day"),
    "an admin who agrees with himself": (ENROLMENT, "test_whoever_asked_and_whoever_it_is_about_may_not_agree"),
    "guessing setup codes": (ENROLMENT, "test_guessing_setup_codes_is_locked_and_unknown_users_are_not_told"),
    "acting for somebody without their word": (BEHALF, "test_the_one_acted_for_shows_a_face_whoever_invites"),
    "another person's delegation": (BEHALF, "test_a_third_person_uses_nobodys_delegation"),
    "a delegation that has ended": (BEHALF, "test_either_side_ends_it_at_once"),
    "an invitation that fell into other hands": (
        BEHALF,
        "test_a_code_serves_only_the_person_it_was_made_for_and_once",
    ),
    "an agent who looks beyond the own cases": (BEHALF, "test_the_agent_sees_only_what_they_opened"),
    "no face that a camera knows": (COUNTER, "test_who_fails_three_times_gets_through_at_the_window"),
    "a window's word used for something else, or twice": (
        COUNTER,
        "test_a_confirmation_serves_its_purpose_and_once",
    ),
    "a counter code in other hands": (COUNTER, "test_a_wrong_card_proves_nothing_and_three_void_the_code"),
    "a counter code confirmed twice at once": (
        COUNTER,
        "test_a_code_is_confirmed_once_even_at_the_same_moment",
    ),
    "disabled staff": (STAFF, "test_a_disabled_member_is_out_at_once"),
    "disabled staff sign in again": (HERE, "test_a_disabled_member_cannot_sign_in_and_is_not_told_why"),
    "the auditor acts": (HERE, "test_the_auditor_only_reads_and_the_admin_reads_no_cases"),
}


@pytest.mark.parametrize("row", TABLE)
def test_every_row_has_a_proof_that_runs(row: str) -> None:
    file, name = TABLE[row]
    functions = {
        node.name: node
        for node in ast.parse((TESTS / file).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert name in functions, f"{file} has no {name}"
    marks = " ".join(ast.unparse(mark) for mark in functions[name].decorator_list)
    assert "skip" not in marks
    assert "xfail" not in marks


async def test_a_passed_check_cannot_be_finished_into_a_second_proof(
    running: Server, enter: Enter, sandbox: Simulators
) -> None:
    client = await enter(ZHANG)
    check = await passed(client, sandbox, ZHANG)
    await spend(principal(running, client))
    for _ in range(2):
        await finish(client, check)
        assert await refuses(principal(running, client))


async def test_a_web_view_code_leads_only_where_it_was_made_for(http: Client, phone_session: Phone) -> None:
    http.token = (await phone_session(ZHANG.phone))["token"]
    code = await http.call("POST", "/api/v1/webview-codes", {"target": "/matters/x"}, status=201)
    http.token = None
    elsewhere = {"code": code["code"], "target": "/wallet"}
    await http.call("POST", "/api/v1/sessions/webview", elsewhere, status=422)
    opened = await http.call("POST", "/api/v1/sessions/webview", {"code": code["code"]}, status=200)
    assert opened["target"] == "/matters/x"


async def test_whether_a_number_is_registered_here_is_not_told(enter: Enter) -> None:
    """A wrong name for somebody who has an account and for somebody who has none: one answer."""
    await enter(LI)
    told = []
    for person in (LI, WANG):
        client = await enter(ZHANG, via="wechat", verified=False)
        problem = await client.call(
            "POST", "/api/v1/me/real-name", {"name": "张四", "id_number": person.id_number}, status=422
        )
        problem.pop("instance")
        told.append(problem)
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "/api/v1/me", {"elder": True, "level": 4}),
        ("PATCH", "/api/v1/me", {"verified_at": "2026-01-01T00:00:00Z"}),
        ("PATCH", "/api/v1/me", {"name": "别人", "id_number": LI.id_number}),
        ("POST", "/api/v1/face-checks", {"purpose": "submit:a.b", "channel": "h5", "state": "passed"}),
        (
            "POST",
            "/api/v1/face-checks",
            {"purpose": "submit:a.b", "channel": "h5", "citizen_id": str(uuid.UUID(int=1))},
        ),
        ("POST", "/api/v1/webview-codes", {"target": "/", "session": str(uuid.UUID(int=1))}),
    ],
)
async def test_fields_that_are_not_the_citizens_to_set_are_refused(
    enter: Enter, method: str, path: str, body: dict[str, Any]
) -> None:
    client = await enter(ZHANG)
    problem = await client.call(method, path, body, status=422)
    assert "unknown" in {error["code"] for error in problem["errors"]}
    row = await db.fetch_one("SELECT level, elder FROM identity_citizen WHERE merged_into IS NULL")
    assert row is not None
    assert (row["level"], row["elder"]) == (2, False)
    assert await db.fetch("SELECT 1 FROM identity_face_check") == []


async def test_a_disabled_member_cannot_sign_in_and_is_not_told_why(http: Client, server: Server) -> None:
    import pyotp

    from backend.identity import staff

    secret = pyotp.random_base32()
    await staff.create("gone", "离岗", "right-password", secret, ["window"], ["510100"])
    await staff.disable("gone")
    form = {"username": "gone", "password": "right-password", "otp": pyotp.TOTP(secret).now()}
    refused = await http.call("POST", "/staff/v1/sessions", form, status=401)
    nobody = await http.call("POST", "/staff/v1/sessions", {**form, "username": "never-was"}, status=401)
    assert {**refused, "instance": ""} == {**nobody, "instance": ""}


# What anybody may call without a session. A new route that asks for nothing must be added here by somebody who thought.
OPEN = {
    "GET /api/v1/previews/<ticket>",  # whoever has the link of an hour
    "GET /api/v1/previews/<ticket>/matters/<matter>",
    "GET /callbacks/departments/<module>/cases/<number>/files/<id>",  # the department's signature is the key
    "GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json",
    "GET /api/v1/regions", "GET /api/v1/home", "GET /api/v1/matters", "GET /api/v1/matters/<matter>",
    "GET /api/v1/own-pages/<matter>", "POST /api/v1/modules/<module>/call",  # a guest's token, bound to no session
    "GET /api/v1/matters/<matter>/slots", "POST /api/v1/queries/<matter>",
    "GET /api/v1/verify-keys", "GET /api/v1/verify/<code>", "GET /publish/v1/generation",
    "POST /api/v1/phone-codes", "POST /api/v1/sessions/phone", "POST /api/v1/sessions/wechat",
    "POST /api/v1/sessions/alipay", "POST /api/v1/sessions/webview", "POST /api/v1/session/refresh",
    "GET /api/v1/session", "DELETE /api/v1/session", "POST /staff/v1/sessions",
    "POST /staff/v1/enrolment", "POST /staff/v1/enrolment/confirm",
    "POST /callbacks/departments/<module>", "POST /callbacks/wechat/<app>/pay", "POST /callbacks/alipay/<app>",
    "GET /callbacks/jpush", "POST /callbacks/jpush", "GET /callbacks/wechat/<app>", "POST /callbacks/wechat/<app>",
}  # fmt: skip
# Any member of staff: the own session only.
ANY_ROLE = {"GET /staff/v1/session", "DELETE /staff/v1/session", "POST /staff/v1/recovery-codes"}


def named(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {re.sub(r':[a-z]+>', '>', endpoint.path)}"


def test_every_open_door_is_named(running: Server) -> None:
    found = {
        named(endpoint)
        for endpoint in ENDPOINTS
        if endpoint.audience == "public" or (endpoint.audience == "citizen" and endpoint.level == 0)
    }
    assert found == OPEN
    assert {named(e) for e in ENDPOINTS if e.audience == "staff" and not e.roles} == ANY_ROLE


def test_the_auditor_only_reads_and_the_admin_reads_no_cases(running: Server) -> None:
    """三员分立, as declared."""
    staff = [endpoint for endpoint in ENDPOINTS if endpoint.audience == "staff"]
    assert {named(e) for e in staff if "auditor" in e.roles and e.method != "GET"} == set()
    personal = ("/staff/v1/cases", "/staff/v1/uploads", "/staff/v1/follow-ups")
    assert {named(e) for e in staff if "admin" in e.roles and e.path.startswith(personal)} == set()
    assert {named(e) for e in staff if "auditor" in e.roles and e.path.startswith(personal)} == set()


@pytest.mark.parametrize("role", [*ROLES, "none"])
async def test_a_role_that_is_not_named_by_a_route_is_refused(running: Server, http: Client, role: str) -> None:
    """Over every staff route there is, with a good session of exactly one role."""
    tokens: Tokens = running.app.ctx.tokens
    http.token = tokens.issue(
        Principal(
            kind="staff", id=str(uuid.uuid4()), session=str(uuid.uuid4()), level=0, expires=int(time.time()) + 600,
            roles=() if role == "none" else (role,), regions=("510000",), name="试",
        )
    )  # fmt: skip
    tried = 0
    for endpoint in ENDPOINTS:
        if endpoint.audience != "staff" or not endpoint.roles or role in endpoint.roles:
            continue
        path = re.sub(r"<\w+(?::\w+)?>", "x", endpoint.path)
        problem = await http.call(endpoint.method, path, {} if endpoint.body else None, status=403)
        assert problem["code"] == "identity.forbidden"
        tried += 1
    assert tried >= 10
