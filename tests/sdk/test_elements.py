"""The ten elements of a guide: what states each, and that silence alone is a fault."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from backend.sdk import toml
from backend.sdk.check import check_folder
from backend.sdk.elements import ELEMENTS, PENDING, states, unsaid
from backend.sdk.manifest import bundle_from_json, bundle_to_json, load_folder
from backend.sdk.matter import Matter
from tests.sdk.samples import MATTER, MODULE, folder

KEYS = {"basis": "basis", "conditions": "conditions", "materials": "materials", "fee": "fee", "result": "result"}
HALL = {"name": "政务服务中心", "hours": "工作日 9:00–17:00"}
OFFICE = {"code": "one", "name": "窗口一", "region": "510105"}
SLOT = {"start": "09:00", "end": "10:00", "capacity": 5}


def without(name: str) -> dict[str, Any]:
    """The sample matter with one element left out."""
    data = tomllib.loads(MATTER)
    if name in KEYS:
        del data[KEYS[name]]
    elif name == "limit":
        data["limits"] = {"visits": 0}
    elif name == "place":
        data["modes"] = ["online", "window"]
    else:
        data["flow"] = {}
    return data


def matter(data: dict[str, Any]) -> Matter:
    return msgspec.convert(data, Matter)


def test_there_are_ten() -> None:
    assert len(ELEMENTS) == 10
    assert set(ELEMENTS) == {*PENDING, "name", "contact"}
    assert set(states(matter(tomllib.loads(MATTER))).values()) == {"stated"}


@pytest.mark.parametrize("name", [name for name in PENDING if name != "steps"])
def test_an_element_that_is_left_out_is_found_unless_it_is_pending(name: str, tmp_path: Path) -> None:
    data = without(name)
    found = check_folder(folder(tmp_path / "silent", matter=toml.write(data)))
    assert {finding.code for finding in found} == {"element.missing"}
    (finding,) = found
    assert finding.severity == "error"
    assert ELEMENTS[name] in finding.message  # type: ignore[index]
    assert f'pending = ["{name}"]' in finding.mend
    assert finding.line is not None
    said = toml.write({**data, "pending": [name]})
    assert check_folder(folder(tmp_path / "said", matter=said)) == []
    every = MODULE + f'pending = ["{name}"]\n'
    assert check_folder(folder(tmp_path / "module", module=every, matter=toml.write(data))) == []


def test_a_link_must_state_its_steps_and_any_other_matter_cannot_leave_them_pending(tmp_path: Path) -> None:
    link = {**without("steps"), "kind": "link", "level": "none"}
    link.pop("fields")
    found = check_folder(folder(tmp_path / "link", matter=toml.write(link)))
    assert [(finding.code, "办理流程" in finding.message) for finding in found] == [("element.missing", True)]
    assert check_folder(folder(tmp_path / "pending", matter=toml.write({**link, "pending": ["steps"]}))) == []
    apply = toml.write({**without("steps"), "pending": ["steps"]})
    assert {finding.code for finding in check_folder(folder(tmp_path / "apply", matter=apply))} == {"flow.empty"}


@pytest.mark.parametrize(
    ("name", "change", "state"),
    [
        ("conditions", {"without": ["conditions"]}, "none"),
        ("materials", {"without": ["materials"]}, "none"),
        ("materials", {"kind": "query"}, "none"),
        ("limit", {"kind": "query"}, "stated"),
        ("limit", {"limits": {"legal": {"days": 3}}}, "stated"),
        ("result", {"kind": "pay"}, "stated"),
        ("place", {"modes": []}, "missing"),
        ("place", {"modes": ["online", "window"], "places": [{"name": "政务服务中心"}]}, "missing"),
        ("place", {"modes": ["online", "window"], "places": [HALL]}, "stated"),
        ("place", {"booking": {"days_ahead": 5, "offices": [OFFICE], "slots": [SLOT]}}, "stated"),
        ("place", {"booking": {"days_ahead": 5, "offices": [OFFICE]}}, "missing"),
        ("fee", {"fee": {"text": "不收费", "charged": False}}, "stated"),
        ("fee", {"pending": ["fee"]}, "pending"),
    ],
)
def test_what_states_an_element(name: str, change: dict[str, Any], state: str) -> None:
    made = matter({**without(name), **change})
    assert states(made)[name] == state  # type: ignore[index]
    assert (name in unsaid(made)) == (state in ("pending", "missing"))


def test_a_bundle_from_before_reads_as_it_did_and_keeps_its_digest(tmp_path: Path) -> None:
    """The new keys are left out while they are empty: what an older platform stored has the same bytes today."""
    held, _ = load_folder(folder(tmp_path))
    assert held is not None
    old = bundle_to_json(held)
    assert b"pending" not in old
    assert b"without" not in old
    again = bundle_from_json(old)
    assert hashlib.sha256(bundle_to_json(again)).digest() == hashlib.sha256(old).digest()
    silent = bundle_from_json(old.replace(b'"modes":["online"],', b""))
    assert states(silent.matters[0])["place"] == "missing", "shown as 待确认, not refused"
