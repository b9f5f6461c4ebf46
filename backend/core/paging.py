"""Opaque cursors of lists that are ordered by (time, id)."""

from __future__ import annotations

import base64
import uuid
from datetime import UTC, datetime, timedelta

from backend.core.errors import BadRequest

FIRST_DOWN = (datetime(9999, 1, 1, tzinfo=UTC), uuid.UUID(int=0))
"""Where a list with the newest in front begins."""

FIRST_UP = (datetime(1970, 1, 1, tzinfo=UTC), uuid.UUID(int=0))
"""Where a list with the oldest in front begins."""

_EPOCH = datetime.fromtimestamp(0, UTC)


def cursor(at: datetime, key: uuid.UUID) -> str:
    """32 characters of base64url for the last row of a page: microseconds since 1970, and its id."""
    micros = (at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(micros.to_bytes(8, "big") + key.bytes).decode()


def position(text: str | None, first: tuple[datetime, uuid.UUID]) -> tuple[datetime, uuid.UUID]:
    """The row after which the next page begins; `first` without a cursor. Raises BadRequest."""
    if text is None:
        return first
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
        if len(raw) != 24:
            raise ValueError("not a cursor")
        moment = _EPOCH + timedelta(microseconds=int.from_bytes(raw[:8], "big"))
    except (ValueError, OverflowError) as exc:
        raise BadRequest("翻页标记无效，请从第一页看起") from exc
    return moment, uuid.UUID(bytes=raw[8:])
