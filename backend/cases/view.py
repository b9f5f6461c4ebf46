"""Rows as citizens and handlers read them. Personal data leaves masked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from backend.cases import clock, states
from backend.cases.history import ResultKept
from backend.cases.rows import EventRow, MaterialRow, Row
from backend.cases.schemas import (
    CaseCard,
    CaseMaterial,
    CaseOut,
    CaseRating,
    CaseResult,
    FormLine,
    MissingItem,
    StaffCaseCard,
    StaffCaseOut,
    State,
    TimelineEntry,
)
from backend.cases.sealing import open_result, open_words
from backend.core import crypto
from backend.core.sessions import Principal
from backend.matters import regions
from backend.modules.registry import MatterEntry
from backend.sdk.manifest import Field, Matter

Can = Literal["supplement", "withdraw", "urge", "rate", "show"]
StaffCan = Literal["take", "accept", "correct", "decide", "transfer", "not_accept"]
RATABLE: frozenset[State] = states.DECIDED | {"not_accepted"}
DECIDABLE: frozenset[State] = frozenset({"submitted", "accepted", "in_review"})


def state_text(state: State, dispatch: str, kind: str) -> str:
    if state == "submitted" and dispatch in ("pending", "sent"):
        return "已收到，正在转交"
    if state == "accepted" and kind == "book":
        return "预约成功"
    return states.STATE_TEXT[state]


def next_step(row: Row, entry: MatterEntry | None) -> str:
    """What happens now, and who has to do it, in one sentence."""
    match row.state:
        case "submitted" if row.dispatch in ("pending", "sent"):
            return f"正在转交{row.department}，不用重复提交"
        case "submitted":
            return f"等待{row.department}告知是否受理"
        case "correcting":
            return "请按补正告知一次补齐材料，补正期间不计办理时间"
        case "accepted" if row.kind == "book":
            return "请按预约的时间到场办理，来不了请提前撤回预约"
        case "accepted" | "in_review":
            return f"等待{row.department}作出决定"
        case "special":
            return "正在进行听证、检验、鉴定等特别程序，所需时间不计入办理时限"
        case "transferred":
            return "等待接收的部门领取"
        case "approved" | "delivered" | "closed" if row.outcome == "approved":
            return "已办结，可以在证照夹里查看证照" if row.license_id else "已办结，欢迎评价这次服务"
        case "refused" | "delivered" | "closed" if row.outcome == "refused":
            return "对决定有异议的，可以按决定里写的办法提出"
        case "not_accepted":
            return "可以按告知的理由改正后重新申请，或向告知的部门申请"
        case _:
            return "这个办件已经结束"


def appeal_of(entry: MatterEntry | None) -> str:
    """How to object to a refusal (行政许可法 art. 38: the right to 复议 and 诉讼 is told with the refusal)."""
    complaint = entry.matter.contact or entry.module.contact if entry else None
    where = f"，也可以拨打{complaint.complaint}反映" if complaint else ""
    return f"对决定不服的，可以依法申请行政复议或者提起行政诉讼{where}。"


# ---------------------------------------------------------------------------------------------------------- form


def form_lines(matter: Matter, form: dict[str, Any]) -> list[FormLine]:
    return list(_lines(matter.fields, form, ""))


def _lines(fields: Sequence[Field], form: dict[str, Any], prefix: str) -> Iterable[FormLine]:
    for field in fields:
        value = form.get(field.name)
        if value is None:
            continue
        path = f"{prefix}{field.name}"
        if field.type == "group" and isinstance(value, dict):
            yield from _lines(field.fields, value, f"{path}.")
        elif field.type == "list" and isinstance(value, list):
            for index, item in enumerate(value):
                for line in _lines(field.fields, item, f"{path}.{index}."):
                    yield FormLine(field=line.field, title=f"{field.title}{index + 1}·{line.title}", text=line.text)
        else:
            yield FormLine(field=path, title=field.title, text=_text(field, value))


def masked(kind: str, value: str) -> str:
    """A personal value as it may be shown."""
    match kind:
        case "name":
            return crypto.mask_name(value)
        case "id_number":
            return crypto.mask_id_number(value)
        case "phone":
            return crypto.mask_phone(value)
        case "bankcard":
            return crypto.mask_tail(value)
        case _:
            return value


def _text(field: Field, value: Any) -> str:
    match field.type:
        case "select":
            return next((option.label for option in field.options if option.value == value), str(value))
        case "multiselect" if isinstance(value, list):
            labels = {option.value: option.label for option in field.options}
            return "、".join(labels.get(item, str(item)) for item in value)
        case "bool":
            return "是" if value else "否"
        case "commitment":
            return "已承诺" if value else "未承诺"
        case "money" if isinstance(value, int | float):
            return f"{value:,.2f}"
        case "region":
            found = regions.find(str(value))
            return found.name if found else str(value)
        case "datetime":
            return str(value).replace("T", " ")
        case _:
            return masked(field.type, str(value))


# ---------------------------------------------------------------------------------------------------------- parts


def timeline(row: Row, events: Sequence[EventRow], key: bytes) -> list[TimelineEntry]:
    return [
        TimelineEntry(at=event.at, kind=event.kind, title=event.title, text=_told(row, event, key), who=event.who)
        for event in events
    ]


def _told(row: Row, event: EventRow, key: bytes) -> str:
    if event.sealed is None:
        return event.text
    return f"{event.text}\n{open_words(key, row.id, event.sealed)}"


def kept_of(row: Row, key: bytes) -> ResultKept:
    if row.sealed_result is None:
        return ResultKept()
    return msgspec.json.decode(open_result(key, row.id, row.sealed_result), type=ResultKept)


def materials(given: Sequence[MaterialRow]) -> list[CaseMaterial]:
    return [
        CaseMaterial(
            code=item.code,
            name=item.name,
            upload=str(item.upload_id) if item.upload_id else None,
            license=item.license_id,
            file_name=item.file_name,
            size=item.size,
        )
        for item in given
    ]


def _missing(row: Row, kept: ResultKept) -> list[MissingItem]:
    if row.state != "correcting":
        return []
    return [MissingItem(code=item["code"], name=item["name"], reason=item["reason"]) for item in kept.missing]


def _result(row: Row, kept: ResultKept) -> CaseResult | None:
    if row.outcome is None:
        return None
    return CaseResult(
        outcome=row.outcome,
        reason=kept.reason,
        appeal=kept.appeal,
        license=row.license_id,
        license_name=row.license_name,
        details=kept.details,
    )


def _can(row: Row, rating: CaseRating | None) -> list[Can]:
    found: list[Can] = []
    if row.state == "correcting":
        found.append("supplement")
    if states.allows(row.state, "withdrawn"):
        found.append("withdraw")
    if row.state in ("submitted", "accepted", "in_review", "transferred", "special") and row.kind != "book":
        found.append("urge")
    if row.state in RATABLE and (rating is None or rating.again):
        found.append("rate")
    if row.license_id is not None:
        found.append("show")
    return found


# ---------------------------------------------------------------------------------------------------------- whole


def case_out(
    row: Row,
    entry: MatterEntry,
    form: dict[str, Any],
    events: Sequence[EventRow],
    given: Sequence[MaterialRow],
    rating: CaseRating | None,
    *,
    key: bytes,
    now: datetime,
) -> CaseOut:
    kept = kept_of(row, key)
    return CaseOut(
        number=row.number,
        matter=row.matter,
        matter_name=row.matter_name,
        release=row.release,
        department=row.department,
        region=row.region,
        state=row.state,
        state_text=state_text(row.state, row.dispatch, row.kind),
        next_step=next_step(row, entry),
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        clock=clock.show(row.reckoning, now),
        timeline=timeline(row, events, key),
        missing=_missing(row, kept),
        form=form_lines(entry.matter, form),
        materials=materials(given),
        booking=row.booked,
        result=_result(row, kept),
        rating=rating,
        can=_can(row, rating),
    )


def card(record: Any, now: datetime) -> CaseCard:
    """One line of my list, from the columns of `reading.PAGE`."""
    state = record["state"]
    found = clock.Reckoning(
        record["phase"],
        record["due_at"],
        record["yellow_at"],
        record["unit"],
        record["suspended"],
        record["days_left"],
    )
    return CaseCard(
        number=record["number"],
        matter=record["matter"],
        matter_name=record["matter_name"],
        department=record["department"],
        state=state,
        state_text=state_text(state, record["dispatch"], record["kind"]),
        submitted_at=record["submitted_at"],
        clock=clock.show(found, now),
    )


def staff_card(row: Row, now: datetime) -> StaffCaseCard:
    return StaffCaseCard(
        number=row.number,
        matter_name=row.matter_name,
        applicant=row.applicant,
        region=row.region,
        state=row.state,
        state_text=state_text(row.state, row.dispatch, row.kind),
        submitted_at=row.submitted_at,
        clock=clock.show(row.reckoning, now),
        handler=row.handler_name,
        urged=row.urged,
    )


def staff_can(row: Row, who: Principal) -> list[StaffCan]:
    """What this handler may do with the case now."""
    if row.decider == "department" or row.state not in states.OPEN or row.kind == "book":
        return []
    mine = row.handler_id == who.id
    if row.handler_id is not None and not mine:
        return []
    if row.state == "transferred":
        return ["take"]
    found: list[StaffCan] = [] if mine else ["take"]
    if "window" in who.roles:
        if row.state == "submitted":
            found.append("accept")
        if row.corrections == 0 and states.allows(row.state, "correction"):
            found.append("correct")
        if row.state == "submitted":
            found.append("not_accept")
        if states.allows(row.state, "transferred"):
            found.append("transfer")
    if "reviewer" in who.roles and row.state in DECIDABLE:
        found.append("decide")
    return found


def material_choices(matter: Matter) -> list[MissingItem]:
    """What a handler may ask for: every material, then every field that the applicant fills in."""
    papers = [
        MissingItem(code=item.code, name=item.name, reason="缺少或不清楚")
        for item in matter.materials
        if item.how == "upload"
    ]
    answers = [
        MissingItem(code=field.name, name=field.title, reason="填写有误，请修改")
        for field in matter.fields
        if not field.locked
    ]
    return [*papers, *answers]


def staff_out(
    row: Row,
    entry: MatterEntry,
    form: dict[str, Any],
    events: Sequence[EventRow],
    given: Sequence[MaterialRow],
    who: Principal,
    phone: str | None,
    *,
    key: bytes,
    now: datetime,
) -> StaffCaseOut:
    kept = kept_of(row, key)
    return StaffCaseOut(
        number=row.number,
        matter=row.matter,
        matter_name=row.matter_name,
        release=row.release,
        region=row.region,
        applicant=row.applicant,
        applicant_phone=phone,
        state=row.state,
        state_text=state_text(row.state, row.dispatch, row.kind),
        submitted_at=row.submitted_at,
        clock=clock.show(row.reckoning, now),
        handler=row.handler_name,
        mine=row.handler_id == who.id,
        timeline=timeline(row, events, key),
        form=form_lines(entry.matter, form),
        materials=materials(given),
        material_choices=material_choices(entry.matter),
        missing=_missing(row, kept),
        result=_result(row, kept),
        can=staff_can(row, who),
    )
