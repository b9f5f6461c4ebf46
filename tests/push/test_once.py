"""Each event goes out once: two workers at once, a worker that dies at the worst moment, a broker that forgot."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import uuid
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backend.core import db
from backend.core.clock import shifted
from push import bulk, planning, ports, reach, receipts, senders, sending, service, tasks
from push.choosing import CAPS
from tests.conftest import Simulators
from tests.push.conftest import Person, Town, counts, fault, received, tell

ROOT = Path(__file__).resolve().parents[2]
NEWS = "TPL-CASE-NEWS"

WORKER = """
import asyncio, json, sys
from types import SimpleNamespace
from backend import process
from backend.core import settings
from push import ports, tasks

async def main():
    person = SimpleNamespace(**json.loads(sys.argv[2]))
    await process.start(settings.current(), follow=False)
    async def addresses(_): return person
    async def citizen(_): return None
    ports.configure(ports.Ports(addresses=addresses, citizen_of_openid=citizen))
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    await tasks.deliver.run(sys.argv[1])
    print("done", flush=True)
    await process.stop()

asyncio.run(main())
"""


class Worker:
    """A process of its own that delivers one message when it is told to."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"\n")
        await self.process.stdin.drain()

    async def until(self, word: bytes) -> None:
        assert self.process.stdout is not None
        while line := await asyncio.wait_for(self.process.stdout.readline(), 60):
            if line.strip() == word:
                return
        raise AssertionError(f"the worker ended without saying {word!r}")

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


async def worker(message: str, person: Person) -> Worker:
    facts = {"phone": person.phone, "wechat_openid": person.wechat_openid, "alipay_user_id": person.alipay_user_id}
    started = Worker(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WORKER,
            message,
            json.dumps(facts),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )
    )
    await started.until(b"ready")
    return started


async def with_device(person: Person) -> None:
    device = {"registration_id": "dev" + person.id[:8], "platform": "android"}
    await person.client.call("POST", "/api/v1/push/devices", device, status=204)


async def until_received(sandbox: Simulators, vendor: str, call: str) -> None:
    for _ in range(600):
        if await received(sandbox, vendor, call):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{vendor}.{call} was never called")


async def test_twenty_tasks_on_one_message_send_it_once(town: Town, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    message = await tell(person)
    await asyncio.gather(*(tasks.deliver.run(message) for _ in range(20)), tasks.replay.run())
    assert await counts(sandbox) == {"sms": 1}
    assert len(await db.fetch("SELECT 1 FROM push_delivery")) == 4


async def test_two_processes_on_one_message_send_it_once(town: Town, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    message = await tell(person)
    both = [await worker(message, person) for _ in range(2)]
    await asyncio.gather(*(one.go() for one in both))
    await asyncio.gather(*(one.until(b"done") for one in both))
    assert await counts(sandbox) == {"sms": 1}
    assert (await person.deliveries())["sms"] == "sent"


@pytest.mark.parametrize("channel", ["jpush", "sms", "wechat"])
async def test_a_worker_killed_after_the_vendor_accepted_does_not_tell_twice(
    town: Town, sandbox: Simulators, channel: str
) -> None:
    person = town.person(phone=channel == "sms", wechat=channel == "wechat")
    if channel == "wechat":
        await person.grant(NEWS, 2)
    if channel == "jpush":
        await with_device(person)
    vendor, call = {"jpush": ("jpush", "push"), "sms": ("sms", "SendSms"), "wechat": ("wechat", "subscribe")}[channel]
    await fault(sandbox, vendor, call, "slow", delay_s=5, times=1)  # accepted at once, answered late
    message = await tell(person)
    doomed = await worker(message, person)
    await doomed.go()
    await until_received(sandbox, vendor, call)
    await doomed.kill()
    assert (await person.deliveries())[channel] == "claimed"
    await tasks.replay.run()
    assert (await counts(sandbox))[channel] == 1
    assert (await person.deliveries())[channel] == "claimed", "a worker that may live lost its claim"
    for minutes in (2, 4, 8, 30):
        with shifted(timedelta(minutes=minutes)):
            await tasks.replay.run()
            await receipts.settle()
    assert (await counts(sandbox))[channel] == 1
    assert (await person.deliveries())[channel] == {"jpush": "received", "sms": "received", "wechat": "unknown"}[
        channel
    ]
    if channel == "sms":
        assert (await sandbox.get(f"/_control/sms/{person.phone}"))["count"] == 1


async def test_a_worker_killed_before_the_vendor_was_called_tells_later(town: Town, sandbox: Simulators) -> None:
    person = town.person()
    await with_device(person)
    await fault(sandbox, "jpush", "cid", "timeout", delay_s=5, times=1)
    message = await tell(person)
    doomed = await worker(message, person)
    await doomed.go()
    await until_received(sandbox, "jpush", "cid")
    await doomed.kill()
    assert (await person.deliveries())["jpush"] == "queued"
    await tasks.replay.run()
    assert await counts(sandbox) == {"jpush": 1}


async def test_a_message_that_the_broker_lost_is_told_by_the_replay_job(town: Town, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    await tell(person)  # what was enqueued is never run
    await tasks.replay.run()
    assert await counts(sandbox) == {}, "the queue gets its five seconds first"
    with shifted(timedelta(seconds=6)):
        await tasks.replay.run()
        await tasks.replay.run()
    assert await counts(sandbox) == {"sms": 1}


async def test_replaying_for_hours_sends_nothing_again(town: Town, drain, sandbox: Simulators) -> None:
    people = [town.person(phone=True, wechat=number % 2 == 0) for number in range(10)]
    for person in people[::2]:
        await person.grant(NEWS)
    for person in people:
        await tell(person)
    await drain()
    before = await counts(sandbox)
    assert before == {"wechat": 5, "sms": 5}
    for minutes in (1, 10, 60, 600):
        with shifted(timedelta(minutes=minutes)):
            await asyncio.gather(tasks.replay.run(), tasks.replay.run(), tasks.settle_unknown.run())
    assert await counts(sandbox) == before


async def test_a_late_answer_counts_even_when_the_claim_was_taken_away(town: Town, sandbox: Simulators) -> None:
    person = town.person(wechat=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "slow", delay_s=1, times=1)
    message = await tell(person)
    await planning.plan(message)
    sender = asyncio.create_task(sending.send_message(message))
    await until_received(sandbox, "wechat", "subscribe")
    with shifted(timedelta(minutes=5)):
        assert await sending.release_dead() == 1
    assert (await person.deliveries())["wechat"] == "unknown"
    await sender
    assert (await person.deliveries())["wechat"] == "sent"


async def test_a_paused_worker_cannot_overwrite_what_came_later(town: Town, sandbox: Simulators) -> None:
    person = town.person()
    await with_device(person)
    message = await tell(person)
    await planning.plan(message)
    [stale] = await db.fetch(sending.DUE, sending.now())
    await sending.send_message(message)
    assert (await person.deliveries())["jpush"] == "sent"
    assert await sending.attempt(stale) is False
    assert await counts(sandbox) == {"jpush": 1}


async def test_citizens_that_cannot_be_looked_up_hold_up_nobody(town: Town, sandbox: Simulators) -> None:
    lost = [town.person(phone=True) for _ in range(sending.AT_ONCE)]
    for person in lost:
        await planning.plan(await tell(person, urgent=True))
        del town.people[person.id]
    found = town.person(phone=True)
    await planning.plan(await tell(found))
    await asyncio.wait_for(tasks.replay.run(), 10)
    assert await counts(sandbox) == {"sms": 1}
    assert (await found.deliveries())["sms"] == "sent"


async def test_a_fallback_survives_the_death_of_its_worker(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(wechat=True, phone=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="43101", times=1)
    message = await tell(person)
    await planning.plan(message)
    del town.people[person.id]  # as if it died there: the next channel cannot be chosen

    class Gone(Exception):
        pass

    async def addresses(_: str) -> Person:
        if not await received(sandbox, "wechat", "subscribe"):
            return person
        raise Gone

    ports.configure(ports.Ports(addresses=addresses, citizen_of_openid=town.citizen_of_openid))
    await sending.send_message(message)
    assert (await person.deliveries())["wechat"] == "failed"
    assert await counts(sandbox) == {"wechat": 1}
    town.people[person.id] = person
    ports.configure(ports.Ports(addresses=town.addresses, citizen_of_openid=town.citizen_of_openid))
    with shifted(timedelta(seconds=31)):
        await tasks.replay.run()
    assert (await person.deliveries())["sms"] == "sent"


async def test_planning_at_once_and_again_queues_one_channel(town: Town, drain, sandbox: Simulators) -> None:
    person = town.person(wechat=True, phone=True, alipay=True)
    await person.grant(NEWS)
    await fault(sandbox, "wechat", "subscribe", "code", code="43101", times=1)
    message = await tell(person)
    await drain()
    for _ in range(3):
        await db.execute("UPDATE push_message SET plan_at = now()")
        await asyncio.gather(*(planning.plan(message) for _ in range(5)))
        await sending.send_message(message)
    assert await counts(sandbox) == {"wechat": 1, "alipay": 1}


async def test_two_planners_who_see_different_addresses_queue_one_channel(town: Town, sandbox: Simulators) -> None:
    person = town.person(wechat=True, phone=True)
    await person.grant(NEWS)
    message = await tell(person)
    barrier = asyncio.Barrier(2)
    views = [replace(person, phone=None), replace(person, wechat_openid=None)]

    async def addresses(_: str) -> Person:
        view = views.pop()
        await barrier.wait()
        return view

    ports.configure(ports.Ports(addresses=addresses, citizen_of_openid=town.citizen_of_openid))
    await asyncio.gather(planning.plan(message), planning.plan(message))
    rows = await db.fetch("SELECT channel FROM push_delivery WHERE state = 'queued'")
    assert len(rows) == 1


async def test_workers_that_prepare_one_push_together_agree_on_its_cid(town: Town, sandbox: Simulators) -> None:
    person = town.person()
    await with_device(person)
    await planning.plan(await tell(person))
    [row] = await db.fetch(sending.DUE, sending.now())
    ready = await asyncio.gather(*(sending._prepare(row, sending.now()) for _ in range(5)))
    [kept] = await db.fetch("SELECT idempotency FROM push_delivery WHERE channel = 'jpush'")
    assert {one.idempotency for one in ready if one is not None} == {kept["idempotency"]}


async def test_a_message_nobody_could_plan_in_time_is_left_in_the_inbox(town: Town, sandbox: Simulators) -> None:
    person = town.person(phone=True)
    await tell(person)
    with shifted(timedelta(days=8)):
        await tasks.replay.run()
        await tasks.replay.run()
    assert await counts(sandbox) == {}
    assert await db.fetch("SELECT 1 FROM push_message WHERE plan_at IS NOT NULL") == []
    assert len(await person.told()) == 1


async def test_one_message_that_cannot_be_planned_holds_up_nobody(town: Town, sandbox: Simulators) -> None:
    lost, person = town.person(phone=True), town.person(phone=True)
    await tell(lost)
    await tell(person)
    del town.people[lost.id]
    with shifted(timedelta(seconds=6)):
        await tasks.replay.run()
    assert await counts(sandbox) == {"sms": 1}
    town.people[lost.id] = lost
    with shifted(timedelta(seconds=60)):
        await tasks.replay.run()
    assert await counts(sandbox) == {"sms": 2}


async def told_outside(person: Person) -> int:
    rows = await db.fetch(
        "SELECT count(*) AS n FROM push_delivery d JOIN push_message m ON m.id = d.message_id WHERE m.citizen_id = $1"
        " AND d.state NOT IN ('skipped', 'failed', 'expired', 'stopped')",
        uuid.UUID(person.id),
    )
    return int(rows[0]["n"])


NOTICE = {"title": "一项政策有调整", "body": "点开查看具体内容。", "reason": "您的地区在政策范围内"}


async def waits(person: Person) -> int:
    [row] = await db.fetch(
        "SELECT count(*) AS n FROM push_message WHERE citizen_id = $1 AND plan_at IS NOT NULL", uuid.UUID(person.id)
    )
    return int(row["n"])


async def test_notices_that_meet_pass_no_cap_together(town: Town, sandbox: Simulators) -> None:
    """Five are planned at the same moment, and each has counted before any of them was written."""
    person = town.person()
    await with_device(person)
    await person.prefer()
    messages = [
        await service.notify(person.id, "policy", **NOTICE, dedupe_key=f"cap:{person.id}:{number}")
        for number in range(5)
    ]
    barrier = asyncio.Barrier(5)
    counted = reach.load

    async def together(*given: Any, **more: Any) -> Any:
        found = await counted(*given, **more)
        await barrier.wait()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "load", together)
        await asyncio.gather(*(planning.plan(key) for key in messages))
    assert (await told_outside(person), await waits(person)) == (CAPS["policy"][0], 0)


async def test_mass_sendings_that_meet_pass_no_cap_together(town: Town, sandbox: Simulators) -> None:
    people = [town.person() for _ in range(3)]
    for person in people:
        await with_device(person)
        await person.prefer()
    lanes = [f"campaign:{uuid.uuid4().hex}" for _ in range(5)]
    for number, lane in enumerate(lanes):
        await senders.opened(lane, pace=1000)
        order = people if number % 2 else list(reversed(people))
        told = {uuid.UUID(person.id): f"cap:{lane}:{person.id}" for person in order}
        await service.notify_many(told, "policy", **NOTICE, link=None, sender=lane)
    single = await service.notify(people[0].id, "policy", **NOTICE, dedupe_key=f"cap:{people[0].id}")
    try:
        await asyncio.gather(planning.plan(single), *(bulk.plan(lane) for lane in lanes))
        for person in people:
            assert (await told_outside(person), await waits(person)) == (CAPS["policy"][0], 0)
    finally:
        for lane in lanes:
            await senders.stopped(lane)
