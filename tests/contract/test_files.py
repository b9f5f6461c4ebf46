"""Files that are not what their name says, and pieces that do not fit."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import pytest

from tests.contract.conftest import Unchanged
from tests.journeys.applying import RENT, application, rent
from tests.journeys.town import Citizen, Town, piece_headers, png

PHOTO = png()
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + b"\x00" * 200 + b"PE\x00\x00"
PAGE = b"<html><script>alert(1)</script></html>"
PDF = b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 5


async def _sent(who: Citizen, name: str, content: bytes, **more: Any) -> dict[str, Any]:
    opened = await who.call(
        "POST", "/api/v1/uploads", {"name": name, "size": len(content), **more}, status=201, key=secrets.token_hex(8)
    )
    return await who.piece(opened["id"], content, 0, len(content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.png", PROGRAM),
        ("照片.jpg", "只是文字".encode() * 20),
        ("照片.jpg", PHOTO),
        ("合同.pdf", PAGE),
        ("合同.pdf", PHOTO),
        ("照片.png", PDF),
        ("照片.png", b"\x89PN"),
    ],
    ids=["a program", "a text", "a png called jpg", "a page", "a png called pdf", "a pdf called png", "a torn png"],
)
async def test_a_file_that_is_not_what_its_name_says_is_refused_and_its_bytes_are_gone(
    town: Town, somebody: Citizen, name: str, content: bytes
) -> None:
    state = await _sent(somebody, name, content)
    assert state["state"] == "refused", state
    assert name in state["message"]
    await somebody.refused("GET", f"/api/v1/uploads/{state['id']}/content", status=409, code="cases.file_missing")
    blobs = [path for path in (town.copy.data / "blobs").rglob("*") if state["id"].replace("-", "") in path.name]
    assert blobs == []
    body = await application(somebody, RENT, rent(), materials=[{"code": "lease", "upload": state["id"]}])
    await somebody.show_face(f"submit:{RENT}")
    await somebody.refused("POST", "/api/v1/cases", body, status=422, code="cases.materials_invalid", key=state["id"])


@pytest.mark.parametrize(
    "body",
    [
        {"name": "空.png", "size": 0},
        {"name": "大.png", "size": 20 * 1024 * 1024 + 1},
        {"name": "负.png", "size": -5},
        {"name": "", "size": 10},
        {"name": "a.exe", "size": 10},
        {"name": "没有后缀", "size": 10},
        {"name": "a" * 201 + ".png", "size": 10},
        {"name": "a.png", "size": 10, "sha256": "xyz"},
        {"name": "a.png\u0000.exe", "size": 10},
    ],
    ids=lambda body: f"{body['name'][:8]}".replace("\u0000", "NUL"),
)
async def test_a_file_that_cannot_be_taken_is_refused_before_a_byte_is_sent(
    somebody: Citizen, body: dict[str, Any], unchanged: Unchanged
) -> None:
    async with unchanged():
        await somebody.refused("POST", "/api/v1/uploads", body, status=422, key="bad-file")


async def test_a_name_with_a_path_is_kept_as_a_name_and_leads_nowhere(town: Town, somebody: Citizen) -> None:
    answer = await somebody.send(
        "POST", "/api/v1/uploads", {"name": "../../../etc/passwd.png", "size": len(PHOTO)}, key="path"
    )
    assert answer.status in (201, 422), str(answer)
    if answer.status == 201:
        state = await somebody.piece(answer.body["id"], PHOTO, 0, len(PHOTO))
        assert state["state"] == "complete"
        assert "/" not in state["name"]
    assert not list(town.copy.data.rglob("passwd*"))


@pytest.fixture
async def upload(somebody: Citizen) -> str:
    """An open one of 1000 bytes."""
    body = {"name": "半.png", "size": 1000}
    return str((await somebody.call("POST", "/api/v1/uploads", body, status=201))["id"])


@pytest.mark.parametrize(
    ("range_", "length", "status", "code"),
    [
        ("", 10, 422, "cases.bad_chunk"),
        ("bytes 0-9/1000", 11, 422, "cases.bad_chunk"),
        ("bytes 0-9/999", 10, 422, "cases.bad_chunk"),
        ("bytes 500-509/1000", 10, 409, "cases.wrong_offset"),
        ("bytes 995-1004/1000", 10, 422, "cases.bad_chunk"),
        ("bytes 9-0/1000", 10, 422, "cases.bad_chunk"),
        ("bytes 0-9/*", 10, 422, "cases.bad_chunk"),
        ("bytes -5-4/1000", 10, 422, "cases.bad_chunk"),
        ("bytes 0-99999999999999999999/1000", 10, 422, "cases.bad_chunk"),
        ("bytes 0-0/1000", 0, 422, "cases.bad_chunk"),
        ("items 0-9/1000", 10, 422, "cases.bad_chunk"),
    ],
)
async def test_a_piece_that_does_not_fit_is_refused_and_nothing_of_it_is_kept(
    somebody: Citizen, upload: str, range_: str, length: int, status: int, code: str
) -> None:
    headers = {"Content-Range": range_, "Content-Type": "application/octet-stream"}
    await somebody.refused(
        "PATCH", f"/api/v1/uploads/{upload}", data=b"x" * length, headers=headers, status=status, code=code
    )
    state = await somebody.call("GET", f"/api/v1/uploads/{upload}")
    assert (state["state"], state["offset"]) == ("open", 0)


async def test_pieces_have_a_largest_size_and_a_type(somebody: Citizen) -> None:
    size = 7 * 1024 * 1024
    opened = await somebody.call("POST", "/api/v1/uploads", {"name": "大.png", "size": size}, status=201)
    path = f"/api/v1/uploads/{opened['id']}"
    headers = {"Content-Range": f"bytes 0-{size - 1}/{size}", "Content-Type": "application/octet-stream"}
    await somebody.refused("PATCH", path, data=b"x" * size, headers=headers, status=413)
    headers = {"Content-Range": f"bytes 0-9/{size}", "Content-Type": "text/html"}
    await somebody.refused("PATCH", path, data=b"x" * 10, headers=headers, status=415, code="cases.chunk_media")


async def test_a_file_that_changed_on_its_way_is_refused(somebody: Citizen) -> None:
    state = await _sent(somebody, "变.png", PHOTO, sha256=hashlib.sha256(b"another").hexdigest())
    assert (state["state"], state["message"]) == ("refused", "文件在上传途中变了，请重新上传")


async def test_a_whole_file_takes_no_more_and_an_unfinished_one_serves_no_case(
    somebody: Citizen, upload: str, unchanged: Unchanged
) -> None:
    whole = await _sent(somebody, "整.png", PHOTO)
    await somebody.refused(
        "PATCH",
        f"/api/v1/uploads/{whole['id']}",
        data=PHOTO,
        headers=piece_headers(PHOTO, 0, len(PHOTO)),
        status=409,
        code="cases.upload_closed",
    )
    await somebody.refused("GET", f"/api/v1/uploads/{upload}/content", status=409, code="cases.file_missing")
    await somebody.show_face(f"submit:{RENT}")
    body = await application(somebody, RENT, rent(), materials=[{"code": "lease", "upload": upload}])
    async with unchanged():
        await somebody.refused("POST", "/api/v1/cases", body, status=422, code="cases.materials_invalid", key="half")


async def test_a_file_serves_one_case(town: Town) -> None:
    who = await town.citizen()
    await who.show_face(f"submit:{RENT}")
    lease = await who.upload()
    body = await application(who, RENT, rent(), materials=[{"code": "lease", "upload": lease}])
    await who.call("POST", "/api/v1/cases", body, status=201, key="one")
    await who.show_face(f"submit:{RENT}")
    await who.refused("POST", "/api/v1/cases", body, status=422, code="cases.materials_invalid", key="two")


async def test_a_file_is_shown_as_what_it_is_and_runs_nothing(somebody: Citizen) -> None:
    state = await _sent(somebody, "<script>alert(1)</script>.png", PHOTO, content_type="text/html")
    assert state["state"] == "complete"
    answer = await somebody.send("GET", f"/api/v1/uploads/{state['id']}/content")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "<script>" not in answer.headers["content-disposition"]
