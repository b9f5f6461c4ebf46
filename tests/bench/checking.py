"""`check.1000`: the checker over a module with 1,000 matters of the size of a real one, each with a form and rules.

Every matter is 租房提取住房公积金 under a code, a name and a threshold of its own, so that no rule is compiled twice.
The baseline reads the same files as TOML and does nothing with them.
"""

from __future__ import annotations

import tempfile
import time
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

from backend.local.settings import ROOT
from backend.sdk.check import check_folder
from tests.bench.figures import ROUNDS, Row

NAMES = ("check.1000",)
MATTERS = 1_000
MODULE = ROOT / "matrix_modules" / "chengdu_housing_fund"
CODE, NAME, AMOUNT = "rent_withdrawal", "租房提取住房公积金", "2400.0"


def build(root: Path) -> Path:
    """The folder; its name is the module's id."""
    folder = root / MODULE.name
    (folder / "matters").mkdir(parents=True)
    (folder / "module.toml").write_bytes((MODULE / "module.toml").read_bytes())
    text = (MODULE / "matters" / f"{CODE}.toml").read_text("utf-8")
    assert min(text.count(part) for part in (CODE, NAME, AMOUNT)) >= 1
    for number in range(MATTERS):
        own = text.replace(CODE, f"rent_{number:04}").replace(NAME, f"{NAME}（{number}）")
        own = own.replace(AMOUNT, f"{2400 + number}.0")
        (folder / "matters" / f"rent_{number:04}.toml").write_text(own, "utf-8")
    # the module's connector serves its queries
    query = "fund_account_query.toml"
    (folder / "matters" / query).write_bytes((MODULE / "matters" / query).read_bytes())
    return folder


def read(folder: Path) -> None:
    for path in sorted(folder.rglob("*.toml")):
        tomllib.loads(path.read_text("utf-8"))


async def measure(only: list[str]) -> AsyncIterator[Row]:
    if only and not set(NAMES) & set(only):
        return
    row = Row(NAMES[0], "s", [], [], "1,000 matters with forms and rules; baseline: reading the TOML; lower is better")
    with tempfile.TemporaryDirectory(prefix="tf-bench-") as place:
        folder = build(Path(place))
        assert check_folder(folder) == []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            read(folder)
            row.baselines.append(time.perf_counter() - started)
            started = time.perf_counter()
            assert check_folder(folder) == []
            row.values.append(time.perf_counter() - started)
    yield row
