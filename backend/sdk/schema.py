"""JSON Schema 2020-12 of a module's files, for editors that complete and check while a team writes."""

from __future__ import annotations

from typing import Any

import msgspec

from backend.sdk.manifest import Matter, Module
from backend.sdk.words import KEYS, SHAPES

NAMES = ("module.schema.json", "matter.schema.json")


def schemas() -> dict[str, dict[str, Any]]:
    """File name → schema: `module.toml`, and files of matters (one matter, or `[[matters]]`)."""
    (module,), parts = msgspec.json.schema_components([Module], ref_template="#/$defs/{name}")
    (matter,), more = msgspec.json.schema_components([Matter], ref_template="#/$defs/{name}")
    many = {
        "type": "object",
        "properties": {"matters": {"type": "array", "items": matter}},
        "required": ["matters"],
        "additionalProperties": False,
    }
    return {
        "module.schema.json": _document("module.toml", module, parts),
        "matter.schema.json": _document(
            "matters.toml 和 matters/*.toml", {"if": {"required": ["matters"]}, "then": many, "else": matter}, more
        ),
    }


def _document(title: str, root: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **root,
        "$defs": {name: _describe(name, part) for name, part in sorted(parts.items())},
    }


def _describe(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """The part with a sentence in Chinese for itself and for each key."""
    words = KEYS[name]
    properties = {key: {**value, "description": words[key]} for key, value in part["properties"].items()}
    return {**part, "title": name, "description": SHAPES[name], "properties": properties}


def files() -> dict[str, str]:
    """What lies in `docs/modules/`."""
    return {
        name: msgspec.json.format(msgspec.json.encode(schema), indent=1).decode() + "\n"
        for name, schema in schemas().items()
    }
