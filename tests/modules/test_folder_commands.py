"""What a team does without any host: new, check, pack, keygen, sign, and the generated reference."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from backend.modules.cli import main
from backend.sdk import bundle, reference, scaffold, schema, sign, words
from backend.sdk.check import check_folder
from tests.sdk.samples import CHARGED, folder

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "matrix_modules").glob("*/module.toml"))


def plan(name: str, size: scaffold.Size) -> scaffold.Plan:
    return scaffold.Plan(name, "某市某局", "某市某局", "510700", "some_team", size)


@pytest.mark.parametrize("size", scaffold.SIZES)
def test_a_new_module_has_nothing_to_mend(tmp_path: Path, size: scaffold.Size) -> None:
    path = tmp_path / "some_city"
    scaffold.write(path, plan("some_city", size))
    assert check_folder(path) == []
    assert bundle.read(bundle.pack(path)).findings == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["BadName", "--department", "某局"],
        ["good_name", "--department", "某局", "--region", "999999"],
        ["good_name", "--department", '某"局'],
        ["good_name", "--department", "某局", "--team", "坏"],
        ["taken", "--department", "某局"],
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert main(["new", str(tmp_path / arguments[0]), *arguments[1:]]) == 1
    assert capsys.readouterr().err.strip()
    assert sorted(tmp_path.rglob("*")) == before


def test_check_tells_people_and_programs_the_same_and_its_exit_code_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = folder(tmp_path / "good")
    bad = folder(tmp_path / "bad", module=(good / "module.toml").read_text("utf-8").replace("510100", "519999"))
    assert main(["check", str(good)]) == 0
    capsys.readouterr()
    assert main(["check", str(bad)]) == 1
    told = capsys.readouterr().out
    assert main(["check", "--json", str(good), str(bad)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found[str(good)] == []
    for finding in found[str(bad)]:
        assert {part for part in (finding["code"], finding["message"], finding["mend"]) if part not in told} == set()
    assert main(["check", "--live", "1.0.0", str(good)]) == 1
    assert "module.version" in capsys.readouterr().out


def test_output_for_a_pipe_has_no_colours(tmp_path: Path) -> None:
    bad = folder(tmp_path, matter=None)
    ran = subprocess.run(
        [sys.executable, "-m", "backend", "modules", "check", str(bad)], capture_output=True, cwd=ROOT, check=False
    )
    assert ran.returncode == 1
    assert b"\x1b[" not in ran.stdout
    assert "module.empty" in ran.stdout.decode()


def test_packing_signs_what_the_checker_accepts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, key, target = folder(tmp_path / "in"), tmp_path / "team.key", tmp_path / "out.tar"
    assert main(["keygen", str(key), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert main(["pack", str(path), "--out", str(target), "--key", str(key), "--json"]) == 0
    packed: dict[str, Any] = json.loads(capsys.readouterr().out)
    signature = json.loads(Path(f"{target}.sig").read_text())
    assert signature["key_id"] == made["key_id"]
    assert packed["digest"] == sign.digest(target.read_bytes()) == signature["digest"]
    held = sign.load_public(Path(made["public"]).read_text())
    sign.verify(target.read_bytes(), sign.Signature(**signature), held)
    first = Path(f"{target}.sig").read_bytes()
    assert main(["sign", str(target), "--key", str(key)]) == 0
    assert Path(f"{target}.sig").read_bytes() == first
    assert main(["check", str(target)]) == 0
    assert main(["keygen", str(key)]) == 1, "a key is never overwritten"
    assert main(["sign", str(target), "--key", made["public"]]) == 1


def test_a_bundle_is_checked_to_the_bottom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = folder(tmp_path, matter=CHARGED)
    target = tmp_path / "out.tar"
    target.write_bytes(bundle.pack(bad))
    assert main(["check", "--json", str(target)]) == 1
    told = json.loads(capsys.readouterr().out)
    assert [(item["code"], item["file"]) for item in told[str(target)]] == [("fee.basis", "matters/sample.toml")]
    target.write_bytes(target.read_bytes()[:-1])
    assert main(["check", "--json", str(target)]) == 1
    assert [item["code"] for item in json.loads(capsys.readouterr().out)[str(target)]] == ["bundle.end"]


def test_what_the_checker_refuses_is_not_packed(tmp_path: Path) -> None:
    target = tmp_path / "out.tar"
    assert main(["pack", str(folder(tmp_path, matter=None)), "--out", str(target)]) == 1
    assert not target.exists()


def test_the_reference_and_the_schemas_are_fresh_and_say_something_about_every_key() -> None:
    assert reference.stale(ROOT / "docs" / "modules") == [], "run python -m backend modules reference"
    assert {name for part in schema.schemas().values() for name in part["$defs"]} == set(words.SHAPES)
    for part in schema.schemas().values():
        for name, shape in part["$defs"].items():
            assert set(words.KEYS[name]) == set(shape["properties"])


def test_editors_accept_what_the_checker_accepts_and_mark_what_it_refuses() -> None:
    made = schema.schemas()
    module = jsonschema_rs.validator_for(made["module.schema.json"])
    matter = jsonschema_rs.validator_for(made["matter.schema.json"])
    for path in MODULES:
        assert module.is_valid(tomllib.loads(path.read_text("utf-8"))), path
        for file in [*path.parent.glob("matters/*.toml"), *path.parent.glob("matters.toml")]:
            assert matter.is_valid(tomllib.loads(file.read_text("utf-8"))), file
    good = tomllib.loads(MODULES[0].read_text("utf-8"))
    for change in ({"nonsense": 1}, {"regions": ["51"]}, {"id": "Big"}, {"version": "1.0"}):
        assert not module.is_valid({**good, **change})
