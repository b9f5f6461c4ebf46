"""Words that are used again, with their versions; and how citizens took what an author sent."""

from __future__ import annotations

import uuid
from typing import Literal

import asyncpg

from backend.campaigns.errors import TemplateChanged, TemplateNotFound
from backend.campaigns.schemas import (
    Preview,
    SenderScore,
    SenderScores,
    TemplateChange,
    TemplateList,
    TemplateOut,
    TemplatePut,
)
from backend.core import audit, db
from backend.core.clock import now
from backend.core.sessions import Principal
from push import outcomes

WATCH, POOR, ENOUGH = 2, 10, 200
"""Of a thousand that were sent, so many switched off; below `ENOUGH` sent nothing is said. The numbers are ours."""


async def newest() -> TemplateList:
    """The newest version of each that is in use, by name."""
    rows = await db.fetch(
        "SELECT * FROM (SELECT DISTINCT ON (key) * FROM campaigns_template ORDER BY key, version DESC) t"
        " WHERE NOT retired ORDER BY name, key LIMIT 500"
    )
    return TemplateList(items=[_out(row) for row in rows])


async def versions(key: str) -> TemplateList:
    """All versions of one, the newest first, with previews. Raises TemplateNotFound."""
    rows = await db.fetch("SELECT * FROM campaigns_template WHERE key = $1 ORDER BY version DESC", _key(key))
    if not rows:
        raise TemplateNotFound
    return TemplateList(items=[_out(row, previews=True) for row in rows])


async def create(who: Principal, wanted: TemplatePut) -> TemplateOut:
    key = uuid.uuid4()
    async with db.transaction():
        row = await _write(who, key, 1, wanted, retired=False)
        await audit.record(who, "campaigns.template", "template", str(key), version=1, name=wanted.name)
    return _out(row, previews=True)


async def change(who: Principal, key: str, wanted: TemplateChange) -> TemplateOut:
    """The next version. Raises TemplateNotFound, TemplateChanged when somebody was faster."""
    template = _key(key)
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT version FROM campaigns_template WHERE key = $1 ORDER BY version DESC LIMIT 1", template
        )
        if row is None:
            raise TemplateNotFound
        if row["version"] != wanted.version:
            raise TemplateChanged
        try:
            made = await _write(who, template, wanted.version + 1, wanted, retired=wanted.retired)
        except asyncpg.UniqueViolationError as exc:
            raise TemplateChanged from exc
        await audit.record(who, "campaigns.template", "template", key, version=wanted.version + 1)
    return _out(made, previews=True)


async def _write(who: Principal, key: uuid.UUID, version: int, wanted: TemplatePut, *, retired: bool) -> asyncpg.Record:
    row = await db.fetch_one(
        "INSERT INTO campaigns_template (id, created_at, key, version, name, kind, title, body, link, reason, retired,"
        " made_by, made_by_name) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " RETURNING *",
        now(),
        key,
        version,
        wanted.name,
        wanted.kind,
        wanted.title,
        wanted.body,
        wanted.link,
        wanted.reason,
        retired,
        who.id,
        who.name or who.id,
    )
    assert row is not None  # RETURNING gives the row that was written
    return row


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as exc:
        raise TemplateNotFound from exc


def _out(row: asyncpg.Record, *, previews: bool = False) -> TemplateOut:
    words = {"title": row["title"], "body": row["body"], "link": row["link"]}
    shown = outcomes.preview(row["kind"], **words) if previews else []
    return TemplateOut(
        key=str(row["key"]),
        version=row["version"],
        name=row["name"],
        kind=row["kind"],
        reason=row["reason"],
        retired=row["retired"],
        made_by_name=row["made_by_name"],
        created_at=row["created_at"],
        previews=[Preview(channel=channel, lines=lines, cut=cut) for channel, lines, cut in shown],  # type: ignore[arg-type]
        **words,
    )


async def scores() -> SenderScores:
    """Each author's campaigns of the last 90 days: how many were sent, how many switched such notices off."""
    rows = await db.fetch(
        "SELECT c.made_by, max(c.made_by_name) AS name, count(DISTINCT c.id) AS campaigns, coalesce(sum(s.sent), 0) AS"
        " sent, coalesce(sum(s.out), 0) AS out FROM campaigns_campaign c CROSS JOIN LATERAL (SELECT (SELECT count(*)"
        " FROM push_delivery d WHERE d.sender = 'campaign:' || replace(c.id::text, '-', '') AND d.state IN ('sent',"
        " 'received', 'read')) AS sent, (SELECT count(*) FROM push_opt_out o WHERE o.sender = 'campaign:' ||"
        " replace(c.id::text, '-', '')) AS out) s WHERE c.started_at > now() - interval '90 days'"
        " GROUP BY c.made_by ORDER BY name"
    )
    return SenderScores(
        items=[
            SenderScore(
                made_by_name=row["name"],
                campaigns=row["campaigns"],
                sent=int(row["sent"]),
                opted_out=int(row["out"]),
                grade=grade(int(row["sent"]), int(row["out"])),
            )
            for row in rows
        ]
    )


def grade(sent: int, opted_out: int) -> Literal["too_few", "good", "watch", "poor"]:
    if sent < ENOUGH:
        return "too_few"
    if opted_out * 1000 >= sent * POOR:
        return "poor"
    return "watch" if opted_out * 1000 >= sent * WATCH else "good"
