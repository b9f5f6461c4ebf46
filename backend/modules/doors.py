"""Departments that do not answer: after a while what needs them is closed to applications, and opened by itself.

The first failed call begins it. From then on the department is asked every half minute, so that neither a quiet module
nor a single lost call is taken for an outage; the first answer, whatever it says, ends it. What was closed by a person
is a person's to open, and is left alone.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backend.core import audit, db, logging
from backend.core.clock import now
from backend.modules import registry, rights
from backend.modules.generations import bump
from backend.modules.models import Notice
from backend.sdk.manifest import Matter

log = logging.get("doors")

LASTING = timedelta(minutes=10)
BY = "door"
REASON = "办理部门的系统暂时连不上，先看指南；恢复以后就能办理"


def needs_department(matter: Matter) -> bool:
    """Whether an application of the matter is of no use while the department is away."""
    return matter.kind in ("query", "pay") or matter.decider == "department"


async def failed(module: str) -> None:
    """A call did not come back. Losing the note costs nothing: the next call makes it again."""
    try:
        await db.execute(
            "INSERT INTO modules_door (module_id, failing_since, failures) VALUES ($1, now(), 1)"
            " ON CONFLICT (module_id) DO UPDATE SET failures = modules_door.failures + 1,"
            " failing_since = coalesce(modules_door.failing_since, now())",
            module,
        )
    except Exception as exc:  # noqa: BLE001 - as said above
        log.warning("door_not_noted", module=module, error=repr(exc))


async def answered(module: str) -> None:
    """The department answered. The row of an outage goes when nothing was closed for it; else `watch` opens."""
    try:
        await db.execute(
            "UPDATE modules_door SET failing_since = NULL, failures = 0"
            " WHERE module_id = $1 AND failing_since IS NOT NULL",
            module,
        )
    except Exception as exc:  # noqa: BLE001 - the citizen has an answer; the next call or probe notes it again
        log.warning("door_not_noted", module=module, error=repr(exc))


async def failing() -> list[str]:
    """Modules whose department did not answer last, to be asked again."""
    rows = await db.fetch("SELECT module_id FROM modules_door WHERE failing_since IS NOT NULL ORDER BY module_id")
    return [row["module_id"] for row in rows]


async def watch() -> tuple[int, int]:
    """Close what needs a department that is away for long, open what needs one that is back; how many modules."""
    closed = opened = 0
    rows = await db.fetch(
        "SELECT module_id FROM modules_door WHERE (degraded_at IS NULL AND failing_since <= $1)"
        " OR (degraded_at IS NOT NULL AND failing_since IS NULL) ORDER BY module_id",
        now() - LASTING,
    )
    for row in rows:
        async with db.transaction():
            await rights.lock(row["module_id"])
            door = await db.fetch_one("SELECT * FROM modules_door WHERE module_id = $1 FOR UPDATE", row["module_id"])
            if door is None:
                continue
            if door["degraded_at"] is None and door["failing_since"] is not None:
                closed += await _close(door)
            elif door["degraded_at"] is not None and door["failing_since"] is None:
                opened += await _open(door)
    return closed, opened


async def _close(door: Any) -> bool:
    module = door["module_id"]
    entries = [
        entry
        for entry in registry.current().entries.values()
        if entry.module.id == module and entry.module.connector is not None and needs_department(entry.matter)
    ]
    if not entries:
        return False
    shut = []
    for entry in entries:
        shut += await db.fetch(
            "INSERT INTO modules_switch (module_id, matter, region, state, reason, until, by, at)"
            " VALUES ($1, $2, '', 'guide_only', $3, NULL, $4, now()) ON CONFLICT (module_id, matter, region) DO NOTHING"
            " RETURNING matter",
            module,
            entry.matter.code,
            REASON,
            BY,
        )
    await db.execute("UPDATE modules_door SET degraded_at = now() WHERE module_id = $1", module)
    matters = [row["matter"] for row in shut]
    minutes = int((now() - door["failing_since"]).total_seconds() // 60)
    await Notice.create(
        module_id=module,
        release=entries[0].release,
        kind="degraded",
        text=f"部门系统已经 {minutes} 分钟没有答复，{len(matters)} 个事项暂时只提供指南；"
        "已收到的办件照旧转交，恢复后自动开放",
        figures={"failures": door["failures"], "since": door["failing_since"].isoformat(), "matters": matters},
    )
    await bump()
    await audit.record(None, "modules.degraded", "module", module, matters=matters, failures=door["failures"])
    log.error("department_away", module=module, minutes=minutes, failures=door["failures"], matters=len(matters))
    return True


async def _open(door: Any) -> bool:
    module = door["module_id"]
    gone = await db.fetch("DELETE FROM modules_switch WHERE module_id = $1 AND by = $2 RETURNING matter", module, BY)
    await db.execute("UPDATE modules_door SET degraded_at = NULL WHERE module_id = $1", module)
    live = registry.current().releases.get(module, module)
    await Notice.create(
        module_id=module,
        release=live,
        kind="restored",
        text=f"部门系统恢复答复，{len(gone)} 个事项重新开放办理",
        figures={"matters": [row["matter"] for row in gone], "since": door["degraded_at"].isoformat()},
    )
    await bump()
    await audit.record(None, "modules.restored", "module", module, matters=[row["matter"] for row in gone])
    log.info("department_back", module=module, matters=len(gone))
    return True
