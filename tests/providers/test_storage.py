"""Blobs: written in pieces, read anywhere, nothing in clear on disk, damage is noticed."""

import asyncio
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.providers.storage import PIECE, BlobDamaged, BlobMissing, DiskBlobs, OffsetMismatch

KEY, OTHER = bytes(range(32)), bytes(32)
ID = "upload-0001"


def file_of(root: Path) -> Path:
    (found,) = [path for path in root.rglob("*") if path.is_file()]
    return found


async def test_pieces_are_read_back_from_any_offset(tmp_path: Path) -> None:
    blobs, data = DiskBlobs(tmp_path), os.urandom(3 * PIECE + 77)
    cut = PIECE + 5
    assert await blobs.append(ID, KEY, data[:cut], offset=0) == cut
    assert await blobs.append(ID, KEY, data[cut:], offset=cut) == len(data)
    assert await blobs.size(ID) == len(data)
    assert await blobs.read(ID, KEY) == data
    assert await blobs.read(ID, KEY, offset=cut - 3, length=10) == data[cut - 3 : cut + 7]
    assert await blobs.read(ID, KEY, offset=len(data)) == b""
    assert b"".join([piece async for piece in blobs.stream(ID, KEY, offset=9)]) == data[9:]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.binary(min_size=1, max_size=900), min_size=1, max_size=6), st.integers(0, 6000), st.integers(0, 6000)
)
def test_any_pieces_and_any_range_agree_with_plain_bytes(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], offset: int, length: int
) -> None:
    async def run() -> None:
        blobs, whole = DiskBlobs(tmp_path_factory.mktemp("blobs")), b""
        for piece in pieces:
            await blobs.append(ID, KEY, piece, offset=len(whole))
            whole += piece
        assert await blobs.read(ID, KEY, offset=offset, length=length) == whole[offset : offset + length]

    asyncio.run(run())


async def test_nothing_is_in_clear_on_disk_and_only_its_owner_may_read_the_file(tmp_path: Path) -> None:
    text = "身份证号 110101199001010011".encode() * 50
    await DiskBlobs(tmp_path).append(ID, KEY, text, offset=0)
    raw = file_of(tmp_path).read_bytes()
    assert b"110101199001010011" not in raw
    assert file_of(tmp_path).stat().st_mode & 0o077 == 0


async def test_an_append_elsewhere_than_at_the_end_says_where_the_end_is(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    with pytest.raises(OffsetMismatch) as found:
        await blobs.append(ID, KEY, b"x", offset=5)
    assert found.value.size == 0
    await blobs.append(ID, KEY, b"12345", offset=0)
    for offset in (0, 3, 6):
        with pytest.raises(OffsetMismatch) as found:
            await blobs.append(ID, KEY, b"x", offset=offset)
        assert found.value.size == 5
    assert await blobs.read(ID, KEY) == b"12345"


async def test_of_two_appends_at_once_one_wins(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    await blobs.append(ID, KEY, b"head", offset=0)
    results = await asyncio.gather(
        *(blobs.append(ID, KEY, bytes([65 + n]) * 100, offset=4) for n in range(8)), return_exceptions=True
    )
    assert sum(isinstance(item, int) for item in results) == 1
    assert sum(isinstance(item, OffsetMismatch) for item in results) == 7
    assert await blobs.size(ID) == 104


async def test_a_frame_that_a_crash_cut_off_is_dropped_by_the_next_append(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    await blobs.append(ID, KEY, b"first", offset=0)
    await blobs.append(ID, KEY, b"second", offset=5)
    path = file_of(tmp_path)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 3)
    assert await blobs.size(ID) == 5
    assert await blobs.append(ID, KEY, b"again", offset=5) == 10
    assert await blobs.read(ID, KEY) == b"firstagain"


async def test_another_key_neither_reads_nor_appends(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    await blobs.append(ID, KEY, b"data", offset=0)
    with pytest.raises(BlobDamaged):
        await blobs.read(ID, OTHER)
    with pytest.raises(BlobDamaged):
        await blobs.append(ID, OTHER, b"more", offset=4)


async def test_a_changed_byte_and_a_file_under_another_name_are_noticed(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    await blobs.append(ID, KEY, b"data" * 10, offset=0)
    path = file_of(tmp_path)
    raw = bytearray(path.read_bytes())
    moved = path.with_name("another-0001")
    moved.write_bytes(raw)
    with pytest.raises(BlobDamaged):
        await blobs.read("another-0001", KEY)
    raw[-1] ^= 1
    path.write_bytes(raw)
    with pytest.raises(BlobDamaged):
        await blobs.read(ID, KEY)


async def test_swapped_frames_are_noticed(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    await blobs.append(ID, KEY, b"a" * 10, offset=0)
    await blobs.append(ID, KEY, b"b" * 10, offset=10)
    path = file_of(tmp_path)
    raw = path.read_bytes()
    frame = (len(raw) - 20) // 2
    path.write_bytes(raw[:20] + raw[20 + frame :] + raw[20 : 20 + frame])
    with pytest.raises(BlobDamaged):
        await blobs.read(ID, KEY)


async def test_a_missing_blob_is_missing_and_deleting_tells_so(tmp_path: Path) -> None:
    blobs = DiskBlobs(tmp_path)
    for call in (blobs.read(ID, KEY), blobs.size(ID)):
        with pytest.raises(BlobMissing):
            await call
    await blobs.append(ID, KEY, b"x", offset=0)
    assert await blobs.delete(ID)
    assert not await blobs.delete(ID)


@pytest.mark.parametrize("bad", ["../../etc", "short", "a/b/c/d/e/f", "", "x" * 65, "upload\x00001"])
async def test_an_id_cannot_leave_the_folder(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError):
        await DiskBlobs(tmp_path).append(bad, KEY, b"x", offset=0)
    assert list(tmp_path.iterdir()) == []
