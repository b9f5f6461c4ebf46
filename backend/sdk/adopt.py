"""Taking over another city's module: what is shared stays as it is, what is local is one's own.

Local is what differs between two places that do the same thing: who does it (id, name, owners, department, contact,
the department's system), where (regions, places, offices, links), how fast (limits and the days of steps), the item's
published code, and what has been verified of a fact: another city's check says nothing about this one. Everything
else (names, conditions, forms, materials, rules, steps) is shared, and `digest` is over it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from backend.sdk import elements, toml
from backend.sdk.manifest import (
    Booking,
    Bundle,
    Connector,
    Contact,
    Department,
    Fact,
    Limits,
    Material,
    Matter,
    Module,
    Office,
    Origin,
    Question,
    Step,
    bundle_to_json,
)

ONE_FILE = 60
NOBODY = "-"


@dataclass(frozen=True)
class Place:
    """Who adopts: a module's local half, and its matters as they are now (none at first)."""

    module: Module
    matters: dict[str, Matter] = field(default_factory=dict)


def digest(bundle: Bundle) -> str:
    """SHA-256 in hex over what is shared."""
    return hashlib.sha256(bundle_to_json(neutral(bundle))).hexdigest()


def restricted(bundle: Bundle, codes: set[str]) -> Bundle:
    """Only these matters of a module: a city may adopt some and leave the rest."""
    return replace(bundle, matters=[matter for matter in bundle.matters if matter.code in codes])


def neutral(bundle: Bundle) -> Bundle:
    """The module without anything local, matters in the order of their codes."""
    module = Module(
        schema=bundle.module.schema,
        id="shared",
        name=NOBODY,
        version="0.0.0",
        platform=bundle.module.platform,
        department=Department(name=NOBODY),
        regions=[],
        fields=bundle.module.fields,
        contact=Contact(complaint=NOBODY),
    )
    return Bundle(
        module=module, matters=[_neutral(item) for item in sorted(bundle.matters, key=lambda item: item.code)]
    )


def _neutral(matter: Matter) -> Matter:
    booking = matter.booking
    bare = _local(matter, None)
    return replace(
        bare,
        limits=Limits(),
        uncertain=[],
        pending=[],
        link=None,
        booking=replace(booking, offices=[], verified=False) if booking else None,
        components=[replace(item, department=NOBODY, matter=None) for item in matter.components],
    )


def settled(origin: Bundle, place: Place) -> Bundle:
    """The origin's module in this place. What the place has already said of a matter (limits, places, checked facts)
    is kept; what it has not said is left open, never filled with the origin's own."""
    mine = place.matters
    module = replace(
        place.module,
        schema=origin.module.schema,
        platform=origin.module.platform,
        fields=origin.module.fields,
    )
    matters = [_open(_placed(matter, mine.get(matter.code), module), module) for matter in origin.matters]
    return Bundle(module=module, matters=matters)


def _placed(matter: Matter, mine: Matter | None, module: Module) -> Matter:
    made = _local(matter, mine)
    booking = matter.booking
    if booking is not None:
        made = replace(made, booking=_booking(booking, mine.booking if mine else None, module))
    if mine is not None:
        parts = {item.code: item for item in mine.components}
        return replace(
            made,
            limits=mine.limits,
            uncertain=mine.uncertain,
            link=mine.link,
            components=[
                replace(item, department=parts[item.code].department, matter=parts[item.code].matter)
                if item.code in parts
                else item
                for item in matter.components
            ],
        )
    legal = matter.limits.legal
    open_points = [*matter.uncertain, *(["承诺时限"] if matter.kind != "link" else [])]
    return replace(
        made,
        limits=Limits(legal=replace(legal, verified=False) if legal else None, visits=matter.limits.visits),
        uncertain=list(dict.fromkeys(open_points)),
        components=[replace(item, matter=None) for item in matter.components],
    )


def _open(matter: Matter, module: Module) -> Matter:
    """The matter with the elements pending that this place has not stated."""
    pending = elements.unsaid(matter)
    return replace(matter, pending=[name for name in pending if name not in module.pending])


def _booking(origin: Booking, mine: Booking | None, module: Module) -> Booking:
    if mine is not None and mine.offices:
        return replace(origin, offices=mine.offices, verified=mine.verified)
    office = Office(code="hall", name=f"{module.department.name}办事窗口", region=module.regions[0])
    return replace(origin, offices=[office], verified=False)


def _local(matter: Matter, mine: Matter | None) -> Matter:
    """Facts as far as this place checked them, steps with its days, its own places and contact."""
    # a fact is known by its words: another wording has to be checked again
    facts = {item.text: item for item in (mine.conditions + mine.basis + mine.rules if mine else [])}
    asked = {item.question: item for item in (mine.faq if mine else [])}
    papers = {item.code: item for item in (mine.materials if mine else [])}
    steps = {item.id: item for item in (mine.flow.steps if mine else [])}

    def fact(item: Fact) -> Fact:
        return facts.get(item.text) or Fact(text=item.text)

    def question(item: Question) -> Question:
        known = asked.get(item.question)
        same = known is not None and known.answer == item.answer
        return known if known is not None and same else Question(question=item.question, answer=item.answer)

    def paper(item: Material) -> Material:
        known = papers.get(item.code)
        return replace(item, verified=known is not None and known.verified and known.name == item.name)

    def step(item: Step) -> Step:
        known = steps.get(item.id)
        return replace(
            item,
            days=known.days if known else None,
            unit=known.unit if known else "workday",
            verified=known.verified if known else False,
        )

    result, fee = matter.result, matter.fee
    validity = result.validity if result else None
    if result and validity:
        known = mine.result.validity if mine and mine.result else None
        same = known is not None and known.text == validity.text
        result = replace(result, validity=known if same else Fact(text=validity.text))
    if fee is not None:
        mine_fee = mine.fee if mine else None
        fee = replace(fee, verified=mine_fee is not None and mine_fee.verified and mine_fee.text == fee.text)
    return replace(
        matter,
        item_code=mine.item_code if mine else None,
        department=mine.department if mine else None,
        regions=mine.regions if mine else None,
        scope=mine.scope if mine else None,
        places=mine.places if mine else [],
        contact=mine.contact if mine else None,
        conditions=[fact(item) for item in matter.conditions],
        basis=[fact(item) for item in matter.basis],
        rules=[fact(item) for item in matter.rules],
        faq=[question(item) for item in matter.faq],
        materials=[paper(item) for item in matter.materials],
        flow=replace(matter.flow, steps=[step(item) for item in matter.flow.steps]),
        result=result,
        fee=fee,
        hot=mine.hot if mine else 0,
    )


def adopted(origin: Bundle, module: Module, *, mine: dict[str, Matter] | None = None) -> Bundle:
    """The origin in this place, with where it came from written down."""
    source = Origin(module=origin.module.id, version=origin.module.version, digest=digest(origin))
    return settled(origin, Place(replace(module, origin=source), mine or {}))


def open_points(made: Bundle, names: list[str]) -> list[str]:
    """What a person still has to look at after adopting, each a sentence. `names` are words of the origin's place."""
    found: list[str] = []
    if made.module.connector is not None:
        found.append("module.toml：[connector] 的地址换成本部门系统的")
    for matter in made.matters:
        if matter.kind != "link" and matter.limits.promise is None:
            found.append(f"{matter.code}：本地的承诺时限，写进 [limits] promise")
        if matter.link:
            found.append(f"{matter.code}：link 还是来源的地址，换成本地的：{matter.link}")
        if matter.booking is not None:
            found.append(f"{matter.code}：预约的网点")
        for part in matter.components:
            found.append(f"{matter.code}：环节“{part.name}”的部门，现在是 {part.department}")
        facts = (*matter.conditions, *matter.basis, *matter.rules)
        open_facts = sum(not fact.verified for fact in facts)
        if open_facts:
            found.append(f"{matter.code}：{open_facts} 条条件、依据和规则核实后写 source 和 verified = true")
        text = bundle_to_json(Bundle(module=made.module, matters=[matter])).decode()
        body = text.partition('"module":')[0]
        for name in names:
            if name and name in body:
                found.append(f"{matter.code}：文字里还有“{name}”")
    return found


def files(bundle: Bundle) -> dict[str, str]:
    """The module's files by name. Few matters lie in a file each, many in one file."""
    data: dict[str, Any] = msgspec.to_builtins(bundle)
    made = {"module.toml": toml.write({"schema": 1, **data["module"]})}
    if len(bundle.matters) > ONE_FILE:
        made["matters.toml"] = toml.write({"matters": data["matters"]})
    else:
        made |= {f"matters/{matter['code']}.toml": toml.write(matter) for matter in data["matters"]}
    return made


def write(folder: Path, bundle: Bundle, extra: dict[str, bytes]) -> list[str]:
    """Write the module and what came with it (pages, notices); the names."""
    texts = files(bundle)
    for name, content in {**extra, **{name: text.encode() for name, text in texts.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return sorted({*texts, *extra})


def next_version(version: str) -> str:
    """The version after one that took something over."""
    major, minor, _ = version.split(".")
    return f"{major}.{int(minor) + 1}.0"


def connector_of(origin: Module, id: str, url: str | None) -> Connector | None:
    """The door to one's own system: the origin's way, never its address."""
    if origin.connector is None:
        return None
    return replace(origin.connector, url=url or f"https://{id.replace('_', '-')}.example/tf")
