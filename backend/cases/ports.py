"""What cases ask of the floors above, handed over when the program is wired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.cases.schemas import Booking, CaseRating
from backend.modules.registry import MatterEntry


@dataclass(frozen=True, slots=True)
class Decided:
    """An approved case, as the licence that follows from it needs to know it. `details`: what a department put into
    its decision."""

    id: UUID
    number: str
    citizen_id: str
    entry: MatterEntry
    region: str
    form: dict[str, Any]
    details: dict[str, Any]
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them run inside the caller's transaction and call no provider.

    issue_license(case) -> licence id, or None when the matter gives none
    held(citizen id, types) -> of these types the newest valid licence's id, by type
    reserve_slot(matter, booking, case id) raises AppError when the place is gone
    release_slot(case id) gives the place back; nothing happens when there was none
    rating_of(case id) -> the rating, or None
    """

    issue_license: Callable[[Decided], Awaitable[str | None]]
    held: Callable[[str, Sequence[str]], Awaitable[dict[str, str]]]
    reserve_slot: Callable[[MatterEntry, Booking, UUID], Awaitable[None]]
    release_slot: Callable[[UUID], Awaitable[None]]
    rating_of: Callable[[UUID], Awaitable[CaseRating | None]]


_ports: Ports | None = None


def configure(ports: Ports) -> None:
    global _ports
    _ports = ports


def ports() -> Ports:
    if _ports is None:
        raise RuntimeError("cases.ports.configure() was not called in this process")
    return _ports
