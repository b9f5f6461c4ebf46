"""An audience: a rule in CEL over declared attributes, compiled to one SQL condition with parameters.

What is not declared cannot be read: names come from the slices that own the rows (`identity.audience`,
`licenses.audience`, `cases.audience`). What is unknown of somebody (no age, no such licence) makes a comparison NULL,
and only a condition that is TRUE selects: nobody is told on a guess, with `!` as without.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import asyncpg

from backend.campaigns.errors import AudienceInvalid, AudienceTooSlow
from backend.campaigns.schemas import AttributeOut, AudienceCount, RegionCount, SamplePerson
from backend.cases import audience as of_cases
from backend.core import db
from backend.core.clock import today
from backend.identity import audience as of_citizens
from backend.licenses import audience as of_licenses
from backend.matters import regions
from backend.modules import registry
from backend.modules.registry import covers
from backend.sdk.expressions import Tree
from backend.sdk.rules import RuleInvalid, condition_tree

__all__ = ["attributes", "condition", "count", "covers", "write_shard"]

PATIENCE_MS = 20_000
SAMPLE = 5
_INFIX = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "+": "+", "-": "-", "*": "*"}


def attributes() -> list[AttributeOut]:
    """Every name that a rule may use, with its type and what it means."""
    found = [AttributeOut(name=name, type=kind, text=text) for name, (kind, _, text) in of_citizens.ATTRIBUTES.items()]
    for kind, name in sorted(_license_types().items()):
        found.append(AttributeOut(name=f"days_left.{kind}", type="int", text=f"“{name}”还有几天到期"))
        found.append(AttributeOut(name=f"license('{kind}').valid", type="bool", text=f"持有有效的“{name}”"))
    for entry in sorted(registry.current().entries.values(), key=lambda item: item.id):
        if entry.matter.kind in ("apply", "certificate"):
            found.append(AttributeOut(name=f"done.{entry.id}", type="bool", text=f"办成过“{entry.matter.name}”"))
    return found


def _license_types() -> dict[str, str]:
    return {
        entry.matter.result.license: entry.matter.result.name
        for entry in registry.current().entries.values()
        if entry.matter.result is not None and entry.matter.result.license is not None
    }


def _names() -> dict[str, str]:
    return {item.name: item.type for item in attributes() if not item.name.startswith("license(")}


@dataclass
class Condition:
    """SQL with $n parameters over `PEOPLE`, complete with the living and the regions that the operator may reach."""

    sql: str
    values: list[Any] = field(default_factory=list)


def condition(rule: str, scope: Sequence[str]) -> Condition:
    """Compile a rule for an operator whose regions are `scope`. Raises AudienceInvalid with a sentence and a place."""
    try:
        tree = condition_tree(rule, _names())
    except RuleInvalid as exc:
        mend = f"：{exc.mend}" if exc.mend else ""
        raise AudienceInvalid(f"{exc.message}{mend}", context={"column": exc.column}) from exc
    made = _Writer(today())
    sql = made.write(tree)
    return Condition(f"{of_citizens.LIVING} AND {made.scope(scope)} AND ({sql}) IS TRUE", made.values)


class _Writer:
    """Trees to SQL. Every literal becomes a parameter; names become the fragments of their owners."""

    def __init__(self, day: date) -> None:
        self.values: list[Any] = []
        self._day = day
        self._today = ""

    def param(self, value: Any, kind: str) -> str:
        self.values.append(value)
        return f"${len(self.values)}::{kind}"

    def today(self) -> str:
        self._today = self._today or self.param(self._day, "date")
        return self._today

    def write(self, tree: Tree) -> str:
        if "value" in tree:
            return self._literal(tree["value"])
        if "var" in tree:
            return self._name(str(tree["var"]))
        operation, args = str(tree["op"]), tree["args"]
        if operation == "license":
            text = of_licenses.HELD if tree.get("part") == "held" else of_licenses.VALID
            return self._filled(text, "{type}", str(args[0]["value"]))
        parts = [self.write(arg) for arg in args]
        match operation:
            case "&&" | "||":
                return "(" + (" AND " if operation == "&&" else " OR ").join(parts) + ")"
            case "!":
                return f"(NOT {parts[0]})"
            case "?:":
                return f"(CASE WHEN {parts[0]} THEN {parts[1]} WHEN NOT {parts[0]} THEN {parts[2]} END)"
            case "neg":
                return f"(-{parts[0]})"
            case "in":
                return f"({parts[0]} = ANY({parts[1]}))"
            case "starts_with":
                return f"starts_with({parts[0]}, {parts[1]})"
            case "contains":
                return f"(position({parts[1]} IN {parts[0]}) > 0)"
            case "size":
                return f"char_length({parts[0]})::bigint"
            case _ if operation in _INFIX and len(parts) == 2:
                return f"({parts[0]} {_INFIX[operation]} {parts[1]})"
        raise AudienceInvalid(f"人群规则里不能用 {operation}：只用比较、并且、或者、不是、in、startsWith、加减乘")

    def _literal(self, value: Any) -> str:
        if isinstance(value, list):
            kinds = {type(item) for item in value}
            if kinds == {str}:
                return self.param(value, "varchar[]")
            if kinds == {int}:
                return self.param(value, "bigint[]")
            raise AudienceInvalid("列表里只能都是文字，或都是整数")
        if isinstance(value, bool):
            return self.param(value, "boolean")
        if isinstance(value, int):
            return self.param(value, "bigint")
        if isinstance(value, float):
            return self.param(value, "double precision")
        if "\x00" in value:
            raise AudienceInvalid("规则里有不能用的字符")
        return self.param(value, "text")

    def _name(self, name: str) -> str:
        found = of_citizens.ATTRIBUTES.get(name)
        if found is not None:
            return self._filled(found[1])
        head, _, rest = name.partition(".")
        if head == "days_left":
            return self._filled(of_licenses.DAYS_LEFT, "{type}", rest)
        return self._filled(of_cases.DONE, "{matter}", rest)

    def _filled(self, text: str, hole: str = "", value: str = "") -> str:
        """A fragment with its parameters in place; only those that it has, since PostgreSQL refuses unused ones."""
        if hole:
            text = text.replace(hole, self.param(value, "varchar"))
        return text.replace("{today}", self.today()) if "{today}" in text else text

    def scope(self, codes: Sequence[str]) -> str:
        """Whom an operator of these regions may reach: a province's operator everybody, who chose no region too."""
        if regions.PROVINCE in codes:
            return "TRUE"
        parts = [f"starts_with(c.region, {self.param(_prefix(code), 'text')})" for code in codes]
        return "(" + " OR ".join(parts) + ")" if parts else "FALSE"


def _prefix(code: str) -> str:
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


async def count(rule: str, scope: Sequence[str]) -> AudienceCount:
    """How many, where, and a few of them by age and region alone. Raises AudienceInvalid, AudienceTooSlow."""
    made = condition(rule, scope)
    where = f"FROM {of_citizens.PEOPLE} WHERE {made.sql}"
    try:
        async with db.transaction():
            await db.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            rows = await db.fetch(
                f"SELECT left(c.region, 4) AS city, count(*) AS n {where} GROUP BY 1 ORDER BY n DESC, 1",
                *made.values,
            )
            age = of_citizens.ATTRIBUTES["citizen.age"][1].replace("{today}", f"${len(made.values) + 1}::date")
            sample = await db.fetch(
                f"SELECT c.region, {age} AS age {where} ORDER BY c.id LIMIT {SAMPLE}",
                *made.values,
                today(),
            )
    except (asyncpg.QueryCanceledError, TimeoutError) as exc:
        raise AudienceTooSlow from exc
    return AudienceCount(
        count=sum(int(row["n"]) for row in rows),
        regions=[
            RegionCount(
                region=row["city"] + "00" if row["city"] else None,
                name=regions.name_of(row["city"] + "00") if row["city"] else "没有选择地区",
                count=int(row["n"]),
            )
            for row in rows
        ],
        sample=[
            SamplePerson(region=regions.name_of(row["region"]) if row["region"] else "没有选择地区", age=row["age"])
            for row in sample
        ],
    )


async def write_shard(
    campaign: uuid.UUID, rule: str, scope: Sequence[str], shard: int, shards: int, turns: Sequence[str] = ()
) -> int:
    """Put one shard of the audience into the campaign's list, in the caller's transaction; how many were new.

    `turns` are regions in their order; who lives in none of them has the last turn.
    """
    made = condition(rule, scope)
    size = 2**128 // shards
    n = len(made.values)
    whens = "".join(f" WHEN starts_with(c.region, ${n + 4 + at}) THEN {at}" for at in range(len(turns)))
    turn = f"CASE{whens} ELSE {len(turns)} END" if turns else "0"
    return await db.execute(
        "INSERT INTO campaigns_target (campaign_id, citizen_id, state, turn)"  # noqa: S608
        f" SELECT ${n + 1}::uuid, c.id, 'waiting', {turn} FROM {of_citizens.PEOPLE} WHERE c.id >= ${n + 2}::uuid"
        f" AND c.id <= ${n + 3}::uuid AND {made.sql} ON CONFLICT (campaign_id, citizen_id) DO NOTHING",
        *made.values,
        campaign,
        uuid.UUID(int=size * shard),
        uuid.UUID(int=size * (shard + 1) - 1),
        *(_prefix(code) for code in turns),
    )
