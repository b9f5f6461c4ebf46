"""GB/T 2260 regions served here: 四川 with 21 市州 and 183 counties, 重庆 with its districts, and the theme tables.

`data/regions.json` and `data/themes.json` are generated from the facts by a committed tool and read once.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

import msgspec

from backend.matters.schemas import RegionOut, RegionTree
from backend.modules.registry import covers

PROVINCE = "510000"
_DATA = Path(__file__).parent / "data"


class Region(msgspec.Struct, frozen=True):
    """One administrative area. `parent` is null for the two provinces."""

    code: str
    name: str
    short: str
    kind: str
    parent: str | None = None


class Theme(msgspec.Struct, frozen=True):
    """A row of the national theme tables; `id` is what manifests and the API use, `codes` the 3-digit code of each
    audience that has the theme."""

    id: str
    name: str
    codes: dict[Literal["person", "company"], str]


class _RegionFile(msgspec.Struct):
    regions: list[Region]


class _ThemeFile(msgspec.Struct):
    themes: list[Theme]


@lru_cache(maxsize=1)
def all_regions() -> dict[str, Region]:
    read = msgspec.json.decode((_DATA / "regions.json").read_bytes(), type=_RegionFile)
    return {region.code: region for region in read.regions}


@lru_cache(maxsize=1)
def themes() -> dict[str, Theme]:
    read = msgspec.json.decode((_DATA / "themes.json").read_bytes(), type=_ThemeFile)
    return {theme.id: theme for theme in read.themes}


def find(code: str) -> Region | None:
    return all_regions().get(code)


def name_of(code: str) -> str:
    """Full name for people: 四川省, 成都市, 成都市锦江区 (names repeat between cities)."""
    region = all_regions().get(code)
    if region is None:
        return code
    parent = all_regions().get(region.parent) if region.parent else None
    return parent.name + region.name if parent is not None and parent.parent is not None else region.name


def names_of(codes: tuple[str, ...]) -> str:
    shown = "、".join(name_of(code) for code in codes[:3])
    return shown + (f"等 {len(codes)} 地" if len(codes) > 3 else "")


def serves(scope: tuple[str, ...], region: str) -> bool:
    """True when a matter of `scope` is for people of `region`: itself, above it, or (asked for a whole province or
    city) below it."""
    return any(covers(code, region) or covers(region, code) for code in scope)


def tree() -> RegionTree:
    children: dict[str | None, list[Region]] = {}
    for region in all_regions().values():
        children.setdefault(region.parent, []).append(region)

    def node(region: Region) -> RegionOut:
        return RegionOut(
            code=region.code,
            name=region.name,
            short=region.short,
            kind=region.kind,
            children=[node(child) for child in children.get(region.code, [])],
        )

    roots = sorted(children[None], key=lambda region: region.code != PROVINCE)
    return RegionTree(items=[node(root) for root in roots])
