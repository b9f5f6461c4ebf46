"""The guard: holds a candidate against the live release and takes it back by itself, saying why with the numbers."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import msgspec

from backend.core import db, logging
from backend.core.clock import now
from backend.modules import evidence, rollouts
from backend.modules.errors import WrongState
from backend.modules.evidence import Figures
from backend.modules.models import Notice
from backend.modules.ports import ports
from backend.modules.unfinished import Forms

log = logging.get("guard")

WINDOW = timedelta(minutes=5)
LEAST_CALLS = 20  # fewer say nothing
EXPECTED = 0.05  # what may fail while the live release has no evidence of its own
MARGIN = 0.05  # a candidate that fails this much more often …
CERTAINTY = 2.6  # … beyond chance: standard deviations, about 1 in 200
SLOWER = 3.0
SLOW_S = 1.0
FORMS_WINDOW = timedelta(hours=1)  # people fill in a form slower than a system answers
LEAST_FORMS = 20
FORMS_MARGIN = 0.15


def judge(candidate: Figures, live: Figures) -> str | None:
    """Why the candidate must go, in a sentence with its numbers; None while it may stay."""
    if candidate.calls < LEAST_CALLS:
        return None
    known = live.calls >= LEAST_CALLS
    base = live.rate if known else EXPECTED
    spread = (
        _spread(candidate.failures, candidate.calls, live.failures, live.calls)
        if known
        else math.sqrt(EXPECTED * (1 - EXPECTED) / candidate.calls)
    )
    if candidate.rate - base > MARGIN and candidate.rate - base > CERTAINTY * spread:
        return f"新版本 {candidate.calls} 次调用失败 {candidate.failures} 次（{candidate.rate:.0%}），" + (
            f"线上版本 {live.calls} 次失败 {live.failures} 次（{live.rate:.0%}）" if known else "线上版本没有可比的调用"
        )
    if known and candidate.mean > SLOW_S and candidate.mean > SLOWER * live.mean:
        return f"新版本平均 {candidate.mean:.1f} 秒，线上版本平均 {live.mean:.1f} 秒"
    return None


def judge_forms(candidate: Forms, live: Forms) -> str | None:
    """Why a form that too many people leave must go; None while it may stay. How many leave any form differs from
    matter to matter, so nothing is said before the live release has evidence of its own."""
    if candidate.begun < LEAST_FORMS or live.begun < LEAST_FORMS:
        return None
    more = candidate.rate - live.rate
    spread = _spread(candidate.left, candidate.begun, live.left, live.begun)
    if more <= FORMS_MARGIN or more <= CERTAINTY * spread:
        return None
    return (
        f"新版本 {candidate.begun} 份表单有 {candidate.left} 份填到一半没有提交（{candidate.rate:.0%}），"
        f"线上版本 {live.begun} 份有 {live.left} 份（{live.rate:.0%}）"
    )


def _spread(ours: int, of_ours: int, theirs: int, of_theirs: int) -> float:
    """The standard deviation of the difference of two shares. Both samples are small: they are pooled, and nothing is
    believed to be without fault."""
    pooled = (ours + theirs + 1) / (of_ours + of_theirs + 2)
    return math.sqrt(pooled * (1 - pooled) * (1 / of_ours + 1 / of_theirs))


async def watch() -> int:
    """Look at every candidate once; how many were taken back."""
    rows = await db.fetch(
        "SELECT o.id, o.module_id, o.created_at, r.version, live.version AS live FROM modules_rollout o"
        " JOIN modules_release r ON r.id = o.release_id"
        " LEFT JOIN LATERAL (SELECT l.version FROM modules_rollout x JOIN modules_release l ON l.id = x.release_id"
        "  WHERE x.module_id = o.module_id AND x.state = 'live' LIMIT 1) live ON true"
        " WHERE o.state IN ('gray', 'paused') AND o.step >= 0"
    )
    taken = 0
    for row in rows:
        since = max(now() - WINDOW, row["created_at"] - timedelta(seconds=evidence.SLICE_S))
        release = f"{row['module_id']}@{row['version']}"
        candidate = await evidence.figures(release, since)
        live = await evidence.figures(f"{row['module_id']}@{row['live']}", since) if row["live"] else Figures()
        why = judge(candidate, live)
        forms = await _forms(row)
        why = why or judge_forms(*forms)
        if why is not None:
            taken += await _take_back(row, release, why, (candidate, live), forms)
    return taken


async def _forms(row: Any) -> tuple[Forms, Forms]:
    """Of the candidate and of the live release, since both were there to be chosen."""
    since = max(now() - FORMS_WINDOW, row["created_at"])
    candidate = await ports().forms(f"{row['module_id']}@{row['version']}", since)
    if candidate.begun < LEAST_FORMS or not row["live"]:
        return candidate, Forms()  # the other figure would change nothing
    return candidate, await ports().forms(f"{row['module_id']}@{row['live']}", since)


async def _take_back(
    row: Any, release: str, why: str, calls: tuple[Figures, Figures], forms: tuple[Forms, Forms]
) -> bool:
    figures = {
        side: msgspec.to_builtins(held) | {"rate": held.rate, "forms": msgspec.to_builtins(form) | {"rate": form.rate}}
        for side, held, form in zip(("candidate", "live"), calls, forms, strict=True)
    } | {
        "live_release": row["live"],
        "window_s": int(WINDOW.total_seconds()),
        "forms_window_s": int(FORMS_WINDOW.total_seconds()),
    }
    try:
        async with db.transaction():
            await rollouts.roll_back(None, str(row["id"]), f"自动回退：{why}"[:300])
            await Notice.create(
                module_id=row["module_id"],
                release=release,
                kind="rolled_back",
                text=f"{release} 已自动回退：{why}"[:500],
                figures=figures,
            )
    except WrongState:
        return False  # a person was faster
    log.error("candidate_taken_back", release=release, why=why, figures=figures)
    return True
