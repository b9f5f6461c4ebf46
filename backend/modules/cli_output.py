"""What the command line writes: colours and tables for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend.sdk.check import page_of
from backend.sdk.findings import Finding

REFUSED = 1
UNREACHABLE = 3


def console(*, error: bool = False) -> Console:
    """Colours on a terminal only; no wrapping where the output is read by a program."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else 10_000
    return Console(file=stream, highlight=False, soft_wrap=True, width=width)


def say(text: str, style: str = "") -> None:
    console().print(Text(text, style=style))


def fail(text: str, code: int = REFUSED) -> int:
    """Tell a person what went wrong; the exit code for `return fail(…)`."""
    console(error=True).print(Text(text, style="red"))
    return code


def as_json(value: Any) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    made = Table(*columns, box=None, pad_edge=False, title=title or None, title_justify="left", header_style="bold")
    for row in rows:
        made.add_row(*(Text(cell) for cell in row))
    shown = console()
    if shown.width > 1_000:
        shown.width = 160
    shown.print(made)


def findings(found: Iterable[Finding]) -> None:
    """One paragraph a finding: place, what is wrong, how to mend it, the page that explains the rule."""
    out = console()
    for item in found:
        wrong = item.severity == "error"
        place = item.file if item.line is None else f"{item.file}:{item.line}"
        line = Text("  ").append(place, style="cyan").append("  ")
        line.append("错误" if wrong else "提醒", style="bold red" if wrong else "yellow")
        line.append(f" [{item.code}] ", style="dim").append(item.message)
        out.print(line)
        if item.mend:
            out.print(Text(f"      怎么改：{item.mend}", style="dim"))
        page = page_of(item.code)
        if page:
            out.print(Text(f"      说明：{page}", style="dim"))


def moment(text: str | None) -> str:
    """A moment of the host in this machine's time, empty when there is none."""
    return datetime.fromisoformat(text).astimezone().strftime("%m-%d %H:%M:%S") if text else ""
