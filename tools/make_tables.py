"""Writes `backend/matters/data/regions.json` and `themes.json` from the collected facts.

    python tools/make_tables.py FACTS_FOLDER

FACTS_FOLDER holds `regions.json` (GB/T 2260 units of Sichuan and Chongqing with their sources) and `matters.json`
(whose `theme_codes` are the 主题分类 code tables). The result is sorted and stable, so a second run changes nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

OUT = Path(__file__).resolve().parents[1] / "backend" / "matters" / "data"
AUDIENCES = {"自然人": "person", "法人": "company"}


def regions(facts: dict[str, Any]) -> dict[str, Any]:
    """Province, 市州, counties and the Chongqing units as one flat list with parents."""
    rows: list[dict[str, Any]] = []

    def add(unit: dict[str, Any], level: str, kind: str, parent: str | None) -> None:
        row = {"code": unit["code"], "name": unit["name"], "short": unit["short"], "level": level, "kind": kind}
        row["parent"] = parent
        if unit.get("ethnic_autonomy"):
            row["autonomous"] = True
        rows.append(row)

    add(facts["province"], "province", "省", None)
    for city in facts["cities"]:
        add(city, "city", city["kind"], facts["province"]["code"])
    for county in facts["counties"]:
        add(county, "county", county["kind"], county["parent"])
    add(facts["chongqing"], "province", "直辖市", None)
    for county in facts["chongqing"]["counties"]:
        add(county, "county", county["kind"], facts["chongqing"]["code"])
    codes = [row["code"] for row in rows]
    if len(codes) != len(set(codes)):
        raise SystemExit("a region code occurs twice")
    return {
        "standard": facts["source"]["standard"],
        "source": f"{facts['source']['primary']}; checked against {facts['source']['cross_check']}",
        "note": "short names and ethnic-autonomy flags are derived from the official names",
        "regions": sorted(rows, key=lambda row: row["code"]),
        "replaced": [
            {"code": old["code"], "name": old["name"], "by": old["replaced_by"]} for old in facts["historic_codes"]
        ],
    }


def themes(facts: dict[str, Any]) -> dict[str, Any]:
    """One row a theme name; a name that both tables have carries both codes."""
    rows: dict[str, dict[str, Any]] = {}
    for audience, table in facts["theme_codes"].items():
        for name, code in table.items():
            row = rows.setdefault(name, {"id": "-".join(lazy_pinyin(name)), "name": name, "codes": {}})
            row["codes"][AUDIENCES[audience]] = code
    ids = [row["id"] for row in rows.values()]
    if len(ids) != len(set(ids)):
        raise SystemExit("two themes share an id")
    return {
        "source": "主题分类 code tables for 自然人 and 法人, read in a secondary source",
        "note": "id is the pinyin of the name; codes are 3 digits and differ between the two tables",
        "themes": sorted(
            rows.values(), key=lambda row: (row["codes"].get("person", "x"), row["codes"].get("company", ""))
        ),
    }


def write(path: Path, table: dict[str, Any], rows: str) -> None:
    """JSON with one row a line, so that a change of one unit is a change of one line."""
    head = {key: value for key, value in table.items() if not isinstance(value, list)}
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    for key, value in table.items():
        if isinstance(value, list):
            lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value)
            text += f',\n "{key}": [\n  {lines}\n ]'
    path.write_text(text + "\n}\n", "utf-8")
    sys.stdout.write(f"{path.name}: {len(table[rows])} {rows}\n")


def main() -> None:
    """Read the facts folder named on the command line and write both tables."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    OUT.mkdir(parents=True, exist_ok=True)
    write(OUT / "regions.json", regions(json.loads((folder / "regions.json").read_text("utf-8"))), "regions")
    write(OUT / "themes.json", themes(json.loads((folder / "matters.json").read_text("utf-8"))), "themes")


if __name__ == "__main__":
    main()
