"""Every operation that takes JSON, and what it says to nonsense. The operations are read from the declarations."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

import backend.app
from backend.core.http import ENDPOINTS, Endpoint
from tests.contract.conftest import Unchanged
from tests.journeys.applying import BIRTH
from tests.journeys.town import Citizen, Client, Town

assert backend.app.APIS  # importing it declares every operation
TAKING = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
READING = [endpoint for endpoint in ENDPOINTS if endpoint.query is not None and not endpoint.path.startswith("/callb")]
LIMIT = 256 * 1024


def name_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def path_of(endpoint: Endpoint, case_number: str) -> str:
    """The path with things that exist, so that it is the body that is refused."""
    given = {"number": case_number, "matter": BIRTH, "id": "3f0a2b1c-0000-4000-8000-000000000000"}
    given |= {"upload": "3f0a2b1c-0000-4000-8000-000000000000"}
    given |= {"module": BIRTH.partition(".")[0], "team": "nobody", "key": "0" * 16, "name": "nobody"}
    return re.sub(r"<(\w+)(?::str)?>", lambda found: given[found.group(1)], endpoint.path)


@pytest.fixture
async def sender(town: Town, somebody: Citizen, handler: Client) -> Any:
    """Somebody who may call the operation, so that it is the content that is refused."""
    publisher, admin = await town.staff("publisher"), await town.staff("admin")
    operator = await town.staff("operator")

    def choose(endpoint: Endpoint) -> Client:
        if endpoint.audience != "staff":
            return somebody
        if "publisher" in endpoint.roles:
            return publisher
        if "operator" in endpoint.roles:
            return operator
        return admin if "admin" in endpoint.roles else handler

    return choose


BAD: dict[str, tuple[bytes, dict[str, str], int, str]] = {
    "broken off": (b'{"a": ', {}, 400, "http.malformed_json"),
    "empty": (b"", {}, 400, "http.malformed_json"),
    "not UTF-8": (b'{"a": "\xff\xfe"}', {}, 400, "http.malformed_json"),
    "deep": (b"[" * 50_000 + b"]" * 50_000, {}, 400, "http.malformed_json"),
    "a list": (b"[1, 2]", {}, 422, "http.invalid_payload"),
    "null": (b"null", {}, 422, "http.invalid_payload"),
    "a form": (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "http.unsupported_media"),
    "too large": (b'{"a": "' + b"x" * LIMIT + b'"}', {}, 413, "http.too_large"),
    "an unknown field": (b'{"nobody_knows_this": 1}', {}, 422, "http.invalid_payload"),
}


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("endpoint", TAKING, ids=name_of)
async def test_nonsense_in_a_body_is_refused_in_words_and_writes_nothing(
    endpoint: Endpoint, bad: str, sender: Any, case_number: str, unchanged: Unchanged
) -> None:
    data, headers, status, code = BAD[bad]
    async with unchanged():
        await sender(endpoint).refused(
            endpoint.method,
            path_of(endpoint, case_number),
            data=data,
            headers={"Content-Type": "application/json", **headers},
            key="nonsense",
            status=status,
            code=code,
        )


def wrong_types(model: Any) -> dict[str, Any]:
    """Every field with a value of a type that it cannot have."""
    wrong: dict[str, Any] = {}
    for name in model.__struct_fields__:
        wrong[name] = {"an": ["object"]} if "dict" not in str(model.__annotations__.get(name, "")) else "a text"
    return wrong


@pytest.mark.parametrize("endpoint", TAKING, ids=name_of)
async def test_wrong_types_are_named_field_by_field(
    endpoint: Endpoint, sender: Any, case_number: str, unchanged: Unchanged
) -> None:
    body = wrong_types(endpoint.body)
    async with unchanged():
        problem = await sender(endpoint).refused(
            endpoint.method,
            path_of(endpoint, case_number),
            body,
            key="types",
            status=422,
            code="http.invalid_payload",
        )
    assert {fault["field"].split(".")[0] for fault in problem["errors"]} == set(body), problem["errors"]


@pytest.mark.parametrize("endpoint", READING, ids=name_of)
@pytest.mark.parametrize("query", ["nobody_knows_this=1", "limit=many", "cursor=%00", "limit=-1"])
async def test_a_strange_query_is_refused_or_answered_but_never_breaks(
    endpoint: Endpoint, query: str, sender: Any, case_number: str
) -> None:
    answer = await sender(endpoint).send(endpoint.method, path_of(endpoint, case_number) + "?" + query)
    known = {field for field in endpoint.query.__struct_fields__}
    assert answer.status == 422, f"{query}: {answer}"
    if query.split("=")[0] in known:
        assert query.split("=")[0] in {fault["field"] for fault in answer.body["errors"]}, str(answer)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/cases/SC-AAAA%00AAAA", 404),
        ("/api/v1/cases/" + "A" * 5000, 404),
        ("/api/v1/messages/99999999999999999999999999", 404),
        ("/api/v1/licenses/not-a-uuid", 404),
        ("/api/v1/payments/1;DROP TABLE payments_order", 404),
        ("/api/v1/uploads/../../etc/passwd", 404),
        ("/api/v1/verify/%F0%9F%98%80", 404),
        ("/api/v1/matters/nothing.here", 404),
        ("/api/v1/nothing", 404),
        ("/staff/v1/nothing", 404),
    ],
)
async def test_a_strange_path_finds_nothing(somebody: Citizen, path: str, status: int) -> None:
    await somebody.refused("POST" if "/read" in path else "GET", path, status=status)


async def test_a_method_that_does_not_exist_is_named(somebody: Citizen) -> None:
    await somebody.refused("DELETE", "/api/v1/cases", status=405, code="http.method_not_allowed")


async def test_a_strange_idempotency_key_is_refused(somebody: Citizen, unchanged: Unchanged) -> None:
    async with unchanged():
        await somebody.refused(
            "POST", "/api/v1/uploads", {"name": "a.png", "size": 10}, status=400, key="k" * 129, code="http.bad_request"
        )


async def test_the_longest_body_that_is_taken_is_judged_by_its_content(town: Town) -> None:
    body = {"phone": "1" * (LIMIT - 100)}
    assert len(json.dumps(body)) < LIMIT
    await town.client().refused("POST", "/api/v1/phone-codes", body, status=422, code="http.invalid_payload")
