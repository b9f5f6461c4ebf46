"""Rules that read words, colours and ranges: what each finds and what it lets be, row by row."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from backend.sdk import toml
from backend.sdk.check import check_folder
from tests.sdk.samples import MATTER, MODULE, folder

PAGE = '<!doctype html><html lang="zh-CN"><body>\n{}\n</body></html>'

WORDS = [
    ("ban.check_in", "每日签到"),
    ("ban.check_in", "连续打卡三天"),
    ("ban.points", "每办一件得五积分"),
    ("ban.points", "积分兑换礼品"),
    ("ban.points", "街道办件排行榜"),
    ("ban.points", "办理后可以抽奖"),
    ("ban.online_time", "在线时长"),
    ("ban.online_time", "浏览时长达到三分钟"),
    ("ban.forced_login", "强制登录"),
    ("ban.forced_login", "登录后才能查看指南"),
    ("ban.forced_login", "登录以后方可浏览"),
    ("ban.forwarding", "请转发给好友"),
    ("ban.forwarding", "转发到业主群"),
    ("ban.forwarding", "强制投票"),
    ("ban.forwarding", "分享后才能办理"),
    ("ban.forwarding", "为社区拉票"),
    ("text.unfinished", "TODO 写条件"),
    ("text.unfinished", "条件待填写"),
    ("text.unfinished", "某某XXX局"),
    ("text.unfinished", "  "),
    ("text.markup", "<img src=x onerror=alert(1)>"),
    ("text.markup", "</script>"),
    ("text.markup", "&lt;b&gt;"),
    ("text.control", "看不见\\u202e的字"),
]
FINE = [
    "申请积分落户",
    "居住证积分申请",
    "积分入学",
    "积分管理办法",
    "登录后填写申请",
    "办理结果转发给申请人的单位",
    "业主大会投票表决",
    "排名不分先后",
    "公共资源分配办法",
    "待审核通过后领取",
    "期待填补空白",
    "不用等待填写完成",
    "请在此填写户籍地址",
    "每日 9 < 17 时办理",
    "A&B 公司",
]


@pytest.mark.parametrize(("code", "words"), WORDS)
def test_words_that_are_found_in_texts(code: str, words: str, tmp_path: Path) -> None:
    matter = MATTER.replace("给谁办，办成什么。", words)
    found = {finding.code: finding for finding in check_folder(folder(tmp_path, matter=matter))}
    assert code in found
    line = (tmp_path / "sample_owner" / found[code].file).read_text("utf-8").split("\n")[(found[code].line or 0) - 1]
    assert line.startswith("summary")


@pytest.mark.parametrize("words", FINE)
def test_words_that_only_look_like_it(words: str, tmp_path: Path) -> None:
    assert check_folder(folder(tmp_path, matter=MATTER.replace("给谁办，办成什么。", words))) == []


@pytest.mark.parametrize(("code", "words"), [row for row in WORDS if row[0].startswith("ban.")])
def test_the_pages_of_a_team_are_read_as_well(code: str, words: str, tmp_path: Path) -> None:
    path = folder(tmp_path, matter=MATTER.replace('kind = "apply"', 'kind = "apply"\npage = true'))
    (path / "h5").mkdir()
    (path / "h5" / "index.html").write_text(PAGE.format("你好"), "utf-8")
    assert check_folder(path) == []
    (path / "h5" / "app.js").write_text(f"const elder = true\nshow('{words}')\n", "utf-8")
    assert [(item.code, item.file, item.line) for item in check_folder(path)] == [(code, "h5/app.js", 2)]


@pytest.mark.parametrize(
    ("style", "told"),
    [
        ("color: #999; background: #fff", True),
        ("color:#999;background-color:#FFFFFF", True),
        ("background: white; color: #aaa", True),
        ("color: #fff; background: #0b5cad", False),
        ("color: black; background: #fff !important", False),
        ("color: #767676; background: #ffffff", False),
        ("border-color: #999; background: #fff", False),
        ("color: #999", False),
        ("color: var(--ink); background: #fff", False),
    ],
)
def test_colours_that_stand_together_can_be_told_apart(style: str, told: bool, tmp_path: Path) -> None:
    path = folder(tmp_path, matter=MATTER.replace('kind = "apply"', 'kind = "apply"\npage = true'))
    (path / "h5").mkdir()
    (path / "h5" / "index.html").write_text(PAGE.format(f'<p style="{style}">你好</p>'), "utf-8")
    inside = [(item.code, item.line) for item in check_folder(path)]
    assert inside == ([("page.contrast", 2)] if told else [])
    (path / "h5" / "index.html").write_text(PAGE.format("你好"), "utf-8")
    (path / "h5" / "style.css").write_text(
        f":root[data-mode='elder'] {{ font-size: 22px }}\np {{ {style} }}\n", "utf-8"
    )
    sheet = [(item.code, item.file, item.line) for item in check_folder(path)]
    assert sheet == ([("page.contrast", "h5/style.css", 2)] if told else [])


@pytest.mark.parametrize(
    ("platform", "right"),
    [
        (">=1,<2", True),
        ("1", True),
        ("==1.0", True),
        (">=1.0.0, <=1.0.0", True),
        (">0.9", True),
        (">=1.1", False),
        ("<1", False),
        (">=2,<3", False),
        (">1", False),
        ("=1.1", False),
        (">=", False),
        (">=1,", False),
        ("1.2.3.4", False),
        ("<<1", False),
    ],
)
def test_the_range_of_platforms(platform: str, right: bool, tmp_path: Path) -> None:
    module = MODULE.replace('platform = ">=1,<2"', f'platform = "{platform}"')
    found = [finding.code for finding in check_folder(folder(tmp_path, module=module))]
    assert found == ([] if right else ["module.platform"])


def test_a_blank_text_anywhere_is_found(tmp_path: Path) -> None:
    data = tomllib.loads(MATTER)
    data["fields"][1]["options"][0]["label"] = " "
    (finding,) = check_folder(folder(tmp_path, matter=toml.write(data)))
    assert finding.code == "text.unfinished"
