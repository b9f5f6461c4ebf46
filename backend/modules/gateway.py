"""The only way out to a department's system: signed calls with a deadline, a breaker, metrics and containment.

Callers hand over what the module declared of the citizen and nothing else; the signature, the idempotency key and the
mapping of failures are ours. In local mode every connector leads to the department simulator.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, cast, overload

from backend.core import logging
from backend.core.clients import Breaker, Client, ProviderError
from backend.modules import doors, evidence, registry
from backend.modules.errors import DepartmentRefused, DepartmentUnavailable, NoConnector
from backend.modules.registry import MatterEntry
from backend.providers.config import DepartmentsConfig
from backend.sdk.department import (
    Algorithm,
    Department,
    PublicKey,
    QueryAnswer,
    QueryCall,
    Signer,
    SubmitAnswer,
    SubmitCall,
    TrackAnswer,
    TrackCall,
    WithdrawAnswer,
    WithdrawCall,
    algorithm_of,
    private_key,
    public_key,
)
from backend.sdk.manifest import Module

log = logging.get("gateway")

Name = Literal["submit", "query", "track", "withdraw"]


@dataclass(frozen=True, slots=True)
class _Door:
    signers: Mapping[Algorithm, Signer]
    keys: Mapping[str, PublicKey]
    modules: Mapping[str, frozenset[str]]
    base_url: str
    public_url: str

    def keys_of(self, module: str) -> dict[str, PublicKey]:
        """A department's key opens its own module and no other: with it a result is decided and a licence issued."""
        every = {"*"} if self.base_url else set()
        allowed = {module} | every
        return {key_id: key for key_id, key in self.keys.items() if self.modules.get(key_id, frozenset()) & allowed}


MOST_DEPARTMENTS = 500
PROBE = "TF-PROBE"

_door: _Door | None = None
_clients: dict[str, tuple[str, Client]] = {}
_parsed = lru_cache(maxsize=MOST_DEPARTMENTS)(public_key)


def configure(config: DepartmentsConfig, public_url: str = "") -> None:
    """Give the gateway our keys and the departments' keys. `base_url` set (local mode) overrides every connector.
    `public_url` is where departments reach us."""
    global _door
    _clients.clear()
    signers: dict[Algorithm, Signer] = {"ed25519": Signer(config.key_id, private_key(config.private_key))}
    if config.sm2_key_id:
        signers["sm2"] = Signer(config.sm2_key_id, private_key(config.sm2_private_key))
    _door = _Door(
        signers,
        {key_id: public_key(pem) for key_id, pem in config.public_keys.items()},
        {key_id: frozenset(modules) for key_id, modules in config.key_modules.items()},
        config.base_url.rstrip("/"),
        public_url.rstrip("/"),
    )


def _opened() -> _Door:
    if _door is None:
        raise RuntimeError("gateway.configure() was not called in this process")
    return _door


def keys(module: str) -> Mapping[str, PublicKey]:
    """The public keys that speak for a module: those of the settings, and those that were registered for it."""
    registered = registry.current().department_keys.get(module, {})
    return _opened().keys_of(module) | {key_id: _parsed(pem) for key_id, pem in registered.items()}


def signers() -> list[Signer]:
    """Our keys towards departments."""
    return list(_opened().signers.values())


def signer(asked: PublicKey) -> Signer:
    """With what we answer a department that signed with this key: in its own algorithm when we have one for it."""
    held = _opened().signers
    return held.get(algorithm_of(asked)) or held["ed25519"]


def file_url(module: str, number: str, upload: str) -> str | None:
    """Where a department fetches a file of a case that was handed to it; None while nobody knows our own address."""
    base = _opened().public_url
    return f"{base}/callbacks/departments/{module}/cases/{number}/files/{upload}" if base else None


def _department(entry: MatterEntry) -> Department:
    """The department of a release. Each release has its own breaker: a candidate that fails does not shut the door
    of the live one."""
    module: Module = entry.module
    door = _opened()
    if module.connector is None:
        raise NoConnector
    ours = door.signers.get(module.connector.sign)
    if ours is None:
        log.error("no_key_for_algorithm", module=module.id, sign=module.connector.sign)
        raise DepartmentUnavailable(retry_after=300)
    url = f"{door.base_url}/{module.id}" if door.base_url else module.connector.url
    held = _clients.get(entry.release)
    if held is None or held[0] != url:
        client = Client(
            f"department.{module.id}",
            url,
            timeout_s=module.connector.timeout_s,
            breaker=Breaker(module.connector.breaker.failures, module.connector.breaker.reset_s),
            public_only=not door.base_url,
        )
        held = (url, client)
        if len(_clients) > MOST_DEPARTMENTS:
            _clients.clear()
        _clients[entry.release] = held
    return Department(module.id, held[1], ours, keys(module.id))


@overload
async def call(entry: MatterEntry, name: Literal["submit"], payload: SubmitCall, *, key: str) -> SubmitAnswer: ...
@overload
async def call(entry: MatterEntry, name: Literal["query"], payload: QueryCall, *, key: str = "") -> QueryAnswer: ...
@overload
async def call(entry: MatterEntry, name: Literal["track"], payload: TrackCall, *, key: str = "") -> TrackAnswer: ...
@overload
async def call(entry: MatterEntry, name: Literal["withdraw"], payload: WithdrawCall, *, key: str) -> WithdrawAnswer: ...


async def call(entry: MatterEntry, name: Name, payload: Any, *, key: str = "") -> Any:
    """One call of the protocol. `key` is the idempotency key of submit and withdraw (the case number).

    Raises DepartmentUnavailable (with `unknown` when the call may have arrived), DepartmentRefused (the department's
    own sentence), NoConnector. Never call it inside a transaction.
    """
    department = _department(entry)
    started = time.perf_counter()
    failed = True
    try:
        answer = await _ask(department, entry, name, payload, key)
        failed = False
        return answer
    finally:
        await evidence.note(entry.release, failed=failed, seconds=time.perf_counter() - started)


async def probe(module: str) -> bool:
    """Ask the department of a live module whether it is there, with a case that nobody has. Whatever it says in its
    own name is a yes; what came of it is noted like that of any call."""
    entry = next((item for item in registry.current().entries.values() if item.module.id == module), None)
    if entry is None or entry.module.connector is None:
        await doors.answered(module)  # nothing live needs it any more
        return True
    try:
        await _ask(_department(entry), entry, "track", TrackCall(case_number=PROBE), "")
    except DepartmentRefused:
        return True
    except DepartmentUnavailable:
        return False
    return True


async def _ask(department: Department, entry: MatterEntry, name: Name, payload: Any, key: str) -> Any:
    try:
        answer = await _send(department, name, payload, key)
    except DepartmentRefused:
        await _noted(entry, there=True)
        raise
    except DepartmentUnavailable:
        await _noted(entry, there=False)
        raise
    await _noted(entry, there=True)
    return answer


async def _noted(entry: MatterEntry, *, there: bool) -> None:
    """Keep book of the live release alone: a candidate that cannot speak to its department closes nothing."""
    if registry.current().releases.get(entry.module.id) == entry.release:
        await (doors.answered if there else doors.failed)(entry.module.id)


async def _send(department: Department, name: Name, payload: Any, key: str) -> Any:
    try:
        if name == "submit":
            return await department.submit(cast(SubmitCall, payload), idempotency_key=key)
        if name == "query":
            return await department.query(cast(QueryCall, payload))
        if name == "track":
            return await department.track(cast(TrackCall, payload))
        return await department.withdraw(cast(WithdrawCall, payload), idempotency_key=key)
    except ProviderError as exc:
        log.warning("department_call_failed", module=department.module, call=name, kind=exc.kind, code=exc.code)
        if exc.kind == "permanent" and exc.status is not None and 400 <= exc.status < 500:
            refused = DepartmentRefused(exc.message or None, context={"department_code": exc.code})
            raise refused from exc
        failed = DepartmentUnavailable(retry_after=int(exc.retry_after or 30))
        failed.unknown = exc.kind == "unknown"
        raise failed from exc
