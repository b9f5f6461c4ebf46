"""Writing policies: proposed by one admin, agreed to by another, every version kept."""

from __future__ import annotations

import uuid
from typing import Any, cast

import asyncpg
import msgspec

from backend.core import audit, db
from backend.core.clock import now
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.identity import policies, profiles, situations
from backend.identity.errors import PolicyNotFound, PolicySecondPerson, PolicySettled
from backend.identity.policies import ACTIONS, Policy, Situation
from backend.identity.staff_schemas import (
    PoliciesOut,
    PolicyOut,
    PolicyPut,
    PolicyVersion,
    Simulate,
    SimulatedWay,
    Simulation,
)


async def listed() -> PoliciesOut:
    """Every action with what holds for it, what is proposed, and what held before."""
    rows = await db.fetch("SELECT * FROM identity_policy ORDER BY created_at DESC LIMIT 500")
    return PoliciesOut(items=[_action(action, [row for row in rows if row["action"] == action]) for action in ACTIONS])


def _action(action: str, rows: list[asyncpg.Record]) -> PolicyOut:
    active = next((row for row in rows if row["state"] == "active"), None)
    proposed = next((row for row in rows if row["state"] == "proposed"), None)
    return PolicyOut(
        action=cast(Any, action),
        name=ACTIONS[action],
        policy=msgspec.json.decode(active["body"], type=Policy) if active else policies.of(action),
        own=active is not None,
        proposed=_version(proposed) if proposed else None,
        history=[_version(row) for row in rows if row["state"] in ("active", "replaced")][:10],
    )


def _version(row: asyncpg.Record) -> PolicyVersion:
    return PolicyVersion(
        id=str(row["id"]),
        state=row["state"],
        policy=msgspec.json.decode(row["body"], type=Policy),
        reason=row["reason"],
        proposed_by=row["proposed_name"],
        agreed_by=row["agreed_name"],
        at=row["settled_at"] or row["created_at"],
    )


async def propose(who: Principal, given: PolicyPut) -> PoliciesOut:
    """In place of what was proposed for the action before. Raises InvalidPayload."""
    wrong = policies.faults(given.policy)
    if wrong:
        raise InvalidPayload(
            "；".join(wrong), errors=[FieldProblem(field="policy", code="policy", message=text) for text in wrong]
        )
    async with db.transaction():
        await _lock(given.action)
        await db.execute(
            "UPDATE identity_policy SET state = 'dropped', settled_at = $2 WHERE action = $1 AND state = 'proposed'",
            given.action,
            now(),
        )
        await db.execute(
            "INSERT INTO identity_policy (id, created_at, action, state, body, reason, proposed_by, proposed_name)"
            " VALUES ($1, $2, $3, 'proposed', $4::jsonb, $5, $6, $7)",
            uuid.uuid4(),
            now(),
            given.action,
            msgspec.json.encode(given.policy).decode(),
            given.reason,
            who.id,
            who.name or who.id,
        )
        await _told(who, "identity.policy_proposed", given.action, given.policy, reason=given.reason)
    return await listed()


async def agree(who: Principal, policy_id: str) -> PoliciesOut:
    """Let what another admin proposed hold. Raises PolicyNotFound, PolicySettled, PolicySecondPerson."""
    async with db.transaction():
        row = await _open(policy_id)
        if row["proposed_by"] == who.id:
            raise PolicySecondPerson
        await db.execute(
            "UPDATE identity_policy SET state = 'replaced' WHERE action = $1 AND state = 'active'", row["action"]
        )
        await db.execute(
            "UPDATE identity_policy SET state = 'active', agreed_by = $2, agreed_name = $3, settled_at = $4"
            " WHERE id = $1",
            row["id"],
            who.id,
            who.name or who.id,
            now(),
        )
        policy = msgspec.json.decode(row["body"], type=Policy)
        await _told(who, "identity.policy_agreed", row["action"], policy, proposed_by=row["proposed_by"])
    await policies.refresh()
    return await listed()


async def reject(who: Principal, policy_id: str) -> PoliciesOut:
    """Drop what was proposed, one's own as well. Raises PolicyNotFound, PolicySettled."""
    async with db.transaction():
        row = await _open(policy_id)
        await db.execute(
            "UPDATE identity_policy SET state = 'dropped', settled_at = $2 WHERE id = $1", row["id"], now()
        )
        policy = msgspec.json.decode(row["body"], type=Policy)
        await _told(who, "identity.policy_dropped", row["action"], policy, proposed_by=row["proposed_by"])
    return await listed()


async def simulate(who: Principal, given: Simulate) -> Simulation:
    """Whom a policy would offer what. With a phone the situation is that person's of this moment, which they can read;
    nothing of them is shown but what the ways follow from. Raises InvalidPayload."""
    policy = given.policy or policies.of(given.action)
    about = Situation(
        age=given.age,
        failures={str(channel): count for channel, count in given.failures.items()},
        begun=given.begun,
    )
    if given.phone is not None:
        citizen = await profiles.citizen_of_phone(given.phone)
        async with db.transaction():  # a number that nobody has is asked for in the trail as well
            await audit.record(
                who,
                "identity.policy_simulated",
                "citizen",
                citizen or "",
                citizen_id=citizen,
                purpose="核对核验方式",
            )
        if citizen is None:
            problem = FieldProblem(field="phone", code="unknown", message="没有人用这个手机号登录过")
            raise InvalidPayload(errors=[problem])
        about = await situations.of(citizen, given.action)
    return Simulation(
        age=about.age,
        failures=dict(about.failures),
        begun=about.begun,
        faults=policies.faults(policy),
        ways=[
            SimulatedWay(method=item.method, offered=item.offered, why=item.why)
            for item in policies.weigh(policy, about)
        ],
    )


async def _open(policy_id: str) -> asyncpg.Record:
    try:
        key = uuid.UUID(policy_id)
    except ValueError as exc:
        raise PolicyNotFound from exc
    found = await db.fetch_one("SELECT action FROM identity_policy WHERE id = $1", key)
    if found is None:
        raise PolicyNotFound
    await _lock(found["action"])
    row = await db.fetch_one("SELECT * FROM identity_policy WHERE id = $1 FOR UPDATE", key)
    assert row is not None  # rows stay
    if row["state"] != "proposed":
        raise PolicySettled
    return row


async def _lock(action: str) -> None:
    """One change of an action at a time: at most one version is active, and one proposed."""
    await db.fetch("SELECT pg_advisory_xact_lock(hashtextextended('identity_policy:' || $1, 0))", action)


async def _told(who: Principal, act: str, action: str, policy: Policy, **more: Any) -> None:
    await audit.record(who, act, "policy", action, policy=msgspec.to_builtins(policy), **more)
