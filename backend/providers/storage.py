"""Blobs on disk, encrypted at rest, written in pieces and read at any offset.

A file starts with a magic word and a random salt; each append adds one frame: length, nonce, AES-256-GCM of the
piece. The key of a file is derived from the caller's data key, the salt and the blob's id, and a frame is bound to its
offset, so that frames cannot be swapped, moved or copied between files. A frame cut by a crash is dropped by the next
append. What a file should hold in full (size, SHA-256) is the caller's to keep: a file shortened at a frame's
border still reads well. All file work, with fsync, runs in threads.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
import struct
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"TFB1"
SALT = 16
NONCE = 12
TAG = 16
HEAD = struct.Struct(">I")
PIECE = 256 * 1024
"""Largest plain text of one frame; a longer append becomes several."""

_ID = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_-]{7,63}$")


class BlobMissing(LookupError):
    """There is no such blob."""


class BlobDamaged(ValueError):
    """The bytes on disk are not what was written, or the key is another one."""


class OffsetMismatch(ValueError):
    """An append did not start where the blob ends; `size` is where it ends."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the blob ends at {size}")
        self.size = size


class BlobStore(Protocol):
    """The port. `key` is 32 bytes; offsets and sizes count plain bytes."""

    async def append(self, blob_id: str, key: bytes, data: bytes, *, offset: int) -> int: ...

    async def read(self, blob_id: str, key: bytes, *, offset: int = 0, length: int | None = None) -> bytes: ...

    def stream(self, blob_id: str, key: bytes, *, offset: int = 0) -> AsyncIterator[bytes]: ...

    async def size(self, blob_id: str) -> int: ...

    async def delete(self, blob_id: str) -> bool: ...


class DiskBlobs:
    """Blobs under a folder, two levels deep by id."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def append(self, blob_id: str, key: bytes, data: bytes, *, offset: int) -> int:
        """Write `data` at `offset`, which must be the blob's end (0 makes it); returns the new size.

        On return the bytes are on disk. Raises OffsetMismatch, BlobDamaged (another key).
        """
        return await asyncio.to_thread(self._append, self._path(blob_id), blob_id, key, data, offset)

    async def read(self, blob_id: str, key: bytes, *, offset: int = 0, length: int | None = None) -> bytes:
        """Bytes from `offset` on, at most `length`. Raises BlobMissing, BlobDamaged."""
        return await asyncio.to_thread(self._read, self._path(blob_id), blob_id, key, offset, length)

    async def stream(self, blob_id: str, key: bytes, *, offset: int = 0) -> AsyncIterator[bytes]:
        """The bytes from `offset` on, in pieces of at most PIECE. Raises BlobMissing, BlobDamaged."""
        while piece := await self.read(blob_id, key, offset=offset, length=PIECE):
            yield piece
            offset += len(piece)

    async def size(self, blob_id: str) -> int:
        """Plain bytes written so far. Raises BlobMissing."""
        return await asyncio.to_thread(self._size, self._path(blob_id))

    async def delete(self, blob_id: str) -> bool:
        """Remove; False when there was nothing."""
        return await asyncio.to_thread(_unlink, self._path(blob_id))

    def _path(self, blob_id: str) -> Path:
        if not _ID.match(blob_id):
            raise ValueError("a blob id has 8 to 64 of [A-Za-z0-9_-]")
        lower = blob_id.lower()
        return self._root / lower[-2:] / lower[-4:-2] / blob_id

    def _append(self, path: Path, blob_id: str, key: bytes, data: bytes, offset: int) -> int:
        if offset == 0:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not path.exists():
            raise OffsetMismatch(0)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # two appends to one blob: the second sees the first's end
            created = os.fstat(file.fileno()).st_size < len(MAGIC) + SALT
            if created:
                file.truncate(0)
                file.write(MAGIC + os.urandom(SALT))
                file.flush()
            cipher = _cipher(file, blob_id, key)
            end, size = _end(file)
            if size != offset:
                raise OffsetMismatch(size)
            _check_last(file, cipher)
            file.truncate(end)
            file.seek(end)
            for start in range(0, len(data), PIECE):
                piece, nonce = data[start : start + PIECE], os.urandom(NONCE)
                sealed = cipher.encrypt(nonce, piece, _bound(offset + start))
                file.write(HEAD.pack(len(piece)) + nonce + sealed)
            file.flush()
            os.fsync(file.fileno())
        if created:
            _sync_folder(path.parent)
        return offset + len(data)

    def _read(self, path: Path, blob_id: str, key: bytes, offset: int, length: int | None) -> bytes:
        out = bytearray()
        with _open(path) as file:
            cipher = _cipher(file, blob_id, key)
            for position, start, count in _frames(file):
                if start + count <= offset:
                    continue
                if length is not None and start >= offset + length:
                    break
                out += _frame(file, cipher, position, start, count)[max(offset - start, 0) :]
        return bytes(out if length is None else out[:length])

    def _size(self, path: Path) -> int:
        with _open(path) as file:
            return _end(file)[1]


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError as error:
        raise BlobMissing(path.name) from error


def _cipher(file: BinaryIO, blob_id: str, key: bytes) -> AESGCM:
    if len(key) != 32:
        raise ValueError("a data key has 32 bytes")
    file.seek(0)
    head = file.read(len(MAGIC) + SALT)
    if len(head) != len(MAGIC) + SALT or not head.startswith(MAGIC):
        raise BlobDamaged("not a blob")
    derived = HKDF(hashes.SHA256(), 32, salt=head[len(MAGIC) :], info=b"blob:" + blob_id.encode())
    return AESGCM(derived.derive(key))


def _frames(file: BinaryIO) -> Iterator[tuple[int, int, int]]:
    """(position in the file, offset in the blob, plain length) of each whole frame."""
    total = os.fstat(file.fileno()).st_size
    position, offset = len(MAGIC) + SALT, 0
    while position + HEAD.size + NONCE + TAG <= total:
        file.seek(position)
        (count,) = HEAD.unpack(file.read(HEAD.size))
        after = position + HEAD.size + NONCE + count + TAG
        if not 0 < count <= PIECE:
            raise BlobDamaged("a frame's length is not possible")
        if after > total:
            return
        yield position, offset, count
        position, offset = after, offset + count


def _end(file: BinaryIO) -> tuple[int, int]:
    """(end of the last whole frame in the file, plain size)."""
    end, size = len(MAGIC) + SALT, 0
    for position, start, count in _frames(file):
        end, size = position + HEAD.size + NONCE + count + TAG, start + count
    return end, size


def _frame(file: BinaryIO, cipher: AESGCM, position: int, offset: int, count: int) -> bytes:
    file.seek(position + HEAD.size)
    nonce, sealed = file.read(NONCE), file.read(count + TAG)
    try:
        return cipher.decrypt(nonce, sealed, _bound(offset))
    except InvalidTag as error:
        raise BlobDamaged("a frame does not open") from error


def _check_last(file: BinaryIO, cipher: AESGCM) -> None:
    """Refuse to append with another key than the one before."""
    last = None
    for last in _frames(file):  # noqa: B007 - only the last one matters
        continue
    if last is not None:
        _frame(file, cipher, *last)


def _bound(offset: int) -> bytes:
    return b"at:" + str(offset).encode()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unlink(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    return True
