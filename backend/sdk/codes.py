"""The code tables that forms and the checker look things up in. They are data of the province, read once."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_data = Path(__file__).resolve().parents[1] / "matters" / "data"


@cache
def _table(name: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((_data / name).read_text("utf-8"))
    return table


@cache
def region_codes() -> frozenset[str]:
    """GB/T 2260 codes of the province, its 市州 and counties, and of Chongqing with its districts."""
    return frozenset(region["code"] for region in _table("regions.json")["regions"])


def region_names(codes: list[str]) -> list[str]:
    """What these regions are called in a sentence: the name without 省, 市, 区, 县, as texts leave that out too."""
    names = {region["code"]: region["name"] for region in _table("regions.json")["regions"]}
    found = [names[code] for code in codes if code in names]
    return [name[:-1] if len(name) > 2 and name[-1] in "省市区县" else name for name in found]


@cache
def _names(table: str, key: str) -> dict[str, str]:
    name = "code" if table == "regions.json" else "id"
    return {item[name]: item["name"] for item in _table(table)[key]}


def region_name(code: str) -> str:
    """What a region is called; the code itself when the table does not have it."""
    return _names("regions.json", "regions").get(code, code)


def theme_name(theme: str) -> str:
    """What a theme is called; the id itself when the table does not have it."""
    return _names("themes.json", "themes").get(theme, theme)


@cache
def theme_ids() -> dict[str, frozenset[str]]:
    """Theme id → the audiences (`person`, `company`) that have it."""
    return {theme["id"]: frozenset(theme["codes"]) for theme in _table("themes.json")["themes"]}


def covers(area: str, code: str) -> bool:
    """True when region `code` lies in `area`: a province code means everywhere below, a city code its counties."""
    size = 2 if area.endswith("0000") else 4 if area.endswith("00") else 6
    return code[:size] == area[:size]
