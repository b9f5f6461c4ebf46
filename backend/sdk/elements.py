"""The ten elements that a matter must state, and how this one states each: `docs/decisions/0053-ten-elements.md`.

An element is stated by the keys that hold it. What nobody knows yet is written into `pending` (of the matter, or of the
module for all its matters) and citizens read 待确认; what there is none of is written into `without`. Neither is a
fault: silence is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from backend.sdk.matter import Matter, Pending

Code = Literal["name", "basis", "conditions", "materials", "steps", "limit", "fee", "result", "place", "contact"]
State = Literal["stated", "none", "pending", "missing"]

# The order in which people read a guide. 名称 and 咨询和投诉 are compulsory keys and never missing.
ELEMENTS: dict[Code, str] = {
    "name": "事项名称",
    "basis": "设定依据",
    "conditions": "受理条件",
    "materials": "办理材料",
    "steps": "办理流程",
    "limit": "办结时限",
    "fee": "收费标准",
    "result": "办理结果",
    "place": "办理地点和时间",
    "contact": "咨询和投诉",
}

MEND: dict[Code, str] = {
    "basis": "写 basis",
    "conditions": '写 conditions；没有条件的写 without = ["conditions"]',
    "materials": '写 [[materials]]；不用交材料的写 without = ["materials"]',
    "steps": "写 [flow] steps",
    "limit": "写 [limits] promise 或 legal",
    "fee": "写 [fee]，不收费也写",
    "result": "写 [result]",
    "place": '写 [[places]] 和办公时间 hours；只在网上办的写 modes = ["online"]',
}

PENDING: tuple[Pending, ...] = get_args(Pending)

# What a query or a payment asks for is its form, and it answers at once.
_AT_ONCE = frozenset({"query", "pay"})


def _said(matter: Matter) -> dict[Code, bool]:
    booking, limits = matter.booking, matter.limits
    at_once = matter.kind in _AT_ONCE
    return {
        "name": True,
        "basis": bool(matter.basis),
        "conditions": bool(matter.conditions),
        "materials": bool(matter.materials),
        "steps": bool(matter.flow.steps),
        "limit": at_once or limits.promise is not None or limits.legal is not None,
        "fee": matter.fee is not None,
        "result": at_once or matter.result is not None,
        "place": matter.modes == ["online"]
        or any(place.hours for place in matter.places)
        or (booking is not None and bool(booking.offices and booking.slots)),
        "contact": True,
    }


def states(matter: Matter, pending: Sequence[Pending] = ()) -> dict[Code, State]:
    """Each of the ten with how it is stated. `pending` is the module's, for all its matters."""
    found: dict[Code, State] = {}
    for name, said in _said(matter).items():
        if said:
            found[name] = "stated"
        elif name in matter.without or (name == "materials" and matter.kind in _AT_ONCE):
            found[name] = "none"
        else:
            found[name] = "pending" if name in matter.pending or name in pending else "missing"
    return found


def unsaid(matter: Matter) -> list[Pending]:
    """The elements that are neither stated nor said to be none, in the order of `ELEMENTS`."""
    found = states(matter)
    return [name for name in PENDING if found[name] in ("pending", "missing")]
