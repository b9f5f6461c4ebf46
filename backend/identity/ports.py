"""What identity tells the floors above it. Handed over once, when a process is wired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ports:
    """`citizen_merged(old_id, new_id)` runs inside the merging transaction: each slice moves its rows to the new id."""

    citizen_merged: tuple[Callable[[str, str], Awaitable[None]], ...] = field(default=())


_ports = Ports()


def configure(ports: Ports) -> None:
    global _ports
    _ports = ports


def current() -> Ports:
    return _ports
