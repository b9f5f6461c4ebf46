"""Drafts: kept on the server, one for each matter, surviving a new release of it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import msgspec

from backend.cases.errors import DraftNotFound
from backend.cases.schemas import DraftList, DraftMaterial, DraftOut, DraftPut, MaterialGiven
from backend.cases.sealing import draft_purpose
from backend.cases.submission import check_audience, pinned
from backend.core import crypto, db
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.identity import service as identity
from backend.modules import registry
from backend.modules.errors import ReleaseUnknown
from backend.modules.registry import MatterEntry
from backend.sdk.manifest import Matter

KEPT_FOR = timedelta(days=90)
SHOWN = 50
MATTER = re.compile(r"^[a-z0-9_]{1,64}\.[a-z0-9_]{1,64}$")
_COLUMNS = "citizen_id, key_of, matter, release, sealed, step, updated_at"


class Content(msgspec.Struct):
    """What is sealed of a draft."""

    form: dict[str, Any]
    materials: list[MaterialGiven] = []


def _upload_id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


async def put(who: Principal, matter: str, given: DraftPut) -> DraftOut:
    """Raises MatterNotFound, ReleaseUnknown, ForCompanies."""
    entry = await pinned(matter, given.release)
    check_audience(entry)
    key = await identity.data_key(who.id)
    sealed = crypto.seal(
        key, msgspec.json.encode(Content(given.form, given.materials)), draft_purpose(UUID(who.id), matter)
    )
    uploads = [str(found) for item in given.materials if (found := _upload_id(item.upload)) is not None]
    row = await db.fetch_one(
        "INSERT INTO cases_draft (id, created_at, citizen_id, key_of, matter, release, sealed, uploads, step,"  # noqa: S608
        " updated_at) VALUES ($1, $2, $3, $3, $4, $5, $6, $7::jsonb, $8, $2) ON CONFLICT (citizen_id, matter)"
        " DO UPDATE SET key_of = excluded.key_of, release = excluded.release, sealed = excluded.sealed,"
        f" uploads = excluded.uploads, step = excluded.step, updated_at = excluded.updated_at RETURNING {_COLUMNS}",
        uuid4(),
        now(),
        UUID(who.id),
        matter,
        entry.release,
        sealed,
        msgspec.json.encode(uploads).decode(),
        given.step,
    )
    assert row is not None
    return await _out(row)


async def get(who: Principal, matter: str) -> DraftOut:
    """Raises DraftNotFound."""
    if not MATTER.match(matter):
        raise DraftNotFound
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM cases_draft WHERE citizen_id = $1 AND matter = $2",  # noqa: S608
        UUID(who.id),
        matter,
    )
    if row is None:
        raise DraftNotFound
    return await _out(row)


async def list_of(who: Principal) -> DraftList:
    found = await db.fetch(
        f"SELECT {_COLUMNS} FROM cases_draft WHERE citizen_id = $1 ORDER BY updated_at DESC LIMIT $2",  # noqa: S608
        UUID(who.id),
        SHOWN,
    )
    return DraftList(items=[await _out(row) for row in found])


async def delete(who: Principal, matter: str) -> None:
    if MATTER.match(matter):
        await db.execute("DELETE FROM cases_draft WHERE citizen_id = $1 AND matter = $2", UUID(who.id), matter)


def opened(key: bytes, key_of: UUID, matter: str, sealed: bytes) -> Content:
    """Raises crypto.Unreadable."""
    return msgspec.json.decode(crypto.unseal(key, bytes(sealed), draft_purpose(key_of, matter)), type=Content)


async def _out(row: asyncpg.Record) -> DraftOut:
    key = await identity.data_key(str(row["key_of"]))
    content = opened(key, row["key_of"], row["matter"], row["sealed"])
    began = await _entry(row["release"], row["matter"])
    live = registry.current().entry(row["matter"])
    changes = [] if began is None else differences(began.matter, live.matter if live else None, content)
    return DraftOut(
        matter=row["matter"],
        matter_name=(live or began).matter.name if live or began else row["matter"],  # type: ignore[union-attr]
        release=row["release"],
        form=content.form,
        materials=await _materials(row["citizen_id"], content.materials),
        step=row["step"],
        changes=changes,
        updated_at=row["updated_at"],
    )


async def _entry(release: str, matter: str) -> MatterEntry | None:
    try:
        return await registry.pinned(release, matter.partition(".")[2])
    except ReleaseUnknown:
        return None


async def _materials(citizen_id: UUID, given: list[MaterialGiven]) -> list[DraftMaterial]:
    """Files that are still there and were not used for a case meanwhile, and licences."""
    ids = [found for item in given if (found := _upload_id(item.upload)) is not None]
    held = await db.fetch(
        "SELECT id, name, size FROM cases_upload WHERE id = ANY($1::uuid[]) AND citizen_id = $2 AND case_id IS NULL"
        " AND state <> 'refused'",
        ids,
        citizen_id,
    )
    files = {row["id"]: row for row in held}
    shown: list[DraftMaterial] = []
    for item in given:
        upload = _upload_id(item.upload)
        file = files.get(upload) if upload else None
        if file is None and item.license is None:
            continue
        shown.append(
            DraftMaterial(
                code=item.code,
                upload=str(upload) if file is not None else None,
                license=item.license,
                name=file["name"] if file is not None else None,
                size=file["size"] if file is not None else None,
            )
        )
    return shown


def differences(began: Matter, live: Matter | None, content: Content) -> list[str]:
    """What a newer release means for what is filled in already, in words; empty when all of it still fits."""
    if live is None:
        return ["这个事项已经下线，草稿只能查看"]
    if began is live:
        return []
    told: list[str] = []
    old = {field.name: field for field in began.fields}
    new = {field.name: field for field in live.fields}
    for name, field in old.items():
        if name not in new and name in content.form:
            told.append(f"“{field.title}”不再需要填写")
        elif name in new and name in content.form and new[name].type != field.type:
            told.append(f"“{new[name].title}”的填写方式变了，请重新填写")
    told += [f"新增必填项“{field.title}”" for name, field in new.items() if name not in old and field.required]
    given = {item.code for item in content.materials}
    papers = {material.code: material for material in live.materials}
    before = {material.code: material for material in began.materials}
    told += [f"不再需要材料“{before[code].name}”" for code in sorted(given & set(before) - set(papers))]
    told += [
        f"新增必交材料“{material.name}”"
        for code, material in papers.items()
        if code not in before and material.need == "required"
    ]
    return told


async def expire(batch: int = 1_000) -> int:
    """Drop drafts that nobody touched for long; how many went."""
    return await db.execute(
        "DELETE FROM cases_draft WHERE id IN (SELECT id FROM cases_draft WHERE updated_at < $1 LIMIT $2)",
        now() - KEPT_FOR,
        batch,
    )
