"""Outbound calls: what is repeated, what is refused, and how failures are told."""

import asyncio
import socket

import aiohttp
import pytest
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult

from backend.core.clients import (
    AddressRefused,
    Breaker,
    Client,
    ProviderError,
    _PublicOnly,
    close_sessions,
    is_public,
)
from tests.conftest import free_socket
from tests.sandbox.serving import Desk


def client(desk: Desk, **options: object) -> Client:
    settings: dict[str, object] = {"timeout_s": 3.0, "backoff_s": 0.01} | options
    return Client("wechat", f"{desk.base}/wechat", **settings)  # type: ignore[arg-type]


async def call(some: Client, **options: object) -> int:
    path = "/sns/jscode2session"
    answer = await some.request("GET", path, call="code2session", **options)  # type: ignore[arg-type]
    return answer.status


async def test_a_refused_connection_is_retryable_because_nothing_was_sent() -> None:
    listener = free_socket()
    port = listener.getsockname()[1]
    listener.close()
    with pytest.raises(ProviderError) as found:
        await Client("x", f"http://127.0.0.1:{port}").request("POST", "/", call="c", json={})
    assert (found.value.kind, found.value.code) == ("retryable", "connect_failed")


async def test_a_timeout_after_sending_is_unknown(desk: Desk) -> None:
    await desk.fault("wechat", "code2session", "timeout", delay_s=2)
    with pytest.raises(ProviderError) as found:
        await call(client(desk), timeout_s=0.2)
    assert (found.value.kind, found.value.code) == ("unknown", "timeout")


@pytest.mark.parametrize("fault", ["drop_after_accept", "down"])
async def test_a_connection_cut_after_sending_is_unknown_and_a_single_try(desk: Desk, fault: str) -> None:
    await desk.fault("wechat", "code2session", fault)
    some = client(desk)
    with pytest.raises(ProviderError) as found:
        await call(some)
    assert (found.value.kind, found.value.code) == ("unknown", "disconnected")
    assert await desk.count("wechat", "code2session") == 1


async def test_a_kept_connection_that_breaks_does_not_repeat_a_get_by_itself(desk: Desk) -> None:
    some = client(desk)
    assert await call(some) == 200  # the connection is now kept alive
    await desk.fault("wechat", "code2session", "drop_after_accept")
    with pytest.raises(ProviderError):
        await call(some)
    assert await desk.count("wechat", "code2session") == 2


@pytest.mark.parametrize("fault", ["http500", "html502", "drop_after_accept"])
async def test_an_idempotent_call_is_repeated_until_it_works(desk: Desk, fault: str) -> None:
    await desk.fault("wechat", "code2session", fault, times=2)
    assert await call(client(desk), idempotent=True) == 200
    assert await desk.count("wechat", "code2session") == 3


async def test_a_call_that_is_not_idempotent_returns_the_servers_error_at_once(desk: Desk) -> None:
    await desk.fault("wechat", "code2session", "http500", times=1)
    assert await call(client(desk)) == 500
    assert await desk.count("wechat", "code2session") == 1


async def test_the_deadline_covers_all_attempts_together(desk: Desk) -> None:
    await desk.fault("wechat", "code2session", "timeout", delay_s=5)
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(ProviderError):
        await call(client(desk, attempts=10), idempotent=True, timeout_s=0.5)
    assert loop.time() - started < 1.5


async def test_the_breaker_opens_refuses_and_lets_one_trial_through(desk: Desk) -> None:
    now = [100.0]
    breaker = Breaker(failures=3, reset_s=30, clock=lambda: now[0])
    some = client(desk, breaker=breaker)
    await desk.fault("wechat", "code2session", "http500")
    for _ in range(3):
        await call(some)
    assert breaker.state == "open"
    with pytest.raises(ProviderError) as found:
        await call(some)
    assert (found.value.kind, found.value.code) == ("retryable", "breaker_open")
    assert found.value.retry_after == pytest.approx(30)
    assert await desk.count("wechat", "code2session") == 3

    now[0] += 31
    await desk.fault("wechat", "code2session", "slow", delay_s=0.3)
    results = await asyncio.gather(call(some), call(some), call(some), return_exceptions=True)
    assert sorted(type(item).__name__ for item in results) == ["ProviderError", "ProviderError", "int"]
    assert breaker.state == "closed"


async def test_a_failed_trial_opens_the_breaker_again(desk: Desk) -> None:
    now = [0.0]
    breaker = Breaker(failures=1, reset_s=10, clock=lambda: now[0])
    some = client(desk, breaker=breaker)
    await desk.fault("wechat", "code2session", "http500")
    await call(some)
    now[0] += 11
    await call(some)
    assert breaker.state == "open"


async def test_a_cancelled_trial_does_not_block_the_next(desk: Desk) -> None:
    now = [0.0]
    breaker = Breaker(failures=1, reset_s=10, clock=lambda: now[0])
    some = client(desk, breaker=breaker)
    await desk.fault("wechat", "code2session", "http500", times=1)
    await call(some)
    now[0] += 11
    await desk.fault("wechat", "code2session", "slow", delay_s=5, times=1)
    trial = asyncio.create_task(call(some))
    await asyncio.wait({trial}, timeout=0.3)
    trial.cancel()
    await asyncio.gather(trial, return_exceptions=True)
    assert await call(some) == 200
    assert breaker.state == "closed"


async def test_an_answer_beyond_the_size_limit_is_refused_and_may_have_happened(desk: Desk) -> None:
    small = Client("desk", desk.base, max_bytes=100)
    with pytest.raises(ProviderError) as found:
        await small.request("GET", "/", call="index")
    assert (found.value.kind, found.value.code) == ("unknown", "response_too_large")


async def test_a_redirect_is_not_followed(desk: Desk) -> None:
    world = desk.world
    from backend.sandbox.world import FaceCheck

    world.faces["faceid:R"] = FaceCheck(id="R", name="张三", id_number="x", return_url="http://127.0.0.1:9/")
    answer = await Client("desk", desk.base).request("POST", "/face/faceid/R", call="face", form={"outcome": "pass"})
    assert answer.status == 302


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "224.0.0.1"),
        *("fec0::1", "::ffff:0:7f00:1", "2400:3200::5efe:7f00:1", "2400:3200::200:5efe:10.0.0.8", "5f00::1", "3fff::1"),
        *("2001:0:7f00:1::", "fe80::1", "100.64.0.1", "0.0.0.0", "::"),
        *("64:ff9b::7f00:1", "64:ff9b:1::a00:1", "2002:7f00:1::", "::127.0.0.1", "2001:db8::1", "fd00::1"),
    ],
)
async def test_inner_addresses_are_refused_for_good(address: str) -> None:
    assert not is_public(address)
    base = f"http://[{address}]" if ":" in address else f"http://{address}"
    with pytest.raises(ProviderError) as found:
        await Client("x", base, public_only=True).request("GET", "/", call="c")
    assert (found.value.kind, found.value.code) == ("permanent", "address_refused")


@pytest.mark.parametrize("host", ["2130706433", "127.1", "0177.0.0.1", "0x7f.0.0.1", "inner.0x7f000001"])
async def test_a_number_that_may_be_taken_for_an_address_is_refused_for_good(host: str) -> None:
    with pytest.raises(ProviderError) as found:
        await Client("x", f"http://{host}", public_only=True).request("GET", "/", call="c")
    assert (found.value.kind, found.value.code) == ("permanent", "address_refused")


def test_an_outer_address_is_public() -> None:
    assert is_public("223.5.5.5")
    assert is_public("2400:3200::1")
    assert is_public("::ffff:223.5.5.5")
    assert is_public("2400:3200::5efe:223.5.5.5")


async def test_a_name_that_resolves_inside_is_refused_for_good() -> None:
    with pytest.raises(ProviderError) as found:
        await Client("x", "http://localhost:1", public_only=True).request("GET", "/", call="c")
    assert (found.value.kind, found.value.code) == ("permanent", "address_refused")


async def test_the_guarding_resolver_refuses_what_resolves_inside() -> None:
    resolver = _PublicOnly()
    with pytest.raises(AddressRefused):
        await resolver.resolve("localhost", 80)
    await resolver.close()


class Names(AbstractResolver):
    """A name server whose answer for every name is the next of these, as one that changes its mind has them."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = iter(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in next(self._answers)
        ]

    async def close(self) -> None:
        pass


async def test_one_inner_address_among_public_ones_refuses_the_name() -> None:
    resolver = _PublicOnly(Names(["223.5.5.5", "10.0.0.8"]))
    with pytest.raises(AddressRefused):
        await resolver.resolve("bureau.example", 443)


async def test_a_name_that_turns_inside_after_it_was_checked_is_not_connected_to(desk: Desk) -> None:
    resolver = _PublicOnly(Names(["223.5.5.5"], ["127.0.0.1"]))
    checked = await resolver.resolve("bureau.example", 443)
    assert [item["host"] for item in checked] == ["223.5.5.5"]
    before = await desk.count("wechat", "code2session")
    port = desk.base.rsplit(":", 1)[1]
    connector = aiohttp.TCPConnector(resolver=resolver)
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises((AddressRefused, aiohttp.ClientConnectorError)) as found:
            await session.get(f"http://bureau.example:{port}/wechat/sns/jscode2session")
    assert isinstance(found.value, AddressRefused) or isinstance(found.value.__cause__, AddressRefused)
    assert await desk.count("wechat", "code2session") == before


async def test_sessions_can_be_closed_and_open_again(desk: Desk) -> None:
    assert await call(client(desk)) == 200
    await close_sessions()
    assert await call(client(desk)) == 200


async def test_neither_body_nor_query_reaches_the_log(desk: Desk) -> None:
    with structlog.testing.capture_logs() as lines:
        await client(desk).request(
            "POST", "/cgi-bin/stable_token", call="t", params={"q": "geheim-1"}, json={"secret": "geheim-2"}
        )
    assert [line["call"] for line in lines] == ["t"]
    assert "geheim" not in str(lines)


def test_an_address_without_http_is_refused() -> None:
    with pytest.raises(ValueError):
        Client("x", "file:///etc/passwd")
