"""The guide of a matter: everything about it in one answer, honest about what is not known."""

from __future__ import annotations

from typing import Any

from backend.core.sessions import LEVEL_NUMBERS
from backend.matters import regions
from backend.matters.schemas import (
    ComponentOut,
    ContactOut,
    ElementOut,
    FactOut,
    FeeOut,
    Guide,
    LimitOut,
    LimitsOut,
    MaterialOut,
    MatterCard,
    PlaceOut,
    ResultOut,
    StepOut,
)
from backend.modules.registry import MatterEntry
from backend.sdk import elements
from backend.sdk.forms import json_schema, ui_tree
from backend.sdk.manifest import Fact, Fee, Material, Matter, Term
from backend.sdk.rules import RuleInvalid, compile_rule

UNCONFIRMED = "待确认"
_UNITS = {"workday": "个工作日", "day": "日", "month": "个月", "hour": "小时"}
_NEED = {"required": "必要", "optional": "非必要", "deferrable": "可容缺后补"}
_ROLES = {
    "applicant": "申请人",
    "system": "系统自动",
    "window": "受理窗口",
    "reviewer": "审核人员",
    "department": "办理部门",
}


def promise_text(matter: Matter) -> str:
    """The promise for a card: 即时办结, 3个工作日, or 办结时限待确认."""
    term = matter.limits.promise
    if matter.kind in ("query", "link"):
        return "即时查询" if matter.kind == "query" else ""
    if term is None:
        return "办结时限" + UNCONFIRMED
    text = _length(term)
    return text if term.verified else f"{text}（{UNCONFIRMED}）"


def _length(term: Term) -> str:
    if not term.days:
        return "即时办结"
    return f"{term.days:g}{_UNITS[term.unit]}"


def _limit(term: Term | None, missing: str) -> LimitOut:
    if term is None:
        return LimitOut(text=missing, days=None, unit=None, source=None, verified=False)
    text = _length(term) + (f"（{term.note}）" if term.note else "")
    unit = term.unit if term.unit in ("workday", "day") else None
    days = int(term.days) if unit is not None and float(term.days).is_integer() else None
    return LimitOut(
        text=text if term.verified else f"{text}（{UNCONFIRMED}）",
        days=days,
        unit=unit,
        source=term.source,
        verified=term.verified,
    )


def _facts(facts: list[Fact]) -> list[FactOut]:
    return [FactOut(text=fact.text, source=fact.source, verified=fact.verified) for fact in facts]


def _source(material: Material) -> str:
    if material.how == "generated":
        return "在线填写后自动生成"
    if material.how == "onsite":
        return "到现场时出示"
    if material.license is not None:
        return "您的证照里有就不用交"
    if material.source == "department":
        return f"由部门共享取得{f'（{material.shared_by}）' if material.shared_by else ''}"
    return "自己准备，拍照上传"


def _material(entry: MatterEntry, material: Material) -> MaterialOut:
    show: Any = None
    if material.show_if is not None:
        try:
            show = compile_rule(material.show_if, entry.matter, "show").tree
        except RuleInvalid:
            show = None  # the checker refuses such a module; an older release is shown with the material visible
    return MaterialOut(
        code=material.code,
        name=material.name,
        need=material.need,
        need_text=_NEED[material.need],
        source=material.source if material.how == "upload" else material.how,
        source_text=_source(material),
        formats=list(material.formats) or ["jpg", "png", "pdf"],
        max_mb=material.max_mb,
        max_files=material.max_files,
        note=material.note,
        show_if=show,
        verified=material.verified,
    )


def _steps(matter: Matter) -> list[StepOut]:
    return [
        StepOut(id=step.id, name=step.title, who=_ROLES[step.role], days=step.days, note=step.note)
        for step in matter.flow.steps
    ]


def _fee(fee: Fee | None) -> FeeOut:
    if fee is None:
        return FeeOut(text=f"是否收费{UNCONFIRMED}", basis=None, verified=False)
    text = fee.text if fee.verified else f"{fee.text}（{UNCONFIRMED}）"
    return FeeOut(text=text, basis=fee.basis, verified=fee.verified)


def _places(matter: Matter) -> list[PlaceOut]:
    offices = matter.booking.offices if matter.booking else []
    return [
        PlaceOut(
            code=str(index),
            name=place.name,
            region=place.region or "",
            address=place.address if place.verified else None,
            hours=place.hours,
            verified=place.verified,
        )
        for index, place in enumerate(matter.places)
    ] + [
        PlaceOut(
            code=office.code,
            name=office.name,
            region=office.region,
            address=office.address if office.verified else None,
            hours=None,
            verified=office.verified,
        )
        for office in offices
    ]


def missing_elements(matter: Matter) -> list[str]:
    """Guide elements nobody has supplied, in words (GB/T 36114 names them; `standards.md` §1.3)."""
    absent = [elements.ELEMENTS[name] for name in elements.unsaid(matter) if name != "limit"]
    if matter.kind not in ("query", "pay"):
        limits = matter.limits
        for name, term in (("法定办结时限", limits.legal), ("承诺办结时限", limits.promise)):
            absent += [name] if term is None else []
    return absent


def _elements(entry: MatterEntry) -> list[ElementOut]:
    found = elements.states(entry.matter, entry.module.pending)
    return [
        ElementOut(code=name, name=elements.ELEMENTS[name], state="pending" if state == "missing" else state)
        for name, state in found.items()
    ]


def card(entry: MatterEntry) -> MatterCard:
    matter = entry.matter
    return MatterCard(
        id=entry.id,
        name=matter.name,
        summary=matter.summary,
        kind=matter.kind,
        level=matter.level,
        department=entry.department,
        audience=list(matter.audience),
        themes=list(matter.themes),
        regions=list(entry.regions),
        region_name=regions.names_of(entry.regions),
        promise=promise_text(matter),
        available=entry.state == "on" and matter.kind != "link",
    )


def build(entry: MatterEntry, region: str | None) -> Guide:
    """The guide as people of `region` see it (switches may differ by region)."""
    matter, module = entry.matter, entry.module
    found = entry.switch(region)
    contact = matter.contact or module.contact
    result = matter.result
    has_form = matter.kind != "link"
    return Guide(
        id=entry.id,
        module=module.id,
        release=entry.release,
        name=matter.name,
        summary=matter.summary,
        kind=matter.kind,
        level=matter.level,
        level_number=LEVEL_NUMBERS[matter.level],
        audience=list(matter.audience),
        themes=list(matter.themes),
        department=entry.department,
        regions=list(entry.regions),
        region_name=regions.names_of(entry.regions),
        item_code=matter.item_code,
        state=found.state if found else "on",
        notice=found.reason if found else module.notice,
        conditions=_facts(matter.conditions),
        basis=_facts(matter.basis),
        limits=LimitsOut(
            promise=_limit(matter.limits.promise, f"承诺时限{UNCONFIRMED}"),
            legal=_limit(matter.limits.legal, f"法定时限{UNCONFIRMED}"),
            visits=matter.limits.visits,
        ),
        materials=[_material(entry, material) for material in matter.materials],
        steps=_steps(matter),
        fee=_fee(matter.fee),
        result=None
        if result is None
        else ResultOut(
            name=result.name,
            license=result.license,
            validity=result.validity.text + ("" if result.validity.verified else f"（{UNCONFIRMED}）")
            if result.validity
            else None,
            verified=result.validity.verified if result.validity else True,
        ),
        places=_places(matter),
        contact=ContactOut(phone=contact.phone, complaint=contact.complaint),
        rules=_facts(matter.rules),
        components=[ComponentOut(name=part.name, department=part.department, note=None) for part in matter.components],
        link=matter.link,
        form=json_schema(matter) if has_form else {},
        ui=ui_tree(matter) if has_form else [],
        fields_read=list(module.fields),
        elements=_elements(entry),
        missing=missing_elements(matter),
        uncertain=list(matter.uncertain),
        auto=matter.flow.auto_decide is not None,
        decider=matter.decider,
        page=matter.page,
    )
