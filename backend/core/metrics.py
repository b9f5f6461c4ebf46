"""Counters and histograms for Prometheus. With PROMETHEUS_MULTIPROC_DIR set, `/metrics` sums over all processes."""

from __future__ import annotations

import os

from prometheus_client import REGISTRY as DEFAULT
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("tf_http_requests_total", "Answered requests", ["route", "method", "status"])
LATENCY = Histogram(
    "tf_http_seconds",
    "Time to answer, of a sample",
    ["route", "method"],
    buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
SECONDS = Counter("tf_http_busy_seconds_total", "Time spent on answers", ["route", "method"])
TASKS = Counter("tf_tasks_total", "Finished background tasks", ["task", "outcome"])
PROVIDER_CALLS = Counter("tf_provider_calls_total", "Calls to providers", ["provider", "call", "outcome"])
GENERATION = Gauge("tf_registry_generation", "Generation this process serves", multiprocess_mode="livemin")
REGISTRY_STALE = Gauge("tf_registry_stale", "1 when a newer generation could not be built", multiprocess_mode="livemax")
REMINDERS_HELD = Gauge("tf_reminder_rules_held", "Rules whose scan waits for a person", multiprocess_mode="mostrecent")


SAMPLE = 16  # one answer in so many is timed into the histogram: its shape is kept at a sixteenth of the cost


class RouteFigures:
    """Counts of one route, kept as plain numbers and handed to Prometheus once a second by `flush`.

    A counter of the library costs microseconds, an answer from memory takes forty of them in all.
    """

    __slots__ = ("_counts", "_latency", "_method", "_route", "_seconds", "_seen")

    def __init__(self, route: str, method: str) -> None:
        self._route = route
        self._method = method
        self._counts: dict[int, int] = {}
        self._seconds = 0.0
        self._seen = 0
        self._latency: Histogram | None = None

    def add(self, status: int, seconds: float) -> None:
        self._counts[status] = self._counts.get(status, 0) + 1
        self._seconds += seconds
        self._seen += 1
        if self._seen % SAMPLE == 1:
            if self._latency is None:
                self._latency = LATENCY.labels(self._route, self._method)
            self._latency.observe(seconds)

    def flush(self) -> None:
        counts, self._counts = self._counts, {}
        seconds, self._seconds = self._seconds, 0.0
        for status, count in counts.items():
            REQUESTS.labels(self._route, self._method, str(status)).inc(count)
        if seconds:
            SECONDS.labels(self._route, self._method).inc(seconds)


_figures: list[RouteFigures] = []


def figures(route: str, method: str) -> RouteFigures:
    """The figures of a route, flushed with all others."""
    made = RouteFigures(route, method)
    _figures.append(made)
    return made


def flush() -> None:
    for item in _figures:
        item.flush()


def exposition() -> bytes:
    flush()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(DEFAULT)
