"""The registry: what this process serves, as one immutable snapshot.

A release, rollout or switch bumps the generation in its own transaction. Processes hear of it on a Redis channel and,
should that be lost, by asking the database every two seconds. The next snapshot is built in a thread, off the request
path, and one reference is swapped. A request that took the old one finishes on the old one. A snapshot that cannot be
built is logged and measured; the last good one keeps serving.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

import msgspec

from backend.core import background, db, logging, metrics, redis
from backend.core.clock import now
from backend.modules import gray, terms
from backend.modules.errors import MatterNotFound, ReleaseUnknown, SwitchedOff
from backend.modules.rules import MatterRules
from backend.sdk.codes import covers
from backend.sdk.forms import CompiledForm
from backend.sdk.manifest import Bundle, Matter, Module, bundle_from_json

__all__ = ["Candidate", "MatterEntry", "Snapshot", "covers", "current", "pinned"]

log = logging.get("registry")

CHANNEL = "modules:generation"
POLL_SECONDS = 2.0
State = Literal["on", "guide_only", "off"]


@dataclass(frozen=True, slots=True)
class SwitchState:
    """A switch as the snapshot holds it."""

    matter: str
    region: str
    state: State
    reason: str
    until: datetime | None


@dataclass(frozen=True)
class MatterEntry:
    """One matter of one release, with what is compiled of it. Compiling happens on first use and stays."""

    module: Module
    matter: Matter
    release: str
    order: int
    terms: terms.Terms
    switches: tuple[SwitchState, ...] = ()

    @cached_property
    def id(self) -> str:
        return f"{self.module.id}.{self.matter.code}"

    @cached_property
    def regions(self) -> tuple[str, ...]:
        return tuple(self.matter.regions or self.module.regions)

    @cached_property
    def department(self) -> str:
        return self.matter.department or self.module.department.name

    @cached_property
    def form(self) -> CompiledForm:
        return CompiledForm(self.matter)

    @cached_property
    def rules(self) -> MatterRules:
        return MatterRules(self.matter, self.module.fields)

    def switch(self, region: str | None = None) -> SwitchState | None:
        """The switch that holds for this matter in a region now, the narrowest first; None means on."""
        if not self.switches:
            return None
        at = now()
        best: tuple[int, SwitchState] | None = None
        for item in self.switches:
            if item.matter not in ("", self.matter.code) or (item.until is not None and item.until <= at):
                continue
            if item.region and (region is None or not covers(item.region, region)):
                continue
            rank = (2 if item.matter else 0) + (1 if item.region else 0)
            if best is None or rank > best[0]:
                best = (rank, item)
        return None if best is None or best[1].state == "on" else best[1]

    @property
    def state(self) -> State:
        found = self.switch()
        return "on" if found is None else found.state

    @property
    def notice(self) -> str | None:
        found = self.switch()
        return None if found is None else found.reason

    def require_on(self, region: str | None = None) -> None:
        """Raise SwitchedOff with the reason when the matter takes no applications now."""
        found = self.switch(region)
        if found is not None:
            raise SwitchedOff(found.reason, retry_after=600, context={"state": found.state, "matter": self.id})


@dataclass(frozen=True)
class Candidate:
    """A release that some people see instead of the live one. `entries` are all its matters by id."""

    module: Module
    release: str
    audience: gray.Audience
    entries: dict[str, MatterEntry]


@dataclass(frozen=True)
class Snapshot:
    """Everything served between two swaps. `derived` holds what higher floors built from it (the catalogue).

    `fingerprint` is over what is served, not over how often it changed: two snapshots with one fingerprint answer
    with the same bytes. `department_keys`: module → key id → PEM of what was registered and confirmed.
    """

    generation: int
    entries: dict[str, MatterEntry]
    releases: dict[str, str]
    built_in: float
    derived: dict[str, Any] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    candidates: tuple[Candidate, ...] = ()
    fingerprint: str = ""
    department_keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def entry(self, matter_id: str) -> MatterEntry | None:
        """The live matter; one that only a candidate has, when there is no live one."""
        found = self.entries.get(matter_id)
        if found is None and self.candidates:
            found = next((item.entries[matter_id] for item in self.candidates if matter_id in item.entries), None)
        return found

    def require(self, matter_id: str) -> MatterEntry:
        found = self.entry(matter_id)
        if found is None:
            raise MatterNotFound
        return found

    def seen(self, subject: str | None, region: str | None) -> int:
        """Which candidates somebody sees, as a bit mask over `candidates`. The same for the same asker always."""
        mask = 0
        for number, item in enumerate(self.candidates):
            if item.audience.holds(subject, region):
                mask |= 1 << number
        return mask

    def require_for(self, matter_id: str, subject: str | None, region: str | None) -> MatterEntry:
        """The matter as this asker sees it. Raises MatterNotFound."""
        for item in self.candidates:
            if matter_id.partition(".")[0] == item.module.id and item.audience.holds(subject, region):
                found = item.entries.get(matter_id)
                if found is None:
                    raise MatterNotFound
                return found
        found = self.entries.get(matter_id)
        if found is None:
            raise MatterNotFound
        return found


_EMPTY = Snapshot(generation=-1, entries={}, releases={}, built_in=0.0)
_current: Snapshot = _EMPTY
_builders: dict[str, Callable[[Snapshot], Any]] = {}
_bundles: dict[str, tuple[Bundle, list[terms.Terms]]] = {}
_pinned: dict[str, MatterEntry] = {}
_failure: str | None = None
_building = asyncio.Lock()


def current() -> Snapshot:
    return _current


def failure() -> str | None:
    """Why the newest generation could not be built; None when this process is up to date."""
    return _failure


def derive(name: str, build: Callable[[Snapshot], Any]) -> None:
    """Register what a higher floor builds from each snapshot, off the request path, before it is swapped in."""
    _builders[name] = build


def ready() -> bool:
    return _current.generation >= 0


async def generation() -> int:
    row = await db.fetch_one("SELECT number FROM modules_generation WHERE id = 1")
    return int(row["number"]) if row else 0


async def refresh() -> bool:
    """Bring this process to the newest generation; True when a snapshot was swapped in."""
    global _current, _failure
    async with _building:
        newest = await generation()
        if newest == _current.generation:
            return False
        started = time.perf_counter()
        try:
            rows = await db.fetch(
                "SELECT r.module_id, r.version, o.state, o.steps, o.step FROM modules_rollout o"
                " JOIN modules_release r ON r.id = o.release_id"
                " WHERE o.state = 'live' OR (o.state IN ('gray', 'paused') AND o.step >= 0)"
                " ORDER BY r.module_id, o.state"
            )
            for row in rows:
                await _load(row["module_id"], row["version"])
            switches = await db.fetch(
                "SELECT module_id, matter, region, state, reason, until FROM modules_switch ORDER BY id"
            )
            members = await gray.members(rows)
            keys: dict[str, dict[str, str]] = {}
            for key in await db.fetch(
                "SELECT module_id, key_id, public_key FROM modules_department_key WHERE state = 'active'"
            ):
                keys.setdefault(key["module_id"], {})[key["key_id"]] = key["public_key"]
            snapshot = replace(
                await asyncio.to_thread(_build, newest, rows, switches, members, started), department_keys=keys
            )
        except (msgspec.MsgspecError, ValueError, LookupError) as exc:
            _failure = f"generation {newest}: {exc!r}"
            metrics.REGISTRY_STALE.set(1)
            log.error("snapshot_not_built", generation=newest, error=repr(exc))
            return False
        _current = snapshot
        _failure = None
        metrics.REGISTRY_STALE.set(0)
        metrics.GENERATION.set(newest)
        alive = set(snapshot.releases.values()) | {item.release for item in snapshot.candidates}
        for release in [key for key in _bundles if key not in alive]:
            del _bundles[release]
        log.info("snapshot", generation=newest, matters=len(snapshot.entries), seconds=round(snapshot.built_in, 3))
        return True


async def _load(module_id: str, version: str) -> tuple[Bundle, list[terms.Terms]]:
    release = f"{module_id}@{version}"
    found = _bundles.get(release)
    if found is None:
        row = await db.fetch_one(
            "SELECT content, terms FROM modules_release WHERE module_id = $1 AND version = $2", module_id, version
        )
        if row is None:
            raise ReleaseUnknown
        found = (bundle_from_json(bytes(row["content"])), terms.decode(bytes(row["terms"])))
        _bundles[release] = found
    return found


def _build(
    number: int, rows: list[Any], switches: list[Any], members: dict[str, frozenset[str]], started: float
) -> Snapshot:
    by_module: dict[str, list[SwitchState]] = {}
    for row in switches:
        by_module.setdefault(row["module_id"], []).append(
            SwitchState(row["matter"], row["region"], row["state"], row["reason"], row["until"])
        )
    entries: dict[str, MatterEntry] = {}
    releases: dict[str, str] = {}
    modules: dict[str, Module] = {}
    candidates: list[Candidate] = []
    order = 0
    for row in rows:
        release = f"{row['module_id']}@{row['version']}"
        bundle, words = _bundles[release]
        held = tuple(by_module.get(row["module_id"], ()))
        made: dict[str, MatterEntry] = {}
        for matter, item in zip(bundle.matters, words, strict=True):
            entry = MatterEntry(bundle.module, matter, release, order, item, held)
            made[entry.id] = entry
            order += 1
        if row["state"] == "live":
            entries |= made
            releases[row["module_id"]] = release
            modules[row["module_id"]] = bundle.module
        else:
            audience = gray.Audience.of(row["module_id"], row["steps"], row["step"], members)
            candidates.append(Candidate(bundle.module, release, audience, made))
            modules.setdefault(row["module_id"], bundle.module)
    snapshot = Snapshot(
        number,
        entries,
        releases,
        0.0,
        modules=modules,
        candidates=tuple(candidates),
        fingerprint=_fingerprint(releases, switches),
    )
    for name, build in _builders.items():
        snapshot.derived[name] = build(snapshot)
    return replace(snapshot, built_in=time.perf_counter() - started)


def _fingerprint(releases: dict[str, str], switches: list[Any]) -> str:
    state = hashlib.blake2b(digest_size=8)
    for release in sorted(releases.values()):
        state.update(release.encode() + b"\n")
    for line in sorted(repr(tuple(row)) for row in switches if row["state"] != "on"):
        state.update(line.encode() + b"\n")
    return state.hexdigest()


async def pinned(release: str, code: str) -> MatterEntry:
    """A matter of any release ever published, as it was. Raises ReleaseUnknown."""
    module_id, _, version = release.partition("@")
    live = _current.entries.get(f"{module_id}.{code}")
    if live is not None and live.release == release:
        return live
    for item in _current.candidates:
        if item.release == release and f"{module_id}.{code}" in item.entries:
            return item.entries[f"{module_id}.{code}"]
    key = f"{release}/{code}"
    found = _pinned.get(key)
    if found is None:
        if not version or len(version) > 80 or len(module_id) > 64:
            raise ReleaseUnknown
        row = await db.fetch_one(
            "SELECT content FROM modules_release WHERE module_id = $1 AND version = $2"
            " AND EXISTS (SELECT 1 FROM modules_rollout o WHERE o.release_id = modules_release.id)",
            module_id,
            version,
        )
        bundle = bundle_from_json(bytes(row["content"])) if row else None
        matter = bundle.matter(code) if bundle else None
        if bundle is None or matter is None:
            raise ReleaseUnknown
        found = MatterEntry(bundle.module, matter, release, 0, terms.Terms(terms.Phrase("", []), []))
        if len(_pinned) > 500:
            _pinned.clear()
        _pinned[key] = found
    return found


_tasks: list[asyncio.Task[None]] = []


async def start() -> None:
    """Build the first snapshot and follow the generation from now on.

    A process that cannot build the newest one and has no last good one waits here: it takes no connections, and its
    siblings, who have one, answer.
    """
    await refresh()
    while not ready():
        await asyncio.sleep(POLL_SECONDS)
        await _quietly()
    _tasks.append(asyncio.create_task(_poll(), name="registry-poll"))
    _tasks.append(asyncio.create_task(redis.listen(CHANNEL, _heard, _reconnected), name="registry-listen"))


async def stop() -> None:
    await background.end(_tasks)
    _tasks.clear()


async def _heard(_: bytes) -> None:
    await _quietly()


async def _reconnected() -> None:
    await _quietly()


async def _quietly() -> None:
    try:
        await refresh()
    except Exception as exc:  # noqa: BLE001 - following must outlive a database that restarts; the poll tries again
        log.warning("refresh_failed", error=repr(exc))


async def _poll() -> None:
    while True:
        await asyncio.sleep(POLL_SECONDS)
        await _quietly()


def reset() -> None:
    """Forget everything; tests start from nothing with it."""
    global _current, _failure
    _current = _EMPTY
    _failure = None
    _bundles.clear()
    _pinned.clear()
