"""`make bench`: measure against a fresh instance and write `tests/bench/results.json`. `ONLY=name` for some rows.

Nothing here fails on a figure; it fails when an answer is wrong.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from tests.bench import checking, machine, pushing, sealing, swapping, web
from tests.bench.figures import Row

RESULTS = Path(__file__).parent / "results.json"
GROUPS = (sealing.measure, checking.measure, machine.measure, web.measure, pushing.measure, swapping.measure)


def show(row: Row) -> None:
    result = row.result()
    beside = f"  baseline {result['baseline']}  ratio {result['ratio']}" if result["baseline"] is not None else ""
    beside += f"  cpu {result['cpu_us']} by {result['baseline_cpu_us']} us" if "cpu_us" in result else ""
    print(f"{row.name:24} {result['value']:>12} {row.unit:8}{beside}  ({result['min']} to {result['max']})", flush=True)


async def main(only: list[str]) -> int:
    kept: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.is_file() and only else {}
    started = time.monotonic()
    for measure in GROUPS:
        async for row in measure(only):
            show(row)
            kept[row.name] = row.result()
    kept["machine"] = {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
    }
    RESULTS.write_text(json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{len(kept) - 1} rows in {RESULTS.name}, {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(uvloop.run(main(sys.argv[1:])))
