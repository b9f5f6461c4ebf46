"""The checker: the sample module passes; each fault is found by its code, on its line, with a way to mend it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.sdk.check import check_folder
from backend.sdk.check.__main__ import main
from backend.sdk.findings import Finding
from tests.sdk.samples import CHARGED, MATTER, MODULE, folder

ORIGIN = f'\n[origin]\nmodule = "other_city"\nversion = "1.0.0"\ndigest = "{"0" * 64}"\n'
CONNECTOR = '\n[connector]\nurl = "https://sample-owner.example/tf"\n'
ROOT = Path(__file__).resolve().parents[2]


def in_matter(old: str, new: str) -> Callable[[Path], Path]:
    assert MATTER.count(old) >= 1, old
    return lambda root: folder(root, matter=MATTER.replace(old, new, 1))


def in_module(old: str, new: str) -> Callable[[Path], Path]:
    assert MODULE.count(old) == 1, old
    return lambda root: folder(root, module=MODULE.replace(old, new))


def add(text: str) -> Callable[[Path], Path]:
    """More tables at the end of the matter."""
    return lambda root: folder(root, matter=MATTER + "\n" + text)


def top(text: str) -> Callable[[Path], Path]:
    """More keys before the first table of the matter."""
    return in_matter("[limits]", f"{text}\n\n[limits]")


def field(text: str) -> Callable[[Path], Path]:
    return add(f'[[fields]]\nname = "more"\ntitle = "更多"\n{text}')


def file(name: str, content: str) -> Callable[[Path], Path]:
    def build(root: Path) -> Path:
        path = folder(root)
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content, "utf-8")
        return path

    return build


BOOKING = """
[booking]
days_ahead = 15
slots = [{ start = "09:00", end = "10:00", capacity = 5 }]
offices = [{ code = "one", name = "窗口一", region = "510105" }]
"""


def book(old: str = "", new: str = "") -> Callable[[Path], Path]:
    text = MATTER.replace('kind = "apply"', 'kind = "book"') + BOOKING.replace(old, new, 1)
    return lambda root: folder(root, matter=text)


PAGE = '<!doctype html><html lang="zh-CN"><head><script src="app.js"></script></head><body>你好</body></html>'

CASES: list[tuple[str, Callable[[Path], Path]]] = [
    ("module.folder", lambda root: folder(root, name="another_name")),
    ("module.empty", lambda root: folder(root, matter=None)),
    ("module.region", in_module('["510100"]', '["519999"]')),
    ("module.regions", in_module('["510100"]', "[]")),
    ("matter.region", top('regions = ["510600"]')),
    ("matter.region", top('regions = ["519999"]')),
    ("matter.theme", in_matter("zhu-fang-bao-zhang", "zhu-fang")),
    ("matter.theme", in_matter("zhu-fang-bao-zhang", "shui-shou-cai-wu")),
    ("module.field", in_module('"age"]', '"age", "income"]')),
    (
        "module.department_code",
        in_module('{ name = "示例部门" }', '{ name = "示例部门", code = "11510000000000000X" }'),
    ),
    ("module.connector", top('decider = "department"')),
    ("module.connector", lambda root: folder(root, module=MODULE + CONNECTOR)),
    ("module.origin", lambda root: folder(root, module=MODULE + ORIGIN)),
    ("module.origin", lambda root: folder(root, module=MODULE + ORIGIN.replace("other_city", "sample_owner"))),
    ("matter.audience", in_matter('audience = ["person"]', "audience = []")),
    ("matter.kind", in_matter('kind = "apply"', 'kind = "book"')),
    ("matter.kind", in_matter('kind = "apply"', 'kind = "link"')),
    ("matter.kind", add("[query]\nshows = []")),
    ("matter.kind", add('[payment]\nnotice_field = "missing"')),
    ("booking.slot", book('end = "10:00"', 'end = "08:00"')),
    ("booking.days", book("days_ahead = 15", "days_ahead = 15\nfirst_day = 20")),
    ("booking.empty", book('slots = [{ start = "09:00", end = "10:00", capacity = 5 }]', "slots = []")),
    (
        "booking.office",
        book('region = "510105" }]', 'region = "510105" }, { code = "one", name = "窗口二", region = "510105" }]'),
    ),
    ("place.unverified", book('region = "510105" }', 'region = "510105", address = "某路1号" }')),
    ("component.unknown", add('[[components]]\ncode = "a"\nname = "甲"\ndepartment = "部门"\ndepends_on = ["z"]')),
    (
        "component.cycle",
        add(
            '[[components]]\ncode = "a"\nname = "甲"\ndepartment = "部门"\ndepends_on = ["b"]\n'
            '[[components]]\ncode = "b"\nname = "乙"\ndepartment = "部门"\ndepends_on = ["a"]'
        ),
    ),
    ("component.unknown", field('type = "text"\ncomponents = ["nothing"]')),
    ("hooks.import", file("hooks.py", "import os\n")),
    ("hooks.import", file("hooks.py", "from backend.core import db\n")),
    ("hooks.syntax", file("hooks.py", "def (:\n")),
    ("field.duplicate", add('[[fields]]\nname = "kind"\ntitle = "又一个"\ntype = "text"')),
    ("field.reserved", add('[[fields]]\nname = "in"\ntitle = "在"\ntype = "text"')),
    ("field.options", field('type = "select"')),
    ("field.options", field('type = "text"\noptions = [{ value = "a", label = "甲" }]')),
    (
        "field.options",
        field('type = "multiselect"\noptions = [{ value = "a", label = "甲" }, { value = "a", label = "乙" }]'),
    ),
    ("field.empty", field('type = "group"')),
    ("field.nested", field('type = "text"\nfields = [{ name = "x", title = "子", type = "text" }]')),
    (
        "field.depth",
        field(
            'type = "group"\nfields = [{ name = "x", title = "子", type = "list", '
            'fields = [{ name = "y", title = "孙", type = "text" }] }]'
        ),
    ),
    ("field.text", field('type = "commitment"')),
    ("field.bounds", field('type = "text"\nmin = 1')),
    ("field.bounds", field('type = "int"\nmin = 5\nmax = 1')),
    ("field.bounds", field('type = "int"\nmin = 0.5')),
    ("field.bounds", field('type = "date"\nmin = "tomorrow"')),
    ("field.bounds", field('type = "phone"\nmax_length = 5')),
    ("field.bounds", field('type = "text"\nmin_length = 9\nmax_length = 3')),
    ("field.pattern", field('type = "text"\nhint = "x"\npattern = "[0-9]+"')),
    ("field.pattern", field('type = "text"\nhint = "x"\npattern = "^(a(?=b))$"')),
    ("field.pattern", field('type = "text"\nhint = "x"\npattern = "^[a$"')),
    ("field.hint", field('type = "text"\npattern = "^[0-9]+$"')),
    ("field.prefill", field('type = "text"\nprefill = "citizen.income"')),
    ("field.prefill", field('type = "text"\nprefill = "citizen.gender"')),
    ("field.prefill_level", in_matter('level = "verified"', 'level = "login"')),
    ("field.readonly", field('type = "text"\nreadonly = true')),
    ("field.default", field('type = "int"\ndefault = "many"')),
    ("field.default", field('type = "commitment"\ntext = "承诺"\ndefault = true')),
    ("field.asked_again", field('type = "id_number"')),
    ("rule.invalid", in_matter("form.kind == 'a'", "form.knd == 'a'")),
    ("rule.invalid", in_matter("form.kind == 'a'", "form.amount > 1.0")),
    ("rule.invalid", in_matter("[flow]", '[flow]\nauto_accept = "form.amount <= 2400"')),
    ("rule.invalid", in_matter("charged = false", 'charged = false\namount_fen = "form.amount"')),
    ("rule.invalid", in_matter('formats = ["pdf"]', 'formats = ["pdf"]\nshow_if = "form.none"')),
    (
        "rule.list",
        field('type = "list"\nfields = [{ name = "x", title = "子", type = "text", show_if = "form.kind == \'a\'" }]'),
    ),
    ("rule.auto", in_matter("[flow]", '[flow]\nauto_decide = "true"')),
    (
        "rule.decider",
        lambda root: folder(
            root,
            module=MODULE + CONNECTOR,
            matter=MATTER.replace("[limits]", 'decider = "department"\n\n[limits]').replace(
                "[flow]", '[flow]\nauto_accept = "true"\nauto_decide = "true"'
            ),
        ),
    ),
    ("limits.promise", in_matter("promise = { days = 3,", "promise = { days = 21,")),
    ("limits.promise", in_matter('promise = { days = 3, unit = "workday" }', 'promise = { days = 2, unit = "month" }')),
    ("limits.other_province", in_matter("行政许可法 第42条", "广东省某办法")),
    ("limits.immediate", in_matter('handling = "promised"', 'handling = "immediate"')),
    ("fact.source", in_matter('{ text = "在成都居住。", source = "示例办法 第1条",', '{ text = "在成都居住。",')),
    ("fact.source", in_matter('formats = ["pdf"]', 'formats = ["pdf"]\nverified = true')),
    ("fee.basis", in_matter("charged = false", "charged = true")),
    ("flow.step", in_matter('{ id = "decide", role = "reviewer", days = 2 },', "")),
    ("flow.step", in_matter('  { id = "deliver", role = "system" },\n', "")),
    ("flow.duplicate", in_matter('{ id = "deliver", role = "system" }', '{ id = "accept", role = "system" }')),
    ("flow.empty", lambda root: folder(root, matter=MATTER.split("[flow]")[0])),
    ("flow.days", in_matter("days = 2 }", "days = 1 }")),
    (
        "guide.site_visit",
        in_matter('{ id = "deliver", role = "system" }', '{ id = "visit", name = "现场勘查", role = "system" }'),
    ),
    (
        "guide.agent",
        lambda root: folder(
            root,
            matter=MATTER.replace("在成都居住。", "本人须到场。")
            + '\n[[fields]]\nname = "agent"\ntitle = "代办人"\ntype = "name"\n',
        ),
    ),
    (
        "guide.guardian",
        lambda root: folder(
            root,
            matter=MATTER.replace("在成都居住。", "年满18周岁。")
            + '\n[[fields]]\nname = "g"\ntitle = "监护人"\ntype = "name"\n',
        ),
    ),
    (
        "guide.agent",
        lambda root: folder(
            root, matter=MATTER.replace("在成都居住。", "本人须到场。").replace("收入证明", "代办人身份证件")
        ),
    ),
    ("guide.online", in_matter('formats = ["pdf"]', 'how = "onsite"')),
    ("fee.clash", in_matter("charged = false", 'charged = true\nbasis = "某办法"')),
    ("fee.clash", in_matter("charged = false", 'charged = false\namount_fen = "100"')),
    ("guide.proof", in_matter("在成都居住。", "提交无犯罪记录证明。")),
    ("guide.material", in_matter("在成都居住。", "有收入证明的居民。")),
    ("guide.summary", in_matter('summary = "给谁办，办成什么。"\n', "")),
    ("guide.keywords", in_matter('keywords = ["示例"]\n', "")),
    ("guide.visits", in_matter("visits = 0\n", "")),
    ("material.duplicate", add('[[materials]]\ncode = "proof"\nname = "另一份"\nformats = ["pdf"]')),
    ("material.formats", in_matter('formats = ["pdf"]\n', "")),
    ("material.sharing", in_matter('formats = ["pdf"]', 'formats = ["pdf"]\nsource = "department"')),
    ("material.forms", in_matter('formats = ["pdf"]', 'formats = ["pdf"]\nblank_form = "forms/blank.pdf"')),
    (
        "material.file",
        in_matter('formats = ["pdf"]', 'formats = ["pdf"]\nblank_form = "../../x.pdf"\nspecimen = "../../x.pdf"'),
    ),
    ("reminder.renew", add('[[reminders]]\nbefore = ["30d"]\nrenew = "nothing"')),
    ("reminder.before", add("[[reminders]]\nbefore = []")),
    (
        "reminder.result",
        lambda root: folder(
            root, matter=MATTER.replace("valid_days = 365\n", "") + '\n[[reminders]]\nbefore = ["30d"]\n'
        ),
    ),
    ("matter.inferred", top('inferred = ["nothing"]')),
    ("text.markup", in_matter("给谁办，办成什么。", "<b>给谁办</b>")),
    ("text.markup", in_matter("给谁办，办成什么。", "javascript:alert(1)")),
    ("text.control", in_matter("给谁办，办成什么。", "给谁\\u0007办")),
    ("text.secret", in_matter("给谁办，办成什么。", "api_key = abcdef123456")),
    ("text.secret", in_matter("给谁办，办成什么。", "-----BEGIN PRIVATE KEY-----")),
    ("text.personal", in_matter("给谁办，办成什么。", "例如 11010519491231002X")),
    ("text.personal", in_matter("给谁办，办成什么。", "请打 13800138000")),
    ("link.scheme", top('link = "http://example.com/"')),
    ("link.text", in_matter("给谁办，办成什么。", "见 https://example.com/x")),
    ("page.stray", file("index.html", PAGE)),
    ("page.svg", file("icon.svg", "<svg><script>alert(1)</script></svg>")),
    ("page.index", file("h5/other.html", PAGE)),
    ("page.foreign", file("h5/index.html", PAGE.replace('src="app.js"', 'src="https://cdn.example/app.js"'))),
    ("page.inline", file("h5/index.html", PAGE.replace("<body>", '<body onload="x()">'))),
    (
        "page.zoom",
        file("h5/index.html", PAGE.replace("<head>", '<head><meta name="viewport" content="user-scalable=no">')),
    ),
    ("page.lang", file("h5/index.html", PAGE.replace(' lang="zh-CN"', ""))),
    ("page.small", file("h5/index.html", PAGE.replace("<body>", '<body style="font-size: 10px">'))),
]


def test_the_sample_module_has_no_finding(tmp_path: Path) -> None:
    assert check_folder(folder(tmp_path)) == []


def test_a_bookable_sample_has_no_finding(tmp_path: Path) -> None:
    assert check_folder(book()(tmp_path)) == []


def test_pages_that_keep_the_rules_have_no_finding(tmp_path: Path) -> None:
    path = file("h5/index.html", PAGE)(tmp_path)
    (path / "matters" / "sample.toml").write_text(MATTER.replace("[limits]", "page = true\n\n[limits]"), "utf-8")
    assert check_folder(path) == []


@pytest.mark.parametrize(("code", "build"), CASES, ids=[f"{code}-{n}" for n, (code, _) in enumerate(CASES)])
def test_a_fault_is_found(code: str, build: Callable[[Path], Path], tmp_path: Path) -> None:
    findings = check_folder(build(tmp_path))
    matching = [finding for finding in findings if finding.code == code]
    assert matching, [str(finding) for finding in findings]
    assert all(any("\u4e00" <= char <= "\u9fff" for char in finding.message) for finding in matching)


def test_a_version_that_is_not_higher_than_the_live_one_is_refused(tmp_path: Path) -> None:
    path = folder(tmp_path)
    assert check_folder(path, live="0.9.9") == []
    assert [finding.code for finding in check_folder(path, live="1.0.0")] == ["module.version"]
    assert [finding.code for finding in check_folder(path, live="1.10.0")] == ["module.version"]


def test_a_finding_points_at_the_line_of_its_fault(tmp_path: Path) -> None:
    path = folder(tmp_path, matter=MATTER.replace("form.kind == 'a'", "form.knd == 'a'"))
    (finding,) = check_folder(path)
    lines = (path / "matters" / "sample.toml").read_text("utf-8").split("\n")
    assert finding.line is not None
    assert lines[finding.line - 1].startswith("show_if")
    assert "form.kind" in finding.mend


@pytest.mark.parametrize(
    ("conditions", "line"),
    [
        ('conditions = [\n  # 注\n  { text = "甲。" },\n\n  { text = "乙" , verified = true },\n]', 4),
        ('conditions = [\n  { text = "甲。" }, { text = "乙", verified = true },\n]', 0),
        ('conditions = [{ text = "甲。" }, { text = "乙", verified = true }]', 0),
        ('conditions = [\n  { text = """甲\n{""" },\n  { text = "乙", verified = true },\n]', 3),
    ],
    ids=["an item a line", "two items on a line", "all on one line", "an item over two lines"],
)
def test_a_finding_about_an_item_of_a_list_points_at_its_line_or_at_the_key(
    conditions: str, line: int, tmp_path: Path
) -> None:
    start = MATTER.index("conditions = [")
    end = MATTER.index("basis = [")
    path = folder(tmp_path, matter=MATTER[:start] + conditions + "\n" + MATTER[end:])
    (finding,) = check_folder(path)
    assert finding.code == "fact.source"
    assert finding.line == MATTER[:start].count("\n") + 1 + line


def test_errors_come_before_warnings(tmp_path: Path) -> None:
    broken = CHARGED.replace('keywords = ["示例"]\n', "")
    assert [finding.severity for finding in check_folder(folder(tmp_path, matter=broken))] == ["error", "warning"]


def test_the_command_prints_findings_and_says_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = (
        folder(tmp_path / "a"),
        folder(tmp_path / "b", matter=CHARGED),
    )
    assert main([str(good)]) == 0
    assert main([str(good), str(bad)]) == 1
    printed = capsys.readouterr().out
    assert "fee.basis" in printed
    assert "怎么改" in printed


def test_the_command_speaks_json(tmp_path: Path) -> None:
    bad = folder(tmp_path, matter=CHARGED)
    run = subprocess.run(
        [sys.executable, "-m", "backend.sdk.check", "--json", str(bad)], capture_output=True, cwd=ROOT, check=False
    )
    assert run.returncode == 1
    (finding,) = json.loads(run.stdout)[str(bad)]
    assert finding["code"] == "fee.basis"
    assert finding["file"] == "matters/sample.toml"


def test_a_folder_that_cannot_be_read_still_gets_its_findings(tmp_path: Path) -> None:
    findings: list[Finding] = check_folder(folder(tmp_path, module="schema = 1\n"))
    assert {finding.code for finding in findings} == {"manifest.missing_key"}
    assert len(findings) >= 5
