"""Who sees a candidate: stable, growing, by device, region and cohort; all others read the same bytes as before."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import db
from backend.core.clock import shifted
from backend.matters import catalogue
from backend.modules import gray, registry, rollouts
from backend.pages import Pages
from tests.conftest import Client
from tests.modules.conftest import Publishing, module, named

GUIDE = "/api/v1/matters/try_module.sample"
LIST = "/api/v1/matters?region=510100&q=示例事项"
OLD, NEW = "示例事项", "全新事项"
DEVICE = st.from_regex(r"[A-Za-z0-9_-]{8,64}", fullmatch=True)


def test_our_pages_name_a_browser_once(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>")
    (tmp_path / "icon.svg").write_text("<svg/>")
    pages = Pages(tmp_path)
    app = SimpleNamespace(
        ctx=SimpleNamespace(
            settings=SimpleNamespace(http=SimpleNamespace(public_url="https://a.b", module_url="https://m.a.b"))
        )
    )

    def get(path: str, cookies: dict[str, str]) -> str:
        request: Any = SimpleNamespace(path=path, cookies=cookies, headers={}, method="GET", app=app)
        answer = pages.answer(request)
        assert answer is not None
        return str(answer.headers.get("set-cookie", ""))

    first, second = get("/", {}), get("/matters/a.b", {})
    assert first != second
    for made in (first, second):
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= {part.strip() for part in made.split(";")}
        found = gray.device(
            SimpleNamespace(headers={}, cookies={"tf_device": made.partition("=")[2].partition(";")[0]})
        )
        assert found is not None
    assert get("/", {"tf_device": "x"}) == ""
    assert get("/icon.svg", {}) == ""


def test_buckets_spread_evenly_and_differ_from_module_to_module() -> None:
    devices = [f"device-{number:06}" for number in range(10_000)]
    counts = [0] * 100
    for device in devices:
        counts[gray.bucket("one_module", device)] += 1
    assert min(counts) > 50
    assert max(counts) < 150
    same = sum(gray.bucket("one_module", device) == gray.bucket("other_module", device) for device in devices)
    assert same < 200, "the same people are not always the first"


@given(DEVICE, st.lists(st.integers(0, 100), min_size=2, max_size=5).map(sorted))
def test_who_is_in_stays_in_while_the_share_grows(device: str, shares: list[int]) -> None:
    seen = [gray.Audience("m", (), share, frozenset()).holds(device, None) for share in shares]
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("regions", "share", "region", "holds"),
    [
        ((), 100, None, True),
        ((), 0, "510104", False),
        (("510100",), 100, "510104", True),
        (("510100",), 100, "510000", False),
        (("510100",), 100, None, False),
        (("510100",), 100, "510700", False),
    ],
)
def test_regions_hold_with_everything_below_them(
    regions: tuple[str, ...], share: int, region: str | None, holds: bool
) -> None:
    assert gray.Audience("m", regions, share, frozenset()).holds("some-device", region) is holds
    assert gray.Audience("m", regions, 0, frozenset({"some-device"})).holds("some-device", region)


def devices(count: int, wanted: bool, share: int) -> list[str]:
    """Devices that fall into the share of the sample module, or do not."""
    found: list[str] = []
    number = 0
    while len(found) < count:
        name = f"device-{number:06}"
        if (gray.bucket("try_module", name) < share) is wanted:
            found.append(name)
        number += 1
    return found


async def name_for(http: Client, device: str | None, path: str = GUIDE) -> str:
    headers = {"X-TF-Device": device} if device else {}
    found = await http.call("GET", path, status=200, headers=headers)
    return str(found["name"] if "name" in found else next(item["name"] for item in found["items"]))


async def test_a_share_of_the_devices_sees_the_candidate_everywhere_and_nobody_flips(
    publishing: Publishing, http: Client
) -> None:
    await publishing.live(module())

    async def raw(device: str | None) -> tuple[bytes, str]:
        async with http.request("GET", GUIDE, headers={"X-TF-Device": device} if device else {}) as answer:
            return await answer.read(), answer.headers["etag"]

    before = await raw(None)
    fast = catalogue.current()
    assert fast.views is None
    release = await publishing.reviewed(module("1.1.0", matter=named(NEW)))
    rollout = await publishing.roll_out(release["id"], {"percent": 20, "hold_s": 60}, {"percent": 60, "hold_s": 60})
    await registry.refresh()
    inside, outside = devices(5, True, 20), devices(5, False, 20)
    for _ in range(2):
        assert {await name_for(http, device) for device in inside} == {NEW}
        assert {await name_for(http, device) for device in outside} == {OLD}
    assert await name_for(http, inside[0], "/api/v1/matters?region=510100&q=全新事项") == NEW
    assert await name_for(http, outside[0], LIST) == OLD
    async with http.request("GET", GUIDE, headers={"Cookie": f"tf_device={inside[0]}"}) as answer:
        assert (await answer.json())["name"] == NEW, "the cookie of our pages counts as the header does"
    for device in (None, outside[0], "x", "no\u00e9"[:2]):
        assert await raw(device) == before, "and for everybody else not one byte changed"
    with shifted(timedelta(seconds=61)):
        await rollouts.advance()
    await registry.refresh()
    assert {await name_for(http, device) for device in inside} == {NEW}, "nobody falls back when it widens"
    more = [device for device in outside if gray.bucket("try_module", device) < 60]
    assert {await name_for(http, device) for device in more} <= {NEW}
    await publishing.publisher.call(
        "POST", f"/publish/v1/rollouts/{rollout['id']}/rollback", {"reason": "不对"}, status=200
    )
    await registry.refresh()
    assert {await name_for(http, device) for device in inside} == {OLD}
    assert await raw(None) == before


async def test_a_group_of_testers_is_changed_by_those_who_answer_for_its_places(publishing: Publishing) -> None:
    path = "/publish/v1/cohorts/elsewhere_testers"
    one, two = {"subjects": ["d" * 32]}, {"subjects": ["e" * 32]}
    await publishing.publisher.call("PUT", path, one, status=200)  # of the whole province
    refused = await publishing.elsewhere.call("PUT", path, two, status=403)
    assert refused["code"] == "modules.not_your_region"
    held = await db.fetch("SELECT subject FROM modules_cohort_member WHERE cohort = 'elsewhere_testers'")
    assert [row["subject"] for row in held] == ["d" * 32]
    await publishing.elsewhere.call("PUT", "/publish/v1/cohorts/mianyang_testers", one, status=200)
    await publishing.elsewhere.call("PUT", "/publish/v1/cohorts/mianyang_testers", two, status=200)
    await publishing.colleague.call("PUT", "/publish/v1/cohorts/mianyang_testers", one, status=200)


async def test_a_region_or_a_cohort_goes_first(publishing: Publishing, http: Client) -> None:
    await publishing.live(module())
    tester, other = devices(2, False, 99)
    await publishing.publisher.call("PUT", "/publish/v1/cohorts/testers", {"subjects": [tester]}, status=200)
    release = await publishing.reviewed(module("1.1.0", matter=named(NEW)))
    step = {"regions": ["510104"], "percent": 0, "cohorts": ["testers"]}
    await publishing.roll_out(
        release["id"], step, {"regions": ["510104"], "percent": 100, "cohorts": ["testers"], "hold_s": 60}
    )
    await registry.refresh()
    here, there = f"{GUIDE}?region=510104", f"{GUIDE}?region=510105"
    assert await name_for(http, tester, there) == NEW
    assert await name_for(http, other, here) == OLD
    with shifted(timedelta(hours=2)):
        await rollouts.advance()
    await registry.refresh()
    assert await name_for(http, other, here) == NEW
    assert await name_for(http, None, here) == NEW
    assert await name_for(http, other, there) == OLD


async def test_matters_that_only_one_of_the_two_releases_has(publishing: Publishing, http: Client) -> None:
    await publishing.live(module())
    added = named(NEW).replace('code = "sample"', 'code = "added"').encode()
    release = await publishing.reviewed(module("1.1.0", more={"matters/added.toml": added}))
    await publishing.roll_out(release["id"], {"percent": 50})
    await registry.refresh()
    inside, outside = devices(1, True, 50)[0], devices(1, False, 50)[0]
    path = "/api/v1/matters/try_module.added"
    assert await name_for(http, inside, path) == NEW
    await http.call("GET", path, status=404, headers={"X-TF-Device": outside})
    all_of = "/api/v1/matters?region=510100&limit=50"
    mine = await http.call("GET", all_of, status=200, headers={"X-TF-Device": inside})
    theirs = await http.call("GET", all_of, status=200, headers={"X-TF-Device": outside})
    assert mine["total"] == theirs["total"] + 1


async def test_publishes_and_rollbacks_in_a_row_under_load_leave_no_failed_or_mixed_answer(
    publishing: Publishing, http: Client
) -> None:
    await publishing.live(module())
    release = await publishing.reviewed(module("1.1.0", matter=named(NEW)))
    seen: set[tuple[int, str, str]] = set()
    stop = asyncio.Event()

    async def read() -> int:
        count = 0
        while not stop.is_set():
            async with http.request("GET", GUIDE) as answer:
                body = await answer.json(content_type=None)
                seen.add((answer.status, body.get("name", body.get("code")), body.get("release", "")))
            count += 1
            await asyncio.sleep(0.01)  # a steady load that leaves the machine to the swaps
        return count

    readers = [asyncio.create_task(read()) for _ in range(2)]
    served = 0
    for _ in range(25):
        made = await publishing.roll_out(release["id"])
        await registry.refresh()
        await publishing.publisher.call(
            "POST", f"/publish/v1/rollouts/{made['id']}/rollback", {"reason": "演练"}, status=200
        )
        await registry.refresh()
        served = registry.current().generation
    stop.set()
    counts = await asyncio.gather(*readers)
    assert seen == {(200, OLD, "try_module@1.0.0"), (200, NEW, "try_module@1.1.0")}
    assert min(counts) > 20
    assert served == await registry.generation()
