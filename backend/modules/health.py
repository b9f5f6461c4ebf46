"""How a module does: calls to its department, forms that are left, ratings; release by release."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from backend.core import db
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.modules import evidence, rights
from backend.modules.ports import ports
from backend.modules.schemas import HealthOut, RatingsOut, ReleaseHealth

RATED_DAYS = 30


async def of_module(who: Principal, module_id: str, hours: int) -> HealthOut:
    """Of the live release and the candidate in the last hours. Raises ModuleNotFound, NotYourRegion."""
    rights.require_regions(who, await rights.module_regions(module_id))
    rows = await db.fetch(
        "SELECT r.version, o.state FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
        " WHERE o.module_id = $1 AND o.state IN ('live', 'gray', 'paused') ORDER BY o.state = 'live' DESC",
        module_id,
    )
    since = now() - timedelta(hours=hours)
    releases = [
        await _release(f"{module_id}@{row['version']}", "live" if row["state"] == "live" else "candidate", since)
        for row in rows
    ]
    rated = await ports().ratings(module_id, now() - timedelta(days=RATED_DAYS))
    return HealthOut(
        module=module_id,
        hours=hours,
        releases=releases,
        ratings=RatingsOut(days=RATED_DAYS, count=rated.count, mean=rated.mean, bad=rated.bad),
    )


async def _release(release: str, role: Literal["live", "candidate"], since: datetime) -> ReleaseHealth:
    calls = await evidence.figures(release, since)
    forms = await ports().forms(release, since)
    return ReleaseHealth(
        release=release,
        role=role,
        views=calls.views,
        calls=calls.calls,
        failures=calls.failures,
        failure_rate=calls.rate if calls.calls else None,
        mean_ms=calls.mean * 1000 if calls.calls else None,
        forms_finished=forms.finished,
        forms_left=forms.left,
        left_rate=forms.rate if forms.begun else None,
    )
