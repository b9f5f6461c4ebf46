"""The command line against the host, as a team types it: from an empty folder to citizens and back."""

from __future__ import annotations

import re
import shlex
import stat
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest

from backend.core import db
from backend.core.clock import shifted
from backend.identity import staff
from backend.modules import registry, rollouts
from backend.modules.cli_host import parse_step
from tests.conftest import Client
from tests.modules.conftest import Publishing, Terminal

ROOT = Path(__file__).resolve().parents[2]
GUIDE = "/api/v1/matters/try_city.apply"


async def test_from_an_empty_folder_to_citizens_and_back(
    publishing: Publishing, terminal: Terminal, http: Client, tmp_path: Path
) -> None:
    admin, publisher, reviewer = publishing.admin, publishing.publisher, publishing.reviewer
    await terminal.run("new", "try_city", "--department", "某市某局", "--region", "510700", "--team", "city_team")
    await terminal.run("check", "try_city")
    await terminal.run("keygen", "team.key")
    await terminal.run("team", "city_team", "--name", "某市某局", "--add-key", "team.key.pub", by=admin)
    release = await terminal.json("submit", "try_city", "--key", "team.key", by=publisher)
    assert release["state"] == "submitted"
    await publishing.drain()
    assert "待审核" in await terminal.run("status", "try_city")
    await terminal.run("secrecy", "try_city@0.1.0", by=publisher, code=1)
    assert "还没有做保密审查" in await terminal.run("approve", "try_city@0.1.0", by=reviewer, code=1)
    assert "已通过保密审查" in await terminal.run("secrecy", "try_city@0.1.0", by=reviewer)
    await terminal.run("approve", "try_city@0.1.0", by=publisher, code=1)
    await terminal.run("approve", "try_city@0.1.0", by=reviewer)
    assert "已上线" in await terminal.run("rollout", "try_city@0.1.0", by=publisher)
    await registry.refresh()
    assert (await http.call("GET", GUIDE, status=200))["release"] == "try_city@0.1.0"

    for name, old, new in (
        ("module.toml", 'version = "0.1.0"', 'version = "0.2.0"'),
        ("matters/apply.toml", 'name = "第一个事项"', 'name = "改好的事项"'),
    ):
        path = tmp_path / "try_city" / name
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    await terminal.run("pack", "try_city", "--key", "team.key")
    await terminal.run("submit", "try_city.tar")
    await publishing.drain()
    assert "第一个事项” → “改好的事项" in await terminal.run("diff", "try_city@0.2.0")
    await terminal.run("secrecy", "try_city@0.2.0", "--note", "没有不宜公开的内容", by=reviewer)
    await terminal.run("approve", "try_city@0.2.0", by=reviewer)
    told = await terminal.run("rollout", "try_city@0.2.0", "--step", "percent=5,hold=1h", by=publisher)
    assert "灰度中" in told
    assert "已暂停" in await terminal.run("pause", "try_city", "--reason", "周末")
    assert "灰度中" in await terminal.run("resume", "try_city", "--reason", "继续")
    assert "已回退" in await terminal.run("rollback", "try_city", "--reason", "有错字")
    await terminal.run("switch", "try_city", "off", code=1)
    await terminal.run("switch", "try_city", "off", "--reason", "系统升级")
    page = await terminal.json("status", "try_city")
    assert (page["live"], page["candidate"]) == ("0.1.0", None)
    assert [item["state"] for item in page["switches"]] == ["off"]
    listed = await terminal.json("status")
    assert {"id": "try_city", "name": "某市某局", "live": "0.1.0", "candidate": None} in listed["items"]


TROUBLE = "when-it-goes-wrong.md"  # begins where going live ends
PAGES = ["going-live.md", "first-module.md", "adopting.md", TROUBLE]


def documented(page: str) -> list[list[str]]:
    """Every command of a page, word by word."""
    text = (ROOT / "docs" / "modules" / page).read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    lines = [line for block in blocks for line in block.splitlines()]
    assert lines
    assert all(line.startswith("modules ") for line in lines), "what is shown as a command is one that is tried here"
    return [shlex.split(line)[1:] for line in lines]


def written(page: str) -> str | None:
    """The file of a matter that a page tells to write, if it does."""
    text = (ROOT / "docs" / "modules" / page).read_text("utf-8")
    found = re.search(r"```toml\n(code = .*?)```", text, re.S)
    return found.group(1) if found else None


def test_every_page_for_teams_is_tried_word_by_word() -> None:
    shown = {path.name for path in (ROOT / "docs" / "modules").glob("*.md") if "```sh" in path.read_text("utf-8")}
    assert shown == {*PAGES, "department.md"}, "tests/sdk/test_department_example.py tries the department's own"


def mentioned() -> list[tuple[str, str]]:
    """Commands in the sentences and tables of all pages for teams, with their holes filled in."""
    found = []
    for path in sorted((ROOT / "docs" / "modules").glob("*.md")):
        text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.S)
        for command in re.findall(r"`(modules|department) ([a-z]+ [^`]*--?[^`]*)`", text):
            found.append((path.name, f"{command[0]} {command[1]}"))
    return found


def test_a_command_in_a_sentence_has_the_options_that_it_is_written_with() -> None:
    from backend.local.preview import add as preview
    from backend.modules.cli import parser
    from backend.sdk.department.__main__ import _parser

    parsers = {"modules": parser(preview), "department": _parser()}
    assert len(mentioned()) > 15
    wrong = []
    for page, command in mentioned():
        program, name, *words = command.split()
        options = {word for word in words if word.startswith("--")}
        known = parsers[program]._subparsers._group_actions[0].choices  # type: ignore[union-attr]
        if name not in known or not options <= {
            option for action in known[name]._actions for option in action.option_strings
        }:
            wrong.append((page, command))
    assert wrong == []


@pytest.mark.parametrize("page", PAGES)
async def test_every_command_of_a_page_works_as_written(
    publishing: Publishing, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, page: str
) -> None:
    secret = pyotp.random_base32()
    await staff.create("pub.doc", "发布员", "right-password", secret, ["publisher"], ["510000"])
    monkeypatch.setenv("TF_STAFF_PASSWORD", "right-password")
    people = {
        "team": publishing.admin,
        "secrecy": publishing.reviewer,
        "approve": publishing.reviewer,
        "diff": publishing.reviewer,
    }
    commands = [*(documented("going-live.md") if page == TROUBLE else []), *documented(page)]
    matter = written(page)
    try:
        for command in commands:
            words = [word.replace("mianyang_demo", "try_demo").replace("用户名", "pub.doc") for word in command]
            if words[0] == "preview":
                continue  # a program that stays: test_preview.py starts it by the words of the page
            if words[0] == "login":
                words += ["--otp", pyotp.TOTP(secret).now()]
            if words[0] == "submit":
                words = words[: words.index("--wait")]
            if words[0] == "check" and matter is not None:
                (tmp_path / words[1] / "matters" / "apply.toml").write_text(matter, "utf-8")
            if words[0] == "rebase":  # once the steps have been held and everybody has it
                for days in (2, 4):
                    with shifted(timedelta(days=days)):
                        await rollouts.advance()
            await terminal.run(*words, by=people.get(words[0], publishing.publisher))
            if words[0] == "submit":
                await publishing.drain()
    finally:
        await db.execute("DELETE FROM modules_team WHERE id = 'mianyang_team'")
    if page == "adopting.md":
        return
    found = await terminal.json("status", "try_demo", by=publishing.publisher)
    state = "rolled_back" if page == "first-module.md" else "live"
    assert (found["releases"][0]["version"], found["rollouts"][0]["state"]) == ("0.1.0", state)


async def test_a_rejection_says_why_file_by_file(publishing: Publishing, terminal: Terminal) -> None:
    await terminal.run("new", "try_city", "--department", "某市某局", "--team", "try_team")
    from backend.sdk import sign

    sign.save_private(publishing.key, Path("team.key"))
    await terminal.run("submit", "try_city", "--key", "team.key", by=publishing.publisher)
    await publishing.drain()
    reason = "matters/apply.toml：名称太笼统"
    await terminal.run("reject", "try_city@0.1.0", "--reason", reason, by=publishing.reviewer)
    page = await terminal.json("status", "try_city", by=publishing.publisher)
    assert page["releases"][0]["reasons"] == [{"file": "matters/apply.toml", "text": "名称太笼统", "line": None}]
    assert reason in await terminal.run("submit", "try_city", "--key", "team.key", code=1)


async def test_findings_of_the_host_are_printed_and_counted(publishing: Publishing, terminal: Terminal) -> None:
    await terminal.run("new", "try_city", "--department", "某市某局", "--team", "somebody_else")
    from backend.sdk import sign

    sign.save_private(publishing.key, Path("team.key"))
    told = await terminal.run("submit", "try_city", "--key", "team.key", by=publishing.publisher, code=1)
    assert "[module.owner]" in told
    problem = await terminal.json("submit", "try_city", "--key", "team.key", code=1)
    assert problem["code"] == "modules.bundle_refused"


async def test_signing_in_keeps_the_token_for_its_owner_alone(
    publishing: Publishing, terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = pyotp.random_base32()
    await staff.create("pub.one", "发布员", "right-password", secret, ["publisher"], ["510000"])
    assert "modules login" in await terminal.run("status", code=3)
    monkeypatch.setenv("TF_STAFF_PASSWORD", "wrong-password")
    await terminal.run("login", "pub.one", "--otp", pyotp.TOTP(secret).now(), code=3)
    monkeypatch.setenv("TF_STAFF_PASSWORD", "right-password")
    await terminal.run("login", "pub.one", "--otp", pyotp.TOTP(secret).now())
    kept = tmp_path / "home" / "session.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    await terminal.run("status")
    await terminal.run("logout")
    assert not kept.exists()
    await terminal.run("status", code=3)


async def test_a_host_that_is_away_is_said_so(terminal: Terminal) -> None:
    assert "连不上" in await terminal.run("status", "--host", "http://127.0.0.1:9", code=3)
    assert "地址不对" in await terminal.run("status", "--host", "file:///etc/passwd", code=3)


def test_a_step_is_one_argument() -> None:
    assert parse_step("percent=5%,regions=510104+510105,cohorts=testers,hold=30m") == {
        "percent": 5,
        "regions": ["510104", "510105"],
        "cohorts": ["testers"],
        "hold_s": 1800,
    }
    for bad in ("5", "hold=", "percent=x", "hold=5", "who=me"):
        with pytest.raises((ValueError, KeyError)):
            parse_step(bad)
