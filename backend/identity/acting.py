"""Leave to act for another, as whoever serves an act asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from backend.core import audit, db
from backend.core.clock import today
from backend.core.sessions import Level, Principal
from backend.identity import profiles
from backend.identity.errors import NotDelegated

ALL = "*"
RELATIONS = {
    "parent": "父母",
    "spouse": "配偶",
    "child": "子女",
    "other": "其他家人",
    "minor": "未成年子女",
    "ward": "被监护人",
}


@dataclass(frozen=True, slots=True)
class Acting:
    """Leave to act: `citizen_id` is acted for; `ids` are all delegations that ever were between the two."""

    id: str
    citizen_id: str
    agent_name: str
    grantor_name: str
    relation: str
    matters: tuple[str, ...]
    wallet: bool
    ids: tuple[str, ...]

    @property
    def who(self) -> str:
        """The agent as timelines name them."""
        return f"代办人{self.agent_name}"


def covers(matters: Sequence[str], matter: str) -> bool:
    return ALL in matters or matter in matters


_ACTIVE = "state = 'active' AND ends_on >= $2"


async def acting(who: Principal, delegation_id: str, *, matter: str | None = None, wallet: bool = False) -> Acting:
    """Leave to act under a delegation, held until the caller's transaction ends. Raises NotDelegated.

    `matter` must be in its scope; `wallet` asks for the right to look at licences.
    """
    try:
        number = uuid.UUID(delegation_id)
    except ValueError as exc:
        raise NotDelegated from exc
    row = await db.fetch_one(
        f"SELECT grantor_id FROM identity_delegation WHERE id = $1 AND {_ACTIVE} AND agent_id = $3",  # noqa: S608
        number,
        today(),
        uuid.UUID(who.id),
    )
    found = None if row is None else await acting_for(who, str(row["grantor_id"]), only=number)
    if found is None:
        raise NotDelegated
    if matter is not None and not covers(found.matters, matter):
        raise NotDelegated("对方没有授权您代办这个事项")
    if wallet and not found.wallet:
        raise NotDelegated("对方没有授权您查看证照")
    return found


async def acting_for(
    who: Principal, citizen_id: str, *, matter: str | None = None, only: uuid.UUID | None = None
) -> Acting | None:
    """Leave to act for a person, whichever delegation gives it; None when none does."""
    if who.kind != "citizen" or who.level < Level.VERIFIED:
        return None
    rows = await db.fetch(
        "SELECT id, relation, matters, wallet, state = 'active' AND ends_on >= $3 AS good FROM identity_delegation"
        " WHERE agent_id = $1 AND grantor_id = $2 ORDER BY created_at DESC FOR SHARE",
        uuid.UUID(who.id),
        uuid.UUID(citizen_id),
        today(),
    )
    for row in rows:
        matters = row["matters"] if isinstance(row["matters"], list) else msgspec.json.decode(row["matters"])
        if not row["good"] or (only is not None and row["id"] != only):
            continue
        if matter is not None and not covers(matters, matter):
            continue
        return Acting(
            id=str(row["id"]),
            citizen_id=citizen_id,
            agent_name=await profiles.masked_name(who.id) or "",
            grantor_name=await profiles.masked_name(citizen_id) or "",
            relation=RELATIONS[row["relation"]],
            matters=tuple(matters),
            wallet=row["wallet"],
            ids=tuple(str(item["id"]) for item in rows),
        )
    return None


async def agent_of(delegation_id: str) -> str | None:
    """Who acts under a delegation now; None when it has ended."""
    row = await db.fetch_one(
        f"SELECT agent_id FROM identity_delegation WHERE id = $1 AND {_ACTIVE}",  # noqa: S608
        uuid.UUID(delegation_id),
        today(),
    )
    return None if row is None else str(row["agent_id"])


async def record_act(who: Principal, found: Acting, what: str, kind: str, subject: str, purpose: str | None) -> None:
    """Write an act for another into the trail: both persons, readable for the one acted for.

    `what` is a key of `data_uses.DEEDS`.
    """
    await audit.record(
        who, "identity.acted_for", kind, subject, citizen_id=found.citizen_id, purpose=purpose, delegation=found.id,
        what=what,
    )  # fmt: skip
