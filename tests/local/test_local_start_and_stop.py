"""Starting, refusing to start, and leaving nothing behind."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import asyncpg
import psutil
import pytest

from backend.local import settings
from backend.local.instance import Instance, InstanceFailed
from backend.local.processes import Guard
from backend.local.servers import start_postgres, start_valkey
from backend.local.settings import StartRefused
from tests.local.machines import SMALL, eventually, remains, small, three_ports


def ask(copy: Instance) -> str:
    with urllib.request.urlopen(copy.url, timeout=5) as answer:
        return answer.read().decode()


@pytest.mark.parametrize("variable", ["TF_PORT", "TF_MODULE_PORT", "TF_SANDBOX_PORT"])
async def test_a_taken_port_is_refused_before_anything_starts(tmp_path: Path, variable: str) -> None:
    copy = small(tmp_path)
    taken = {"TF_PORT": copy.port, "TF_MODULE_PORT": copy.module_port, "TF_SANDBOX_PORT": copy.sandbox_port}
    with socket.create_server(("127.0.0.1", taken[variable])):
        await copy.begin()
        assert await copy.wait() == 1
    said = copy.log.read_text()
    assert f"Port {taken[variable]} is taken" in said
    assert variable in said
    assert not (tmp_path / "postgres").exists()
    assert remains(copy) == []


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"TF_PORT": "eighty"}, "TF_PORT"),
        ({"TF_PORT": "0"}, "TF_PORT"),
        ({"TF_MODULE_PORT": "70000"}, "TF_MODULE_PORT"),
        ({"TF_WEB_WORKERS": "0"}, "TF_WEB_WORKERS"),
        ({"TF_WORKERS": "-1"}, "TF_WORKERS"),
        ({"TF_PORT": "9000", "TF_SANDBOX_PORT": "9000"}, "TF_SANDBOX_PORT"),
        ({"TF_MODULE_PORT": "8000"}, "TF_MODULE_PORT"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_by_its_name(env: dict[str, str], named: str) -> None:
    with pytest.raises(StartRefused, match=named):
        settings.load(env)


def test_settings_left_empty_are_the_documented_ones() -> None:
    loaded = settings.load({"TF_PORT": "", "TF_DATABASE_URL": ""})
    assert loaded.ports == {"TF_PORT": 8000, "TF_MODULE_PORT": 8001, "TF_SANDBOX_PORT": 8010}
    assert loaded.data == settings.ROOT / ".data"
    assert loaded.database_url is None


async def test_ready_is_said_once_and_followed_by_the_accounts(tmp_path: Path) -> None:
    async with small(tmp_path) as copy:
        lines = copy.log.read_text().splitlines()
        assert lines.count(f"ready http://127.0.0.1:{copy.port}") == 1
        assert lines[lines.index(f"ready http://127.0.0.1:{copy.port}") + 1] == "demo 13800000000"
        kept = [path for path in (tmp_path / "logs").glob("*") if path.name != "run.log"]
        assert not any("13800000000" in path.read_text() for path in kept), "passwords do not belong into a log"


async def test_a_second_copy_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    async with small(tmp_path) as copy:
        second = subprocess.run(
            [sys.executable, str(SMALL)],
            env={**copy.environment(), "TF_PORT": str(three_ports())},
            capture_output=True,
            text=True,
            timeout=20,
        )
        assert second.returncode == 1
        assert f"Another copy (process {copy.supervisor}) runs on {tmp_path}" in second.stdout
        assert ask(copy).startswith("web-"), "the first copy must not notice"


async def test_two_copies_run_side_by_side_on_their_own_servers(tmp_path: Path) -> None:
    one, two = small(tmp_path / "one"), small(tmp_path / "two")
    await asyncio.gather(one.start(), two.start())
    try:
        assert ask(one) != ask(two)
        for copy in (one, two):
            connection = await asyncpg.connect(copy.database_url)
            assert await connection.fetchval("select count(*) from started") == 1
            await connection.close()
        assert one.redis_url != two.redis_url
    finally:
        await asyncio.gather(one.stop(), two.stop())
    assert remains(one) == remains(two) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_everything_and_the_data_stays(tmp_path: Path, number: signal.Signals) -> None:
    copy = small(tmp_path)
    await copy.start()
    assert len(remains(copy)) >= 8  # supervisor, guardian, 2 web, worker and its child, PostgreSQL, Valkey
    copy._process.send_signal(number)
    assert await copy.wait() == 0
    assert remains(copy) == []
    assert not (tmp_path / "run.json").exists()
    log = (tmp_path / "logs" / "postgres.log").read_text()
    assert "database system is shut down" in log
    await copy.start()
    connection = await asyncpg.connect(copy.database_url)
    assert await connection.fetchval("select count(*) from started") == 2
    await connection.close()
    await copy.stop()


async def test_servers_that_are_named_are_used_and_left_alone(tmp_path: Path) -> None:
    postgres = await start_postgres(tmp_path / "elsewhere", durable=False)
    valkey = await start_valkey(tmp_path / "elsewhere")
    try:
        copy = small(tmp_path / "data", TF_DATABASE_URL=postgres.url, TF_REDIS_URL=valkey.url)
        await copy.start()
        assert (copy.database_url, copy.redis_url, copy.broker_url) == (postgres.url, valkey.url, valkey.url)
        assert copy.pids("postgres") == copy.pids("valkey") == []
        assert not (copy.data / "postgres").exists()
        assert await copy.stop() == 0
        assert remains(copy) == []
        connection = await asyncpg.connect(postgres.url)
        assert await connection.fetchval("select count(*) from started") == 1
        await connection.close()
    finally:
        await asyncio.gather(postgres.stop(), valkey.stop())


async def test_children_that_start_together_share_one_guardian() -> None:
    guard = Guard()

    def guardians() -> int:
        return sum("guardian.py" in " ".join(child.cmdline()) for child in psutil.Process().children())

    before = guardians()
    await asyncio.gather(*(guard.start() for _ in range(5)))
    assert guardians() == before + 1
    await guard.close()
    assert guardians() == before


async def test_kill_9_of_the_supervisor_leaves_no_process_behind(tmp_path: Path) -> None:
    copy = small(tmp_path)
    await copy.start()
    copy.kill("supervisor")
    await copy.wait()
    assert await eventually(lambda: remains(copy) == [], 12), remains(copy)


async def test_a_start_right_after_kill_9_takes_over(tmp_path: Path) -> None:
    copy = small(tmp_path)
    await copy.start()
    before = copy.pids("postgres") + copy.pids("valkey") + copy.pids("web")
    copy.kill("supervisor")
    await copy.wait()
    await copy.start()
    try:
        assert not set(before) & set(copy.pids("postgres") + copy.pids("valkey") + copy.pids("web"))
        connection = await asyncpg.connect(copy.database_url)
        assert await connection.fetchval("select count(*) from started") == 2
        await connection.close()
    finally:
        await copy.stop()
    # the first start's guardian looks on for a while
    assert await eventually(lambda: remains(copy) == [], 12), remains(copy)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_a_signal_to_make_alone_leaves_no_process_behind(tmp_path: Path, number: signal.Signals) -> None:
    copy = small(tmp_path / "data")
    python = tmp_path / "python"  # the real Makefile, with the small machine in place of the backend
    python.write_text(f'[ "$1" = -m ] && exec {sys.executable} {SMALL}\nexec {sys.executable} "$@"\n')
    copy._command = ["make", "run", f"PY=sh {python}"]
    await copy.start()
    assert len(remains(copy)) >= 9
    os.kill(copy.supervisor, number)  # make, here
    await copy.wait()
    assert await eventually(lambda: remains(copy) == [], 12), remains(copy)


@pytest.mark.parametrize("step", ["step", "publish"])
async def test_a_step_that_fails_stops_the_start_and_shows_why(tmp_path: Path, step: str) -> None:
    copy = small(tmp_path, SMALL_BROKEN=step)
    with pytest.raises(InstanceFailed, match="the reason that a person needs"):
        await copy.start()
    assert remains(copy) == []


async def test_a_step_beside_the_programs_that_fails_stops_the_start_too(tmp_path: Path) -> None:
    async with small(tmp_path) as first:
        said = first.log.read_text()
    assert said.index("Modules published") < said.index("The web answers"), "the first time programs wait for it"
    again = small(tmp_path, SMALL_BROKEN="publish")
    with pytest.raises(InstanceFailed, match="the reason that a person needs"):
        await again.start()
    assert "ready http" not in again.log.read_text()
    assert remains(again) == []


async def test_a_program_that_keeps_dying_stops_the_start_and_shows_why(tmp_path: Path) -> None:
    copy = small(tmp_path, SMALL_BROKEN="program")
    with pytest.raises(InstanceFailed, match="the reason that a person needs"):
        await copy.start()
    assert "worker ended with code 3, 5 times" in copy.log.read_text()
    assert remains(copy) == []


async def test_what_holds_a_secret_is_for_the_owner_only(machine: Instance) -> None:
    private = [
        machine.data / "run.json",
        machine.data / "servers.json",
        machine.data / "valkey.conf",
        *(machine.data / "secrets").glob("*.key"),
        *(machine.data / "logs").glob("web*.log"),
    ]
    assert len(private) == 8
    for path in private:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(machine.data.stat().st_mode) & 0o066 == 0
    for key in (machine.data / "secrets").glob("*.key"):
        assert len(key.read_bytes()) == 32
