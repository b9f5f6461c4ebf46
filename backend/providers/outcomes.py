"""Code tables: what a vendor's code means for us, as data.

`ok` done · `permanent` the same request fails again · `throttled` slow down, `retry_after` seconds ·
`auth` our credentials or rights are wrong, raise an alarm · `unknown` it may have happened: ask before repeating.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from backend.core.clients import Outcome, ProviderError


class Row(msgspec.Struct, frozen=True):
    """One row of a code table. `retry_after` in seconds; `meaning` is for operators."""

    outcome: Outcome
    meaning: str
    retry_after: float | None = None


class CodeTable:
    """A vendor's codes. What is not in the table counts as `default`, which says how much we dare to assume."""

    def __init__(self, provider: str, rows: Mapping[str, Row], *, default: Outcome = "permanent") -> None:
        self.provider = provider
        self.rows = dict(rows)
        self.default: Outcome = default

    def row(self, code: str) -> Row:
        return self.rows.get(code) or Row(self.default, "not in the table")

    def error(
        self,
        code: str,
        *,
        call: str,
        message: str = "",
        retry_after: float | None = None,
        status: int | None = None,
    ) -> ProviderError:
        """The error for a code that is not `ok`. A Retry-After from the wire wins over the table's."""
        row = self.row(code)
        outcome: Outcome = "unknown" if row.outcome == "ok" else row.outcome
        return ProviderError.of(
            outcome,
            self.provider,
            code,
            call=call,
            message=message or row.meaning,
            retry_after=retry_after if retry_after is not None else row.retry_after,
            status=status,
        )
