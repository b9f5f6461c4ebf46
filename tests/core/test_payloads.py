"""A bad payload is answered with one sentence a field."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases.schemas import CaseCreate
from backend.core.payloads import field_problems
from backend.identity.schemas import PhoneSession


def problems(value: object, model: type = PhoneSession) -> dict[str, str]:
    return {item.field: item.code for item in field_problems(msgspec.json.encode(value), model)}


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, {"phone": "required", "code": "required"}),
        ({"phone": "1", "code": 7}, {"phone": "format", "code": "type"}),
        ({"phone": "13800000001", "code": "123456", "x": 1}, {"x": "unknown"}),
        ([], {"": "type"}),
        ("text", {"": "type"}),
        ({"phone": None, "code": "12345"}, {"phone": "type", "code": "format"}),
    ],
)
def test_every_bad_field_is_named(payload: object, expected: dict[str, str]) -> None:
    assert problems(payload) == expected


def test_a_fault_inside_a_list_is_named_by_its_place() -> None:
    payload = {"matter": "a.b_c", "release": "a@1.0.0", "form": {}, "materials": [{"code": "x"}, {"upload": "y"}]}
    assert problems(payload, CaseCreate) == {"materials.1.code": "required"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_whatever_is_sent_there_is_at_least_one_chinese_sentence(value: object) -> None:
    raw = msgspec.json.encode(value)
    try:
        msgspec.json.decode(raw, type=PhoneSession)
    except msgspec.ValidationError:
        found = field_problems(raw, PhoneSession)
        assert found
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in item.message) for item in found)
