"""A `query` matter: asked of its department while the citizen waits. Nothing is stored."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from redis.exceptions import RedisError

from backend.cases import knowledge, submission
from backend.cases.errors import WrongKind
from backend.cases.schemas import QueryColumn, QueryCreate, QueryOut, QuerySummary
from backend.core import db, logging, redis
from backend.core.sessions import Level, Principal
from backend.identity import service as identity
from backend.modules import gateway, registry
from backend.modules.errors import DepartmentUnavailable
from backend.modules.registry import MatterEntry
from backend.sdk.department import QueryAnswer, QueryCall

log = logging.get("queries")
PER_MINUTE = 30


async def _limit(who: Principal | None, address: str) -> None:
    try:
        await redis.limit(f"query:{who.id if who else address}", PER_MINUTE, 60, message="查询太频繁，请过一会儿再试")
    except RedisError as exc:
        log.warning("query_not_limited", error=repr(exc))  # a query changes nothing: let it pass


async def query(
    who: Principal | None, matter: str, given: QueryCreate, *, address: str, device: str | None = None
) -> QueryOut:
    """Answered by the release that this device sees. Raises MatterNotFound and what `answer` raises."""
    return await answer(registry.current().require_for(matter, device, None), who, given, address=address)


async def answer(entry: MatterEntry, who: Principal | None, given: QueryCreate, *, address: str) -> QueryOut:
    """Raises WrongKind, SwitchedOff, ForCompanies, NotSignedIn, LevelTooLow, FormInvalid, NotEligible, TooManyRequests,
    DepartmentUnavailable, DepartmentRefused, NoConnector."""
    matter = entry.id
    if entry.matter.kind != "query":
        raise WrongKind("这个事项不是查询，请按指南办理")
    entry.require_on()
    submission.check_audience(entry)
    needed = knowledge.level_of(entry)
    knowledge.require_level(who, needed, f"submit:{matter}")
    await _limit(who, address)
    asker = who if needed > Level.NONE else None  # a query that needs nobody is told of nobody
    facts: dict[str, Any] = {}
    if asker is not None:
        profile = await identity.profile(asker.id)
        entry.require_on(profile.region)  # a switch of one place holds for who lives there
        facts = knowledge.known(profile, entry.module.fields)
    params = submission.check_form(entry, given.params, facts, within="params")
    held = await knowledge.wallet(entry, asker.id) if asker is not None else knowledge.Wallet()
    submission.check_eligibility(entry, params, facts, needed, held)
    citizen: dict[str, str] = {}
    if asker is not None:
        if needed >= Level.FACE:
            async with db.transaction():
                await identity.consume_assurance(asker, f"submit:{matter}", used_by=f"query:{matter}")
        citizen = await told(entry, asker.id, f"查询：{entry.matter.name}", None)
    found = await gateway.call(entry, "query", QueryCall(matter=entry.matter.code, params=params, citizen=citizen))
    return _out(entry, found)


async def check_answers(who: Principal, entry: MatterEntry, form: dict[str, Any]) -> dict[str, Any]:
    """The clean answers of a form that opens no case by itself (a payment), after level and eligibility. Raises
    ForCompanies, LevelTooLow, FormInvalid, NotEligible."""
    submission.check_audience(entry)
    needed = max(knowledge.level_of(entry), int(Level.LOGIN))
    knowledge.require_level(who, needed, f"submit:{entry.id}")
    facts = knowledge.known(await identity.profile(who.id), entry.module.fields)
    clean = submission.check_form(entry, form, facts)
    submission.check_eligibility(entry, clean, facts, needed, await knowledge.wallet(entry, who.id))
    if needed >= Level.FACE:
        async with db.transaction():
            await identity.consume_assurance(who, f"submit:{entry.id}", used_by=f"pay:{entry.id}")
    return clean


async def told(entry: MatterEntry, citizen_id: str, purpose: str, case_number: str | None) -> dict[str, str]:
    """What the department learns of the citizen: the declared fields, with a trace that the citizen can read."""
    found = await identity.declared(
        citizen_id,
        entry.module.fields,
        reader=entry.department,
        purpose=purpose,
        case_number=case_number,
    )
    return {name: str(value) for name, value in found.items() if value is not None}


def _out(entry: MatterEntry, answer: QueryAnswer) -> QueryOut:
    try:
        as_of = msgspec.convert(answer.as_of, datetime)
    except msgspec.ValidationError as exc:
        raise DepartmentUnavailable("部门的系统答复读不懂，请过一会儿再试", extra={"as_of": answer.as_of[:40]}) from exc
    return QueryOut(
        matter=entry.id,
        title=answer.title,
        department=answer.source or entry.department,
        columns=[QueryColumn(key=column.key, title=column.title) for column in answer.columns],
        rows=list(answer.rows),
        summary=[QuerySummary(label=item.label, value=item.value) for item in answer.summary],
        as_of=as_of,
        sample=answer.sample,
    )
