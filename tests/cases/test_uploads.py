"""Files: sent in pieces, resumed, checked, kept encrypted, shown to nobody else."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import pytest

from backend.core import db
from tests.cases.conftest import Staff
from tests.cases.people import LI, RENT, Citizen, Enter, at_once, pdf, png
from tests.conftest import Client, Server

FILE = png(200_000)


async def stored(upload: str) -> int | None:
    """Plain bytes in the store; None when there is no blob."""
    import uuid

    from backend.providers.storage import BlobMissing
    from backend.providers.vendors import desk

    try:
        return await desk().blobs.size(uuid.UUID(upload).hex)
    except BlobMissing:
        return None


async def test_a_file_goes_up_in_pieces_and_comes_back_whole(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "合同.png", "size": len(FILE)}, status=201)
    assert (made["state"], made["offset"]) == ("open", 0)
    for first in range(0, len(FILE), 70_000):
        status, seen = await zhang.patch(made["id"], FILE[first : first + 70_000], first, len(FILE))
        assert status == 200, seen
        assert seen["offset"] == min(first + 70_000, len(FILE))
    assert seen["state"] == "complete"
    async with zhang.api.request("GET", f"/api/v1/uploads/{made['id']}/content") as answer:
        assert await answer.read() == FILE
        assert answer.content_type == "image/png"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]


async def test_what_is_on_disk_is_not_what_was_sent(zhang: Citizen) -> None:
    from backend.core import settings

    upload = await zhang.upload(FILE)
    folder = settings.current().data / "blobs"
    found = [path for path in folder.rglob("*") if path.is_file() and path.name == upload.replace("-", "")]
    assert len(found) == 1
    assert b"x" * 64 not in found[0].read_bytes()
    assert b"PNG" not in found[0].read_bytes()


async def test_a_piece_at_the_wrong_place_is_answered_with_the_right_one(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": len(FILE)}, status=201)
    await zhang.patch(made["id"], FILE[:1000], 0, len(FILE))
    for first in (0, 999, 1001, 5000):
        status, problem = await zhang.patch(made["id"], FILE[first : first + 10], first, len(FILE))
        assert (status, problem["code"]) == (409, "cases.wrong_offset")
        assert problem["context"]["offset"] == 1000
    state = await zhang.call("GET", f"/uploads/{made['id']}", status=200)
    assert state["offset"] == 1000


async def test_two_pieces_at_once_for_one_place_one_is_taken(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": len(FILE)}, status=201)
    answers = await at_once(*(zhang.patch(made["id"], FILE[:5000], 0, len(FILE)) for _ in range(4)))
    assert sorted(status for status, _ in answers) == [200, 409, 409, 409]
    assert await stored(made["id"]) == 5000


async def test_a_cut_body_writes_nothing(zhang: Citizen, running: Server) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": len(FILE)}, status=201)
    await zhang.patch(made["id"], FILE[:1000], 0, len(FILE))
    host, _, port = running.base.removeprefix("http://").partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"PATCH /api/v1/uploads/{made['id']} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {zhang.api.token}\r\n"
        f"Content-Type: application/octet-stream\r\nContent-Length: 50000\r\n"
        f"Content-Range: bytes 1000-50999/{len(FILE)}\r\n\r\n"
    )
    writer.write(head.encode() + FILE[1000:20_000])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    state = await zhang.call("GET", f"/uploads/{made['id']}", status=200)
    assert state["offset"] == 1000
    assert await stored(made["id"]) == 1000
    status, seen = await zhang.patch(made["id"], FILE[1000:], 1000, len(FILE))
    assert (status, seen["state"]) == (200, "complete")


async def test_a_crash_between_disk_and_row_is_caught_up_with(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": len(FILE)}, status=201)
    await zhang.patch(made["id"], FILE[:3000], 0, len(FILE))
    await db.execute("UPDATE cases_upload SET received = 1000")  # the row fell behind the blob
    status, problem = await zhang.patch(made["id"], FILE[1000:2000], 1000, len(FILE))
    assert (status, problem["context"]["offset"]) == (409, 3000)
    status, seen = await zhang.patch(made["id"], FILE[3000:], 3000, len(FILE))
    assert (status, seen["state"]) == (200, "complete")


async def test_a_crash_before_the_check_is_finished_by_the_next_piece(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": len(FILE)}, status=201)
    await zhang.patch(made["id"], FILE, 0, len(FILE))
    await db.execute("UPDATE cases_upload SET state = 'open', kind = NULL, received = 100")
    status, seen = await zhang.patch(made["id"], FILE[100:200], 100, len(FILE))
    assert (status, seen["state"]) == (200, "complete")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Range": ""}, 422, "cases.bad_chunk"),
        ({"Content-Range": "bytes 0-9"}, 422, "cases.bad_chunk"),
        ({"Content-Range": "bytes 0-98/1000"}, 422, "cases.bad_chunk"),
        ({"Content-Range": "bytes 0-99/100"}, 422, "cases.bad_chunk"),
        ({"Content-Range": "bytes 950-1049/1000"}, 422, "cases.bad_chunk"),
        ({"Content-Range": "bytes 99999999999999999999-1/2"}, 422, "cases.bad_chunk"),
        ({"Content-Type": "text/html"}, 415, "cases.chunk_media"),
    ],
)
async def test_a_piece_that_says_something_impossible_is_refused(
    zhang: Citizen, headers: dict[str, str], status: int, code: str
) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": 1000}, status=201)
    found, problem = await zhang.patch(made["id"], FILE[:100], 0, 1000, headers=headers)
    assert (found, problem["code"]) == (status, code)
    assert await stored(made["id"]) is None


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"MZ\x90\x00" + b"\x00" * 200, "合同.png", "内容不是PNG 图片"),
        (b"<html><script>alert(1)</script></html>", "合同.jpg", "内容不是JPG 图片"),
        (pdf(), "合同.png", "内容是PDF 文件"),
        (png(), "合同.pdf", "内容是PNG 图片"),
        (b"PK\x03\x04" + b"\x00" * 100, "合同.pdf", "内容不是PDF 文件"),
    ],
)
async def test_a_file_that_is_not_what_its_name_says_is_refused_and_removed(
    zhang: Citizen, content: bytes, name: str, says: str
) -> None:
    made = await zhang.call("POST", "/uploads", {"name": name, "size": len(content)}, status=201)
    status, seen = await zhang.patch(made["id"], content, 0, len(content))
    assert (status, seen["state"]) == (200, "refused")
    assert says in seen["message"]
    assert await stored(made["id"]) is None
    status, problem = await zhang.patch(made["id"], content, 0, len(content))
    assert (status, problem["code"]) == (409, "cases.upload_closed")
    async with zhang.api.request("GET", f"/api/v1/uploads/{made['id']}/content") as answer:
        assert answer.status == 409


async def test_a_real_pdf_under_its_own_name_is_taken(zhang: Citizen) -> None:
    upload = await zhang.upload(pdf(), "合同.PDF")
    async with zhang.api.request("GET", f"/api/v1/uploads/{upload}/content") as answer:
        assert answer.content_type == "application/pdf"


async def test_a_file_that_changed_on_its_way_is_refused(zhang: Citizen) -> None:
    content = png(50)
    wrong = hashlib.sha256(b"another").hexdigest()
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": len(content), "sha256": wrong}, status=201)
    _, seen = await zhang.patch(made["id"], content, 0, len(content))
    assert (seen["state"], seen["message"]) == ("refused", "文件在上传途中变了，请重新上传")
    right = hashlib.sha256(content).hexdigest()
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": len(content), "sha256": right}, status=201)
    _, seen = await zhang.patch(made["id"], content, 0, len(content))
    assert seen["state"] == "complete"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "virus.exe", "size": 10},
        {"name": "noending", "size": 10},
        {"name": "a.png", "size": 0},
        {"name": "a.png", "size": 21 * 1024 * 1024},
        {"name": "a\n.png", "size": 10},
        {"name": "/", "size": 10},
        {"name": "a.png", "size": "10"},
        {"name": "a.png", "size": 10, "content_type": "图片"},
        {"name": "a.png", "size": 10, "sha256": "zz"},
        {"name": "a.png"},
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_before_a_byte_is_sent(
    zhang: Citizen, body: dict[str, Any]
) -> None:
    status, problem = await zhang.send("POST", "/uploads", body)
    assert (status, problem["code"]) == (422, "http.invalid_payload")
    assert problem["errors"]


async def test_a_path_in_a_name_is_only_a_name(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "..\\..\\etc/合同.png", "size": 10}, status=201)
    assert made["name"] == "合同.png"


async def test_a_piece_that_is_too_large_is_refused(zhang: Citizen) -> None:
    made = await zhang.call("POST", "/uploads", {"name": "a.png", "size": 7_000_000}, status=201)
    status, problem = await zhang.patch(made["id"], b"x" * (6 * 1024 * 1024 + 1), 0, 7_000_000)
    assert (status, problem["code"]) == (413, "cases.chunk_too_large")


async def test_another_citizens_file_does_not_exist(zhang: Citizen, enter: Enter, http: Client) -> None:
    upload = await zhang.upload()
    li = await enter(LI)
    assert (await li.send("GET", f"/uploads/{upload}"))[0] == 404
    assert (await li.send("GET", f"/uploads/{upload}/content"))[0] == 404
    assert (await li.patch(upload, b"x", 0, 1))[0] == 404
    await http.call("GET", f"/api/v1/uploads/{upload}/content", status=401)


async def test_a_handler_sees_the_papers_of_cases_in_the_region_and_leaves_a_trace(
    zhang: Citizen, staff: Staff
) -> None:
    loose = await zhang.upload()
    made = await zhang.apply(await zhang.rent_body())
    upload = made["materials"][0]["upload"]
    chengdu, mianyang = staff(regions=("510100",)), staff(regions=("510700",))
    async with chengdu.api.request("GET", f"/staff/v1/uploads/{upload}/content") as answer:
        assert answer.status == 200
        assert (await answer.read()).startswith(b"\x89PNG")
    assert (await mianyang.send("GET", f"/uploads/{upload}/content"))[0] == 404
    assert (await chengdu.send("GET", f"/uploads/{loose}/content"))[0] == 404
    uses = await zhang.call("GET", "/me/data-uses", status=200)
    assert any(item["what"] == "查看了您办件里的材料" for item in uses["items"])


async def test_one_citizen_cannot_fill_the_disk_with_loose_files(zhang: Citizen) -> None:
    from backend.cases.files import MAX_LOOSE

    for _ in range(MAX_LOOSE):
        await zhang.call("POST", "/uploads", {"name": "a.png", "size": 10}, status=201)
    status, problem = await zhang.send("POST", "/uploads", {"name": "a.png", "size": 10})
    assert (status, problem["code"]) == (429, "cases.too_many_uploads")


async def test_loose_files_are_forgotten_and_those_of_drafts_and_cases_are_kept(zhang: Citizen) -> None:
    from backend.cases import tasks

    loose, drafted = await zhang.upload(), await zhang.upload()
    used = (await zhang.apply(await zhang.rent_body()))["materials"][0]["upload"]
    release = await zhang.release(RENT)
    draft = {"release": release, "form": {}, "materials": [{"code": "lease", "upload": drafted}]}
    await zhang.call("PUT", f"/drafts/{RENT}", draft, status=200)
    await db.execute("UPDATE cases_upload SET created_at = now() - interval '8 days'")
    await tasks.expire_drafts.run()
    assert (await zhang.send("GET", f"/uploads/{loose}"))[0] == 404
    assert await stored(loose) is None
    assert await stored(drafted) is not None
    assert await stored(used) is not None
