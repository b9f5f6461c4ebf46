"""Keys of departments: proposed by who answers for a module, confirmed by an admin, revoked by either.

With such a key results are decided and licences issued, so no single person brings one in.
"""

from __future__ import annotations

from typing import Any, cast

import asyncpg

from backend.core import audit, db
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.modules import gateway, rights
from backend.modules.errors import KeyRefused, SecondPersonNeeded
from backend.modules.generations import bump
from backend.modules.models import DepartmentKey
from backend.modules.schemas import Because, DepartmentKeyCreate, DepartmentKeyOut, DepartmentKeys, PlatformKey
from backend.sdk.department import KeyUnreadable, algorithm_of, fingerprint, public_key, public_pem

MOST = 50


async def listed(who: Principal, module: str) -> DepartmentKeys:
    """The keys of a module's department, newest first, and ours for it. Raises ModuleNotFound, NotYourRegion."""
    await _require(who, module)
    return await _read(module)


async def _require(who: Principal, module: str) -> None:
    regions = await rights.regions_of(module)
    if {"admin", "auditor"}.isdisjoint(who.roles):
        rights.require_regions(who, regions)


async def _read(module: str) -> DepartmentKeys:
    rows = await DepartmentKey.filter(module_id=module).order_by("-created_at").limit(MOST)
    return DepartmentKeys(
        module=module,
        keys=[
            DepartmentKeyOut(
                id=row.key_id,
                algorithm=algorithm_of(public_key(row.public_key)),
                state=cast(Any, row.state),
                created_at=row.created_at,
                ended_at=row.ended_at,
                reason=row.reason,
            )
            for row in rows
        ],
        platform=[
            PlatformKey(
                id=signer.key_id, algorithm=algorithm_of(signer.key), public_key=public_pem(signer.key.public_key())
            )
            for signer in gateway.signers()
        ],
    )


async def propose(who: Principal, module: str, given: DepartmentKeyCreate) -> DepartmentKeys:
    """Bring a key in; it speaks once an admin has confirmed it. Raises ModuleNotFound, NotYourRegion, KeyRefused,
    InvalidPayload."""
    await _require(who, module)
    try:
        key = public_key(given.public_key)
    except KeyUnreadable as exc:
        problem = FieldProblem(field="public_key", code="format", message="应为 PEM 格式的 Ed25519 或 SM2 公钥")
        raise InvalidPayload(errors=[problem]) from exc
    number = fingerprint(key)
    async with db.transaction():
        await rights.lock(module)
        known = await DepartmentKey.get_or_none(module_id=module, key_id=number)
        if known is not None and known.state == "revoked":
            raise KeyRefused("这把密钥已经吊销，不能再用")
        if known is None:
            if await DepartmentKey.filter(module_id=module).count() >= MOST:
                raise KeyRefused("这个模块登记过的密钥太多了，请联系系统管理员")
            await DepartmentKey.create(
                module_id=module, key_id=number, public_key=public_pem(key), state="proposed", added_by=who.id
            )
            await audit.record(who, "modules.department_key_proposed", "module", module, key=number)
    return await _read(module)


async def confirm(who: Principal, module: str, key: str) -> DepartmentKeys:
    """Let a proposed key speak for the module's department. Raises ModuleNotFound, NotYourRegion, KeyRefused,
    SecondPersonNeeded."""
    await _require(who, module)
    async with db.transaction():
        row = await _locked(module, key)
        if row["state"] == "revoked":
            raise KeyRefused("这把密钥已经吊销，不能再用")
        if row["state"] == "proposed":
            if row["added_by"] == who.id:
                raise SecondPersonNeeded("这把密钥是您登记的，要由另一位管理员确认")
            await db.execute(
                "UPDATE modules_department_key SET state = 'active', confirmed_by = $2 WHERE id = $1", row["id"], who.id
            )
            await bump()
            await audit.record(
                who, "modules.department_key_confirmed", "module", module, key=key, proposed_by=row["added_by"]
            )
    return await _read(module)


async def revoke(who: Principal, module: str, key: str, given: Because) -> DepartmentKeys:
    """Believe a key no more, at once and for ever. Raises ModuleNotFound, NotYourRegion, KeyRefused."""
    await _require(who, module)
    async with db.transaction():
        row = await _locked(module, key)
        if row["state"] != "revoked":
            await db.execute(
                "UPDATE modules_department_key SET state = 'revoked', reason = $2, ended_at = now() WHERE id = $1",
                row["id"],
                given.reason,
            )
            await bump()
            await audit.record(who, "modules.department_key_revoked", "module", module, key=key, reason=given.reason)
    return await _read(module)


async def _locked(module: str, key: str) -> asyncpg.Record:
    row = await db.fetch_one(
        "SELECT id, state, added_by FROM modules_department_key WHERE module_id = $1 AND key_id = $2 FOR UPDATE",
        module,
        key,
    )
    if row is None:
        raise KeyRefused("没有登记过这把密钥", context={"key": key[:64]})
    return row
