"""The pages of `docs/modules/rules/`: their samples are what the rules are tested with.

A sample is one fenced block a file, named in its first line; its keys stand in place of the same keys of the sample
module (`tests/sdk/samples.py`), whole tables at a time. What TOML cannot say stands in a comment:
`没有写 <key or file>`, `模块里有 <file>`, `线上的版本是 <version>`, `表单有 <n> 项`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from backend.sdk import toml
from tests.sdk.samples import MATTER, MODULE

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "modules" / "rules"
PARTS = ("错的", "对的", "怎么改")
_head = re.compile(r"# (?P<title>\S.*)\n\n`(?P<code>[a-z_.]+)` · (?P<word>错误|提醒)\n\n(?P<why>\S[\s\S]*?)\n\n## ")
_block = re.compile(r"^```\w+\n(.*?)\n```$", re.M | re.S)
_name = re.compile(r"^(?:# |<!-- |/\* )([\w/]+\.\w+)(?: -->| \*/)?$")


@dataclass(frozen=True)
class Page:
    code: str
    title: str
    word: str
    bad: list[str]
    good: list[str]


def read(code: str) -> Page:
    """The page of a rule, with every part that it must have."""
    text = (FOLDER / f"{code}.md").read_text("utf-8")
    head = _head.match(text)
    assert head is not None, f"{code}: title, code, 错误 or 提醒, and why"
    assert head["code"] == code
    parts = dict(zip(PARTS, re.split(r"^## (?:错的|对的|怎么改)$", text, flags=re.M)[1:], strict=True))
    assert parts["怎么改"].strip(), code
    bad, good = (_block.findall(parts[name]) for name in ("错的", "对的"))
    return Page(code, head["title"], head["word"], bad, good)


def build(root: Path, blocks: list[str]) -> tuple[Path, str | None]:
    """The folder of a sample, and the version that is live."""
    files: dict[str, str] = {"module.toml": MODULE, "matters/sample.toml": MATTER}
    live: str | None = None
    gone: set[str] = set()
    for block in blocks:
        first, _, rest = block.partition("\n")
        named = _name.match(first)
        assert named is not None, first
        name = named.group(1)
        if not name.endswith(".toml"):
            files[name] = rest
            continue
        data = tomllib.loads(files[name]) | tomllib.loads(block)
        for key, value in re.findall(r"^# (没有写|模块里有|线上的版本是|表单有) (\S+)", block, re.M):
            if key == "线上的版本是":
                live = value
            elif key == "模块里有":
                files[value] = "%PDF"
            elif key == "表单有":
                data["fields"] = [{"name": f"f{n}", "title": f"第{n}项", "type": "text"} for n in range(int(value))]
            elif value in files:
                gone.add(value)
            else:
                del data[value]
        files[name] = toml.write(data)
    path = root / "sample_owner"
    for name in files.keys() - gone:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(files[name], "utf-8")
    return path, live
