"""The rules of one matter, compiled on first use and kept for the life of its release."""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from backend.sdk.manifest import Matter
from backend.sdk.rules import Rule, compile_rule


class MatterRules:
    """`auto_accept`, `auto_decide`, `amount` (None when not written) and `eligibility` as (rule, message) pairs."""

    def __init__(self, matter: Matter, fields: Collection[str]) -> None:
        self._matter = matter
        self._fields = tuple(fields)

    def _compile(self, expression: str | None, kind: str = "condition") -> Rule | None:
        if expression is None:
            return None
        return compile_rule(
            expression, self._matter, "amount" if kind == "amount" else "condition", citizen=self._fields
        )

    @cached_property
    def auto_accept(self) -> Rule | None:
        return self._compile(self._matter.flow.auto_accept)

    @cached_property
    def auto_decide(self) -> Rule | None:
        return self._compile(self._matter.flow.auto_decide)

    @cached_property
    def amount(self) -> Rule | None:
        return self._compile(self._matter.fee.amount_fen, "amount") if self._matter.fee else None

    @cached_property
    def eligibility(self) -> tuple[tuple[Rule, str], ...]:
        return tuple(
            (compile_rule(item.rule, self._matter, "condition", citizen=self._fields), item.message)
            for item in self._matter.flow.eligibility
        )
