"""Which programs make up one machine, in the order in which they start."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backend.local.settings import LocalSettings


@dataclass(frozen=True, slots=True)
class Step:
    """A command that must end well before the programs start.

    `renews` says that programs can start on what an earlier run of it left: once it has ended well on a database,
    later starts run it beside the programs. `ready` waits for it all the same.
    """

    name: str
    title: str
    argv: list[str]
    renews: bool = False


@dataclass(frozen=True, slots=True)
class Program:
    """A command that is kept running. Its environment names it: `TF_PROCESS` is `web-0`, `web-1` …"""

    name: str
    argv: list[str]
    copies: int = 1
    env: Mapping[str, str] = field(default_factory=dict)
    serves: bool = False  # inherits the listening sockets as TF_WEB_FD and TF_MODULE_FD
    stop_signal: int = signal.SIGTERM
    patience: float = 5.0  # seconds from the signal to kill -9
    stop_rank: int = 1  # lower ranks stop first, equal ranks together


@dataclass(frozen=True, slots=True)
class Plan:
    """`early` programs need no tables and start while the steps run. `welcome` is said once all is ready."""

    early: list[Program]
    steps: list[Step]
    programs: list[Program]
    accounts: list[str] | None = None
    pages: bool = True
    welcome: str = ""


Planner = Callable[[LocalSettings], Plan]


def tianfu(settings: LocalSettings) -> Plan:
    """The real thing."""
    backend = [sys.executable, "-m", "backend"]
    return Plan(
        early=[Program("sandbox", [*backend, "sandbox"], stop_rank=3)],
        steps=[
            Step("migrate", "Database migrated", [*backend, "migrate"]),
            Step("publish", "Modules published", [*backend, "modules", "publish-local"], renews=True),
        ],
        programs=[
            Program("web", [*backend, "web"], copies=settings.web_workers, serves=True),
            Program(
                "worker",
                [*backend, "worker", "--queues=urgent,default"],
                copies=settings.workers,
                patience=10.0,
                stop_rank=2,
            ),
            # reserved: a code or the news of a case never waits behind a mass sending, or behind anything else
            Program("urgent", [*backend, "worker", "--queues=urgent", "--concurrency=1"], patience=10.0, stop_rank=2),
            Program("bulk", [*backend, "worker", "--queues=bulk", "--concurrency=1"], patience=10.0, stop_rank=2),
            Program("beat", [*backend, "beat"]),
        ],
        accounts=[*backend, "demo-accounts"],
    )
