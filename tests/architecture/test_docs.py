"""What is written for people leads somewhere, and says nothing of one machine or one registry."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"!?\[[^\]\n]*\]\(<?([^)\s>]+)>?[^)\n]*\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HTML_ANCHOR = re.compile(r'<a id="([^"]+)">')
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)

# Spelled so that this file does not hold what it looks for.
_HOSTS = ("pypi" + r"\.org", "pythonhosted" + r"\.org", "npmjs" + r"\.(?:org|com)", "npmmirror" + r"\.com")
_MIRRORS = (r"mirrors?\.[a-z0-9-]+\.[a-z]{2,}", r"[a-z0-9.-]*artifactory[a-z0-9.-]*\.[a-z]{2,}")
_HOMES = ("/ho" + r"me/[a-z]", "/Us" + r"ers/[A-Za-z]", "/ro" + r"ot/[A-Za-z.]", "/wo" + r"rk/[a-z.]")
REGISTRY = re.compile(r"\b(?:" + "|".join((*_HOSTS, *_MIRRORS)) + r")\b", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w./*-])(?:" + "|".join(_HOMES) + ")")
PICTURE_BYTES, PICTURES_BYTES = 150_000, 2_000_000


def files() -> list[Path]:
    """Everything that is committed, or would be by `git add .`."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    found = (ROOT / name.decode() for name in names.split(b"\0") if name)
    return sorted(path for path in found if path.is_file())


FILES = files()
PAGES = [path for path in FILES if path.suffix == ".md"]


def anchors(page: str) -> set[str]:
    """What a link may point at inside a page: named anchors, and headings as the code hosts spell them."""
    spelled = {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in HEADING.findall(page)}
    return spelled | set(HTML_ANCHOR.findall(page))


def dead(page: Path) -> list[str]:
    """Links of a page that lead to no file, or to no place in one."""
    wrong = []
    for target in LINK.findall(CODE.sub("`code`", page.read_text(encoding="utf-8"))):
        path, _, anchor = unquote(target).partition("#")
        if re.match(r"[a-z][a-z+.-]*:", path):
            continue
        there = (page.parent / path).resolve() if path else page
        if not there.is_relative_to(ROOT) or not there.exists():
            wrong.append(f"{target}: no such file")
        elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text(encoding="utf-8")):
            wrong.append(f"{target}: no such place")
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    assert dead(page) == []


def test_a_dead_link_would_be_noticed(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading, twice\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md) [b](gone.md) [c](there.md#gone) [d](there.md#a-heading-twice) `[e](gone.md)` [f](https://x.example)",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "ROOT", tmp_path)
        assert dead(page) == ["gone.md: no such file", "there.md#gone: no such place"]


@pytest.mark.parametrize("decision", sorted((ROOT / "docs" / "decisions").glob("*.md")), ids=lambda path: path.name)
def test_a_decision_is_numbered_and_says_what_was_decided(decision: Path) -> None:
    number = re.match(r"(\d{4})-[a-z0-9-]+\.md$", decision.name)
    assert number
    text = decision.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(number[1])}. ")
    assert re.search(r"\*\*Decision\.\*\*|^## Decision$", text, re.MULTILINE)


def test_no_two_decisions_have_one_number() -> None:
    numbers = [path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) == len(set(numbers))


@pytest.mark.parametrize("what", [REGISTRY, MACHINE], ids=["registry", "machine"])
def test_no_file_names_a_registry_or_a_path_of_one_machine(what: re.Pattern[str]) -> None:
    wrong = []
    for path in FILES:
        content = path.read_bytes()
        if b"\0" in content[:8192]:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
            if found := what.search(line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {found[0]}")
    assert wrong == []


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (REGISTRY, "https://" + "pypi" + ".org/simple"),
        (REGISTRY, "https://registry." + "npmjs" + ".org/vue"),
        (REGISTRY, "https://mirrors" + ".example.com/simple"),
        (MACHINE, "see /ho" + "me/somebody/notes"),
        (MACHINE, "`/ro" + "ot/.cache`"),
    ],
)
def test_a_registry_and_a_path_would_be_noticed(what: re.Pattern[str], text: str) -> None:
    assert what.search(text)


def test_the_pictures_stay_small() -> None:
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "screens").glob("*.png")}
    assert "story.png" in sizes
    assert {name: size for name, size in sizes.items() if size > PICTURE_BYTES} == {}
    assert sum(sizes.values()) <= PICTURES_BYTES
