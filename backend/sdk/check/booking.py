"""Rules on places, bookings and the parts of a 一件事."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from backend.sdk.check.context import Context
from backend.sdk.findings import Finding
from backend.sdk.manifest import Booking, Matter, Office, Place


def _bookings(context: Context) -> Iterator[tuple[Matter, Booking]]:
    for matter in context.matters:
        if matter.booking is not None:
            yield matter, matter.booking


def bookings_have_offices_and_slots(context: Context) -> Iterator[Finding]:
    for matter, booking in _bookings(context):
        if not booking.offices or not booking.slots:
            yield context.error(matter, "booking", "booking.empty", "没有预约点或时段", "补上 offices 和 slots")


def booking_days_are_in_order(context: Context) -> Iterator[Finding]:
    for matter, booking in _bookings(context):
        if booking.first_day > booking.days_ahead:
            yield context.error(matter, "booking.first_day", "booking.days", "first_day 大于 days_ahead", "改小")


def slots_do_not_overlap(context: Context) -> Iterator[Finding]:
    for matter, booking in _bookings(context):
        ends = ""
        for slot in sorted(booking.slots, key=lambda slot: slot.start):
            if slot.start >= slot.end or slot.start < ends:
                message = f"时段 {slot.start}–{slot.end} 首尾颠倒或与前一段重叠"
                yield context.error(matter, "booking.slots", "booking.slot", message, "按先后排开")
            ends = slot.end


def offices_have_codes_of_their_own(context: Context) -> Iterator[Finding]:
    for matter, booking in _bookings(context):
        for code, count in Counter(office.code for office in booking.offices).items():
            if count > 1:
                yield context.error(matter, "booking.offices", "booking.office", f"预约点代码 {code} 重复", "换一个")


def unverified_places_have_no_address(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        places: list[Place | Office] = [*matter.places, *(matter.booking.offices if matter.booking else [])]
        for place in places:
            if place.address and not place.verified:
                mend = "核实后写 verified = true，没核实就不写地址"
                yield context.error(matter, "places", "place.unverified", f"{place.name} 没有核实却写了地址", mend)


def components_have_codes_of_their_own(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        for code, count in Counter(component.code for component in matter.components).items():
            if count > 1:
                yield context.error(
                    matter, "components", "component.duplicate", f"环节代码 {code} 重复", "每个环节一个代码"
                )


def components_that_are_named_exist(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        known = {component.code for component in matter.components}
        parts = [(f"components.{index}", part.depends_on) for index, part in enumerate(matter.components)]
        parts += [(path, field.components) for path, _, field, _ in context.fields(matter)]
        parts += [(f"materials.{index}", material.components) for index, material in enumerate(matter.materials)]
        for path, names in parts:
            for name in names:
                if name not in known:
                    yield context.error(
                        matter, path, "component.unknown", f"没有环节 {name}", "改成 [[components]] 里的代码"
                    )


def components_do_not_wait_in_a_circle(context: Context) -> Iterator[Finding]:
    for matter in context.matters:
        known = {component.code: set(component.depends_on) for component in matter.components}
        left = {code: needs & known.keys() for code, needs in known.items()}
        while ready := [code for code, needs in left.items() if not needs]:
            left = {code: needs - set(ready) for code, needs in left.items() if code not in ready}
        if left:
            message = "环节互相依赖，成了一个圈：" + "、".join(left)
            yield context.error(matter, "components", "component.cycle", message, "去掉其中一个 depends_on")
