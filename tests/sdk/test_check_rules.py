"""Every rule of the checker: one function, one code, one page, whose bad sample it finds and whose good one it lets be.

A rule without a page, or whose page lacks a sample, fails here by its name.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from backend.modules.cli import main as modules
from backend.sdk.bundle import read as read_bundle
from backend.sdk.check import GROUPS, HOST, RULES, check_folder, page_of
from backend.sdk.check.context import Context
from backend.sdk.manifest import load_sources
from tests.sdk import rule_pages
from tests.sdk.rule_pages import FOLDER, ROOT
from tests.sdk.samples import CHARGED, folder

WORDS = {"error": "错误", "warning": "提醒"}


@pytest.mark.parametrize("code", RULES)
def test_a_rule_finds_its_bad_sample_and_lets_the_good_one_be(code: str, tmp_path: Path) -> None:
    page = rule_pages.read(code)
    assert page.bad, "a bad sample"
    assert page.good, "a good sample"
    bad, live = rule_pages.build(tmp_path / "bad", page.bad)
    bundle, faults, where = load_sources(bad)
    assert bundle is not None, faults
    found = list(RULES[code](Context(bad, bundle, where, live)))
    assert {finding.code for finding in found} == {code}
    assert page.word in {WORDS[finding.severity] for finding in found}
    for finding in found:
        assert finding.message
        assert finding.mend
        assert (bad / finding.file).exists()
    assert code in {finding.code for finding in check_folder(bad, live=live)}
    good, live = rule_pages.build(tmp_path / "good", page.good)
    assert [str(finding) for finding in check_folder(good, live=live)] == []


def test_one_function_a_rule() -> None:
    assert [name for name, count in Counter(RULES.values()).items() if count > 1] == []


def test_every_page_belongs_to_something_that_is_checked() -> None:
    pages = {path.stem for path in FOLDER.glob("*.md")} - {"README"}
    assert pages == RULES.keys() | HOST | GROUPS


# Where the code of a finding stands in a call: `context.error(owner, path, code)`, `source.finding(severity, code)`.
CODE_AT = {
    "error": (2,),
    "warning": (2,),
    "finding": (1,),
    "fault": (0,),
    "_fault": (0, 1),
    "_found": (2,),
    "_banned": (2,),
}


def codes_in(text: str) -> set[str]:
    """The codes that this source gives to findings."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [node.args[at] for at in CODE_AT.get(name, ()) if at < len(node.args)]
        given += [word.value for word in node.keywords if word.arg == "code" and name == "Finding"]
        found |= {item.value for item in given if isinstance(item, ast.Constant) and isinstance(item.value, str)}
    return {code for code in found if re.fullmatch(r"[a-z]+\.[a-z_]+", code) and not code.endswith(".toml")}


def test_every_code_of_a_finding_has_a_page_that_names_it() -> None:
    sources = [*(ROOT / "backend" / "sdk").rglob("*.py"), ROOT / "backend" / "modules" / "releases.py"]
    codes = {code for path in sources for code in codes_in(path.read_text("utf-8"))}
    assert codes >= RULES.keys() | HOST
    for code in sorted(codes):
        page = page_of(code)
        assert page, f"{code} has no page"
        assert f"`{code}`" in (ROOT / page).read_text("utf-8"), f"{page} does not name {code}"


def test_the_list_of_rules_names_every_page_and_no_other() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    named = re.findall(r"\]\(([a-z_.]+)\.md\)", text)
    assert sorted(named) == sorted(RULES.keys() | HOST | GROUPS)
    for code in RULES:
        assert f"[{rule_pages.read(code).title}]({code}.md)" in text


def test_check_prints_the_code_and_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder(tmp_path, matter=CHARGED)
    assert modules(["check", str(bad)]) == 1
    told = capsys.readouterr().out
    assert "matters/sample.toml:23" in told
    assert "[fee.basis]" in told
    assert "docs/modules/rules/fee.basis.md" in told


def test_the_json_of_check_keeps_its_shape(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder(tmp_path, matter=CHARGED)
    assert modules(["check", "--json", str(bad)]) == 1
    assert json.loads(capsys.readouterr().out) == {
        str(bad): [
            {
                "severity": "error",
                "code": "fee.basis",
                "file": "matters/sample.toml",
                "line": 23,
                "message": "示例事项：收费却没有收费依据",
                "mend": "补上 basis；查不到的写“待确认”",
                "page": "docs/modules/rules/fee.basis.md",
            }
        ]
    }


def test_a_finding_about_a_container_has_a_page(tmp_path: Path) -> None:
    (finding,) = read_bundle(b"PK\3\4").findings
    assert page_of(finding.code) == "docs/modules/rules/bundle.md"
