"""Rows of releases: read, moved by a person, and shown with the names of everybody who had a hand in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from backend.core import audit, db
from backend.core.sessions import Principal
from backend.modules import rights
from backend.modules.ports import ports
from backend.modules.schemas import Person, ReleaseOut, SecrecyOut
from backend.modules.states import RELEASE, move
from backend.sdk.findings import Finding


async def get(release_id: str) -> asyncpg.Record:
    """The row of a release that is known to be there."""
    row = await db.fetch_one("SELECT * FROM modules_release WHERE id = $1", rights.identifier(release_id))
    assert row is not None
    return row


async def act(who: Principal, release_id: str, deed: str, **columns: Any) -> None:
    """One move of the machine by a person, in the caller's transaction."""
    row = await rights.release_of(who, release_id)
    await rights.lock(row["module_id"])
    present = await db.fetch_one("SELECT state FROM modules_release WHERE id = $1 FOR UPDATE", row["id"])
    assert present is not None
    await put(release_id, move(RELEASE, present["state"], deed), **columns)
    await audit.record(who, f"modules.{deed}", "release", release_id, module=row["module_id"], version=row["version"])


_COLUMNS = {"submitted_by": "", "reviewed_by": "", "reasons": "::jsonb", "findings": "::jsonb"}


async def put(release_id: str, state: str, **columns: Any) -> None:
    """Write a state, and what came with it, in the caller's transaction."""
    sets = "".join(f", {name} = ${at}{_COLUMNS[name]}" for at, name in enumerate(columns, 3))
    await db.execute(
        f"UPDATE modules_release SET state = $2, state_at = now(){sets} WHERE id = $1",  # noqa: S608 - names of ours
        rights.identifier(release_id),
        state,
        *columns.values(),
    )


def _json(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, str | bytes) else value


def secrecy(value: Any) -> SecrecyOut | None:
    """The recorded 保密审查 of a row, None before there was one."""
    held = _json(value)
    if held is None:
        return None
    # records from before members signed it with their own account name a person in free text
    return SecrecyOut(
        passed=held["passed"],
        note=held["note"],
        by=held.get("by") or held.get("recorded_by", ""),
        name=held.get("name") or held.get("reviewer", ""),
        at=msgspec.convert(held["at"], datetime) if held.get("at") else None,
    )


async def shown(who: Principal, rows: list[asyncpg.Record]) -> list[ReleaseOut]:
    """Releases as `who` sees them, with the names of everybody who had a hand in them."""
    people = {row[column] for row in rows for column in ("published_by", "submitted_by", "reviewed_by")} - {None}
    names = await ports().names(people)

    def person(key: str | None) -> Person | None:
        return None if key is None else Person(id=key, name=names.get(key, ""))

    return [
        ReleaseOut(
            id=str(row["id"]),
            module=row["module_id"],
            version=row["version"],
            state=row["state"],
            team=row["team_id"],
            digest=bytes(row["digest"]).hex(),
            matters=row["matters"],
            findings=msgspec.convert(_json(row["findings"]), list[Finding]),
            reasons=_json(row["reasons"]),
            secrecy_review=secrecy(row["secrecy"]),
            uploaded_by=Person(id=row["published_by"], name=names.get(row["published_by"], "")),
            submitted_by=person(row["submitted_by"]),
            reviewed_by=person(row["reviewed_by"]),
            yours=who.id in (row["published_by"], row["submitted_by"]),
            created_at=row["created_at"],
            state_at=row["state_at"],
        )
        for row in rows
    ]
