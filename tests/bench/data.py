"""What the benchmarks need in an instance: a signed-in citizen, a large catalogue, many cases, submissions."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from backend.cases.reading import PAGE
from backend.local.instance import Instance
from backend.matters.search import Index
from backend.modules import terms
from backend.sandbox.people import PEOPLE
from backend.sdk.manifest import Bundle, Contact, Department, Matter, Module, load_folder
from tests.bench import load

ROOT = Path(__file__).resolve().parents[2]
PHONE = "13900000001"
MATTERS = 20_000
CASES = 1_000_000
SUBMITTED = "province_health.birth_registration"
FORM: dict[str, Any] = {
    "phone": PHONE,
    "stage": "born",
    "birth_date": "2025-05-05",
    "child_order": 1,
    "has_partner": True,
    "partner": {"name": "李四", "id_number": PEOPLE[1].id_number, "phone": "13800000002"},
    "region": "510104",
    "live_address": "成都市锦江区示例路 1 号",
    "household_address": "成都市青羊区示例街 2 号",
}


@dataclass
class Citizen:
    """A citizen of the instance, verified (level 2)."""

    token: str
    id: str


async def call(instance: Instance, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, instance.url + path, json=body, headers=headers) as answer,
    ):
        if answer.status >= 300:
            raise load.LoadFailed(f"{method} {path}: {answer.status} {await answer.text()}")
        return await answer.json()


async def _code(instance: Instance, phone: str) -> str:
    for _ in range(200):
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{instance.sandbox_url}/_control/sms/{phone}") as answer,
        ):
            if answer.status == 200 and (code := (await answer.json()).get("code")):
                return str(code)
        await asyncio.sleep(0.1)
    raise load.LoadFailed("the code did not arrive")


async def sign_in(instance: Instance) -> Citizen:
    """Sign in by phone code and prove the real name of an invented person whom the simulated authority knows."""
    await call(instance, "POST", "/api/v1/phone-codes", {"phone": PHONE})
    code = await _code(instance, PHONE)
    made = await call(instance, "POST", "/api/v1/sessions/phone", {"phone": PHONE, "code": code})
    person = PEOPLE[0]
    me = await call(
        instance,
        "POST",
        "/api/v1/me/real-name",
        {"name": person.name, "id_number": person.id_number},
        made["token"],
    )
    connection = await asyncpg.connect(instance.database_url)
    row = await connection.fetchrow("SELECT id FROM identity_citizen WHERE level >= 2 ORDER BY created_at DESC LIMIT 1")
    await connection.close()
    return Citizen(token=me.get("token") or made["token"], id=str(row["id"]))


async def fill_cases(instance: Instance, citizen: Citizen, folder: Path) -> Path:
    """50 cases of the citizen among a million of others, copied from one real case; the file for the baseline."""
    made = await submit(instance, citizen, "template-for-many")
    connection = await asyncpg.connect(instance.database_url, timeout=600)
    try:
        names = [
            row["column_name"]
            for row in await connection.fetch(
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'cases_case'"
            )
        ]
        other = {
            "id": "gen_random_uuid()",
            "number": "'B-' || n",
            "citizen_id": "md5((n % 20000)::text)::uuid",
            "submitted_at": "now() - (n || ' seconds')::interval",
            "work_at": "NULL",
            "dispatch": "'none'",
        }
        mine = {**other, "number": "'M-' || n", "citizen_id": "c.citizen_id"}
        for replaced, count in ((other, CASES), (mine, 50)):
            columns = ", ".join(replaced.get(name, f"c.{name}") for name in names)
            await connection.execute(
                f"INSERT INTO cases_case ({', '.join(names)}) SELECT {columns}"
                f" FROM cases_case c, generate_series(1, {count}) n WHERE c.number = $1",
                made["number"],
                timeout=600,
            )
        await connection.execute("VACUUM ANALYZE cases_case", timeout=600)
    finally:
        await connection.close()
    file = folder / "my-cases.json"
    file.write_text(json.dumps({"select": PAGE, "citizen": citizen.id}))
    return file


async def submit(instance: Instance, citizen: Citizen, key: str) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            instance.url + "/api/v1/cases",
            data=await submission(instance),
            headers={
                "Authorization": f"Bearer {citizen.token}",
                "Idempotency-Key": key,
                "Content-Type": "application/json",
            },
        ) as answer,
    ):
        if answer.status != 201:
            raise load.LoadFailed(f"submit: {answer.status} {await answer.text()}")
        return await answer.json()


_submission: list[bytes] = []


async def submission(instance: Instance) -> bytes:
    """The body of an ordinary application of ten fields, without files."""
    if not _submission:
        guide = await call(instance, "GET", f"/api/v1/matters/{SUBMITTED}")
        _submission.append(
            json.dumps({"matter": SUBMITTED, "release": guide["release"], "form": FORM, "region": "510100"}).encode()
        )
    return _submission[0]


async def submissions(instance: Instance, citizen: Citizen, folder: Path) -> tuple[bytes, Path]:
    """(body, the file for the baseline that inserts the same rows)."""
    made = await submit(instance, citizen, "template-for-insert")
    file = folder / "submit.json"
    file.write_text(json.dumps({"key": "template-for-insert", "number": made["number"]}))
    return await submission(instance), file


_key = itertools.count(1)


def submit_requests(citizen: Citizen, body: bytes, count: int = 20_000) -> list[bytes]:
    """So many different submissions of one body: a fresh Idempotency-Key each."""
    return [
        load.request(
            "POST",
            "/api/v1/cases",
            headers={
                "Authorization": f"Bearer {citizen.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": f"bench-{next(_key)}",
            },
            body=body,
        )
        for _ in range(count)
    ]


def large_bundle() -> Bundle:
    """20,000 link matters: the names of one county's catalogue with invented variants."""
    bundle, findings = load_folder(ROOT / "matrix_modules" / "guangan_511602_catalogue")
    if bundle is None:
        raise RuntimeError(f"the catalogue cannot be read: {findings[:3]}")
    variants = (
        "",
        "变更",
        "延续",
        "注销",
        "补办",
        "查询",
        "备案",
        "证明",
        "预约",
        "咨询",
        "年报",
        "核验",
        "公示",
        "转移",
        "登记",
        "认定",
        "申报",
        "复核",
    )
    rows = itertools.islice(((matter, variant) for variant in variants for matter in bundle.matters), MATTERS)
    matters = [
        Matter(
            code=f"m{number}",
            name=matter.name + variant,
            kind="link",
            audience=list(matter.audience),
            themes=list(matter.themes),
            department=matter.department,
        )
        for number, (matter, variant) in enumerate(rows)
    ]
    module = Module(
        id="bench_catalogue",
        name="基准目录",
        version="1.0.0",
        department=Department(name="基准"),
        regions=["511602"],
        contact=Contact(complaint="12345"),
    )
    return Bundle(module=module, matters=matters)


async def publish_large_catalogue(instance: Instance) -> float:
    """Publish it into the running instance; seconds until it is served."""
    code = (
        "import asyncio\n"
        "from backend import wiring\n"
        "from backend.core import db, redis\n"
        "from backend.core.settings import load\n"
        "from backend.modules import service\n"
        "from tests.bench.data import large_bundle\n"
        "async def main():\n"
        "    held = load()\n"
        "    redis.connect(held.redis_url)\n"
        "    await db.connect(wiring.database(held))\n"
        "    await service.publish(large_bundle(), by='bench')\n"
        "    await db.disconnect()\n"
        "    await redis.disconnect()\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-c", code, cwd=ROOT, env={**instance.environment(), "PYTHONPATH": str(ROOT)}
    )
    if await process.wait():
        raise RuntimeError("the catalogue was not published")
    started = time.monotonic()
    while time.monotonic() - started < 60:
        page = await call(instance, "GET", "/api/v1/matters?limit=1&region=511602")
        if page["total"] >= MATTERS:
            return time.monotonic() - started
        await asyncio.sleep(0.05)
    raise RuntimeError("20,000 matters were not served within a minute")


def search_latencies(seeds: list[str]) -> float:
    """99th percentile in milliseconds of 2,000 different queries on a fresh index of 20,000 matters."""
    bundle = large_bundle()
    index = Index((terms.of_matter(matter), matter.department or "") for matter in bundle.matters)
    chooser = random.Random(7)
    queries = list(seeds)
    while len(queries) < 2_000:
        matter = chooser.choice(bundle.matters)
        phrase = terms.phrase(matter.name)
        kind = chooser.randrange(3)
        start = chooser.randrange(max(1, len(phrase.text) - 4))
        if kind == 0:
            queries.append(phrase.text[start : start + chooser.randint(2, 6)])
        elif kind == 1:
            queries.append("".join(phrase.syllables[start : start + chooser.randint(1, 4)]))
        else:
            queries.append("".join(syllable[0] for syllable in phrase.syllables[start : start + 4]))
    took: list[float] = []
    for query in queries:
        started = time.perf_counter()
        index.search(query)
        took.append(time.perf_counter() - started)
    return sorted(took)[int(len(took) * 0.99)] * 1000
