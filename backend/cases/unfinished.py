"""How many forms of a release were handed in, and how many people began one and left it."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.core import db
from backend.core.clock import now
from backend.modules.unfinished import Forms

QUIET = timedelta(minutes=15)  # somebody who has touched nothing for so long has gone


async def forms_of(release: str, since: datetime) -> Forms:
    """Drafts begun since then that lie untouched, and cases opened since then. A draft that its owner throws away is
    not counted: nobody can tell it from one that was finished at a window."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM cases_draft WHERE release = $1 AND created_at >= $2 AND updated_at < $3) AS left,"
        " (SELECT count(*) FROM cases_case WHERE submitted_at >= $2 AND release = $1) AS finished",
        release,
        since,
        now() - QUIET,
    )
    assert row is not None
    return Forms(finished=row["finished"], left=row["left"])
