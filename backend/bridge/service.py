"""Opening a team's own page, what it may learn of the citizen, and its calls to its own department."""

from __future__ import annotations

from typing import Any

import msgspec
from redis.exceptions import RedisError

from backend.bridge import tokens
from backend.bridge.errors import ConsentNeeded, NoOwnPages, NotDeclared, PageTokenRefused
from backend.bridge.models import Consent
from backend.bridge.schemas import ConsentOut, GivenConsent, GivenConsents, OwnPageOut, PageCall, WhoOut
from backend.cases import queries
from backend.cases.schemas import QueryCreate, QueryOut
from backend.core import audit, db, logging, redis, settings
from backend.core.clock import now
from backend.core.sessions import LEVEL_NUMBERS, Level, Principal
from backend.identity import service as identity
from backend.modules import pages, registry
from backend.modules.errors import MatterNotFound
from backend.sdk.manifest import Module

log = logging.get("bridge")
PER_MINUTE = 60


async def _limit(who: Principal | None, module: str, address: str) -> None:
    try:
        await redis.limit(
            f"bridge:{module}:{who.id if who else address}", PER_MINUTE, 60, message="操作太频繁，请过一会儿再试"
        )
    except RedisError as exc:
        log.warning("bridge_not_limited", error=repr(exc))  # what follows has limits of its own in the database


async def open_page(who: Principal | None, matter: str, *, device: str | None, region: str | None) -> OwnPageOut:
    """The pages of the release that this device sees. Raises MatterNotFound, SwitchedOff, NoOwnPages."""
    entry = registry.current().require_for(matter, device, region)
    entry.require_on(region)
    held = await pages.of_release(entry.release) if entry.matter.page else None
    if held is None:
        raise NoOwnPages
    module = entry.module
    return OwnPageOut(
        matter=entry.id,
        module=module.id,
        module_name=module.name,
        department=entry.department,
        release=entry.release,
        url=f"{settings.current().http.module_url}/{held.module}/{held.digest}/{pages.ENTRY}",
        fields=list(module.fields),
        consented=who is not None and set(module.fields) <= set(await _allowed(who.id, module.id)),
        token=tokens.issue(who, module.id, entry.release),
        expires_in=tokens.SECONDS,
    )


def _module(scope: tokens.Scope) -> Module:
    """The module as the token's release declares it. Raises PageTokenRefused when nobody gets that release now."""
    snapshot = registry.current()
    if snapshot.releases.get(scope.module) == scope.release:
        return snapshot.modules[scope.module]
    for item in snapshot.candidates:
        if item.release == scope.release:
            return item.module
    raise PageTokenRefused("页面已经更新，请重新打开这个页面")


async def _allowed(citizen_id: str, module: str) -> list[str]:
    row = await db.fetch_one(
        "SELECT fields_told FROM bridge_consent WHERE citizen_id = $1::uuid AND module_id = $2 AND ended_at IS NULL",
        citizen_id,
        module,
    )
    if row is None:
        return []
    found: Any = row["fields_told"]
    return list(msgspec.json.decode(found) if isinstance(found, str | bytes) else found)


async def consent(who: Principal, module: str, token: str, fields: list[str]) -> ConsentOut:
    """Record what the citizen agreed to, in place of what was agreed before. Raises PageTokenRefused, NotDeclared."""
    scope = tokens.open_scope(token, who, module)
    declared = _module(scope)
    wrong = sorted(set(fields) - set(declared.fields))
    if wrong:
        raise NotDeclared(context={"fields": wrong})
    told = [name for name in declared.fields if name in fields]
    async with db.transaction():
        await _end(who, module)
        await Consent.create(citizen_id=who.id, module_id=module, release=scope.release, fields_told=told)
        await audit.record(who, "bridge.consented", "module", module, citizen_id=who.id, fields=told)
    return ConsentOut(module=module, fields=told)


async def given(who: Principal) -> GivenConsents:
    """What the citizen allowed and has not taken back, newest first; of modules that are gone as well."""
    rows = await db.fetch(
        "SELECT c.module_id, c.fields_told, c.created_at, m.name FROM bridge_consent c"
        " LEFT JOIN modules_module m ON m.id = c.module_id"
        " WHERE c.citizen_id = $1::uuid AND c.ended_at IS NULL ORDER BY c.created_at DESC",
        who.id,
    )
    modules = registry.current().modules
    items = []
    for row in rows:
        live = modules.get(row["module_id"])
        told: Any = row["fields_told"]
        items.append(
            GivenConsent(
                module=row["module_id"],
                module_name=row["name"] or row["module_id"],
                department=live.department.name if live else row["name"] or row["module_id"],
                fields=list(msgspec.json.decode(told) if isinstance(told, str | bytes) else told),
                since=row["created_at"],
            )
        )
    return GivenConsents(items=items)


async def withdraw(who: Principal, module: str) -> None:
    """End the consent; what the page asks from now on is refused. Nothing happens when there is none."""
    async with db.transaction():
        if await _end(who, module):
            await audit.record(who, "bridge.consent_ended", "module", module, citizen_id=who.id)


async def _end(who: Principal, module: str) -> bool:
    # one citizen's acts on one module one after the other: at most one row has no end
    await db.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"bridge:{who.id}:{module}")
    row = await db.fetch_one(
        "UPDATE bridge_consent SET ended_at = $3 WHERE citizen_id = $1::uuid AND module_id = $2 AND ended_at IS NULL"
        " RETURNING id",
        who.id,
        module,
        now(),
    )
    return row is not None


async def who_is(who: Principal, module: str, token: str, *, address: str) -> WhoOut:
    """The declared fields that the citizen agreed to, with a trace that the citizen can read. Raises PageTokenRefused,
    ConsentNeeded, TooManyRequests."""
    declared = _module(tokens.open_scope(token, who, module))
    await _limit(who, module, address)
    allowed = set(await _allowed(who.id, module))
    asked = [name for name in declared.fields if name in allowed]
    if not asked:
        raise ConsentNeeded(context={"fields": list(declared.fields)})
    found = await identity.declared(who.id, asked, reader=declared.department.name, purpose=f"{declared.name}的页面")
    return WhoOut(fields=found)


async def call(who: Principal | None, module: str, given: PageCall, *, address: str) -> QueryOut:
    """A query of the module's own, through the gateway. Raises PageTokenRefused, MatterNotFound, WrongKind,
    ConsentNeeded, TooManyRequests and what `cases.queries.answer` raises."""
    scope = tokens.open_scope(given.token, who, module)
    declared = _module(scope)
    await _limit(who, module, address)
    snapshot = registry.current()
    held = [item.entries for item in snapshot.candidates if item.release == scope.release]
    entry = (held[0] if held else snapshot.entries).get(f"{module}.{given.matter}")
    if entry is None or entry.release != scope.release:
        raise MatterNotFound("这个模块没有这个事项")
    if who is not None and LEVEL_NUMBERS[entry.matter.level] > Level.NONE:
        # the department is told who asks: not without the citizen's word, for here a page acts and not the citizen
        missing = set(declared.fields) - set(await _allowed(who.id, module))
        if missing:
            raise ConsentNeeded(context={"fields": list(declared.fields)})
    answer = await queries.answer(entry, who, QueryCreate(params=given.params), address=address)
    await audit.record(
        who,
        "bridge.called",
        "module",
        module,
        citizen_id=who.id if who else None,
        matter=entry.id,
        release=scope.release,
    )
    return answer
