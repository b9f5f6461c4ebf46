"""Counters and histograms for Prometheus. With PROMETHEUS_MULTIPROC_DIR set, `/metrics` sums over all processes."""

from __future__ import annotations

import os

from prometheus_client import REGISTRY as DEFAULT
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REQUESTS = Counter("tf_http_requests_total", "Answered requests", ["route", "method", "status"])
LATENCY = Histogram(
    "tf_http_seconds",
    "Time to answer",
    ["route"],
    buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
HOT_SECONDS = Counter("tf_http_hot_seconds_total", "Time spent on answers from memory", ["route"])
TASKS = Counter("tf_tasks_total", "Finished background tasks", ["task", "outcome"])
PROVIDER_CALLS = Counter("tf_provider_calls_total", "Calls to providers", ["provider", "call", "outcome"])
GENERATION = Gauge("tf_registry_generation", "Generation this process serves", multiprocess_mode="livemin")
REGISTRY_STALE = Gauge("tf_registry_stale", "1 when a newer generation could not be built", multiprocess_mode="livemax")


class HotFigures:
    """Counts of one hot route, kept as plain numbers and handed to Prometheus by `flush`."""

    __slots__ = ("_counts", "_method", "_route", "_seconds")

    def __init__(self, route: str, method: str) -> None:
        self._route = route
        self._method = method
        self._counts: dict[int, int] = {}
        self._seconds = 0.0

    def add(self, status: int, seconds: float) -> None:
        self._counts[status] = self._counts.get(status, 0) + 1
        self._seconds += seconds

    def flush(self) -> None:
        counts, self._counts = self._counts, {}
        seconds, self._seconds = self._seconds, 0.0
        for status, count in counts.items():
            REQUESTS.labels(self._route, self._method, str(status)).inc(count)
        if seconds:
            HOT_SECONDS.labels(self._route).inc(seconds)


_hot: list[HotFigures] = []


def hot(route: str, method: str) -> HotFigures:
    """The figures of a hot route, flushed with all others."""
    figures = HotFigures(route, method)
    _hot.append(figures)
    return figures


def flush() -> None:
    for figures in _hot:
        figures.flush()


def exposition() -> bytes:
    flush()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(DEFAULT)
