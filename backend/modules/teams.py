"""Teams and the keys that sign their bundles: registered, succeeded, revoked."""

from __future__ import annotations

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.core import audit, db
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.modules import rights
from backend.modules.errors import KeyRefused, TeamExists, TeamNotFound
from backend.modules.models import TeamKey
from backend.modules.schemas import (
    Because,
    CohortOut,
    CohortPut,
    KeyCreate,
    KeyOut,
    TeamCreate,
    TeamList,
    TeamOut,
    TeamRow,
)
from backend.sdk import sign

MOST_KEYS = 50
PAGE = 200


async def create(who: Principal, given: TeamCreate) -> TeamOut:
    """Raises TeamExists."""
    async with db.transaction():
        made = await db.execute(
            "INSERT INTO modules_team (id, name, created_at) VALUES ($1, $2, now()) ON CONFLICT DO NOTHING",
            given.id,
            given.name,
        )
        if not made:
            raise TeamExists
        await audit.record(who, "modules.team_created", "team", given.id)
    return await read(given.id)


async def listed(who: Principal, after: str) -> TeamList:
    """The teams that the principal may read, by id, from the one behind `after`."""
    mine = await rights.teams_of(who)
    rows = await db.fetch(
        "SELECT t.id, t.name, count(k.id) FILTER (WHERE k.state = 'active') AS active,"
        " count(k.id) FILTER (WHERE k.state = 'proposed') AS proposed FROM modules_team t"
        " LEFT JOIN modules_team_key k ON k.team_id = t.id WHERE t.id > $1"
        " AND ($3::text[] IS NULL OR t.id = ANY($3)) GROUP BY t.id, t.name"
        " ORDER BY t.id LIMIT $2",
        after,
        PAGE,
        None if mine is None else sorted(mine),
    )
    items = [TeamRow(id=row["id"], name=row["name"], active=row["active"], proposed=row["proposed"]) for row in rows]
    return TeamList(items=items, next=items[-1].id if len(items) == PAGE else None)


async def look(who: Principal, team: str) -> TeamOut:
    """Raises TeamNotFound, NotYourTeam."""
    found = await read(team)
    await rights.require_team(who, team)
    return found


async def read(team: str) -> TeamOut:
    """Raises TeamNotFound."""
    row = await db.fetch_one("SELECT id, name FROM modules_team WHERE id = $1", team)
    if row is None:
        raise TeamNotFound
    keys = await TeamKey.filter(team_id=team).order_by("-created_at").limit(MOST_KEYS)
    return TeamOut(
        id=row["id"],
        name=row["name"],
        keys=[
            KeyOut(id=key.id, state=key.state, created_at=key.created_at, ended_at=key.ended_at, reason=key.reason)
            for key in keys
        ],
    )


async def add_key(who: Principal, team: str, given: KeyCreate) -> TeamOut:
    """Register a key. Without the proof of an older key only admins may: one for a team's first key, and two, each with
    the same key, once it has had any. Raises TeamNotFound, TeamExists, KeyRefused, InvalidPayload."""
    try:
        key = sign.load_public(given.public_key)
    except sign.KeyUnreadable as exc:
        problem = FieldProblem(field="public_key", code="format", message="应为 PEM 格式的 Ed25519 公钥")
        raise InvalidPayload(errors=[problem]) from exc
    number = sign.key_id(key)
    async with db.transaction():
        if await db.fetch_one("SELECT 1 FROM modules_team WHERE id = $1 FOR UPDATE", team) is None:
            raise TeamNotFound
        if given.vouched_by is not None:
            older = await active(given.vouched_by)
            try:
                if older["team_id"] != team:
                    raise KeyRefused("这把密钥不属于这个团队")
                sign.check_vouch(team, key, given.proof or "", sign.load_public(older["public_key"]))
            except sign.SignatureWrong as exc:
                raise KeyRefused("旧密钥的证明不对") from exc
            # It may have been revoked since it was read: revoked is for ever, and vouches for nobody.
            if not await db.execute(
                "UPDATE modules_team_key SET state = 'retired', ended_at = now() WHERE id = $1 AND state = 'active'",
                given.vouched_by,
            ):
                await active(given.vouched_by)
        elif "admin" not in who.roles:
            raise KeyRefused("换密钥要用旧密钥签名证明；旧密钥丢了请系统管理员登记")
        elif await TeamKey.exists(team_id=team):
            await _by_two(who, team, number, key)
            return await read(team)
        if await TeamKey.exists(id=number):
            raise TeamExists
        await TeamKey.create(id=number, team_id=team, public_key=sign.public_pem(key), state="active", added_by=who.id)
        await audit.record(who, "modules.key_added", "team", team, key=number, vouched_by=given.vouched_by)
    return await read(team)


async def _by_two(who: Principal, team: str, number: str, key: Ed25519PublicKey) -> None:
    """A key for a team that lost its own: one admin proposes it, a second who names the same key makes it count."""
    known = await db.fetch_one("SELECT team_id, state, added_by FROM modules_team_key WHERE id = $1", number)
    if known is None:
        await TeamKey.create(
            id=number, team_id=team, public_key=sign.public_pem(key), state="proposed", added_by=who.id
        )
        await audit.record(who, "modules.key_proposed", "team", team, key=number)
        return
    if known["team_id"] != team or known["state"] != "proposed":
        raise TeamExists
    if known["added_by"] == who.id:
        raise KeyRefused("这把密钥是您登记的，要由另一位管理员同意")
    if not await db.execute(
        "UPDATE modules_team_key SET state = 'active' WHERE id = $1 AND state = 'proposed'", number
    ):
        raise TeamExists  # revoked by a third since it was read
    await audit.record(who, "modules.key_added", "team", team, key=number, proposed_by=known["added_by"])


async def agree(who: Principal, team: str, key: str) -> TeamOut:
    """Make a key count that another admin proposed. Raises TeamNotFound, KeyRefused."""
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT public_key, state FROM modules_team_key WHERE id = $1 AND team_id = $2", key, team
        )
        if row is None:
            raise KeyRefused("没有登记过这把密钥", context={"key": key[:64]})
        if row["state"] != "proposed":
            await active(key)  # says in what state it is; an active one was agreed to already
        else:
            await _by_two(who, team, key, sign.load_public(row["public_key"]))
    return await read(team)


async def revoke_key(who: Principal, team: str, key: str, given: Because) -> TeamOut:
    """Trust a key no more, at once and for ever. Raises TeamNotFound."""
    async with db.transaction():
        if not await db.execute(
            "UPDATE modules_team_key SET state = 'revoked', ended_at = now(), reason = $3"
            " WHERE id = $1 AND team_id = $2 AND state <> 'revoked'",
            key,
            team,
            given.reason,
        ):
            raise TeamNotFound("没有找到这把密钥，或已经吊销")
        await audit.record(who, "modules.key_revoked", "team", team, key=key, reason=given.reason)
    return await read(team)


async def active(key: str) -> asyncpg.Record:
    """The row of a key that may sign now. Raises KeyRefused."""
    row = await db.fetch_one("SELECT id, team_id, public_key, state FROM modules_team_key WHERE id = $1", key)
    if row is None:
        raise KeyRefused("没有登记过这把密钥", context={"key": key})
    if row["state"] != "active":
        words = {
            "proposed": "这把密钥还要另一位管理员同意才能用",
            "retired": "这把密钥已经换新",
            "revoked": "这把密钥已经吊销",
        }
        raise KeyRefused(words[row["state"]], context={"key": key, "state": row["state"]})
    return row


async def put_cohort(who: Principal, name: str, given: CohortPut) -> CohortOut:
    """Make a group of testers be exactly these. Raises NotYourRegion when it is another place's group."""
    subjects = sorted(set(given.subjects))
    async with db.transaction():
        await db.execute(
            "INSERT INTO modules_cohort (id, regions, created_at) VALUES ($1, $2::jsonb, now())"
            " ON CONFLICT (id) DO NOTHING",
            name,
            msgspec.json.encode(list(who.regions)).decode(),
        )
        held = await db.fetch_one("SELECT regions FROM modules_cohort WHERE id = $1 FOR UPDATE", name)
        assert held is not None
        rights.require_regions(who, msgspec.json.decode(held["regions"]))
        await db.execute("DELETE FROM modules_cohort_member WHERE cohort = $1", name)
        await db.execute(
            "INSERT INTO modules_cohort_member (cohort, subject) SELECT $1, unnest($2::text[])", name, subjects
        )
        await audit.record(who, "modules.cohort_set", "cohort", name, size=len(subjects))
    return CohortOut(name=name, size=len(subjects))
