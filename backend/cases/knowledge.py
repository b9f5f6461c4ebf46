"""What the state knows of a citizen already, cut down to what a module declared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from backend.cases import behalf
from backend.cases.ports import ports
from backend.cases.schemas import Prefill, PrefillField
from backend.cases.view import masked
from backend.companies import service as companies
from backend.core import clock
from backend.core.access import missing_level
from backend.core.errors import LevelTooLow, NotSignedIn
from backend.core.sessions import LEVEL_NUMBERS, Level, Principal
from backend.identity import service as identity
from backend.modules import registry
from backend.modules.registry import MatterEntry
from backend.sdk.manifest import Field

FACTS = {
    "name": "name",
    "id_number": "id_number",
    "phone": "phone",
    "birth_date": "birth",
    "age": "age",
    "region": "region",
    "gender": "gender",
}
"""What a module may declare, and where the profile holds it."""


COMPANY_FACTS = {"company.name": "name", "company.uscc": "uscc", "company.legal_person": "legal_person"}
"""What a module may declare of a company, and where it is held."""


def require_level(who: Principal | None, needed: int, purpose: str) -> None:
    """Raise when the session is too weak; what face proves is asked for apart (`identity.consume_assurance`)."""
    have = who.level if who is not None else 0
    if who is None and needed > Level.NONE:
        raise NotSignedIn(context=missing_level(needed, 0, purpose=purpose))
    if have < min(needed, Level.VERIFIED):
        raise LevelTooLow(context=missing_level(needed, have, purpose=purpose))


def level_of(entry: MatterEntry) -> int:
    return LEVEL_NUMBERS[entry.matter.level]


def known(profile: identity.Profile, declared: Iterable[str]) -> dict[str, Any]:
    """`{"citizen.name": …}` for what the module declared and we have."""
    found: dict[str, Any] = {}
    for name in declared:
        value = getattr(profile, FACTS[name]) if name in FACTS else None
        if value is not None:
            found[f"citizen.{name}"] = value.isoformat() if isinstance(value, date) else value
    return found


def known_of_company(company: companies.Held, declared: Iterable[str]) -> dict[str, str]:
    """`{"company.name": …}` for what the module declared."""
    return {name: str(getattr(company, COMPANY_FACTS[name])) for name in declared if name in COMPANY_FACTS}


class Wallet:
    """Licences that a matter may ask for: type → id of a valid one. What is not asked for is not looked up."""

    def __init__(self, asked: Iterable[str] = (), held: Mapping[str, str] | None = None) -> None:
        self._asked = frozenset(asked)
        self._held = held or {}

    def get(self, kind: str) -> str | None:
        if kind not in self._asked:
            raise KeyError(kind)  # a programming error: it was not looked up
        return self._held.get(kind)

    def states(self) -> dict[str, bool]:
        """For rules: which of them are valid."""
        return {kind: kind in self._held for kind in self._asked}


async def wallet(entry: MatterEntry, citizen_id: str) -> Wallet:
    """What the matter's rules and materials may ask for, in one look."""
    rules = [rule for rule, _ in entry.rules.eligibility]
    rules += [rule for rule in (entry.rules.auto_accept, entry.rules.auto_decide) if rule is not None]
    asked = {kind for rule in rules for kind in rule.licenses}
    asked |= {material.license for material in entry.matter.materials if material.license is not None}
    if not asked:
        return Wallet()
    return Wallet(asked, await ports().held(citizen_id, sorted(asked)))


def rule_context(form: Mapping[str, Any], facts: Mapping[str, Any], level: int, held: Wallet) -> dict[str, Any]:
    """What rules may look at. `level` counts a face check that was just used up for this matter."""
    citizen = {name: facts[f"citizen.{name}"] for name in ("age", "gender", "region") if f"citizen.{name}" in facts}
    return {"form": form, "citizen": {**citizen, "level": level}, "licenses": held.states(), "today": clock.today()}


async def prefill(who: Principal, matter: str, on_behalf_of: str | None = None, company: str | None = None) -> Prefill:
    """The masked values of fields that have a source, and the licences that spare a material."""
    entry = registry.current().require(matter)
    person, holder = who.id, who.id
    behalf.one_of(on_behalf_of, company)
    facts: dict[str, Any] = {}
    if company is not None:
        leave = await behalf.for_company(who, company, "apply")
        holder = leave.id
        facts = known_of_company(await companies.held(leave.id), entry.module.fields)
        await behalf.record(who, leave, "prefill", "matter", matter, entry.matter.name)
    if on_behalf_of is not None:
        acting = await behalf.acting(who, on_behalf_of, matter)
        person = holder = acting.citizen_id
        await identity.record_act(who, acting, "prefill", "matter", matter, entry.matter.name)
    profile = await identity.profile(person)
    facts |= known(profile, entry.module.fields)
    items: list[PrefillField] = []
    for path, field in _sourced(entry.matter.fields, ""):
        value = facts.get(field.prefill or "")
        if value is None:
            continue
        shown = masked(field.type, str(value))
        items.append(
            PrefillField(
                field=path, source=field.prefill or "", value=shown if shown != str(value) else value, masked=shown
            )
        )
    held = await wallet(entry, holder)
    ready = {
        material.code: found
        for material in entry.matter.materials
        if material.license is not None and (found := held.get(material.license)) is not None
    }
    return Prefill(items=items, ready=ready)


def _sourced(fields: Iterable[Field], prefix: str) -> Iterator[tuple[str, Field]]:
    for field in fields:
        if field.prefill:
            yield f"{prefix}{field.name}", field
        if field.type == "group":
            yield from _sourced(field.fields, f"{prefix}{field.name}.")


async def known_form(who: Principal, entry: MatterEntry) -> dict[str, Any]:
    """A form of nothing but what is known: values that have a source, defaults, and every pledge agreed to."""
    facts = known(await identity.profile(who.id), entry.module.fields)
    form: dict[str, Any] = {}
    for field in entry.matter.fields:
        if field.type == "commitment":
            form[field.name] = True
        elif field.prefill is not None and not field.locked and field.prefill in facts:
            form[field.name] = facts[field.prefill]
        elif field.prefill is None and field.default is not None:
            form[field.name] = field.default
    return form
