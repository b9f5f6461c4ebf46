"""Files from a mini-program: wx.request has no PATCH, my.request sends no bytes."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from tests.cases.people import LI, Citizen, Enter, at_once, png
from tests.cases.test_uploads import stored

FILE = png(100_000)


async def opened(who: Citizen, size: int = len(FILE), **more: Any) -> str:
    made = await who.call("POST", "/uploads", {"name": "合同.png", "size": size, **more}, status=201)
    return str(made["id"])


async def post(who: Citizen, upload: str, chunk: bytes, first: int, total: int, **headers: str) -> tuple[int, Any]:
    """As wx.request sends an ArrayBuffer."""
    sent = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {first}-{first + len(chunk) - 1}/{total}",
        **headers,
    }
    async with who.api.request("POST", f"/api/v1/uploads/{upload}/pieces", data=chunk, headers=sent) as answer:
        return answer.status, await answer.json(content_type=None)


def text(chunk: bytes, offset: int, **more: Any) -> dict[str, Any]:
    return {"offset": offset, "data": base64.b64encode(chunk).decode(), **more}


async def test_a_file_goes_up_by_post_and_goes_on_where_the_network_broke(zhang: Citizen) -> None:
    digest = hashlib.sha256(FILE).hexdigest()
    upload = await opened(zhang, sha256=digest)
    assert (await post(zhang, upload, FILE[:40_000], 0, len(FILE)))[0] == 200
    status, problem = await post(zhang, upload, FILE[:40_000], 0, len(FILE))  # its answer was lost, it comes again
    assert (status, problem["code"], problem["context"]["offset"]) == (409, "cases.wrong_offset", 40_000)
    status, seen = await post(zhang, upload, FILE[40_000:], 40_000, len(FILE))
    assert (status, seen["state"]) == (200, "complete")
    async with zhang.api.request("GET", f"/api/v1/uploads/{upload}/content") as answer:
        assert await answer.read() == FILE


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Range": ""}, 422, "cases.bad_chunk"),
        ({"Content-Range": "bytes 0-98/1000"}, 422, "cases.bad_chunk"),
        ({"Content-Range": "bytes 0-99/999"}, 422, "cases.bad_chunk"),
        ({"Content-Type": "application/json"}, 415, "cases.chunk_media"),
    ],
)
async def test_a_posted_piece_keeps_to_the_rules_of_patch(
    zhang: Citizen, headers: dict[str, str], status: int, code: str
) -> None:
    upload = await opened(zhang, 1000)
    found, problem = await post(zhang, upload, FILE[:100], 0, 1000, **headers)
    assert (found, problem["code"]) == (status, code)
    assert await stored(upload) is None


async def test_a_posted_piece_that_is_too_large_is_refused(zhang: Citizen) -> None:
    upload = await opened(zhang, 7_000_000)
    status, problem = await post(zhang, upload, b"x" * (6 * 1024 * 1024 + 1), 0, 7_000_000)
    assert (status, problem["code"]) == (413, "cases.chunk_too_large")


async def test_a_file_goes_up_as_text_and_each_piece_counts_once(zhang: Citizen) -> None:
    upload = await opened(zhang, sha256=hashlib.sha256(FILE).hexdigest())
    piece = text(FILE[:60_000], 0, sha256=hashlib.sha256(FILE[:60_000]).hexdigest())
    answers = await at_once(*(zhang.send("POST", f"/uploads/{upload}/text-pieces", piece) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 409, 409]
    assert await stored(upload) == 60_000
    done = await zhang.call("POST", f"/uploads/{upload}/text-pieces", text(FILE[60_000:], 60_000), status=200)
    assert done["state"] == "complete"
    async with zhang.api.request("GET", f"/api/v1/uploads/{upload}/content") as answer:
        assert await answer.read() == FILE
    status, problem = await zhang.send("POST", f"/uploads/{upload}/text-pieces", text(FILE[:10], 0))
    assert (status, problem["code"]) == (409, "cases.upload_closed")


@pytest.mark.parametrize(
    ("piece", "status", "code"),
    [
        ({"offset": 0, "data": "这不是文本"}, 422, "cases.bad_chunk"),
        ({"offset": 0, "data": "AAA"}, 422, "http.invalid_payload"),
        ({"offset": 0, "data": "AAAAA"}, 422, "cases.bad_chunk"),
        ({"offset": 0, "data": "AA AA\n=="}, 422, "cases.bad_chunk"),
        ({"offset": 0, "data": "===="}, 422, "cases.bad_chunk"),
        ({"offset": -1, "data": "AAAA"}, 422, "http.invalid_payload"),
        ({"offset": 998, "data": "AAAA"}, 422, "cases.bad_chunk"),
        ({"offset": 1, "data": "AAAA"}, 409, "cases.wrong_offset"),
        ({"offset": 0, "data": "AAAA", "sha256": hashlib.sha256(b"other").hexdigest()}, 422, "cases.bad_chunk"),
        ({"offset": 0, "data": "A" * (240 * 1024 + 4)}, 422, "http.invalid_payload"),
    ],
    ids=["words", "short", "torn", "spaces", "nothing", "before", "beyond", "gap", "altered", "long"],
)
async def test_a_text_piece_that_does_not_fit_is_refused_and_nothing_is_kept(
    zhang: Citizen, piece: dict[str, Any], status: int, code: str
) -> None:
    upload = await opened(zhang, 1000)
    found, problem = await zhang.send("POST", f"/uploads/{upload}/text-pieces", piece)
    assert (found, problem["code"]) == (status, code)
    assert await stored(upload) is None
    assert (await zhang.call("GET", f"/uploads/{upload}", status=200))["offset"] == 0


async def test_nobody_adds_to_anothers_file(zhang: Citizen, enter: Enter) -> None:
    upload = await opened(zhang)
    li = await enter(LI)
    assert (await post(li, upload, FILE[:10], 0, len(FILE)))[0] == 404
    assert (await li.send("POST", f"/uploads/{upload}/text-pieces", text(FILE[:10], 0)))[0] == 404
    assert await stored(upload) is None
