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
TASKS = Counter("tf_tasks_total", "Finished background tasks", ["task", "outcome"])
PROVIDER_CALLS = Counter("tf_provider_calls_total", "Calls to providers", ["provider", "call", "outcome"])
GENERATION = Gauge("tf_registry_generation", "Generation this process serves", multiprocess_mode="livemin")
REGISTRY_STALE = Gauge("tf_registry_stale", "1 when a newer generation could not be built", multiprocess_mode="livemax")


def exposition() -> bytes:
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest(DEFAULT)
