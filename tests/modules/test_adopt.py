"""A module of one city in another: what stays, what is asked anew, and what the origin changed since."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from backend.modules.cli import main
from backend.sdk import adopt, bundle, elements, toml
from backend.sdk.check import check_folder
from backend.sdk.manifest import Bundle, bundle_to_json, load_folder
from tests.modules.conftest import Publishing, Terminal, counts, module, named
from tests.sdk.samples import MATTER, MODULE, folder

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.parent for path in (ROOT / "matrix_modules").glob("*/module.toml"))
HERE = ["--department", "某市某局", "--region", "510700"]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main(["adopt", *arguments, "--json"]) == code, capsys.readouterr().err
        return json.loads(capsys.readouterr().out or "{}")

    return run


def loaded(path: Path) -> Bundle:
    found, findings = load_folder(path)
    assert found is not None, findings
    return found


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("origin", MODULES, ids=lambda path: path.name)
def test_every_module_of_the_matrix_can_be_adopted_and_passes_the_checker(
    tmp_path: Path, said: Any, origin: Path
) -> None:
    made = tmp_path / "other_city"
    told = said(str(origin), str(made), *HERE)
    assert check_folder(made) == []
    mine, theirs = loaded(made), loaded(origin)
    assert adopt.digest(mine) == adopt.digest(theirs) == told["origin"]["digest"]
    assert mine.module.regions == ["510700"]
    text = bundle_to_json(mine).decode()
    assert '"verified":true' not in text, "what another city checked is not checked here"
    for matter in mine.matters:
        assert (matter.limits.promise, matter.places, matter.item_code) == (None, [], None)
        assert matter.pending == elements.unsaid(matter), "what this place has not said is not known here"
        for step in matter.flow.steps:
            assert step.days is None
    if theirs.module.connector is not None:
        assert mine.module.connector is not None
        assert mine.module.connector.url != theirs.module.connector.url


@pytest.mark.parametrize("origin", MODULES, ids=lambda path: path.name)
def test_what_is_written_reads_back_as_the_same_module(tmp_path: Path, origin: Path) -> None:
    theirs = loaded(origin)
    path = tmp_path / theirs.module.id
    adopt.write(path, theirs, {})
    again = loaded(path)
    assert again.module == theirs.module
    assert {item.code: item for item in again.matters} == {item.code: item for item in theirs.matters}


def test_toml_is_written_with_every_strange_character() -> None:
    data = {
        "a": '引号"\\\t\n\x7f\x01',
        "b": [1, 2.5, True],
        "c": {"d": {"e": []}},
        "f": [{"g": "x" * 200}, {"h": None}],
    }
    wanted = {**data, "f": [{"g": "x" * 200}, {}]}
    assert tomllib.loads(toml.write(data)) == wanted


def test_only_what_is_local_may_change_without_saying_so(tmp_path: Path, said: Any) -> None:
    path = tmp_path / "other_city"
    said(str(folder(tmp_path)), str(path), *HERE)
    matter, manifest = path / "matters" / "sample.toml", path / "module.toml"
    edit(matter, "[limits]\n", '[limits]\npromise = { days = 2, unit = "workday" }\n')
    edit(manifest, 'complaint = "12345"', 'complaint = "0816-12345"')
    assert check_folder(path) == []
    edit(matter, 'title = "金额（元）"', 'title = "租金（元）"')
    found = check_folder(path)
    assert [(item.severity, item.code) for item in found] == [("error", "module.origin")]
    edit(manifest, "[origin]\n", "[origin]\nchanged = true\n")
    assert check_folder(path) == []
    edit(matter, 'title = "租金（元）"', 'title = "金额（元）"')
    assert [(item.severity, item.code) for item in check_folder(path)] == [("warning", "module.origin")]


def test_the_origins_later_changes_are_shown_and_taken_over_and_what_is_local_stays(tmp_path: Path, said: Any) -> None:
    origin, path = folder(tmp_path), tmp_path / "other_city"
    (origin / "NOTICE").write_text("声明")
    said(str(origin), str(path), *HERE)
    assert (path / "NOTICE").read_text() == "声明"
    matter = path / "matters" / "sample.toml"
    edit(matter, "[limits]\n", '[limits]\npromise = { days = 2, unit = "workday" }\n')
    edit(matter, '{ text = "示例办法" }', '{ text = "示例办法", source = "本市办法 第2条", verified = true }')
    nothing = said("--status", str(path), "--source", str(origin))
    assert (nothing["changed"], nothing["items"]) == (False, [])

    edit(origin / "module.toml", 'version = "1.0.0"', 'version = "1.1.0"')
    edit(origin / "module.toml", 'complaint = "12345"', 'complaint = "028-1"')
    edit(origin / "matters" / "sample.toml", 'text = "在成都居住。"', 'text = "有住房。"')
    edit(origin / "matters" / "sample.toml", 'title = "金额（元）"', 'title = "租金（元）"')
    (origin / "matters" / "more.toml").write_text(MATTER.replace('code = "sample"', 'code = "more"'), "utf-8")
    status = said("--status", str(path), "--source", str(origin))
    assert status["newest"] == "1.1.0"
    seen = {(item["matter"], item["yours"]): item for item in status["items"]}
    assert seen["more", "not_adopted"]["what"] == "事项"
    assert {item["after"] for item in status["items"]} >= {"租金（元）"}
    assert "028-1" not in json.dumps(status), "another city's contact is nothing to take over"

    before = matter.read_text("utf-8")
    said("--update", str(path), "--source", str(origin))
    made = loaded(path)
    assert (made.module.version, made.module.regions) == ("0.2.0", ["510700"])
    assert made.module.origin is not None
    assert made.module.origin.version == "1.1.0"
    taken = made.matters[0]
    assert [item.text for item in taken.conditions] == ["有住房。"]
    assert taken.basis[0].verified
    assert taken.basis[0].source == "本市办法 第2条"
    assert not taken.conditions[0].verified, "a new wording has to be checked here"
    assert taken.limits.promise is not None
    assert taken.limits.promise.days == 2
    assert check_folder(path, live="0.1.0") == []
    assert matter.read_text("utf-8") != before
    said("--update", str(path), "--source", str(origin))
    assert loaded(path).module.version == "0.2.0", "nothing new, nothing written"


def test_who_changed_the_shared_part_is_told_where_and_nothing_is_overwritten(tmp_path: Path, said: Any) -> None:
    origin, path = folder(tmp_path), tmp_path / "other_city"
    said(str(origin), str(path), *HERE)
    edit(path / "matters" / "sample.toml", 'title = "金额（元）"', 'title = "房租（元）"')
    edit(path / "module.toml", "[origin]\n", "[origin]\nchanged = true\n")
    edit(origin / "matters" / "sample.toml", 'title = "类型"', 'title = "种类"')
    status = said("--status", str(path), "--source", str(origin))
    assert status["changed"]
    assert {item["yours"] for item in status["items"]} == {"unknown"}, "the folder kept no older version"
    before = bundle.pack(path)
    said("--update", str(path), "--source", str(origin), code=1)
    assert bundle.pack(path) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{origin}"], "来源"),
        (["{origin}", "Bad-Name", *HERE], "小写字母"),
        (["{origin}", "sample_owner", *HERE], "不一样"),
        (["{origin}", "ok", "--department", "某局"], "--region"),
        (["{origin}", "ok", "--department", "某局", "--region", "999999"], "没有这个地区"),
        (["{origin}", "ok", *HERE, "--matter", "nothing"], "没有这些事项"),
        (["{origin}", "taken", *HERE], "不是空的"),
        (["No/Such", "ok", *HERE], "没有文件夹"),
        (["{origin}", "ok", *HERE, "--connector", "http://x", "--phone", "1" * 600], ""),
        (["--status", "{origin}"], "不是采用来的"),
        (["--update", "{origin}", "ok"], "--source"),
        (["{empty}", "ok", *HERE], "读不成模块"),
    ],
)
def test_what_cannot_be_adopted_is_said_and_nothing_is_written(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    words: str,
) -> None:
    origin = folder(tmp_path / "in")
    (tmp_path / "empty").mkdir()
    (tmp_path / "out" / "taken").mkdir(parents=True)
    (tmp_path / "out" / "taken" / "mine.txt").write_text("mine")
    monkeypatch.chdir(tmp_path / "out")
    before = sorted(tmp_path.rglob("*"))
    given = [item.format(origin=origin, empty=tmp_path / "empty") for item in arguments]
    assert main(["adopt", *given]) == 1
    told = capsys.readouterr()
    assert words in told.err + told.out
    assert told.err.strip()
    assert sorted(tmp_path.rglob("*")) == before


async def test_from_the_host_to_another_city_and_back_to_the_host(
    publishing: Publishing, terminal: Terminal, tmp_path: Path
) -> None:
    await publishing.live(module())
    draft = await publishing.upload(module("1.5.0", matter=named("还没上线")))
    assert draft[0] == 201
    told = await terminal.json("adopt", "try_module", "try_city", *HERE, "--team", "try_team", by=publishing.elsewhere)
    assert (told["origin"]["module"], told["origin"]["version"]) == ("try_module", "1.0.0")
    await terminal.run("adopt", "try_module@1.5.0", "try_other", *HERE, by=publishing.elsewhere, code=1)
    await terminal.run("adopt", "try_module", "try_other", *HERE, by=publishing.clerk, code=1)
    path = tmp_path / "try_city"
    status, made = await publishing.upload(bundle.pack(path))
    assert (status, made.get("findings")) == (201, [])

    # a digest that is not the origin's, made to fit an altered form
    manifest = path / "module.toml"
    edit(path / "matters" / "sample.toml", 'title = "金额（元）"', 'title = "房租（元）"')
    forged = adopt.digest(loaded(path))
    text = manifest.read_text("utf-8")
    manifest.write_text(text.replace(told["origin"]["digest"], forged).replace("0.1.0", "0.1.1", 1), "utf-8")
    assert check_folder(path) == []
    held = await counts()
    status, problem = await publishing.upload(bundle.pack(path))
    assert (status, {item["code"] for item in problem["errors"]}) == (422, {"module.origin_digest"})
    assert await counts() == held

    # said honestly it is taken, and the host tells who changed what
    manifest.write_text(text.replace("[origin]\n", "[origin]\nchanged = true\n").replace("0.1.0", "0.1.2", 1), "utf-8")
    status, made = await publishing.upload(bundle.pack(path))
    assert (status, made.get("findings")) == (201, [])
    changed = MATTER.replace('title = "金额（元）"', 'title = "租金（元）"').replace('title = "类型"', 'title = "种类"')
    await publishing.live(module("2.0.0", matter=changed))
    found = await terminal.json("adopt", "--status", "try_city", by=publishing.elsewhere)
    yours = {item["after"]: item["yours"] for item in found["items"]}
    assert (found["newest"], yours) == ("2.0.0", {"租金（元）": "changed", "种类": "same"})


async def test_an_origin_that_the_host_does_not_know_is_a_finding_for_the_reviewer(
    publishing: Publishing, tmp_path: Path, said: Any
) -> None:
    text = MODULE.replace('id = "sample_owner"', 'id = "far_away"')
    said(str(folder(tmp_path, module=text, name="far_away")), str(tmp_path / "try_city"), *HERE, "--team", "try_team")
    status, made = await publishing.upload(bundle.pack(tmp_path / "try_city"))
    assert status == 201
    assert [item["code"] for item in made["findings"]] == ["module.origin_unknown"]


def test_some_matters_may_be_adopted_and_the_rest_left(tmp_path: Path, said: Any) -> None:
    origin = folder(tmp_path)
    (origin / "matters" / "more.toml").write_text(MATTER.replace('code = "sample"', 'code = "more"'), "utf-8")
    said(str(origin), str(tmp_path / "other_city"), *HERE, "--matter", "more")
    assert [item.code for item in loaded(tmp_path / "other_city").matters] == ["more"]
    assert said("--status", str(tmp_path / "other_city"), "--source", str(origin))["items"][0]["yours"] == "not_adopted"


def test_what_is_local_does_not_move_the_digest_and_everything_else_does(tmp_path: Path) -> None:
    held = loaded(folder(tmp_path))
    matter = held.matters[0]
    same = replace(held, module=replace(held.module, version="9.9.9", name="别的", notice="通知"))
    assert adopt.digest(same) == adopt.digest(held)
    for name in ("name", "summary", "conditions", "materials", "fields", "flow", "result", "level", "keywords"):
        other = replace(matter, **{name: type(getattr(matter, name))() if name not in ("flow", "result") else None})
        if name == "flow":
            other = replace(matter, flow=replace(matter.flow, auto_accept="true"))
        assert adopt.digest(replace(held, matters=[other])) != adopt.digest(held), name
