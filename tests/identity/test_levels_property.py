"""No sequence of acts reaches level 3 for a purpose without a proof for it: a provider's, or a window's."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core import db
from backend.core.errors import LevelTooLow
from backend.core.sessions import Principal, Tokens
from backend.identity import service
from tests.conftest import Client, Server, Simulators
from tests.identity.conftest import Enter
from tests.identity.people import LI, ZHANG

PURPOSES = ("submit:a.b", "show:c")
SESSIONS = st.integers(0, 1)
PURPOSE = st.sampled_from(PURPOSES)
ACTS = st.one_of(
    st.tuples(st.just("begin"), SESSIONS, PURPOSE),
    st.tuples(st.just("finish"), SESSIONS, st.integers(0, 5), st.sampled_from(["pass", "fail", "cancel"])),
    st.tuples(st.just("spend"), SESSIONS, PURPOSE),
    st.tuples(st.just("window"), SESSIONS, PURPOSE, st.booleans()),
    st.tuples(st.just("expire")),
)


class World:
    """Two devices of one person, and what they may rightly do by now."""

    def __init__(self, clients: list[Client], window: Client, tokens: Tokens, sandbox: Simulators) -> None:
        self.clients, self.window, self.sandbox = clients, window, sandbox
        self.who = [tokens.verify(client.token or "") for client in clients]
        self.checks: list[tuple[str, int, str]] = []
        self.final: set[str] = set()
        self.credit: Counter[tuple[int, str]] = Counter()

    async def send(self, client: Client, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with client.request(method, path, json=body) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    async def begin(self, session: int, purpose: str) -> None:
        body = {"purpose": purpose, "channel": "h5"}
        status, made = await self.send(self.clients[session], "POST", "/api/v1/face-checks", body)
        assert status in (201, 403), made
        if status == 201:
            self.checks.append((made["id"], session, purpose))

    async def finish(self, session: int, number: int, outcome: str) -> None:
        if number >= len(self.checks):
            return
        check, owner, purpose = self.checks[number]
        await self.sandbox.send("PUT", f"/_control/face/{ZHANG.id_number}", {"outcome": outcome})
        status, told = await self.send(self.clients[session], "POST", f"/api/v1/face-checks/{check}/finish")
        assert status == (200 if session == owner else 404), told
        if status == 200 and told["state"] in ("passed", "failed") and check not in self.final:
            self.final.add(check)
            assert (told["state"] == "passed") == (outcome == "pass")
            if outcome == "pass":
                self.credit[owner, purpose] += 1

    async def spend(self, session: int, purpose: str) -> None:
        try:
            async with db.transaction():
                await service.consume_assurance(self.who[session], purpose, "case:1")
            got = True
        except LevelTooLow:
            got = False
        assert got == (self.credit[session, purpose] > 0), (session, purpose, self.credit)
        self.credit[session, purpose] -= got

    async def at_window(self, session: int, purpose: str, right: bool) -> None:
        status, made = await self.send(self.clients[session], "POST", "/api/v1/counter-codes", {"purpose": purpose})
        if status != 201:
            assert status == 429, made
            return
        card = {"id_number": (ZHANG if right else LI).id_number, "reason": "人证相符"}
        status, _ = await self.send(self.window, "POST", f"/staff/v1/counter-codes/{made['id']}/confirm", card)
        assert status == (204 if right else 422)
        self.credit[session, purpose] += right

    async def do(self, act: tuple[Any, ...]) -> None:
        name, *rest = act
        if name == "expire":
            await db.execute("UPDATE identity_assurance SET expires_at = now() - interval '1 second'")
            self.credit.clear()
        else:
            await {"begin": self.begin, "finish": self.finish, "spend": self.spend, "window": self.at_window}[name](
                *rest
            )


async def test_no_sequence_of_acts_reaches_a_face_without_a_proof_for_its_purpose(
    running: Server, http: Client, enter: Enter, sandbox: Simulators
) -> None:
    clients = [await enter(ZHANG), await enter(ZHANG)]
    tokens: Tokens = running.app.ctx.tokens
    clerk = Principal(
        kind="staff", id=str(uuid.uuid4()), session=str(uuid.uuid4()), level=0, expires=int(time.time()) + 900,
        roles=("window",), regions=("510000",), name="窗口",
    )  # fmt: skip
    window = Client(http.base, http.http, tokens.issue(clerk))

    @settings(
        max_examples=25, deadline=None, derandomize=True, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(acts=st.lists(ACTS, min_size=3, max_size=12))
    def sequences(acts: list[tuple[Any, ...]]) -> None:
        tried.append(acts)

    tried: list[list[tuple[Any, ...]]] = []
    sequences()
    for acts in tried:
        await db.execute("DELETE FROM identity_face_check")
        await db.execute("DELETE FROM identity_assurance")
        await db.execute("DELETE FROM identity_counter_code")
        world = World(clients, window, tokens, sandbox)
        for act in acts:
            await world.do(act)
        for session in (0, 1):  # and what is left is exactly what was proved
            for purpose in PURPOSES:
                for _ in range(world.credit[session, purpose] + 1):
                    await world.spend(session, purpose)
    assert sum(act[0] == "spend" for acts in tried for act in acts) >= 20
