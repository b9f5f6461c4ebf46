"""A mini-program has no cookies: its bearer token alone opens every door of a citizen."""

from __future__ import annotations

import re
from typing import Any

import pytest

import backend.app
from backend.core.http import ENDPOINTS, Endpoint
from tests.conftest import Client
from tests.identity.conftest import Enter
from tests.identity.people import ZHANG

assert backend.app.APIS  # importing it declares every operation

ENDS = {"DELETE /api/v1/session", "POST /api/v1/me/closure"}  # the session of the others would be over
CITIZENS = [
    endpoint
    for endpoint in ENDPOINTS
    if endpoint.audience == "citizen"
    and not endpoint.path.startswith("/callbacks")
    and f"{endpoint.method} {endpoint.path}" not in ENDS
]
NOT_OPEN = {"identity.not_signed_in", "identity.session_expired", "identity.csrf_failed", "identity.forbidden"}


async def _answer(client: Client, endpoint: Endpoint) -> tuple[int, Any, bool]:
    path = re.sub(r"<\w+(?::[^>]+)?>", "3f0a2b1c-0000-4000-8000-000000000000", endpoint.path)
    options: dict[str, Any] = {"json": {}} if endpoint.body is not None else {}
    if endpoint.raw_body is not None:
        options = {"data": b"x", "headers": {"Content-Type": endpoint.raw_body}}
    async with client.request(endpoint.method, path, **options) as answer:
        found = await answer.json(content_type=None) if "json" in answer.content_type else None
        return answer.status, found, "cookie" in {name.lower() for name in answer.request_info.headers}


async def test_every_operation_of_a_citizen_is_open_to_a_bearer_without_cookies(enter: Enter) -> None:
    client = await enter(ZHANG, via="wechat")
    client.http.cookie_jar.clear()
    closed = []
    for endpoint in CITIZENS:
        client.http.cookie_jar.clear()  # a mini-program keeps none that an answer sets
        status, found, cookies = await _answer(client, endpoint)
        assert not cookies
        code = found.get("code") if isinstance(found, dict) else None
        if code in NOT_OPEN or status >= 500:
            closed.append(f"{endpoint.method} {endpoint.path}: {status} {code}")
    assert len(CITIZENS) > 50
    assert closed == []


@pytest.mark.parametrize("via", ["wechat", "alipay"])
async def test_elder_version_and_region_are_set_without_patch(enter: Enter, via: str) -> None:
    client = await enter(ZHANG, via=via, verified=False)
    client.http.cookie_jar.clear()
    changed = await client.call("POST", "/api/v1/me/settings", {"elder": True, "region": "510104"}, status=200)
    assert (changed["elder"], changed["region"]) == (True, "510104")
    kept = await client.call("POST", "/api/v1/me/settings", {}, status=200)
    assert (kept["elder"], kept["region"]) == (True, "510104")
    for wrong in ({"region": "51"}, {"elder": "yes"}, {"level": 3}):
        await client.call("POST", "/api/v1/me/settings", wrong, status=422)
