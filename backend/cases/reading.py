"""Reading one's own cases. The list is one indexed statement over columns of one table."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from backend.cases import behalf, keyring, rows, sealing, view
from backend.cases.errors import CaseNotFound
from backend.cases.opened_for import MARK
from backend.cases.ports import ports
from backend.cases.rows import Row
from backend.cases.schemas import CaseList, CaseOut, CasesQuery
from backend.cases.states import OPEN
from backend.core import clock, db, paging
from backend.core.sessions import Principal
from backend.modules import registry

NUMBER = re.compile(r"^SC-[2-9A-HJKMNP-TV-Z]{10}$")

PAGE = (
    "SELECT id, number, matter, matter_name, department, kind, state, dispatch, submitted_at, phase, due_at, yellow_at,"
    " unit, suspended, days_left FROM cases_case WHERE citizen_id = $1 AND (submitted_at, id) < ($2, $3)"
    " ORDER BY submitted_at DESC, id DESC LIMIT $4"
)
_PAGE_IN_STATE = PAGE.replace(" ORDER BY", " AND state = $5 ORDER BY")


async def list_of(who: Principal, query: CasesQuery) -> CaseList:
    """Newest first."""
    before, last = paging.position(query.cursor, paging.FIRST_DOWN)
    citizen = UUID(who.id)
    behalf.one_of(query.on_behalf_of, query.company)
    if query.company is not None:
        citizen = (await behalf.for_company(who, query.company, "cases")).company_id
    if query.on_behalf_of is not None:
        found = await _page_for_another(who, query, before, last)
    elif query.state is None:
        found = await db.fetch(PAGE, citizen, before, last, query.limit + 1)
    else:
        found = await db.fetch(_PAGE_IN_STATE, citizen, before, last, query.limit + 1, query.state)
    more = len(found) > query.limit
    page = found[: query.limit]
    now = clock.now()
    return CaseList(
        items=[view.card(record, now) for record in page],
        next=paging.cursor(page[-1]["submitted_at"], page[-1]["id"]) if more else None,
    )


_FOR_ANOTHER = PAGE.replace(
    " ORDER BY",
    " AND ($5::text IS NULL OR state = $5) AND ($6 OR matter = ANY($7)) AND EXISTS (SELECT 1 FROM cases_event e"
    " WHERE e.case_id = cases_case.id AND e.seq = 1 AND e.external_id = ANY($8)) ORDER BY",
)


async def _page_for_another(who: Principal, query: CasesQuery, before: Any, last: Any) -> list[Any]:
    """What I opened for the person of a delegation, as far as its scope goes now. Raises NotDelegated."""
    assert query.on_behalf_of is not None
    found = await behalf.acting(who, query.on_behalf_of)
    return await db.fetch(
        _FOR_ANOTHER,
        UUID(found.citizen_id),
        before,
        last,
        query.limit + 1,
        query.state,
        "*" in found.matters,
        list(found.matters),
        [MARK + one for one in found.ids],
    )


async def mine(who: Principal, number: str, *, lock: bool = False) -> tuple[Row, behalf.Leave | None]:
    """My case of that number, or one that I opened for another and still may act on. Raises CaseNotFound, for
    somebody else's as for none. Of a company: `lock` is for an act, which needs the right to apply."""
    if not NUMBER.match(number):
        raise CaseNotFound
    row = await rows.by_number(number, lock=lock)
    if row is None:
        raise CaseNotFound
    return row, await behalf.of_case(who, row, "apply" if lock else "cases")


async def out(row: Row) -> CaseOut:
    """The whole of a case, read afresh."""
    entry = await registry.pinned(row.release, row.code)
    key = await keyring.data_key(row)
    return view.case_out(
        row,
        entry,
        sealing.open_form(key, row.id, row.sealed),
        await rows.events(row.id),
        await rows.materials(row.id),
        await ports().rating_of(row.id) if row.state in view.RATABLE else None,
        key=key,
        now=clock.now(),
    )


async def get(who: Principal, number: str) -> CaseOut:
    row, found = await mine(who, number)
    if found is not None:
        await behalf.record(who, found, "view", "case", number, row.matter_name)
    return behalf.shown(await out(row), found)


async def has_open(citizen_id: str, matter: str) -> bool:
    """Whether a case of this citizen for a matter is being handled."""
    found = await db.fetch_one(
        "SELECT 1 FROM cases_case WHERE citizen_id = $1 AND matter = $2 AND state = ANY($3::varchar[]) LIMIT 1",
        UUID(citizen_id),
        matter,
        sorted(OPEN),
    )
    return found is not None
