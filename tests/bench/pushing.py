"""`push.*`: listing an audience, sending with the ledger, urgent news beside a campaign, and the expiry scan.

The slices run in this process, on the database of an instance whose own workers stand still, so that nobody else takes
the work that is measured.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import msgspec
import psutil

from backend import process
from backend.campaigns import audience
from backend.core import db, logging, tasks
from backend.core.clock import today
from backend.core.settings import load as load_settings
from backend.local.instance import Instance
from backend.providers import jpush, vendors
from backend.reminders import scan
from push import bulk, cids, senders, service
from tests.bench.figures import ROUNDS, Row, in_turn
from tests.bench.ports import free_ports
from tests.faults import storm
from tests.journeys.town import Client, Town, eventually, opened

NAMES = ("push.expand", "push.send", "push.urgent", "push.expiry_scan", "push.storm")
PEOPLE = 1_000_000
SENT = 12_000
IN_FLIGHT = 100  # what one process holds open towards one vendor
LICENSES = (2_000_000, 20_000_000)
DUE = 50_000
KIND = "bench_license"
_HOLDER = (
    f"('00000000-0000-4000-8000-' || lpad(to_hex(n % {DUE}), 12, '0'))::uuid"  # each that is due has one of its own
)


async def measure(only: list[str]) -> AsyncIterator[Row]:
    wanted = [name for name in NAMES if not only or name in only]
    if "push.urgent" in wanted:
        yield await _urgent()
    if "push.storm" in wanted:
        yield await _storm()
    if set(wanted) - {"push.urgent", "push.storm"}:
        async with _still() as instance:
            if "push.send" in wanted:
                yield await _send(instance)
            if "push.expand" in wanted:
                yield await _expand(instance)
            if "push.expiry_scan" in wanted:
                async for row in _expiry_scan(instance):
                    yield row


@contextmanager
def _named(environment: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@asynccontextmanager
async def _still() -> AsyncIterator[Instance]:
    """An instance whose programs stand still, and this process in their place."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tf-bench-"))
        instance = Instance(Path(folder) / "data", free_ports(3), env={"TF_DATABASE_POOL_MAX": "10"})
        await instance.start()
        file = stack.enter_context((Path(folder) / "bench.log").open("w", encoding="utf-8"))
        with contextlib.redirect_stderr(file):
            logging.configure("bench")  # a line a call, as a worker writes it
        with _named(instance.environment()):
            await process.start(load_settings(), follow=False)
        stopped = [
            item
            for name in ("worker", "urgent", "bulk", "beat", "web")
            for pid in instance.pids(name)
            for item in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))
        ]
        for item in stopped:
            item.send_signal(signal.SIGSTOP)
        try:
            yield instance
        finally:
            for item in stopped:
                if item.is_running():
                    item.send_signal(signal.SIGCONT)
            await process.stop()
            await instance.stop()


async def _settle(instance: Instance, count: int) -> None:
    """So many citizens, each with a phone that JPush reaches and no quiet hours."""
    await _slowly(
        instance,
        "WITH made AS (INSERT INTO identity_citizen (id, created_at, wrapped_key, level, made_in, elder, region)"
        " SELECT gen_random_uuid(), now(), '\\x00'::bytea, 2, 'phone', false, '510104' FROM generate_series(1, $1)"
        " RETURNING id), devices AS (INSERT INTO push_device (id, citizen_id, session_id, registration_id, platform,"
        " created_at, seen_at) SELECT gen_random_uuid(), id, 's', 'd' || replace(id::text, '-', ''), 'android', now(),"
        " now() FROM made) INSERT INTO push_preference (citizen_id, channels, off, quiet_from, quiet_to, updated_at)"
        " SELECT id, '{}', '[]', '00:00', '00:00', now() FROM made",
        count,
    )


async def _slowly(instance: Instance, sql: str, *values: Any) -> None:
    """A statement that may take minutes."""
    connection = await asyncpg.connect(instance.database_url)
    try:
        await connection.execute(sql, *values, timeout=1_800)
    finally:
        await connection.close()


# push.send


async def _send(instance: Instance) -> Row:
    """Deliveries a second with the durable ledger, beside an aiohttp client that posts the same bodies."""
    port = free_ports(1)
    stub = subprocess.Popen([sys.executable, "-m", "tests.bench.stub", str(port)])
    desk = vendors.desk()
    real = desk.jpush
    desk.jpush = jpush.JPush(msgspec.structs.replace(desk.config.jpush, push_url=f"http://127.0.0.1:{port}"))
    cids.forget()
    try:
        await _listening(port)
        await _settle(instance, SENT)
        return await in_turn(
            "push.send",
            "sent/s",
            lambda: _cost(_campaign),
            lambda: _cost(lambda: _plain(port)),
            note=f"{SENT} deliveries in one process, {IN_FLIGHT} in flight, answers after 20 ms; aim 0.6 and 1,500/s",
        )
    finally:
        desk.jpush = real
        cids.forget()
        stub.terminate()
        stub.wait(10)


async def _cost(work: Callable[[], Awaitable[tuple[int, float]]]) -> tuple[float, float]:
    before = psutil.Process().cpu_times()
    count, seconds = await work()
    after = psutil.Process().cpu_times()
    spent = after.user + after.system - before.user - before.system
    return count / seconds, spent / count * 1e6


_campaigns = itertools.count(1)


async def _campaign() -> tuple[int, float]:
    """Messages are told and planned before the clock runs; then the bulk lane sends them."""
    sender = f"campaign:bench{next(_campaigns)}"
    await db.execute("TRUNCATE push_message, push_delivery")
    people = [row["id"] for row in await db.fetch("SELECT citizen_id AS id FROM push_device")]
    await senders.opened(sender, pace=1_000_000)
    for first in range(0, len(people), 2_000):
        await service.notify_many(
            {person: f"{sender}:{person}" for person in people[first : first + 2_000]},
            "policy",
            title="政策调整通知",
            body="您所在地区的一项政策有调整，请查看具体内容。",
            reason="您的地区是锦江区",
            link=None,
            sender=sender,
        )
    while await bulk.plan(sender):
        continue
    started = time.perf_counter()
    while await senders.waits(sender):
        await bulk.pump(5.0)
    seconds = time.perf_counter() - started
    row = await db.fetch_one("SELECT count(*) AS n FROM push_delivery WHERE state = 'sent'")
    assert row is not None
    if row["n"] != len(people):
        raise RuntimeError(f"{row['n']} of {len(people)} were sent")
    return len(people), seconds


async def _plain(port: int) -> tuple[int, float]:
    payload = jpush.notice(
        title="政策调整通知",
        text="您所在地区的一项政策有调整，请查看具体内容。",
        extras={"message": str(uuid.uuid4()), "link": ""},
        registration_ids=["d" + uuid.uuid4().hex],
        apns_production=False,
    )
    left = itertools.repeat(None, SENT)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as http:

        async def one() -> None:
            for _ in left:
                async with http.post(f"http://127.0.0.1:{port}/v3/push", json=payload) as answer:
                    await answer.read()

        started = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(IN_FLIGHT)))
        return SENT, time.perf_counter() - started


async def _listening(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("the stub did not start")


# push.expand


async def _expand(instance: Instance) -> Row:
    """An audience of a million put on a campaign's list in shards, beside the same rows by COPY."""
    await db.execute("TRUNCATE push_message, push_delivery, push_device, push_preference, identity_citizen CASCADE")
    await _slowly(
        instance,
        "INSERT INTO identity_citizen (id, created_at, wrapped_key, level, made_in, elder, region, birth_month)"
        " SELECT gen_random_uuid(), now(), '\\x00'::bytea, 2, 'phone', false, '510104', '1950-01-01'"
        " FROM generate_series(1, $1)",
        PEOPLE,
    )
    await _slowly(instance, "VACUUM ANALYZE identity_citizen")
    people = [row["id"] for row in await db.fetch("SELECT id FROM identity_citizen ORDER BY id")]
    rule = "citizen.age >= 60 && citizen.region.startsWith('5101')"

    async def subject() -> tuple[float, float]:
        await _slowly(instance, "TRUNCATE campaigns_target")
        campaign, made = uuid.uuid4(), 0
        started = time.perf_counter()
        for shard in range(16):
            async with db.transaction():
                made += await audience.write_shard(campaign, rule, ["510000"], shard, 16)
        seconds = time.perf_counter() - started
        if made != PEOPLE:
            raise RuntimeError(f"{made} were listed")
        return made / seconds, 0.0

    async def baseline() -> tuple[float, float]:
        await _slowly(instance, "TRUNCATE campaigns_target")
        campaign = uuid.uuid4()
        connection = await asyncpg.connect(instance.database_url)
        try:
            started = time.perf_counter()
            await connection.copy_records_to_table(
                "campaigns_target",
                records=((campaign, person, "waiting") for person in people),
                columns=("campaign_id", "citizen_id", "state"),
                timeout=600,
            )
            return PEOPLE / (time.perf_counter() - started), 0.0
        finally:
            await connection.close()

    return await in_turn(
        "push.expand",
        "people/s",
        subject,
        baseline,
        note=f"a rule over {PEOPLE:,} citizens, all of whom it selects, onto a campaign's list in 16 shards; aim 0.4",
    )


# push.expiry_scan


async def _expiry_scan(instance: Instance) -> AsyncIterator[Row]:
    """One night's scan with 50,000 licences due, among two million and among twenty million."""
    await _slowly(
        instance,
        "INSERT INTO reminders_rule (id, created_at, key, license_type, license_name, days, text, renew, active,"
        " listed, reached, version) SELECT gen_random_uuid(), now(), 'bench', $1, '基准证', '[30]', '', NULL, true,"
        " true, '{}', 1",
        KIND,
    )
    row = Row(
        "push.expiry_scan",
        "s",
        [],
        [],
        f"{LICENSES[1]:,} licences, {DUE:,} due, beside {LICENSES[0]:,} with as many due; aim 20 s, and 1.3 at most",
    )
    await _slowly(
        instance,
        "INSERT INTO identity_citizen (id, created_at, wrapped_key, level, made_in, elder)"
        f" SELECT {_HOLDER}, now(), '\\x00'::bytea, 2, 'phone', false FROM generate_series(0, $1 - 1) n"
        " ON CONFLICT DO NOTHING",
        DUE,
    )
    held = 0
    for size in LICENSES:
        await _fill(instance, held, size)
        held = size
        for _ in range(ROUNDS):
            await db.execute("TRUNCATE reminders_reminder")
            await db.execute(
                "UPDATE reminders_rule SET reached = $1::jsonb WHERE key = 'bench'",
                msgspec.json.encode({"30": (today() + timedelta(days=29)).isoformat()}).decode(),
            )
            started = time.perf_counter()
            made = await scan.scan()
            seconds = time.perf_counter() - started
            if made != DUE:
                raise RuntimeError(f"{made} were due")
            (row.baselines if size == LICENSES[0] else row.values).append(seconds)
    yield row


async def _fill(instance: Instance, held: int, size: int) -> None:
    """Licences `held` to `size`; the first 50,000 of all end in 30 days, the others on days without a step."""
    due = f"CASE WHEN n <= {DUE} THEN 30 ELSE 40 + n % 3000 END"
    for first in range(held, size, 1_000_000):
        await _slowly(
            instance,
            "INSERT INTO licenses_license (id, created_at, citizen_id, key_of, type, name, issuer, issuer_code,"
            " issued_on, valid_until, state, identifier, serial, version, case_id, case_number, holder_sealed,"
            f" number_sealed, details_sealed) SELECT i, now(), {_HOLDER}, {_HOLDER}, $1, '基准证', '基准', '0',"
            f" current_date - 100, (now() AT TIME ZONE 'Asia/Shanghai')::date + {due}, 'valid', i::text, '1', 1, i,"
            " 'B', '', '', ''"
            f" FROM (SELECT n, gen_random_uuid() AS i FROM generate_series({first + 1}, {first + 1_000_000}) n) s",
            KIND,
        )
    await _slowly(instance, "VACUUM ANALYZE licenses_license")


# push.urgent

CAMPAIGN = 30_000
NEWS = 300
PATIENCE = timedelta(seconds=10)


async def _urgent() -> Row:
    """News of a case told one after another while a campaign runs; the share that the vendor had within 10 s."""
    row = Row(
        "push.urgent",
        "share",
        [],
        [],
        f"{NEWS} news beside a campaign to {CAMPAIGN:,} by an instance's own workers; aim 0.999 within 10 s",
    )
    with tempfile.TemporaryDirectory(prefix="tf-bench-") as folder:
        async with opened(Path(folder) / "data", TF_WEB_WORKERS="1") as town:
            await town.citizen()
            await storm.settle_many(town, CAMPAIGN + NEWS)
            async with town.database() as connection:
                ids = [item["citizen_id"] for item in await connection.fetch("SELECT citizen_id FROM push_device")]
                await connection.execute(
                    "UPDATE identity_citizen SET region = '510104' WHERE id = ANY($1::uuid[])", ids[:NEWS]
                )
            with _named(town.copy.environment()):
                settings = load_settings()
                await process.start(settings, follow=False)
            tasks.configure(settings.broker_url)
            try:
                for turn in range(ROUNDS):
                    await _sent(town, await storm.started(town, pace=1_000, key=f"bench{turn}", kind="reminder"), 1_000)
                    await _news(ids[:NEWS], turn)
                    row.values.append(await _share(turn))
            finally:
                await process.stop()
    return row


async def _sent(town: Town, campaign: tuple[Client, dict[str, Any]], count: int) -> None:
    """Until so many of a campaign were handed over: it is under way."""
    operator, made = campaign

    async def so_many() -> bool:
        found = await operator.call("GET", f"/operate/v1/campaigns/{made['id']}")
        return int(found["figures"]["sent"]) >= count

    await eventually(so_many, seconds=120, what="a campaign under way")


async def _news(people: list[uuid.UUID], turn: int) -> None:
    for number, person in enumerate(people):
        async with db.transaction():
            await service.notify(
                person,
                "progress",
                title="您的申请已受理",
                body="您的申请已受理，请留意后续通知。",
                reason="您提交了申请",
                dedupe_key=f"bench{turn}:{number}",
                urgent=number % 2 == 0,
            )
        await asyncio.sleep(0.05)  # a citizen now and then, not all at once


async def _share(turn: int) -> float:
    """Of the news, those handed over within ten seconds of being told; waits for all to be sent."""
    for _ in range(600):
        found = await db.fetch_one(
            "SELECT count(*) FILTER (WHERE d.sent_at IS NOT NULL) AS sent, count(*) FILTER (WHERE d.sent_at -"
            " m.created_at <= $1) AS soon FROM push_message m JOIN push_delivery d ON d.message_id = m.id"
            " WHERE starts_with(m.dedupe_key, $2) AND d.state <> 'skipped'",
            PATIENCE,
            f"bench{turn}:",
        )
        assert found is not None
        if found["sent"] == NEWS:
            break
        await asyncio.sleep(0.1)
    return float(found["soon"]) / NEWS


# push.storm

STORM = 100_000
KILLS = ("bulk", "worker", "valkey", "postgres", "bulk", "urgent", "postgres", "valkey", "worker", "bulk")
FAULTS = (
    {"fault": "drop_after_accept", "times": 200},
    {"fault": "html502", "times": 100},
    {"fault": "slow", "delay_s": 2.0, "times": 200},
    {"fault": "code", "code": "2002", "times": 2},
    {"fault": "timeout", "delay_s": 12.0, "times": 50},
    {"fault": "drop_after_accept", "times": 200},
)


async def _storm() -> Row:
    """A campaign to 100,000 while processes are killed and the vendor misbehaves. It fails when the ledger and the
    vendor disagree, somebody is told twice, or something leaves two seconds after a pause."""
    with tempfile.TemporaryDirectory(prefix="tf-bench-") as folder:
        async with opened(Path(folder) / "data", TF_WEB_WORKERS="1") as town:
            await town.citizen()
            await storm.settle_many(town, STORM)
            found = await storm.blow(town, STORM, pace=2_000, kills=KILLS, faults=FAULTS, seed=11, seconds=1_200)
    storm.judge(found)
    if found.after_pause or found.targeted != STORM:
        raise RuntimeError(f"{found.after_pause} left after the pause, {found.targeted} were targeted")
    note = (
        f"{STORM:,} people, {len(KILLS)} kill -9, {len(FAULTS)} faults of the vendor, a pause; ledger"
        f" {found.figures['sent']} sent and {found.figures['unknown']} unknown, vendor {found.told['devices']} told,"
        " nobody twice"
    )
    return Row("push.storm", "s", [found.seconds], [], note)
