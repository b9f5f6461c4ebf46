"""Counting WeChat's subscribe grants: one tap allows one message."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Literal

from backend.core import db
from backend.core.clock import now

Heard = Literal["by_client", "by_event"]


async def count(citizen_id: str, template_id: str, answer: str, heard: Heard) -> None:
    """`accept` adds one, `ban` takes what is left; a mere `reject` of one dialog takes nothing away."""
    if answer == "accept":
        client, event = (1, 0) if heard == "by_client" else (0, 1)
        await db.execute(
            "INSERT INTO push_grant AS g (citizen_id, template_id, by_client, by_event, spent, updated_at)"
            " VALUES ($1, $2, $3, $4, 0, $5) ON CONFLICT (citizen_id, template_id) DO UPDATE SET"
            " by_client = g.by_client + $3, by_event = g.by_event + $4, updated_at = $5",
            uuid.UUID(citizen_id),
            template_id,
            client,
            event,
            now(),
        )
    elif answer == "ban":
        await spend_all(citizen_id, template_id)


async def spend_one(citizen_id: str, template_id: str) -> None:
    await db.execute(
        "UPDATE push_grant SET spent = spent + 1, updated_at = $3 WHERE citizen_id = $1 AND template_id = $2",
        uuid.UUID(citizen_id),
        template_id,
        now(),
    )


async def spend_all(citizen_id: str, template_id: str) -> None:
    """Nothing is left: the citizen banned it, or WeChat says so (43101, 43107)."""
    await db.execute(
        "UPDATE push_grant SET spent = greatest(by_client, by_event), updated_at = $3"
        " WHERE citizen_id = $1 AND template_id = $2",
        uuid.UUID(citizen_id),
        template_id,
        now(),
    )


async def left_of_many(citizens: Sequence[uuid.UUID], template_id: str) -> dict[str, int]:
    """Citizen id → messages of this template that may still be sent."""
    rows = await db.fetch(
        "SELECT citizen_id, greatest(by_client, by_event) - spent AS n FROM push_grant"
        " WHERE citizen_id = ANY($1::uuid[]) AND template_id = $2",
        list(citizens),
        template_id,
    )
    return {str(row["citizen_id"]): max(0, row["n"]) for row in rows}


async def left(citizen_id: str) -> dict[str, int]:
    """Template id → messages that may still be sent."""
    rows = await db.fetch(
        "SELECT template_id, greatest(by_client, by_event) - spent AS n FROM push_grant WHERE citizen_id = $1",
        uuid.UUID(citizen_id),
    )
    return {row["template_id"]: max(0, row["n"]) for row in rows}
