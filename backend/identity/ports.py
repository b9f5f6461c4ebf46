"""What identity tells the floors above it. Handed over once, when a process is wired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from backend.core.sessions import Principal


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them run inside the caller's transaction.

    citizen_merged(old_id, new_id)  each slice moves its rows to the new id
    exports         name → what a slice holds of a citizen, in clear, for that citizen
    open_things     sentences on what is under way and stops a closing
    kept            (what, why) of what a duty keeps after closing
    citizen_closed  each slice erases what no duty keeps
    """

    citizen_merged: tuple[Callable[[str, str], Awaitable[None]], ...] = field(default=())
    exports: tuple[tuple[str, Callable[[Principal], Awaitable[Any]]], ...] = field(default=())
    open_things: tuple[Callable[[str], Awaitable[list[str]]], ...] = field(default=())
    kept: tuple[Callable[[str], Awaitable[list[tuple[str, str]]]], ...] = field(default=())
    citizen_closed: tuple[Callable[[str], Awaitable[None]], ...] = field(default=())


_ports = Ports()


def configure(ports: Ports) -> None:
    global _ports
    _ports = ports


def current() -> Ports:
    return _ports
