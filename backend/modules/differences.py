"""What a release changes, in words: fields, materials, limits and texts against what citizens have now."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg
import msgspec

from backend.core import db
from backend.core.sessions import Principal
from backend.modules import rights
from backend.modules.schemas import Difference, DifferencesOut
from backend.sdk.labels import label, meaning
from backend.sdk.manifest import Bundle, Matter, bundle_from_json

_KEYED = ("code", "id", "name", "value", "question", "start")
Change = Literal["added", "removed", "changed"]
PAGE = 1_000
LONG = 200
WHOLE = 2_000  # a reviewer reads what is new to the end


async def of_release(who: Principal, release_id: str, start: int = 0) -> DifferencesOut:
    """A release against the live one of its module, from the difference `start`. What is new is told in full: nobody
    can review what he cannot read. Raises ReleaseNotFound, NotYourRegion."""
    row = await rights.release_of(who, release_id)
    live = await _live(row["module_id"])
    mine = bundle_from_json(bytes(row["content"]))
    before = bundle_from_json(bytes(live["content"])) if live else None
    items = list(itertools.islice(between(before, mine), start, start + PAGE + 1))
    return DifferencesOut(
        release=row["version"],
        live=live["version"] if live else None,
        items=items[:PAGE],
        next=start + PAGE if len(items) > PAGE else None,
    )


async def _live(module_id: str) -> asyncpg.Record | None:
    return await db.fetch_one(
        "SELECT r.version, r.content FROM modules_rollout o JOIN modules_release r ON r.id = o.release_id"
        " WHERE o.module_id = $1 AND o.state = 'live'",
        module_id,
    )


def between(before: Bundle | None, after: Bundle) -> Iterator[Difference]:
    """Every change from one bundle to another; all of it added when there is no earlier one."""
    if before is not None:
        yield from _structs(_At("", "", ""), before.module, after.module)
    else:
        yield from _whole(_At("", "", ""), after.module)
    old = {matter.code: matter for matter in before.matters} if before else {}
    new = {matter.code: matter for matter in after.matters}
    for code in [*new, *(code for code in old if code not in new)]:
        at = _At(code, "事项", "")
        if code not in old:
            yield at.difference("added", after=new[code].name)
            yield from _whole(_At(code, "", ""), new[code])
        elif code not in new:
            yield at.difference("removed", before=old[code].name)
        else:
            yield from _structs(_At(code, "", ""), old[code], new[code])


def of_matters(before: Matter, after: Matter) -> Iterator[Difference]:
    """Every change of one matter."""
    yield from _structs(_At(after.code, "", ""), before, after)


@dataclass(frozen=True, slots=True)
class _At:
    """A place: the matter, in words, and by names that a change of words does not move."""

    matter: str
    what: str
    place: str

    def below(self, words: str, name: str) -> _At:
        return _At(self.matter, f"{self.what}{words}", f"{self.place}.{name}" if self.place else name)

    def difference(self, change: Change, before: str | None = None, after: str | None = None) -> Difference:
        return Difference(
            matter=self.matter, what=self.what, place=self.place, change=change, before=before, after=after
        )


def _structs(at: _At, before: msgspec.Struct, after: msgspec.Struct) -> Iterator[Difference]:
    shape = type(after).__name__
    for key in after.__struct_fields__:
        old, new = (meaning(shape, key, getattr(side, key)) for side in (before, after))
        yield from _values(at.below(label(shape, key), key), old, new)


def _whole(at: _At, made: msgspec.Struct) -> Iterator[Difference]:
    """All that a new thing says, a line for each of its parts; what it leaves at its default says nothing."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(made)}
    shape = type(made).__name__
    for key in made.__struct_fields__:
        value = getattr(made, key)
        if value in (None, [], "") or value == defaults[key]:
            continue
        value = meaning(shape, key, value)
        place = at.below(label(shape, key), key)
        if isinstance(value, list) and value and all(isinstance(item, msgspec.Struct) for item in value):
            for number, item in enumerate(value, 1):
                below = place.below(f" {number}", str(_key(item) or number))
                yield below.difference("added", after=shown(item, WHOLE))
        else:
            yield place.difference("added", after=shown(value, WHOLE))


def _values(at: _At, before: Any, after: Any) -> Iterator[Difference]:
    if before == after:
        return
    if isinstance(before, msgspec.Struct) and isinstance(after, msgspec.Struct):
        yield from _structs(_At(at.matter, f"{at.what} › ", at.place), before, after)
    elif isinstance(before, list) and isinstance(after, list) and _keyed(before) and _keyed(after):
        yield from _lists(at, before, after)
    elif before in (None, [], ""):
        yield at.difference("added", after=shown(after))
    elif after in (None, [], ""):
        yield at.difference("removed", before=shown(before))
    else:
        yield at.difference("changed", before=shown(before), after=shown(after))


def _keyed(items: list[Any]) -> bool:
    return all(_key(item) is not None for item in items) and len({_key(item) for item in items}) == len(items)


def _key(item: Any) -> str | None:
    if not isinstance(item, msgspec.Struct):
        return None
    return next((str(getattr(item, name)) for name in _KEYED if hasattr(item, name)), None)


def _lists(at: _At, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    old = {_key(item): item for item in before}
    new = {_key(item): item for item in after}
    for key, item in new.items():
        if key not in old:
            yield at.below("", str(key)).difference("added", after=_called(item))
        elif old[key] != item:
            yield from _structs(at.below(f"“{_called(item)}” › ", str(key)), old[key], item)
    for key, item in old.items():
        if key not in new:
            yield at.below("", str(key)).difference("removed", before=_called(item))
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield at.below("的先后", "order").difference("changed")


def _called(item: msgspec.Struct) -> str:
    for name in ("title", "label", "name", "question"):
        found = getattr(item, name, None)
        if found:
            return str(found)
    return str(_key(item))


_SELF = {("Term", "unit"), ("Step", "unit"), ("Step", "id"), ("Material", "need")}  # these words say what they are of


def _part(shape: str, key: str, value: Any, longest: int) -> str:
    """One key of a thing with its label. What says by itself what it is of goes without, and so does a plain yes."""
    said = shown(meaning(shape, key, value), longest)
    if value is True:
        return label(shape, key)
    return said if (shape, key) in _SELF else f"{label(shape, key)} {said}"


def shown(value: Any, longest: int = LONG) -> str:
    """A value as people read it, not longer than a line or two unless told."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        text = value
    elif isinstance(value, list):
        text = "、".join(
            _called(item) if isinstance(item, msgspec.Struct) and _key(item) else shown(item, longest) for item in value
        )
    elif isinstance(value, msgspec.Struct):
        shape = type(value).__name__
        parts = [
            _part(shape, key, found, longest)
            for key in value.__struct_fields__
            if (found := getattr(value, key)) not in (None, [], "", False)
        ]
        text = "，".join(parts)
    else:
        text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= longest else text[:longest] + "…"
