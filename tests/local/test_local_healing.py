"""What is killed comes back, and what was promised is still there."""

import asyncio
import os

import asyncpg
import psutil
import redis.asyncio as redis

from backend.local.instance import Instance
from tests.local.machines import eventually


async def get(copy: Instance) -> str:
    """One request on a connection of its own. ConnectionRefusedError passes, a reset of a killed process is ''."""
    reader, writer = await asyncio.open_connection("127.0.0.1", copy.port)
    try:
        writer.write(b"GET / HTTP/1.0\r\n\r\n")
        return (await asyncio.wait_for(reader.read(), 10)).decode().rpartition("\r\n\r\n")[2]
    except ConnectionResetError:
        return ""
    finally:
        writer.close()


async def test_a_killed_web_process_refuses_no_connection_and_comes_back(machine: Instance) -> None:
    answers: list[str] = []
    asking = True

    async def ask() -> None:
        while asking:
            answers.append(await get(machine))

    asked = asyncio.create_task(ask())
    killed = []
    for index in (0, 1, 0, 1):
        killed.append(machine.kill("web", index))
        await machine.healed("web", killed[-1], index)
    fresh = {f"web-{index} {pid}" for index, pid in enumerate(machine.pids("web"))}
    assert await eventually(lambda: fresh <= set(answers), 10), f"{fresh} never answered"
    asking = False
    await asked
    assert answers.count("") <= len(killed), "only what a killed process had in hand may be lost"
    assert "web-0 was ended by signal 9; again at once" in machine.log.read_text()


async def test_a_killed_worker_takes_its_children_along_and_comes_back(machine: Instance) -> None:
    worker = psutil.Process(machine.pids("worker")[0])
    assert await eventually(lambda: len(worker.children()) == 1, 10)
    child = worker.children()[0]
    assert await machine.healed("worker", machine.kill("worker")) != worker.pid
    assert await eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, 5)


async def test_a_killed_valkey_comes_back_with_its_data_at_the_same_address(machine: Instance) -> None:
    url = machine.redis_url
    async with redis.from_url(url) as client:
        await client.set("promised", "kept")
    await machine.healed("valkey", machine.kill("valkey"))
    assert machine.redis_url == url
    async with redis.from_url(url) as client:

        async def answers() -> bytes | None:
            for _ in range(200):
                try:
                    return await client.get("promised")
                except redis.ConnectionError:
                    await asyncio.sleep(0.05)
            return None

        assert await answers() == b"kept"


async def test_a_killed_postgres_comes_back_with_every_commit_at_the_same_address(machine: Instance) -> None:
    url = machine.database_url
    open_session = await asyncpg.connect(url)
    await open_session.execute("create table promise (value int)")
    await open_session.execute("insert into promise select generate_series(1, 1000)")
    backend = await open_session.fetchval("select pg_backend_pid()")
    await machine.healed("postgres", machine.kill("postgres"))
    assert machine.database_url == url
    for attempt in range(200):
        try:
            connection = await asyncpg.connect(url)
            break
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            assert attempt < 199, "PostgreSQL did not come back"
            await asyncio.sleep(0.05)
    assert await connection.fetchval("select count(*) from promise") == 1000
    await connection.close()
    assert await eventually(lambda: not psutil.pid_exists(backend), 5), "the old session's process must be gone"
    open_session.terminate()


async def test_a_killed_guardian_is_replaced_and_still_guards(machine: Instance) -> None:
    first = machine.state()["guardian"]
    os.kill(first, 9)
    children = psutil.Process(machine.supervisor)

    def another() -> bool:
        lines = [" ".join(child.cmdline()) for child in children.children() if child.pid != first]
        return any("guardian.py" in line for line in lines)

    assert await eventually(another, 5)
