"""Uploads: announced, sent in pieces that may be resumed, checked when complete, kept encrypted.

The row says how far a file has come; the blob says how far it really is. After a crash between the two the blob wins
and the client is told where to go on.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import quote
from uuid import UUID, uuid4

import asyncpg
import filetype

from backend.cases.errors import (
    BadChunk,
    CaseNotFound,
    ChunkMedia,
    ChunkTooLarge,
    FileMissing,
    TooManyUploads,
    UploadClosed,
    UploadNotFound,
    WrongOffset,
)
from backend.cases.schemas import UploadCreate, UploadOut, UploadPiece
from backend.core import db
from backend.core.clock import now
from backend.core.errors import AppError, FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.identity import service as identity
from backend.providers.storage import BlobDamaged, BlobMissing, BlobStore, OffsetMismatch
from backend.providers.vendors import desk

CHUNK = 1024 * 1024
MAX_LOOSE = 60
LOOSE_FOR = timedelta(days=7)
AFTERWARDS = timedelta(days=30)  # a department may still fetch the files of a case that is over
_RANGE = re.compile(r"^bytes ([0-9]{1,9})-([0-9]{1,9})/([0-9]{1,9})$")
_COLUMNS = "id, citizen_id, key_of, name, size, received, content_type, kind, sha256, state, message, case_id"

FORMATS: dict[str, tuple[str, frozenset[str]]] = {
    "jpg": ("image/jpeg", frozenset({"jpg", "jpeg", "jpe", "jfif"})),
    "png": ("image/png", frozenset({"png"})),
    "heic": ("image/heic", frozenset({"heic", "heif"})),
    "pdf": ("application/pdf", frozenset({"pdf"})),
}
"""What may be uploaded: the media type it is shown as, and the endings that its name may have."""

_ENDINGS = {ending: kind for kind, (_, endings) in FORMATS.items() for ending in endings}


@dataclass(frozen=True, slots=True)
class File:
    """A whole file on its way out."""

    content: bytes
    media: str
    disposition: str


def blobs() -> BlobStore:
    return desk().blobs


def _id(text: str, missing: type[AppError] = UploadNotFound) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise missing from None


def _out(row: asyncpg.Record) -> UploadOut:
    return UploadOut(
        id=str(row["id"]),
        name=row["name"],
        size=row["size"],
        offset=row["received"],
        content_type=row["content_type"],
        state=row["state"],
        message=row["message"],
        chunk_size=CHUNK,
    )


async def open_upload(who: Principal, given: UploadCreate) -> UploadOut:
    """A row for a file to come. Raises InvalidPayload, TooManyUploads."""
    name = PurePosixPath(given.name.replace("\\", "/")).name.strip()
    if not name or any(ord(char) < 32 or 0xD800 <= ord(char) <= 0xDFFF for char in name):
        raise InvalidPayload(errors=[FieldProblem(field="name", code="format", message="文件名不能用，请改名后再传")])
    if any(not 32 <= ord(char) < 127 for char in given.content_type):
        raise InvalidPayload(errors=[FieldProblem(field="content_type", code="format", message="文件类型不对")])
    if _ending(name) not in _ENDINGS:
        message = "只能上传图片（jpg、png、heic）和 PDF 文件"
        raise InvalidPayload(message, errors=[FieldProblem(field="name", code="file_kind", message=message)])
    async with db.transaction():
        loose = await db.fetch_one(
            "SELECT count(*) AS number FROM cases_upload WHERE citizen_id = $1 AND case_id IS NULL"
            " AND state <> 'refused' AND created_at > $2",
            UUID(who.id),
            now() - timedelta(days=1),
        )
        if loose is not None and loose["number"] >= MAX_LOOSE:
            raise TooManyUploads(retry_after=3600)
        row = await db.fetch_one(
            "INSERT INTO cases_upload (id, created_at, citizen_id, key_of, name, size, received, content_type, sha256,"  # noqa: S608
            f" state) VALUES ($1, $2, $3, $3, $4, $5, 0, $6, $7, 'open') RETURNING {_COLUMNS}",
            uuid4(),
            now(),
            UUID(who.id),
            name,
            given.size,
            given.content_type,
            given.sha256,
        )
    assert row is not None
    return _out(row)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


async def _mine(who: Principal, upload: str) -> asyncpg.Record:
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM cases_upload WHERE id = $1 AND citizen_id = $2",  # noqa: S608
        _id(upload),
        UUID(who.id),
    )
    if row is None:
        raise UploadNotFound
    return row


async def get(who: Principal, upload: str) -> UploadOut:
    return _out(await _mine(who, upload))


async def append(
    who: Principal, upload: str, chunk: bytes, *, content_range: str, content_type: str, limit: int
) -> UploadOut:
    """One piece. It counts whole or not at all.

    Raises UploadNotFound, UploadClosed, WrongOffset (with the offset to go on from), BadChunk, ChunkTooLarge,
    ChunkMedia.
    """
    if content_type.partition(";")[0].strip().lower() not in ("", "application/octet-stream"):
        raise ChunkMedia
    row = await _mine(who, upload)
    if row["state"] != "open":
        raise UploadClosed(row["message"])
    first, total = _span(content_range, len(chunk), limit)
    if total != row["size"]:
        raise BadChunk(f"文件大小应为{row['size']}字节，与开始时说的不一样")
    return await _take(who, row, chunk, first)


async def append_text(who: Principal, upload: str, piece: UploadPiece) -> UploadOut:
    """One piece as base64 text, for clients that cannot send bytes; a digest that comes with it is held against it.

    Raises UploadNotFound, UploadClosed, WrongOffset (with the offset to go on from), BadChunk.
    """
    row = await _mine(who, upload)
    if row["state"] != "open":
        raise UploadClosed(row["message"])
    try:
        chunk = base64.b64decode(piece.data, validate=True)
    except (binascii.Error, ValueError):
        raise BadChunk("这一段不是 base64 文本，请重传这一段") from None
    if not chunk or piece.offset + len(chunk) > row["size"]:
        raise BadChunk(f"这一段超出了文件大小（{row['size']}字节）")
    if piece.sha256 is not None and piece.sha256 != hashlib.sha256(chunk).hexdigest():
        raise BadChunk("这一段在途中变了，请重传这一段")
    return await _take(who, row, chunk, piece.offset)


async def _take(who: Principal, row: asyncpg.Record, chunk: bytes, first: int) -> UploadOut:
    """Put a piece that fits the announced size at its place."""
    upload, total = str(row["id"]), row["size"]
    key = await identity.data_key(str(row["key_of"]))
    if row["received"] == total:  # stopped between the last byte and the check
        await _finish(row, key)
        return await get(who, upload)
    if first != row["received"]:
        raise WrongOffset(context={"offset": row["received"]})
    blob = row["id"].hex
    try:
        received = await blobs().append(blob, key, chunk, offset=first)
    except OffsetMismatch as exc:
        await _catch_up(row["id"], exc.size)
        if exc.size != total:
            raise WrongOffset(context={"offset": exc.size}) from exc
        received = total
    except BlobDamaged as exc:
        await _close(row["id"], "refused", "文件在保存时损坏了，请重新上传")
        raise BadChunk("文件在保存时损坏了，请重新上传") from exc
    if received < row["size"]:
        await _catch_up(row["id"], received)
    else:
        await _finish(row, key)
    return await get(who, upload)


def _span(content_range: str, length: int, limit: int) -> tuple[int, int]:
    """(first byte, total) of a Content-Range that fits the body."""
    if length > limit:
        raise ChunkTooLarge
    found = _RANGE.match(content_range.strip())
    if found is None:
        raise BadChunk("缺少 Content-Range，应写成 bytes 起-止/总数")
    first, last, total = (int(part) for part in found.groups())
    if length == 0 or last - first + 1 != length or last >= total:
        raise BadChunk("这一段的长度与 Content-Range 不一致")
    return first, total


async def _catch_up(upload: UUID, received: int) -> None:
    """The row follows the blob; never backwards, and never beyond the announced size."""
    await db.execute(
        "UPDATE cases_upload SET received = $2 WHERE id = $1 AND received < $2 AND $2 <= size", upload, received
    )


async def _close(
    upload: UUID, state: str, message: str | None, *, kind: str | None = None, sha256: str | None = None
) -> None:
    await db.execute(
        "UPDATE cases_upload SET state = $2::text, message = $3, kind = $4, sha256 = coalesce($5, sha256),"
        " received = CASE WHEN $2::text = 'complete' THEN size ELSE 0 END WHERE id = $1 AND state = 'open'",
        upload,
        state,
        message,
        kind,
        sha256,
    )


async def _finish(row: asyncpg.Record, key: bytes) -> None:
    """All bytes are here: hold them against the name and the announced digest; what lies is removed."""
    blob = row["id"].hex
    content = await blobs().read(blob, key)
    kind, digest = await asyncio.to_thread(_inspect, content)
    message = _objection(row["name"], kind)
    if message is None and row["sha256"] is not None and row["sha256"] != digest:
        message = "文件在上传途中变了，请重新上传"
    if message is not None:
        await _close(row["id"], "refused", message)
        await blobs().delete(blob)
        return
    await _close(row["id"], "complete", None, kind=kind, sha256=digest)


def _inspect(content: bytes) -> tuple[str | None, str]:
    """(what the bytes really are, SHA-256)."""
    guess = filetype.guess(content[:8192])
    found = None if guess is None else str(guess.extension)
    kind = {"jpg": "jpg", "png": "png", "heic": "heic", "pdf": "pdf"}.get(found or "")
    return kind, hashlib.sha256(content).hexdigest()


_WORDS = {"jpg": "JPG 图片", "png": "PNG 图片", "heic": "HEIC 图片", "pdf": "PDF 文件"}


def _objection(name: str, kind: str | None) -> str | None:
    expected = _ENDINGS.get(_ending(name))
    if kind is None:
        return f"“{name}”的内容不是{_WORDS.get(expected or '', '图片或 PDF')}，请重新选择文件"
    if kind != expected:
        return f"“{name}”的内容是{_WORDS[kind]}，与文件名不符，请改正文件名或重新选择文件"
    return None


async def content(who: Principal, upload: str) -> File:
    """My own file. Raises UploadNotFound, FileMissing."""
    return await _file(await _mine(who, upload))


async def content_in_region(upload: str, regions: list[str]) -> tuple[File, asyncpg.Record]:
    """A file of a case in one of these regions (`LIKE` patterns), and number and citizen of the case."""
    row = await db.fetch_one(
        f"SELECT {', '.join('u.' + name for name in _COLUMNS.split(', '))}, c.number, c.citizen_id AS applicant"  # noqa: S608
        " FROM cases_upload u JOIN cases_case c ON c.id = u.case_id WHERE u.id = $1 AND c.region LIKE ANY($2::text[])",
        _id(upload),
        regions,
    )
    if row is None:
        raise UploadNotFound
    return await _file(row), row


async def content_for_department(module: str, number: str, upload: str) -> tuple[File, asyncpg.Record]:
    """A file of a case of this module that its department was given, while the case is open and for a while after.

    Raises CaseNotFound, FileMissing.
    """
    row = await db.fetch_one(
        f"SELECT {', '.join('u.' + name for name in _COLUMNS.split(', '))},"  # noqa: S608
        " c.number, c.citizen_id AS applicant, c.matter_name, c.department"
        " FROM cases_upload u JOIN cases_case c ON c.id = u.case_id WHERE u.id = $1 AND c.number = $2 AND c.module = $3"
        " AND c.dispatch IN ('sent', 'acknowledged') AND (c.ended_at IS NULL OR c.ended_at > $4)",
        _id(upload, CaseNotFound),
        number[:24],
        module,
        now() - AFTERWARDS,
    )
    if row is None:
        raise CaseNotFound
    return await _file(row), row


async def _file(row: asyncpg.Record) -> File:
    if row["state"] != "complete":
        raise FileMissing
    key = await identity.data_key(str(row["key_of"]))
    try:
        plain = await blobs().read(row["id"].hex, key)
    except (BlobMissing, BlobDamaged) as exc:
        raise FileMissing(extra={"upload": str(row["id"]), "error": repr(exc)}) from exc
    shown: Literal["inline", "attachment"] = "inline" if row["kind"] != "heic" else "attachment"
    return File(plain, FORMATS[row["kind"]][0], f"{shown}; filename*=UTF-8''{quote(row['name'], safe='')}")


async def forget_loose(batch: int = 200) -> int:
    """Remove files that no case and no draft needs any more; how many went. Rows go first: a blob without a row is
    found by nobody, a row without a blob would be shown."""
    rows = await db.fetch(
        "DELETE FROM cases_upload WHERE id IN (SELECT id FROM cases_upload u WHERE case_id IS NULL"
        " AND created_at < $1 AND NOT EXISTS (SELECT 1 FROM cases_draft d WHERE d.citizen_id = u.citizen_id"
        " AND d.uploads ? u.id::text) LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING id",
        now() - LOOSE_FOR,
        batch,
    )
    for row in rows:
        await blobs().delete(row["id"].hex)
    return len(rows)
