"""Every key has a short name, and every code that may be written has a word."""

from __future__ import annotations

import re
import typing
from typing import Any, Literal

import msgspec
import pytest

from backend.sdk import manifest, matter
from backend.sdk.labels import LABELS, MEANINGS, label, meaning
from backend.sdk.words import KEYS

SHAPES: dict[str, Any] = {
    name: found for part in (manifest, matter) for name, found in vars(part).items() if name in KEYS
}
EVERY = [(shape, key) for shape, keys in KEYS.items() for key in keys]
UNTOLD = {("Matter", "matter_type"), ("Module", "schema")}  # published numbers, that people know by their numbers


@pytest.mark.parametrize(("shape", "key"), EVERY)
def test_a_key_is_called_by_a_short_name(shape: str, key: str) -> None:
    found = label(shape, key)
    assert 1 <= len(found) <= 14
    assert re.fullmatch(r"[\u4e00-\u9fffA-Z0-9（） id]+", found), found
    assert not re.search(r"(?<!填)写", found), "how to write it is for the manual"


def _codes(hint: Any) -> set[str]:
    if typing.get_origin(hint) is Literal:
        return {code for code in typing.get_args(hint) if isinstance(code, str)}
    return {code for part in typing.get_args(hint) for code in _codes(part)}


@pytest.mark.parametrize(("shape", "key"), EVERY)
def test_a_code_is_told_in_words(shape: str, key: str) -> None:
    kind = SHAPES[shape]
    assert issubclass(kind, msgspec.Struct)
    name = next((field.name for field in msgspec.structs.fields(kind) if field.name == key), None)
    assert name is not None, "a label of a key that is not there"
    for code in _codes(typing.get_type_hints(kind)[key]):
        if (shape, key) not in UNTOLD:
            assert meaning(shape, key, code) != code, f"{shape}.{key} = {code}"


def test_no_label_or_word_is_left_over() -> None:
    assert {(shape, key) for shape, keys in LABELS.items() for key in keys} <= set(EVERY)
    assert set(MEANINGS) <= set(EVERY)
    assert meaning("Matter", "regions", ["510100", "000000"]) == ["成都市", "000000"]
    assert meaning("Material", "source", "license:id_card") == "电子证照 id_card，有就免交"
    assert meaning("Matter", "name", "link") == "link"
