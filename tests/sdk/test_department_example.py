"""The department system to start from, run by the words of its page, killed, and held against the protocol; and what
the trial says of systems that get it wrong."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sanic import HTTPResponse, Request, Sanic

from backend.core.clients import Client
from backend.sdk.department import (
    Department,
    Signer,
    SubmitCall,
    TrackCall,
    fingerprint,
    new_pair,
    private_key,
    public_key,
)
from backend.sdk.department.example import Register
from backend.sdk.department.server import DepartmentServer, Refused
from backend.sdk.department.trial import Point, Trial
from tests.conftest import free_socket

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "modules" / "department.md").read_text("utf-8")
MODULE = "mianyang_demo"


def documented() -> list[list[str]]:
    """Every command of the page, word by word."""
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.S) for line in block.splitlines()]
    assert all(line.startswith("department ") for line in lines), "what is shown as a command is one that is tried here"
    return [shlex.split(line)[1:] for line in lines]


def free_port() -> int:
    with free_socket() as found:
        return int(found.getsockname()[1])


def start(folder: Path, words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "backend.sdk.department", *words],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


async def run(folder: Path, words: list[str], code: int = 0) -> str:
    process = start(folder, words)
    written, _ = await asyncio.to_thread(process.communicate, None, 120)
    assert process.returncode == code, written
    return written


async def alive(process: subprocess.Popen[str], port: str) -> None:
    async with aiohttp.ClientSession() as http:
        for _ in range(300):
            assert process.poll() is None, process.communicate()[0]
            try:
                async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
    raise AssertionError("it never listened")


def end(process: subprocess.Popen[str], how: signal.Signals) -> None:
    process.send_signal(how)
    process.wait(20)


async def test_the_page_word_by_word_and_after_a_kill_everything_is_still_there(tmp_path: Path) -> None:
    port = str(free_port())
    serving: list[subprocess.Popen[str]] = []
    said = []
    again: list[str] = []
    try:
        for command in documented():
            words = [word.replace("9000", port) for word in command]
            if words[0] == "serve":
                again = words
                serving.append(start(tmp_path, words))
                await alive(serving[-1], port)
                continue
            said.append(await run(tmp_path, words))
        keys, _, tried, listed = said
        assert "项都符合协议" in tried
        assert "✗" not in tried
        [number] = re.findall(r"TFTRY[0-9A-F]{12}", listed)

        ours = Signer("", private_key((tmp_path / "platform-test.key").read_text()))
        ours = Signer(fingerprint(ours.key.public_key()), ours.key)
        theirs = public_key((tmp_path / "department.key.pub").read_text())
        assert fingerprint(theirs) in keys
        door = Department(
            MODULE, Client("department.test", f"http://127.0.0.1:{port}/{MODULE}"), ours, {fingerprint(theirs): theirs}
        )
        call = SubmitCall(case_number="TF1", matter="x", release="r", applicant={}, form={"a": 1})
        first = await door.submit(call, idempotency_key="TF1:1")
        end(serving[-1], signal.SIGKILL)
        serving.append(start(tmp_path, again))
        await alive(serving[-1], port)
        assert await door.submit(call, idempotency_key="TF1:1") == first, "the same answer after a kill"
        found = await door.track(TrackCall(case_number="TF1"))
        assert found.department_number == first.department_number
        assert (await door.track(TrackCall(case_number=number))).state == "withdrawn"
    finally:
        for process in serving:
            if process.poll() is None:
                end(process, signal.SIGTERM)


async def test_a_key_is_not_written_over(tmp_path: Path) -> None:
    await run(tmp_path, ["keygen", "a.key"])
    before = (tmp_path / "a.key").read_text()
    await run(tmp_path, ["keygen", "a.key"], code=1)
    assert (tmp_path / "a.key").read_text() == before
    assert (tmp_path / "a.key").stat().st_mode & 0o077 == 0


async def test_a_file_that_is_no_key_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    told = await run(
        tmp_path, ["try", "http://127.0.0.1:1/x", "--module", "x", "--key", "x", "--department", "x"], code=1
    )
    assert "x 不是 PEM 格式的 Ed25519 或 SM2 私钥" in told


# ----------------------------------------------------------------------------------------- systems that get it wrong


@asynccontextmanager
async def serving(register: Register, spoil: Callable[[DepartmentServer], Any], **options: Any) -> AsyncIterator[Trial]:
    (private, public), (platform, platform_public) = new_pair(), new_pair()
    theirs, ours = private_key(private), private_key(platform)
    app: Any = Sanic(f"office-{uuid.uuid4().hex[:8]}", configure_logging=False)
    app.config.TOUCHUP = False
    server = DepartmentServer(
        register,
        signer=Signer("department", theirs),
        keys={"platform": public_key(platform_public)},
        **({"answers": register, "seen_nonce": register.seen} | options),
    )
    spoil(server)
    server.mount(app, "")
    listener = free_socket()
    held = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await held.startup()
    await held.start_serving()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/{MODULE}"
    try:
        yield Trial(url, MODULE, Signer("platform", ours), {"department": public_key(public)})
    finally:
        await held.close()


def nothing(_: DepartmentServer) -> None:
    """A system as it should be."""


def wrong(points: list[Point]) -> list[str]:
    return [item.name.partition("：")[0] for item in points if not item.good]


class Forgetful:
    """Keeps no answers."""

    async def find(self, _key: str) -> None:
        return None

    async def keep(self, _key: str, _answer: Any) -> None:
        pass


async def never(_nonce: str, _seconds: int) -> bool:
    return False


def unsigned(server: DepartmentServer) -> None:
    answer = server.answer

    async def bare(request: Request, module: str, call: str) -> HTTPResponse:
        found = await answer(request, module, call)
        if found.status == 404:
            found.headers.pop("X-TF-Signature")
        return found

    server.answer = bare  # type: ignore[method-assign]


def believing(server: DepartmentServer) -> None:
    class Anybody(dict[str, Any]):
        def get(self, _key: str, default: Any = None) -> Any:
            return Yes()

        def __getitem__(self, _key: str) -> Any:
            return Yes()

    class Yes:
        def verify(self, _signature: bytes, _text: bytes) -> None:
            pass

    server._keys = Anybody()


@pytest.mark.parametrize(
    ("spoil", "options", "found"),
    [
        (nothing, {}, []),
        (nothing, {"seen_nonce": never}, ["随机串用第二次，回 401"]),
        (nothing, {"answers": Forgetful()}, ["submit", "submit"]),
        (unsigned, {}, ["track", "别的模块的签名，回 403 或 401"][:1]),
        (believing, {}, ["签名不对，回 401", "不认识的密钥，回 401", "正文在路上被改，回 401"]),
    ],
    ids=["good", "forgets nonces", "forgets answers", "unsigned refusals", "believes everybody"],
)
async def test_the_trial_finds_what_is_wrong(
    tmp_path: Path, spoil: Callable[[DepartmentServer], Any], options: dict[str, Any], found: list[str]
) -> None:
    register = Register(tmp_path / "d.db")
    try:
        async with serving(register, spoil, **options) as trial:
            points = await trial.run("x", {"a": 1}, {"b": 2})
    finally:
        register.close()
    assert wrong(points) == found
    assert len(points) >= 16


async def test_the_trial_of_a_system_that_is_not_there_says_so() -> None:
    private, public = new_pair()
    trial = Trial(
        f"http://127.0.0.1:{free_port()}/x", MODULE, Signer("p", private_key(private)), {"d": public_key(public)}
    )
    points = await trial.run("x", {}, {})
    assert all(not item.good for item in points)
    assert points[0].found == "连不上"


async def test_a_case_that_was_withdrawn_twice_or_never_came(tmp_path: Path) -> None:
    from backend.sdk.department import WithdrawCall

    register = Register(tmp_path / "d.db")
    with pytest.raises(Refused):
        await register.withdraw(MODULE, WithdrawCall(case_number="none"))
    call = SubmitCall(case_number="TF1", matter="x", release="r", applicant={}, form={})
    made = await register.submit(MODULE, call)
    assert (await register.submit(MODULE, call)).department_number == made.department_number
    await register.note(MODULE, "TF1", "decided", outcome="approved")
    assert (await register.withdraw(MODULE, WithdrawCall(case_number="TF1"))).state == "refused"
    assert [event.kind for event in (await register.track(MODULE, TrackCall(case_number="TF1"))).events] == ["decided"]
    register.close()
