"""Looking around without signing in, over HTTP, on the published modules."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from backend.modules import registry, service
from tests.conftest import Client

RENT = "chengdu_housing_fund.rent_withdrawal"


async def test_the_tree_has_every_region(http: Client) -> None:
    tree = await http.call("GET", "/api/v1/regions", status=200)
    sichuan, chongqing = tree["items"]
    assert (sichuan["code"], len(sichuan["children"])) == ("510000", 21)
    assert sum(len(city["children"]) for city in sichuan["children"]) == 183
    assert (chongqing["code"], len(chongqing["children"])) == ("500000", 38)


@pytest.mark.parametrize("query", ["公积金", "gongjijin", "gjj", "交房租 提钱"])
async def test_rent_withdrawal_is_found_in_chengdu_in_peoples_own_words(http: Client, query: str) -> None:
    page = await http.call("GET", "/api/v1/matters", params={"region": "510100", "q": query}, status=200)
    assert RENT in [item["id"] for item in page["items"]]


async def test_the_catalogue_of_one_county_is_there_and_only_for_its_people(http: Client) -> None:
    here = await http.call("GET", "/api/v1/matters", params={"region": "511602", "kind": "link"}, status=200)
    there = await http.call("GET", "/api/v1/matters", params={"region": "510104", "kind": "link"}, status=200)
    assert here["total"] == 1133
    assert there["total"] == 0


async def test_pages_follow_each_other_without_gap_or_repeat(http: Client) -> None:
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(40):
        params = {"region": "511602", "limit": "50"} | ({"cursor": cursor} if cursor else {})
        page = await http.call("GET", "/api/v1/matters", params=params, status=200)
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]


async def test_a_guide_says_what_is_not_confirmed_and_what_is_missing(http: Client) -> None:
    guide = await http.call("GET", f"/api/v1/matters/{RENT}", status=200)
    assert guide["level"] == "face"
    assert guide["release"].startswith("chengdu_housing_fund@")
    assert "待确认" in guide["limits"]["promise"]["text"]
    assert guide["limits"]["legal"]["days"] == 3
    assert {"form", "ui", "materials", "steps", "limits", "missing"} <= guide.keys()
    link = await http.call(
        "GET", "/api/v1/matters", params={"region": "511602", "kind": "link", "limit": "1"}, status=200
    )
    bare = await http.call("GET", f"/api/v1/matters/{link['items'][0]['id']}", status=200)
    assert {"受理条件", "办理流程", "办理材料"} <= set(bare["missing"])


async def test_a_guide_tells_of_all_ten_elements_how_each_is_stated(http: Client) -> None:
    async def told(matter: str) -> dict[str, str]:
        guide = await http.call("GET", f"/api/v1/matters/{matter}", status=200)
        assert len(guide["elements"]) == 10
        return {item["code"]: item["state"] for item in guide["elements"]}

    assert {code for code, state in (await told(RENT)).items() if state != "stated"} == {"place"}
    bus = await told("deyang_city_services.bus_arrival")
    assert (bus["conditions"], bus["materials"], bus["place"], bus["limit"]) == ("none", "none", "stated", "stated")
    bare = await told("guangan_511602_catalogue.sc_0001")
    assert {code for code, state in bare.items() if state == "stated"} == {"name", "contact"}
    assert set(bare.values()) == {"stated", "pending"}


async def test_an_unchanged_answer_is_not_sent_again(http: Client) -> None:
    async with http.request("GET", f"/api/v1/matters/{RENT}") as first:
        etag = first.headers["etag"]
    async with http.request("GET", f"/api/v1/matters/{RENT}", headers={"If-None-Match": etag}) as second:
        assert second.status == 304
        assert await second.read() == b""
    async with http.request("GET", f"/api/v1/matters/{RENT}", headers={"If-None-Match": '"other"'}) as third:
        assert third.status == 200


async def test_packed_and_plain_answers_say_the_same(http: Client) -> None:
    async with http.http.get(
        f"{http.base}/api/v1/home?region=510100", headers={"Accept-Encoding": "gzip"}, auto_decompress=False
    ) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        packed = gzip.decompress(await answer.read())
    async with http.http.get(
        f"{http.base}/api/v1/home?region=510100", headers={"Accept-Encoding": "identity"}
    ) as answer:
        assert await answer.read() == packed


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/matters/no_such.matter", 404, "modules.matter_not_found"),
        ("/api/v1/matters?region=999999", 404, "matters.region_unknown"),
        ("/api/v1/matters?region=x", 422, "http.invalid_payload"),
        ("/api/v1/matters?limit=1000", 422, "http.invalid_payload"),
        ("/api/v1/matters?cursor=-", 422, "http.invalid_payload"),
        ("/api/v1/matters?unknown=1", 422, "http.invalid_payload"),
        ("/api/v1/home?region=510199", 404, "matters.region_unknown"),
        ("/api/v1/nothing", 404, "http.not_found"),
        ("/api/v1/matters?q=%00", 422, "http.invalid_payload"),
    ],
)
async def test_a_bad_question_gets_a_problem_with_a_sentence(http: Client, path: str, status: int, code: str) -> None:
    async with http.request("GET", path) as answer:
        problem = await answer.json(content_type="application/problem+json")
        assert (answer.status, problem["code"]) == (status, code)
        assert problem["instance"] == answer.headers["x-request-id"]


async def test_a_switch_reaches_guides_at_once_and_goes_back_to_the_same_bytes(http: Client) -> None:
    async def read() -> tuple[str, bytes]:
        async with http.request("GET", f"/api/v1/matters/{RENT}") as answer:
            body = await answer.read()
            return (await answer.json())["state"], body

    state, before = await read()
    assert state == "on"
    try:
        await service.switch("chengdu_housing_fund", "guide_only", "系统升级，明早八点恢复", by=None)
        for _ in range(100):
            state, _ = await read()
            if state == "guide_only":
                break
            await asyncio.sleep(0.05)
        assert state == "guide_only"
    finally:
        await service.switch("chengdu_housing_fund", "on", "", by=None)
        await registry.refresh()
    state, after = await read()
    assert (state, after) == ("on", before)
