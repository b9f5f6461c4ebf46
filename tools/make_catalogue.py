"""Writes the link module `matrix_modules/guangan_511602_catalogue` from the collected facts.

    python tools/make_catalogue.py FACTS_FOLDER

FACTS_FOLDER holds `matters.json`. Names, item codes, item types and departments are as published; audience and themes
were derived by rule and are listed in `inferred`, so that the guide shows them as 待确认. No guide address is in the
facts, so no matter gets a link. A second run changes nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "matrix_modules" / "guangan_511602_catalogue"
THEMES = ROOT / "backend" / "matters" / "data" / "themes.json"
AUDIENCES = {"自然人": "person", "法人": "company"}
OFFICES = {"区": "广安市广安区"}  # the list says 区人社局 where the whole name is 广安市广安区人社局

MODULE = """\
schema = 1
id = "guangan_511602_catalogue"
name = "广安区政务服务事项目录"
version = "1.0.0"
platform = ">=1,<2"
regions = ["511602"]
owners = ["guangan_511602_team"]
fields = []
summary = "广安市广安区公开的政务服务事项目录，共{count}项；只有名称、编码、类型和部门，办事指南待部门补充。"
notice = "事项名称和编码整理自 v-luobo/zwfw（Apache-2.0），见 NOTICE"
# 公开的目录里没有办事指南；哪个事项补上了，就以它自己写的为准。
pending = ["basis", "conditions", "materials", "steps", "limit", "fee", "result", "place"]

[department]
name = "广安市广安区行政审批局"

[contact]
complaint = "12345"
"""

NOTICE = """\
guangan_511602_catalogue

The matter names, item codes, item types and department names in matters.toml are facts taken from

    v-luobo/zwfw, file bszl-data.js, commit 11bd626315e3 (2025-04-02)
    https://github.com/v-luobo/zwfw
    Licensed under the Apache License, Version 2.0; see LICENSE-APACHE-2.0.txt

Changes made here: rows with the same name were merged (1,135 rows to 1,133 matters), the data was rewritten as TOML,
codes of this project were added, and audience and theme were derived by rule. Derived values are listed in the
`inferred` key of each matter and are not part of the original.
"""


def text(value: str | list[str]) -> str:
    """A TOML string or list of strings; JSON escapes are valid in TOML basic strings."""
    return json.dumps(value, ensure_ascii=False)


def matter(row: dict[str, Any], themes: dict[str, str]) -> str:
    """One [[matters]] table."""
    listed = str(row["department_as_listed"])
    department = OFFICES["区"] + listed.removeprefix("区") if listed.startswith("区") else listed
    names = [row["theme_natural"], row["theme_legal"]]
    values: dict[str, Any] = {
        "code": str(row["id"]).lower().replace("-", "_"),
        "name": row["name"],
        "kind": "link",
        "item_code": row["item_code"],
        "matter_type": row["matter_type_code"],
        "department": department,
        "audience": [AUDIENCES[name] for name in row["service_object"]],
        "themes": list(dict.fromkeys(themes[name] for name in names if name)),
        "inferred": ["audience", "themes"],
    }
    return "[[matters]]\n" + "".join(f"{key} = {text(value)}\n" for key, value in values.items() if value)


def main() -> None:
    """Read the facts folder named on the command line and write the module."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    facts = json.loads((Path(sys.argv[1]) / "matters.json").read_text("utf-8"))
    themes = {theme["name"]: theme["id"] for theme in json.loads(THEMES.read_text("utf-8"))["themes"]}
    rows = sorted((row for row in facts["matters"] if row["source"] == "guangan"), key=lambda row: str(row["id"]))
    OUT.mkdir(parents=True, exist_ok=True)
    head = "# 由 tools/make_catalogue.py 生成；事项名称、编码、类型、部门为公开信息，inferred 所列各项待确认。\n\n"
    (OUT / "module.toml").write_text(MODULE.format(count=len(rows)), "utf-8")
    (OUT / "matters.toml").write_text(head + "\n".join(matter(row, themes) for row in rows), "utf-8")
    (OUT / "NOTICE").write_text(NOTICE, "utf-8")
    sys.stdout.write(f"{OUT.name}: {len(rows)} matters\n")


if __name__ == "__main__":
    main()
