"""The checker over a built output: the sample passes, and each fault is found by its own words."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.miniprogram.checking import STYLE, TEMPLATE, faults
from tests.miniprogram.conftest import SAMPLE
from tests.miniprogram.host import Platform


@pytest.fixture
def dist(tmp_path: Path, platform: Platform) -> Path:
    """The sample of one platform, to be spoiled."""
    shutil.copytree(SAMPLE / platform, tmp_path / "dist")
    # the hand-written sample asks another host on purpose
    for path in (tmp_path / "dist" / "pages").glob(f"index{TEMPLATE[platform]}"):
        path.write_text(path.read_text(encoding="utf-8").replace("https://elsewhere.example", ""), encoding="utf-8")
    # and has both platforms' calls in one file
    for path in (tmp_path / "dist").rglob("*.js"):
        other = r"\bmy\." if platform == "wechat" else r"\bwx\."
        path.write_text(re.sub(other, "other.", path.read_text(encoding="utf-8")), encoding="utf-8")
    return tmp_path / "dist"


def _app(dist: Path, **changes: Any) -> None:
    held = json.loads((dist / "app.json").read_text(encoding="utf-8"))
    (dist / "app.json").write_text(json.dumps({**held, **changes}), encoding="utf-8")


def _add(dist: Path, name: str, text: str) -> None:
    path = dist / name
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(before + text, encoding="utf-8")


def test_the_sample_has_no_fault(dist: Path, platform: Platform) -> None:
    assert faults(platform, dist) == []


Spoil = Callable[[Path, Platform], None]
SPOILED: dict[str, tuple[Spoil, str]] = {
    "a main package that is too big": (
        lambda dist, _: _add(dist, "common/vendor.js", "//" + "x" * 700_000),
        r"the main package has \d+ KiB, more than 600",
    ),
    "a subpackage that is too big": (
        lambda dist, platform: (
            _app(dist, subPackages=[{"root": "part", "pages": ["page"]}]),
            _add(dist, "part/page.js", "//" + "x" * 2_200_000),
            _add(dist, "part/page.json", "{}"),
            _add(dist, f"part/page{TEMPLATE[platform]}", "<view/>"),
        )[0],
        r"^part has \d+ KiB, more than 2048",
    ),
    "a picture that is too big": (
        lambda dist, _: (dist / "big.png").write_bytes(b"0" * 120_000) and None,
        r"big.png has 117 KiB, more than 100",
    ),
    "a page that is not there": (
        lambda dist, _: (dist / "pages" / "me.js").unlink(),
        r"app.json names pages/me, but pages/me.js is missing",
    ),
    "a page that nobody names": (
        lambda dist, platform: (
            _add(dist, f"pages/lost{TEMPLATE[platform]}", "<view/>"),
            _add(dist, "pages/lost.json", "{}"),
        )[0],
        r"pages/lost\.\w+ is no page of app.json",
    ),
    "a component that is not there": (
        lambda dist, _: (
            (dist / "pages" / "me.json").write_text('{"usingComponents": {"gone": "../parts/gone"}}') and None
        ),
        r"pages/me.json: <gone> is parts/gone, which is missing",
    ),
    "a tab in a subpackage": (
        lambda dist, _: _app(
            dist, pages=["pages/index", "pages/second", "pages/story"], subPackages=[{"root": "pages", "pages": ["me"]}]
        ),
        r"the tab pages/me is no page of the main package",
    ),
    "a style from a foreign host": (
        lambda dist, platform: _add(
            dist, f"app{STYLE[platform]}", "view{background:url(https://cdn.example.net/a.png)}"
        ),
        r"app\.\w+: cdn.example.net is a foreign host",
    ),
    "a picture from a foreign host": (
        lambda dist, platform: _add(
            dist, f"pages/me{TEMPLATE[platform]}", '<image src="http://pictures.example.net/a.png"/>'
        ),
        r"pages/me\.\w+: pictures.example.net is a foreign host",
    ),
    "a script that calls a foreign host": (
        lambda dist, _: _add(dist, "pages/me.js", 'const host = "https://count.example.net";'),
        r"pages/me.js: count.example.net is a foreign host",
    ),
    "eval": (lambda dist, _: _add(dist, "pages/me.js", 'eval("1");'), r"pages/me.js: eval\(: "),
    "the other platform's call": (
        lambda dist, platform: _add(
            dist, "pages/me.js", "my.tradePay({});" if platform == "wechat" else "wx.login({});"
        ),
        r"pages/me.js: \S+: of (WeChat|Alipay)",
    ),
}


@pytest.mark.parametrize("fault", sorted(SPOILED))
def test_a_fault_is_found(dist: Path, platform: Platform, fault: str) -> None:
    spoil, words = SPOILED[fault]
    spoil(dist, platform)
    found = faults(platform, dist)
    assert any(re.search(words, line) for line in found), found


@pytest.mark.parametrize("platform", ["wechat"], indirect=True)
def test_private_information_is_declared(dist: Path, platform: Platform) -> None:
    _add(dist, "pages/me.js", "wx.getLocation({});")
    _app(dist, __usePrivacyCheck__=False)
    assert faults(platform, dist) == [
        "app.json: getLocation is used and not in requiredPrivateInfos",
        "app.json: getLocation is used and permission has no text for scope.userLocation",
        "app.json: personal information is asked for and __usePrivacyCheck__ is not true",
    ]
    _app(
        dist,
        __usePrivacyCheck__=True,
        requiredPrivateInfos=["getLocation"],
        permission={"scope.userLocation": {"desc": "用于显示附近的办事大厅"}},
    )
    assert faults(platform, dist) == []


def test_every_fault_is_told_at_once(dist: Path, platform: Platform) -> None:
    _add(dist, "pages/me.js", 'eval("1"); const host = "https://count.example.net";')
    (dist / "pages" / "second.js").unlink()
    assert len(faults(platform, dist)) == 3
