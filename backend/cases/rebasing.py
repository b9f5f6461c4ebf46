"""Open cases and drafts of a module, and its live release: what would change for them, and moving those that still fit.

Cases stay on the release they began with; nothing moves by itself. A publisher looks first and then moves. One case is
one transaction, a case that was moved is no longer found, and the next call goes on after `next`: a run that was killed
is started again and finishes.

Nothing may get worse for the citizen by it: who would have to give more, prove more, pay or wait longer stays. What a
citizen wrote is judged here and shown to nobody: reasons name fields and papers, never answers.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from backend.cases import drafts, history, keyring, knowledge, papers, rows, sealing, submission
from backend.cases.knowledge import Wallet
from backend.cases.rows import Row
from backend.cases.schemas import RebaseChange, RebaseItem, RebaseOut
from backend.core import audit, clock, crypto, db
from backend.core.errors import FieldProblem, InvalidPayload
from backend.core.sessions import Principal
from backend.identity import service as identity
from backend.identity.errors import CitizenNotFound
from backend.modules import differences, registry
from backend.modules import service as modules
from backend.modules.errors import ReleaseUnknown
from backend.modules.registry import MatterEntry
from backend.sdk.manifest import Field

BATCH = 50
_FIRST = UUID(int=0)


@dataclass
class _Run:
    """One call: who, where to, and what was found on the way."""

    who: Principal
    module: str
    release: str
    move: bool
    items: list[RebaseItem] = field(default_factory=list)
    pairs: dict[tuple[str, str], tuple[MatterEntry, MatterEntry]] = field(default_factory=dict)

    async def entries(self, release: str, code: str) -> tuple[MatterEntry | None, MatterEntry | None]:
        """The matter as it was, and as it is in the live release."""
        old, new = await _entry(release, code), await _entry(self.release, code)
        if old is not None and new is not None:
            self.pairs[release, code] = (old, new)
        return old, new


async def _entry(release: str, code: str) -> MatterEntry | None:
    try:
        return await registry.pinned(release, code)
    except ReleaseUnknown:
        return None


async def rebase(who: Principal, module: str, *, move: bool, after: str | None) -> RebaseOut:
    """One batch. Raises ModuleNotFound, NotYourRegion, ReleaseNotFound (nothing is live), InvalidPayload (`after`)."""
    run = _Run(who, module, await modules.live_release(who, module), move)
    kind, at = _place(after)
    following: str | None = None
    if kind == "case":
        found = await db.fetch(
            "SELECT id FROM cases_case WHERE module = $1 AND ended_at IS NULL AND release <> $2 AND id > $3"
            " ORDER BY id LIMIT $4",
            *(module, run.release, at, BATCH),
        )
        for record in found:
            await _case(run, record["id"])
        following = f"case:{found[-1]['id']}" if len(found) == BATCH else f"draft:{_FIRST}"
    else:
        found = await db.fetch(
            "SELECT id FROM cases_draft WHERE split_part(matter, '.', 1) = $1 AND release <> $2 AND id > $3"
            " ORDER BY id LIMIT $4",
            *(module, run.release, at, BATCH),
        )
        for record in found:
            await _draft(run, record["id"])
        following = f"draft:{found[-1]['id']}" if len(found) == BATCH else None
    moves = sum(item.moves for item in run.items)
    if run.items:
        await audit.record(
            who,
            "cases.rebase_run",
            "module",
            module,
            release=run.release,
            move=move,
            moves=moves,
            stays=len(run.items) - moves,
        )
    changes = [
        RebaseChange(release=release, matter=code, items=list(differences.of_matters(old.matter, new.matter)))
        for (release, code), (old, new) in run.pairs.items()
    ]
    return RebaseOut(release=run.release, moved=move, items=run.items, changes=changes, next=following)


def _place(after: str | None) -> tuple[str, UUID]:
    if after is None:
        return "case", _FIRST
    kind, _, text = after.partition(":")
    try:
        if kind in ("case", "draft"):
            return kind, UUID(text)
    except ValueError:
        pass
    raise InvalidPayload(errors=[FieldProblem(field="after", code="format", message="用上一次回答里的 next")])


# -- cases -------------------------------------------------------------------------------------------------------------


async def _case(run: _Run, case_id: UUID) -> None:
    async with db.transaction():
        row = await rows.by_id(case_id, lock=run.move)
        if row is None or row.ended_at is not None or row.release == run.release:
            return  # it ended, or somebody else moved it meanwhile
        old, new = await run.entries(row.release, row.code)
        moved = copy.copy(row)
        reasons = await _against(row, moved, old, new)
        if run.move and not reasons:
            await _write(moved)
            await audit.record(
                run.who,
                "cases.rebase",
                "case",
                row.number,
                citizen_id=str(row.citizen_id),
                purpose=row.matter,
                before=row.release,
                after=run.release,
            )
    run.items.append(
        RebaseItem(
            kind="case",
            number=row.number,
            matter=row.matter,
            name=row.matter_name,
            release=row.release,
            moves=not reasons,
            reasons=reasons,
        )
    )


async def _against(row: Row, moved: Row, old: MatterEntry | None, new: MatterEntry | None) -> list[str]:
    """Why the case stays where it is; nothing when it may move, and then `moved` is the case on the new release."""
    if old is None or new is None:
        return ["新版本没有这个事项"]
    fixed = _fixed(row, old, new)
    if fixed is not None:
        return [fixed]
    try:
        form = sealing.open_form(await keyring.data_key(row), row.id, row.sealed)
        reasons = await _answers(row, form, old, new)
    except (crypto.Unreadable, CitizenNotFound):
        return ["办件的内容已经打不开"]
    moved.release, moved.matter_name, moved.department = new.release, new.matter.name, new.department
    past = await rows.events(row.id)
    history.reckon_again(moved, new, past, clock.now())
    if row.due_at is not None and (moved.due_at is None or moved.due_at > row.due_at):
        reasons.append("新版本的办结时限更长")
    return reasons


def _fixed(row: Row, old: MatterEntry, new: MatterEntry) -> str | None:
    """What rules a move out, whatever was filled in."""
    if row.kind in ("book", "pay"):
        return "预约和缴费按当时的要求办完"
    if new.matter.kind != row.kind:
        return "新版本的办理方式不同"
    if row.dispatch != "none" or row.decider != ("department" if new.matter.decider == "department" else "platform"):
        return "已经交给部门的系统，按当时的要求办完"
    if row.decided_at is not None:
        return "已经作出决定"
    if row.state == "correcting":
        return "正在补正，补正通知按当时的要求"
    if knowledge.level_of(new) > knowledge.level_of(old):
        return "新版本要更高的身份认证"
    if new.matter.fee is not None and new.matter.fee.charged and not (old.matter.fee and old.matter.fee.charged):
        return "新版本要收费"
    return None


async def _answers(row: Row, form: dict[str, Any], old: MatterEntry, new: MatterEntry) -> list[str]:
    """What of the application does not satisfy the new release, in words without answers."""
    # what was handed in counts, not what the profile says today: nothing is added behind the citizen's back
    facts = _given(form, new.matter.fields)
    found = new.form.validate(form, prefill=facts, today=clock.today())
    titles = dict(_titles(new.matter.fields, ""))
    reasons = [f"“{titles.get(fault.field, fault.field)}”不符合新版本的要求" for fault in found.errors]
    codes: dict[str, int] = {}
    for item in await rows.materials(row.id):
        codes[item.code] = codes.get(item.code, 0) + 1
    asked = {material.license for material in new.matter.materials if material.license is not None}
    lacking = papers.lacking(new.matter, submission.conditions.of(new), form, codes, Wallet(asked))
    reasons += [fault.message for fault in lacking]
    if new.rules.eligibility:
        known = await keyring.facts(row, new.module.fields, (await rows.events(row.id))[0])
        held = await knowledge.wallet(new, str(row.citizen_id))
        context = knowledge.rule_context(form, known, knowledge.level_of(old), held)
        reasons += [message for rule, message in new.rules.eligibility if not rule.holds(context)]
    return list(dict.fromkeys(reasons))


def _given(form: Mapping[str, Any], fields: list[Field]) -> dict[str, Any]:
    """Sources of read-only fields as they were when the case was handed in."""
    found: dict[str, Any] = {}
    for item in fields:
        value = form.get(item.name)
        if item.prefill and value is not None:
            found[item.prefill] = value
        if item.type == "group" and isinstance(value, dict):
            found |= _given(value, item.fields)
    return found


def _titles(fields: list[Field], prefix: str) -> Iterator[tuple[str, str]]:
    for item in fields:
        yield f"{prefix}{item.name}", item.title
        yield from _titles(item.fields, f"{prefix}{item.name}.")


async def _write(row: Row) -> None:
    count = await db.execute(
        "UPDATE cases_case SET release = $2, matter_name = $3, department = $4, phase = $5, due_at = $6,"
        " yellow_at = $7, unit = $8, suspended = $9, days_left = $10, light = $11, work_at = $12 WHERE id = $1",
        row.id,
        row.release,
        row.matter_name,
        row.department,
        row.phase,
        row.due_at,
        row.yellow_at,
        row.unit,
        row.suspended,
        row.days_left,
        row.light,
        row.work_at,
    )
    assert count == 1, "the row is locked"


# -- drafts ------------------------------------------------------------------------------------------------------------


async def _draft(run: _Run, draft_id: UUID) -> None:
    async with db.transaction():
        row = await db.fetch_one(
            "SELECT id, citizen_id, key_of, matter, release, sealed FROM cases_draft WHERE id = $1"  # noqa: S608
            f"{' FOR UPDATE' if run.move else ''}",
            draft_id,
        )
        if row is None or row["release"] == run.release:
            return
        old, new = await run.entries(row["release"], row["matter"].partition(".")[2])
        reasons = await _draft_against(row, old, new)
        if run.move and not reasons:
            await db.execute("UPDATE cases_draft SET release = $2 WHERE id = $1", draft_id, run.release)
            await audit.record(
                run.who,
                "cases.rebase",
                "draft",
                str(draft_id),
                citizen_id=str(row["citizen_id"]),
                purpose=row["matter"],
                before=row["release"],
                after=run.release,
            )
    name = (new or old).matter.name if new or old else row["matter"]  # type: ignore[union-attr]
    run.items.append(
        RebaseItem(
            kind="draft",
            number=None,
            matter=row["matter"],
            name=name,
            release=row["release"],
            moves=not reasons,
            reasons=reasons,
        )
    )


async def _draft_against(row: Any, old: MatterEntry | None, new: MatterEntry | None) -> list[str]:
    """A draft need not be complete: only what is in it must still fit. Its owner is told the same words."""
    if old is None or new is None:
        return ["新版本没有这个事项"]
    try:
        content = drafts.opened(
            await identity.data_key(str(row["key_of"])), row["key_of"], row["matter"], row["sealed"]
        )
    except (crypto.Unreadable, CitizenNotFound):
        return ["草稿的内容已经打不开"]
    told = drafts.differences(old.matter, new.matter, content)
    faults = new.form.validate(
        content.form, prefill=_given(content.form, new.matter.fields), today=clock.today()
    ).errors
    titles = dict(_titles(new.matter.fields, ""))
    filled = [
        f"“{titles.get(fault.field, fault.field)}”不符合新版本的要求"
        for fault in faults
        if fault.field.partition(".")[0] in content.form
    ]
    return list(dict.fromkeys([*told, *filled]))
