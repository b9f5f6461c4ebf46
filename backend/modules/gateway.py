"""The only way out to a department's system: signed calls with a deadline, a breaker, metrics and containment.

Callers hand over what the module declared of the citizen and nothing else; the signature, the idempotency key and the
mapping of failures are ours. In local mode every connector leads to the department simulator.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, overload

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from backend.core import logging
from backend.core.clients import Breaker, Client, ProviderError
from backend.modules import evidence
from backend.modules.errors import DepartmentRefused, DepartmentUnavailable, NoConnector
from backend.modules.registry import MatterEntry
from backend.providers.config import DepartmentsConfig
from backend.sdk.department import (
    Department,
    QueryAnswer,
    QueryCall,
    Signer,
    SubmitAnswer,
    SubmitCall,
    TrackAnswer,
    TrackCall,
    WithdrawAnswer,
    WithdrawCall,
    private_key,
    public_key,
)
from backend.sdk.manifest import Module

log = logging.get("gateway")

Name = Literal["submit", "query", "track", "withdraw"]


@dataclass(frozen=True, slots=True)
class _Door:
    signer: Signer
    keys: Mapping[str, Ed25519PublicKey]
    modules: Mapping[str, frozenset[str]]
    base_url: str

    def keys_of(self, module: str) -> dict[str, Ed25519PublicKey]:
        """A department's key opens its own module and no other: with it a result is decided and a licence issued."""
        every = {"*"} if self.base_url else set()
        allowed = {module} | every
        return {key_id: key for key_id, key in self.keys.items() if self.modules.get(key_id, frozenset()) & allowed}


MOST_DEPARTMENTS = 500

_door: _Door | None = None
_departments: dict[str, tuple[str, Department]] = {}


def configure(config: DepartmentsConfig) -> None:
    """Give the gateway our key and the departments' keys. `base_url` set (local mode) overrides every connector."""
    global _door
    _departments.clear()
    _door = _Door(
        Signer(config.key_id, private_key(config.private_key)),
        {key_id: public_key(pem) for key_id, pem in config.public_keys.items()},
        {key_id: frozenset(modules) for key_id, modules in config.key_modules.items()},
        config.base_url.rstrip("/"),
    )


def keys(module: str) -> Mapping[str, Ed25519PublicKey]:
    """The public keys that speak for a module, for its department's callbacks."""
    if _door is None:
        raise RuntimeError("gateway.configure() was not called in this process")
    return _door.keys_of(module)


def signer() -> Signer:
    if _door is None:
        raise RuntimeError("gateway.configure() was not called in this process")
    return _door.signer


def _department(entry: MatterEntry) -> Department:
    """The department of a release. Each release has its own breaker: a candidate that fails does not shut the door
    of the live one."""
    module: Module = entry.module
    if _door is None:
        raise RuntimeError("gateway.configure() was not called in this process")
    if module.connector is None:
        raise NoConnector
    url = f"{_door.base_url}/{module.id}" if _door.base_url else module.connector.url
    held = _departments.get(entry.release)
    if held is None or held[0] != url:
        client = Client(
            f"department.{module.id}",
            url,
            timeout_s=module.connector.timeout_s,
            breaker=Breaker(module.connector.breaker.failures, module.connector.breaker.reset_s),
            public_only=not _door.base_url,
        )
        held = (url, Department(module.id, client, _door.signer, _door.keys_of(module.id)))
        if len(_departments) > MOST_DEPARTMENTS:
            _departments.clear()
        _departments[entry.release] = held
    return held[1]


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


async def _ask(department: Department, entry: MatterEntry, name: Name, payload: Any, key: str) -> Any:
    try:
        if name == "submit":
            return await department.submit(cast(SubmitCall, payload), idempotency_key=key)
        if name == "query":
            return await department.query(cast(QueryCall, payload))
        if name == "track":
            return await department.track(cast(TrackCall, payload))
        return await department.withdraw(cast(WithdrawCall, payload), idempotency_key=key)
    except ProviderError as exc:
        log.warning("department_call_failed", module=entry.module.id, call=name, kind=exc.kind, code=exc.code)
        if exc.kind == "permanent" and exc.status is not None and 400 <= exc.status < 500:
            refused = DepartmentRefused(exc.message or None, context={"department_code": exc.code})
            raise refused from exc
        failed = DepartmentUnavailable(retry_after=int(exc.retry_after or 30))
        failed.unknown = exc.kind == "unknown"
        raise failed from exc
