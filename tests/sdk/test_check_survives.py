"""Nothing that somebody uploads makes the checker raise or hang: hostile files, and the sample torn apart at random."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.sdk.check import check_folder
from backend.sdk.findings import Finding
from tests.sdk.samples import MATTER, MODULE, folder

LINES = (MATTER + MODULE).split("\n")
VALUES = [
    "nan",
    "inf",
    "-1",
    "0",
    "''",
    '"x"',
    "[]",
    "{}",
    "true",
    "1e400",
    "2026-01-01",
    "[[1]]",
    '["a"]',
    "99999999999",
]


@st.composite
def torn(draw: st.DrawFn) -> str:
    """The sample matter with lines dropped, repeated, exchanged, or given other values."""
    lines = MATTER.split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        action = draw(st.sampled_from(["drop", "repeat", "other", "value", "cut"]))
        if action == "drop":
            del lines[at]
        elif action == "repeat":
            lines.insert(at, lines[at])
        elif action == "other":
            lines[at] = draw(st.sampled_from(LINES))
        elif action == "value" and "=" in lines[at]:
            lines[at] = f"{lines[at].split('=')[0]}= {draw(st.sampled_from(VALUES))}"
        else:
            lines[at] = lines[at][: draw(st.integers(0, len(lines[at])))]
        lines = lines or [""]
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(torn())
def test_a_torn_matter_gives_findings_and_no_exception(text: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        for finding in check_folder(folder(Path(place), matter=text)):
            assert isinstance(finding, Finding)
            assert finding.message


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a = " + "[" * 100_000, True),
        ("a = " + "9" * 50_000, True),
        ("[" + " " * 500_000 + "x", True),
        ("\n".join(f"key{n} = 1" for n in range(20_000)), True),
        (f'summary = "{"<a" * 200_000}"', True),
        (MATTER.replace("给谁办，办成什么。", "<a" * 240), True),
        ("[[fields]]\n" + "".join(f"[[{'fields.' * n}fields]]\nname = 'x'\n" for n in range(1, 60)), True),
        (MATTER.replace("form.kind == 'a'", "(" * 200 + "form.kind == 'a'" + ")" * 200), True),
        (MATTER.replace("form.kind == 'a'", "!" * 400 + "true"), False),
        (
            MATTER.replace('type = "money"', 'type = "text"\nhint = "x"\npattern = "^(a+)+(a+)+(a{1,1000}){1,1000}$"'),
            True,
        ),
    ],
    ids=["deep", "long-number", "spaces", "many-keys", "long-text", "markup", "nested", "brackets", "nots", "pattern"],
)
def test_hostile_texts_are_findings_within_seconds(text: str, wrong: bool, tmp_path: Path) -> None:
    began = time.monotonic()
    findings = check_folder(folder(tmp_path, matter=text))
    assert any(finding.severity == "error" for finding in findings) is wrong
    assert len(findings) < 1000
    assert time.monotonic() - began < 20
