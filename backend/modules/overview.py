"""What the console and the command line show of a module."""

from __future__ import annotations

import asyncpg
import msgspec

from backend.core import db, paging
from backend.core.clock import now
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.modules import registry, release_rows, rights, rollouts, service
from backend.modules.errors import ModuleNotFound
from backend.modules.ports import ports
from backend.modules.schemas import (
    GenerationOut,
    ModuleList,
    ModuleOut,
    ModuleRow,
    NoticeOut,
    Person,
    SwitchOut,
    SwitchPut,
    WaitingList,
    WaitingRow,
)
from backend.sdk.codes import region_codes
from backend.sdk.findings import Finding
from backend.sdk.manifest import bundle_from_json

NEWEST = 20
PAGE = 200
# the live one may be older than many that were rolled back since
_ROLLED = (
    f"{rollouts.SELECT} WHERE o.module_id = $1 AND (o.state IN ('live', 'scheduled', 'gray', 'paused')"  # noqa: S608
    " OR o.id IN (SELECT id FROM modules_rollout WHERE module_id = $1 ORDER BY created_at DESC LIMIT $2))"
    " ORDER BY o.created_at DESC"
)


def generation() -> GenerationOut:
    """What this process serves."""
    return GenerationOut(generation=registry.current().generation, failing=registry.failure())


async def modules(who: Principal, after: str = "") -> ModuleList:
    """The modules whose regions the principal answers for, from the one behind `after`."""
    mine: list[ModuleRow] = []
    while True:
        rows = await _listed(after)
        mine += [
            ModuleRow(id=row["id"], name=row["name"], live=row["live"], candidate=row["candidate"])
            for row in rows
            if rights.covered(who, await rights.regions_of(row["id"]))
        ]
        if len(rows) < PAGE:
            return ModuleList(items=mine, next=None)
        after = rows[-1]["id"]
        if len(mine) >= PAGE:
            return ModuleList(items=mine, next=after)


async def waiting(who: Principal, cursor: str | None) -> WaitingList:
    """Releases that wait for a reviewer in the principal's regions, the one that waits longest first."""
    at, key = paging.position(cursor, paging.FIRST_UP)
    items: list[WaitingRow] = []
    while True:
        rows = await db.fetch(
            "SELECT r.*, m.name AS called FROM modules_release r JOIN modules_module m ON m.id = r.module_id"
            " WHERE r.state = 'in_review' AND (r.state_at, r.id) > ($1, $2) ORDER BY r.state_at, r.id LIMIT $3",
            at,
            key,
            PAGE,
        )
        mine = [row for row in rows if rights.covered(who, bundle_from_json(bytes(row["content"])).module.regions)]
        names = await ports().names({row["submitted_by"] for row in mine} - {None})
        for row in mine:
            findings = msgspec.json.decode(row["findings"], type=list[Finding])
            secrecy = msgspec.json.decode(row["secrecy"]) if row["secrecy"] else None
            by = row["submitted_by"]
            items.append(
                WaitingRow(
                    id=str(row["id"]),
                    module=row["module_id"],
                    name=row["called"],
                    version=row["version"],
                    team=row["team_id"],
                    matters=row["matters"],
                    warnings=len(findings),
                    submitted_by=Person(id=by, name=names.get(by, "")) if by else None,
                    yours=who.id in (row["published_by"], by),
                    secrecy_passed=secrecy["passed"] if secrecy else None,
                    state_at=row["state_at"],
                )
            )
        if len(rows) < PAGE:
            return WaitingList(items=items, next=None)
        at, key = rows[-1]["state_at"], rows[-1]["id"]
        if len(items) >= PAGE:
            return WaitingList(items=items, next=paging.cursor(at, key))


async def _listed(after: str) -> list[asyncpg.Record]:
    return await db.fetch(
        "SELECT m.id, m.name, live.version AS live, gray.version AS candidate FROM modules_module m"
        " LEFT JOIN LATERAL (SELECT r.version FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
        "  WHERE o.module_id = m.id AND o.state = 'live' LIMIT 1) live ON true"
        " LEFT JOIN LATERAL (SELECT r.version FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
        "  WHERE o.module_id = m.id AND o.state IN ('scheduled', 'gray', 'paused') LIMIT 1) gray ON true"
        " WHERE m.id > $1 ORDER BY m.id LIMIT $2",
        after,
        PAGE,
    )


async def module(who: Principal, module_id: str) -> ModuleOut:
    """Raises ModuleNotFound, NotYourRegion."""
    row = await db.fetch_one("SELECT id, name, owners FROM modules_module WHERE id = $1", module_id)
    if row is None:
        raise ModuleNotFound
    rights.require_regions(who, await rights.module_regions(module_id))
    made = await db.fetch(
        "SELECT * FROM modules_release WHERE module_id = $1 ORDER BY created_at DESC LIMIT $2", module_id, NEWEST
    )
    rolled = await db.fetch(_ROLLED, module_id, NEWEST)
    switches = await db.fetch(
        "SELECT matter, region, state, reason, until FROM modules_switch WHERE module_id = $1 ORDER BY matter, region",
        module_id,
    )
    told = await db.fetch(
        "SELECT release, kind, text, figures, created_at FROM modules_notice WHERE module_id = $1"
        " ORDER BY created_at DESC LIMIT $2",
        module_id,
        NEWEST,
    )
    live = [item for item in rolled if item["state"] == "live"]
    candidate = [item for item in rolled if item["state"] in ("scheduled", "gray", "paused")]
    return ModuleOut(
        id=row["id"],
        name=row["name"],
        owners=msgspec.json.decode(row["owners"]),
        live=live[0]["version"] if live else None,
        candidate=candidate[0]["version"] if candidate else None,
        releases=await release_rows.shown(who, made),
        rollouts=[rollouts.out(item) for item in rolled],
        switches=[
            SwitchOut(
                matter=item["matter"],
                region=item["region"],
                state=item["state"],
                reason=item["reason"],
                until=item["until"],
            )
            for item in switches
        ],
        notices=[
            NoticeOut(
                release=item["release"],
                kind=item["kind"],
                text=item["text"],
                figures=msgspec.json.decode(item["figures"]),
                at=item["created_at"],
            )
            for item in told
        ],
    )


async def switch(who: Principal, module_id: str, given: SwitchPut) -> ModuleOut:
    """Raises ModuleNotFound, NotYourRegion, InvalidPayload."""
    regions = await rights.module_regions(module_id)
    rights.require_regions(who, [given.region] if given.region and _inside(given.region, regions) else regions)
    wrong: list[FieldProblem] = []
    if given.region and not _inside(given.region, regions):
        wrong.append(FieldProblem(field="region", code="region", message="不在模块的适用地区里"))
    if given.matter and registry.current().entry(f"{module_id}.{given.matter}") is None:
        wrong.append(FieldProblem(field="matter", code="matter", message="模块里没有这个事项"))
    if given.state != "on" and not given.reason.strip():
        wrong.append(FieldProblem(field="reason", code="required", message="写明原因，群众会看到"))
    if given.until is not None and (given.until.tzinfo is None or given.until <= now()):
        wrong.append(FieldProblem(field="until", code="format", message="写一个将来的时间，带时区"))
    if wrong:
        raise InvalidPayload(errors=wrong)
    await service.switch(
        module_id,
        given.state,
        given.reason,
        by=who,
        matter=given.matter,
        region=given.region,
        until=given.until,
    )
    return await module(who, module_id)


def _inside(region: str, areas: list[str]) -> bool:
    return region in region_codes() and any(registry.covers(area, region) for area in areas)
