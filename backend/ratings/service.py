"""Use cases of ratings: one rating a case, and what a bad one sets in motion."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Literal

import asyncpg
import msgspec

from backend.cases import service as cases
from backend.cases.schemas import CaseRating
from backend.core import audit, crypto, db, paging
from backend.core.calendar import add_workdays
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.identity import service as identity
from backend.modules.ports import Ratings
from backend.ratings.errors import AlreadyRated, FollowUpDone, FollowUpNotFound, NotConcluded
from backend.ratings.schemas import FollowUpList, FollowUpOut, FollowUpReply, RatingCreate, RatingOut
from push import service as push

LEVELS = {5: "非常满意", 4: "满意", 3: "基本满意", 2: "不满意", 1: "非常不满意"}
BAD = 2
CONTACT_DAYS, MEND_DAYS = 1, 15
"""Working days until a bad rating is answered and put right (好差评, `standards.md` §5)."""

COMMENT = b"ratings.comment"

ACTS = {"rating.contacted": "就您的差评联系了您", "rating.mended": "答复了您的差评"}
"""What 谁看过我的信息 calls the acts that are written here."""


async def rate(citizen_id: str, number: str, given: RatingCreate) -> RatingOut:
    """Rate a case of one's own once it is concluded; once more after a bad rating was mended.

    Runs in the transaction of its Idempotency-Key. Raises CaseNotFound (also for somebody else's), NotConcluded,
    AlreadyRated.
    """
    case = await cases.for_rating(number, citizen_id)
    if not case.concluded:
        raise NotConcluded
    at = now()
    async with db.transaction():
        earlier = await db.fetch_one(
            "SELECT r.round, f.state FROM ratings_rating r LEFT JOIN ratings_follow_up f ON f.rating_id = r.id"
            " WHERE r.case_id = $1 ORDER BY r.round DESC LIMIT 1",
            _uuid(case.case_id),
        )
        if earlier is not None and (earlier["round"] > 1 or earlier["state"] != "mended"):
            raise AlreadyRated
        comment = None
        if given.comment:
            comment = crypto.seal(await identity.data_key(citizen_id), given.comment.encode(), COMMENT)
        row = await db.fetch_one(
            "INSERT INTO ratings_rating (id, case_id, case_number, citizen_id, key_of, round, level, aspects,"
            " comment_sealed, anonymous, created_at) VALUES ($1, $2, $3, $4, $4, $5, $6, $7::jsonb, $8, $9, $10)"
            " ON CONFLICT (case_id, round) DO NOTHING RETURNING id",
            uuid.uuid4(),
            _uuid(case.case_id),
            case.number,
            uuid.UUID(citizen_id),
            2 if earlier is not None else 1,
            given.level,
            msgspec.json.encode(sorted(set(given.aspects))).decode(),
            comment,
            given.anonymous,
            at,
        )
        if row is None:  # rated in the same instant from elsewhere
            raise AlreadyRated
        follow_up: FollowUpOut | None = None
        if earlier is not None:
            await db.execute(
                "UPDATE ratings_follow_up SET state = 'closed', updated_at = $2"
                " WHERE case_id = $1 AND state = 'mended'",
                _uuid(case.case_id),
                at,
            )
        elif given.level <= BAD:
            follow_up = await _open(row["id"], case, citizen_id, given, at)
    return RatingOut(
        case_number=case.number,
        level=given.level,
        level_text=LEVELS[given.level],
        comment=given.comment,
        at=at,
        follow_up=follow_up,
    )


async def _open(
    rating_id: uuid.UUID, case: cases.RatedCase, citizen_id: str, given: RatingCreate, at: datetime
) -> FollowUpOut:
    contact, mend = add_workdays(at, CONTACT_DAYS), add_workdays(at, MEND_DAYS)
    key = uuid.uuid4()
    await db.execute(
        "INSERT INTO ratings_follow_up (id, rating_id, case_id, case_number, citizen_id, level, matter_name, region,"
        " state, contact_due, mend_due, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $11)",
        key,
        rating_id,
        _uuid(case.case_id),
        case.number,
        uuid.UUID(citizen_id),
        given.level,
        case.matter_name,
        case.region,
        contact,
        mend,
        at,
    )
    await push.notify(
        citizen_id,
        "progress",
        title="您的差评已转交办理",
        body=f"我们会在 {contact:%-m月%-d日} 前联系您，在 {mend:%-m月%-d日} 前整改并答复。",
        link=f"/cases/{case.number}",
        reason="您对一件办结的事给了差评",
        dedupe_key=f"ratings.follow_up:{key}",
        data={"matter": case.matter_name, "state": "已转交"},
    )
    return FollowUpOut(
        id=str(key),
        case_number=case.number,
        matter_name=case.matter_name,
        level=given.level,
        comment=given.comment,
        state="open",
        contact_due=contact.astimezone(UTC),
        mend_due=mend.astimezone(UTC),
        reply=None,
    )


async def rating_of(case_id: str | uuid.UUID) -> CaseRating | None:
    """The last rating of a case, with what is owed for it; None when it was not rated."""
    row = await db.fetch_one(
        "SELECT r.round, r.level, r.comment_sealed, r.key_of, r.created_at, f.mend_due, f.state, f.reply"
        " FROM ratings_rating r LEFT JOIN ratings_follow_up f ON f.case_id = r.case_id"
        " WHERE r.case_id = $1 ORDER BY r.round DESC LIMIT 1",
        _uuid(case_id),
    )
    if row is None:
        return None
    owed = row["state"] in ("open", "contacted")
    return CaseRating(
        level=row["level"],
        comment=await _comment(row, {}),
        at=row["created_at"],
        follow_up_due=row["mend_due"] if owed else None,
        reply=row["reply"],
        again=row["round"] == 1 and row["state"] == "mended",
    )


async def _comment(row: asyncpg.Record, keys: dict[uuid.UUID, bytes]) -> str | None:
    if row["comment_sealed"] is None:
        return None
    owner = row["key_of"]
    if owner not in keys:
        keys[owner] = await identity.data_key(str(owner))
    return crypto.unseal(keys[owner], bytes(row["comment_sealed"]), COMMENT).decode()


_LIST = (
    "SELECT f.id, f.case_number, f.matter_name, f.level, f.state, f.contact_due, f.mend_due, f.reply, f.citizen_id,"
    " f.updated_at, r.comment_sealed, r.key_of FROM ratings_follow_up f JOIN ratings_rating r ON r.id = f.rating_id"
)
_SCOPE = " AND (f.region = ANY($1::varchar[]) OR left(f.region, 2) || '0000' = ANY($1::varchar[])" + (
    " OR left(f.region, 4) || '00' = ANY($1::varchar[]))"
)
"""A handler's regions; a province or city code covers all below it."""


async def follow_ups(who: Principal, *, state: Literal["due", "done"], cursor: str | None, limit: int) -> FollowUpList:
    """Bad ratings of the handler's regions: owed ones by their clock, or done ones with the latest in front."""
    if state == "due":
        at, key = paging.position(cursor, paging.FIRST_UP)
        rows = await db.fetch(
            _LIST + " WHERE f.state IN ('open', 'contacted')" + _SCOPE + " AND (f.mend_due, f.id) > ($2, $3)"
            " ORDER BY f.mend_due, f.id LIMIT $4",
            list(who.regions),
            at,
            key,
            limit + 1,
        )
        column = "mend_due"
    else:
        at, key = paging.position(cursor, paging.FIRST_DOWN)
        rows = await db.fetch(
            _LIST + " WHERE f.state IN ('mended', 'closed')" + _SCOPE + " AND (f.updated_at, f.id) < ($2, $3)"
            " ORDER BY f.updated_at DESC, f.id DESC LIMIT $4",
            list(who.regions),
            at,
            key,
            limit + 1,
        )
        column = "updated_at"
    more, rows = len(rows) > limit, rows[:limit]
    keys: dict[uuid.UUID, bytes] = {}
    items = [_follow_up(row, await _comment(row, keys)) for row in rows]
    return FollowUpList(items=items, next=paging.cursor(rows[-1][column], rows[-1]["id"]) if more else None)


def _follow_up(row: asyncpg.Record, comment: str | None) -> FollowUpOut:
    return FollowUpOut(
        id=str(row["id"]),
        case_number=row["case_number"],
        matter_name=row["matter_name"],
        level=row["level"],
        comment=comment,
        state=row["state"],
        contact_due=row["contact_due"],
        mend_due=row["mend_due"],
        reply=row["reply"],
    )


async def reply(who: Principal, follow_up_id: str, given: FollowUpReply) -> FollowUpOut:
    """Contacted, or mended: written down and told to the citizen. Raises FollowUpNotFound (also outside the handler's
    regions) and FollowUpDone."""
    try:
        key = uuid.UUID(follow_up_id)
    except ValueError as exc:
        raise FollowUpNotFound from exc
    at = now()
    async with db.transaction():
        row = await db.fetch_one(_LIST + " WHERE f.id = $2" + _SCOPE + " FOR UPDATE OF f", list(who.regions), key)
        if row is None:
            raise FollowUpNotFound
        if row["state"] in ("mended", "closed") or (row["state"] == "contacted" and given.state == "contacted"):
            raise FollowUpDone
        await db.execute(
            "UPDATE ratings_follow_up SET state = $2::varchar, reply = $3, handler_id = $4, updated_at = $5,"
            " contacted_at = coalesce(contacted_at, $5),"
            " mended_at = CASE WHEN $2::varchar = 'mended' THEN $5 ELSE mended_at END WHERE id = $1",
            key,
            given.state,
            given.reply,
            who.id,
            at,
        )
        citizen = str(row["citizen_id"])
        await audit.record(
            who, f"rating.{given.state}", "follow_up", follow_up_id, citizen_id=citizen, purpose=row["case_number"]
        )
        mended = given.state == "mended"
        await push.notify(
            citizen,
            "result" if mended else "progress",
            title="您反映的问题有了答复" if mended else "已收到您的评价并联系您",
            body=("已整改，您可以再评价一次。" if mended else "") + f"答复：{given.reply}",
            link=f"/cases/{row['case_number']}",
            reason="您对一件办结的事给了差评",
            dedupe_key=f"ratings.reply:{key}:{given.state}",
            data={"matter": row["matter_name"], "state": "已整改" if mended else "已联系"},
        )
        comment = await _comment(row, {})
    changed = msgspec.structs.replace(_follow_up(row, comment), state=given.state, reply=given.reply)
    return changed


async def of_module(module: str, since: datetime) -> Ratings:
    """How people rated the cases of a module since then. Second ratings, after a bad one was mended, count too."""
    row = await db.fetch_one(
        "SELECT count(*) AS n, avg(r.level)::float AS mean, count(*) FILTER (WHERE r.level <= $3) AS bad"
        " FROM ratings_rating r JOIN cases_case c ON c.id = r.case_id WHERE r.created_at >= $2 AND c.module = $1",
        module,
        since,
        BAD,
    )
    assert row is not None
    return Ratings(count=row["n"], mean=row["mean"], bad=row["bad"])


def _uuid(value: str | uuid.UUID) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(value)


async def move_citizen(old: str, new: str) -> None:
    """Two accounts became one: ratings move; sealed comments stay under the key they were sealed with."""
    for table in ("ratings_rating", "ratings_follow_up"):
        await db.execute(
            f"UPDATE {table} SET citizen_id = $2 WHERE citizen_id = $1",  # noqa: S608
            uuid.UUID(old),
            uuid.UUID(new),
        )
