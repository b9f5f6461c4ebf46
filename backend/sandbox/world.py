"""The simulated world: who is known, what was received, which faults are set."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec
from sanic import HTTPResponse, Request
from sanic.exceptions import ServerError

from backend.providers.config import Vendors
from backend.sandbox.credentials import SandboxKeys
from backend.sandbox.people import COMPANIES, PEOPLE
from backend.sandbox.store import Store

FaultKind = Literal[
    "timeout",
    "http500",
    "html502",
    "slow",
    "drop_after_accept",
    "duplicate_callback",
    "wrong_signature",
    "down",
    "code",
]
FAULTS: tuple[str, ...] = get_args(FaultKind)
FaceOutcome = Literal["pass", "fail", "unfinished", "cancel", "not_in_library", "too_frequent"]


class Fault(msgspec.Struct, kw_only=True):
    """A fault for a vendor's call. `times` None: until it is deleted. `code`: the vendor's own error code."""

    fault: FaultKind
    times: int | None = None
    delay_s: float | None = None
    code: str = ""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One call that was received. `n` counts from 1 over everything."""

    n: int
    at: float
    vendor: str
    call: str
    detail: dict[str, Any]
    fault: str = ""


@dataclass(kw_only=True)
class FaceCheck:
    """A face check at one of the three providers. `page`: a person has its page open, so wait for the click."""

    id: str
    name: str
    id_number: str
    subject: str = ""
    return_url: str = ""
    outcome: FaceOutcome | None = None
    page: bool = False
    created: float = field(default_factory=time.time)


class Faults:
    def __init__(self) -> None:
        self._set: dict[tuple[str, str], Fault] = {}

    def put(self, vendor: str, call: str, fault: Fault) -> None:
        self._set[vendor, call] = fault

    def delete(self, vendor: str, call: str) -> bool:
        return self._set.pop((vendor, call), None) is not None

    def clear(self) -> None:
        self._set.clear()

    def all(self) -> list[dict[str, Any]]:
        return [
            {"vendor": vendor, "call": call, **msgspec.to_builtins(fault)}
            for (vendor, call), fault in self._set.items()
        ]

    def take(self, vendor: str, *calls: str) -> Fault | None:
        """The fault for the first of `calls` that has one, else for `*`; one use of it is spent."""
        for call in (*calls, "*"):
            fault = self._set.get((vendor, call))
            if fault is None:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self._set.pop((vendor, call))
            return fault
        return None


class Received:
    """The last calls in order, and the count of all."""

    def __init__(self, keep: int = 5000) -> None:
        self._items: deque[Seen] = deque(maxlen=keep)
        self._counts: Counter[tuple[str, str]] = Counter()
        self._n = 0

    def add(self, vendor: str, call: str, detail: Mapping[str, Any], fault: str) -> None:
        self._n += 1
        self._counts[vendor, call] += 1
        self._items.append(Seen(n=self._n, at=time.time(), vendor=vendor, call=call, detail=dict(detail), fault=fault))

    def find(self, vendor: str | None, call: str | None) -> list[Seen]:
        return [
            item for item in self._items if (not vendor or item.vendor == vendor) and (not call or item.call == call)
        ]

    def counts(self) -> dict[str, int]:
        return {f"{vendor}.{call}": count for (vendor, call), count in sorted(self._counts.items())}

    def clear(self) -> None:
        self._items.clear()
        self._counts.clear()


@dataclass
class World:
    """Everything that the simulators share."""

    folder: Path
    base_url: str
    public_url: str
    vendors: Vendors
    keys: SandboxKeys
    store: Store
    faults: Faults = field(default_factory=Faults)
    received: Received = field(default_factory=Received)
    faces: dict[str, FaceCheck] = field(default_factory=dict)
    next_faces: dict[str, list[FaceOutcome]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=lambda: {p.id_number: p.name for p in PEOPLE})
    companies: dict[str, dict[str, str]] = field(default_factory=lambda: {c.uscc: c.registered for c in COMPANIES})
    authority_answers: dict[str, str] = field(default_factory=dict)
    texts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    codes: dict[tuple[str, str], tuple[str, float]] = field(default_factory=dict)

    def mint(self, kind: str, subject: str, *, seconds: float = 300) -> str:
        """A code for `subject` that can be used once."""
        code = secrets.token_hex(16)
        self.codes[kind, code] = (subject, time.time() + seconds)
        return code

    def spend(self, kind: str, code: str) -> str | None:
        """Whom a code stands for: `demo-<name>` always, a minted one once and in time."""
        if code.startswith("demo-") and len(code) > 5:
            return code[5:]
        subject, until = self.codes.pop((kind, code), ("", 0.0))
        return subject if subject and until > time.time() else None

    def settle_face(self, check: FaceCheck) -> FaceOutcome:
        """The outcome of a check that is asked for: settled before, ordered for this person, or a pass."""
        if check.outcome is not None:
            return check.outcome
        ordered = self.next_faces.get(check.id_number)
        default: FaceOutcome = "unfinished" if check.page else "pass"
        outcome = ordered.pop(0) if ordered else default
        if outcome != "unfinished":
            check.outcome = outcome
        return outcome


def world_of(request: Request) -> World:
    world: World = request.app.ctx.world
    return world


def fault_of(request: Request) -> str:
    """The fault that rules this request, for whoever signs."""
    return str(getattr(request.ctx, "fault", ""))


async def perform(
    request: Request,
    vendor: str,
    call: str,
    detail: Mapping[str, Any],
    act: Callable[[], Awaitable[HTTPResponse]],
    *,
    refuse: Callable[[str], HTTPResponse] | None = None,
    also: str = "",
) -> HTTPResponse:
    """Note the call, then do it, or the fault that is set for it.

    timeout, down, http500, html502 happen before anything is done; drop_after_accept, slow, wrong_signature after
    or while it is done. `refuse` answers in the vendor's dialect with a given error code (fault `code`).
    """
    world = world_of(request)
    fault = world.faults.take(vendor, call, also) if also else world.faults.take(vendor, call)
    kind = fault.fault if fault else ""
    world.received.add(vendor, call, detail, kind)
    request.ctx.fault = kind
    if fault is None or kind in ("wrong_signature", "duplicate_callback"):
        return await act()
    match kind:
        case "timeout":
            await asyncio.sleep(fault.delay_s if fault.delay_s is not None else 30)
            return HTTPResponse("gateway timeout", status=504)
        case "down":
            return hang_up(request)
        case "http500":
            return HTTPResponse("Internal Server Error", status=500, content_type="text/plain")
        case "html502":
            page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
            return HTTPResponse(page, status=502, content_type="text/html")
        case "slow":
            answer = await act()
            await asyncio.sleep(fault.delay_s if fault.delay_s is not None else 3)
            return answer
        case "drop_after_accept":
            await act()
            return hang_up(request)
        case "code":
            if refuse is None:
                raise ServerError(f"{vendor}.{call} has no error codes")
            return refuse(fault.code)
    raise ServerError(f"unknown fault {kind}")


def hang_up(request: Request) -> HTTPResponse:
    """Cut the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()  # type: ignore[attr-defined]
    return HTTPResponse(status=500)
