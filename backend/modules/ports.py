"""What modules ask of the floors above, handed over when the program is wired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from backend.modules.unfinished import Forms


@dataclass(frozen=True, slots=True)
class Ratings:
    """How people rated the cases of a module: how many did, the mean of their levels (1 to 5), and how many were bad
    (1 or 2). `mean` is None when nobody did."""

    count: int
    mean: float | None
    bad: int


@dataclass(frozen=True, slots=True)
class Ports:
    """
    forms(release, since) -> forms of a release (`module@version`) that were handed in or left since then
    ratings(module id, since) -> ratings of the module's cases since then
    names(staff ids) -> display names of those members that exist, by id
    """

    forms: Callable[[str, datetime], Awaitable[Forms]]
    ratings: Callable[[str, datetime], Awaitable[Ratings]]
    names: Callable[[Iterable[str]], Awaitable[dict[str, str]]]


_ports: Ports | None = None


def configure(ports: Ports) -> None:
    global _ports
    _ports = ports


def ports() -> Ports:
    if _ports is None:
        raise RuntimeError("modules.ports.configure() was not called in this process")
    return _ports
