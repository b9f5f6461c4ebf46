"""What a check has to say: one finding a fault, each with a place and a way to mend it."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One fault in a module folder, readable by the team that wrote it.

    `file` is relative to the folder; `line` is 1-based, None when the whole file is meant. `code` is stable, so that
    a page can group findings; `message` says what is wrong, `mend` what to write instead, both in Chinese.
    """

    severity: Severity
    code: str
    file: str
    message: str
    mend: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        mend = f"\n    怎么改：{self.mend}" if self.mend else ""
        word = "错误" if self.severity == "error" else "提醒"
        return f"{place}: {word} [{self.code}] {self.message}{mend}"


def has_errors(findings: list[Finding]) -> bool:
    """True when at least one finding must be mended before the module may go live."""
    return any(finding.severity == "error" for finding in findings)
