"""What a form accepts, refuses, hides and takes from the source, by table and by property."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.sdk.forms import CompiledForm, FormResult, json_schema, ui_tree
from backend.sdk.manifest import Field
from tests.sdk.samples import GOOD, PREFILL, full_matter, matter, options

TODAY = date(2026, 6, 1)
FORM = CompiledForm(full_matter())


def check(form: Any, prefill: dict[str, Any] | None = None) -> FormResult:
    return FORM.validate(form, prefill=PREFILL if prefill is None else prefill, today=TODAY)


def codes(result: FormResult) -> dict[str, str]:
    return {error.field: error.code for error in result.errors}


def changed(**values: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **values}


def test_a_right_form_is_cleaned_and_kept() -> None:
    result = check(GOOD)
    assert result.errors == []
    assert result.clean["phone"] == "13800138000"
    assert result.clean["plate"] == "川AD12345"
    assert result.clean["uscc"] == "11511301008778183N"
    assert result.clean["card"] == "4111111111111111"
    assert result.clean["note"] == "第一行\n第二行"
    assert result.clean["spouse"] == {"name": "李四", "works": True, "employer": "某公司"}


def test_an_empty_row_of_a_list_is_dropped() -> None:
    assert check(GOOD).clean["members"] == [{"name": "王五", "income": 0}]


@pytest.mark.parametrize("form", [None, [], "text", 3, True])
def test_a_form_that_is_no_object_is_refused(form: Any) -> None:
    assert codes(check(form)) == {"": "type"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("phone", "12345", "phone"),
        ("phone", 13800138000, "type"),
        ("note", "坏\x00字符", "characters"),
        ("note", "字" * 1001, "max_length"),
        ("title", "一", "min_length"),
        ("title", "长" * 21, "max_length"),
        ("title", "换\n行", "characters"),
        ("title", "反\u202e向", "characters"),
        ("title", "\ud800", "characters"),
        ("code", "ab1234", "pattern"),
        ("has_contract", "yes", "type"),
        ("has_contract", 1, "type"),
        ("has_contract", None, "required"),
        ("rent", 0, "minimum"),
        ("rent", 12.345, "money"),
        ("rent", "1200", "type"),
        ("rent", float("nan"), "type"),
        ("rent", 1e300, "type"),
        ("rent", None, "required"),
        ("count", 1.5, "type"),
        ("count", 6, "maximum"),
        ("count", 10**400, "type"),
        ("area", -1, "minimum"),
        ("day", "2026-05-31", "minimum"),
        ("day", "2026-07-02", "maximum"),
        ("day", "2026-02-30", "date"),
        ("day", "20260602", "date"),
        ("day", "二〇二六", "date"),
        ("month", "2026-07", "maximum"),
        ("month", "2026-13", "date"),
        ("time", "2026-06-02T25:00", "date"),
        ("kind", "d", "option"),
        ("kind", ["a"], "type"),
        ("tags", ["x", "x"], "unique"),
        ("tags", ["w"], "option"),
        ("tags", "x", "type"),
        ("tags", [1], "type"),
        ("region", "999999", "region"),
        ("region", "5101", "region"),
        ("card", "4111111111111112", "bankcard"),
        ("plate", "A12345", "plate"),
        ("uscc", "11511301008778183M", "uscc"),
        ("spouse", {"works": False}, "spouse.name"),
        ("spouse", {"name": "李四", "works": True}, "spouse.employer"),
        ("spouse", [], "spouse.name"),
        ("members", {}, "type"),
        ("members", [1], "members.0"),
        ("members", [{"name": "王五"}, {"income": 1}], "members.1.name"),
        ("members", [{"name": "a"}] * 4, "max_items"),
        ("members", [{"name": "王五", "extra": 1}], "members.0.extra"),
        ("promise", False, "commitment"),
        ("promise", None, "commitment"),
        ("promise", "true", "type"),
    ],
)
def test_a_wrong_answer_is_named_with_a_sentence(name: str, value: Any, code: str) -> None:
    result = check(changed(**{name: value}))
    assert result.clean == {}
    assert len(result.errors) == 1
    error = result.errors[0]
    assert code in (error.code, error.field)
    assert error.field == name or error.field.startswith(f"{name}.")
    assert any("\u4e00" <= char <= "\u9fff" for char in error.message)


def test_every_error_of_a_form_is_told_at_once() -> None:
    result = check({"has_contract": "x", "count": 9, "kind": "z", "unknown": 1})
    assert set(codes(result)) == {"unknown", "phone", "has_contract", "count", "kind", "promise"} - {"phone"}


def test_an_unknown_name_is_refused_and_shown_short() -> None:
    result = check(changed(**{"<script>" + "x" * 100 + "\x00": 1}))
    assert len(result.errors) == 1
    assert len(result.errors[0].field) <= 40
    assert "\x00" not in result.errors[0].message


@pytest.mark.parametrize(
    "text", ["'; DROP TABLE cases; --", "<script>alert(1)</script>", "${7*7} {{7*7}}", "\\u0000 %00 ../../etc/passwd"]
)
def test_sql_and_script_are_just_text(text: str) -> None:
    result = check(changed(note=text, address=text))
    assert result.errors == []
    assert result.clean["note"] == text
    assert result.clean["address"] == text


def test_a_read_only_answer_comes_from_its_source_whatever_the_client_sends() -> None:
    for sent in ("李四", None, 5, ["x"], {"a": 1}, "\x00"):
        result = check(changed(name=sent, id_number=sent))
        assert result.errors == []
        assert result.clean["name"] == "张三"
        assert result.clean["id_number"] == "11010519491231002X"


def test_a_missing_source_says_how_to_go_on() -> None:
    result = check(GOOD, prefill={})
    assert codes(result) == {"name": "source_missing", "id_number": "source_missing"}
    assert "实名认证" in result.errors[0].message


def test_an_editable_prefill_may_be_changed_left_out_or_sent_back_masked() -> None:
    assert check(changed(phone="13900139000")).clean["phone"] == "13900139000"
    assert check(changed(phone="138****8000")).clean["phone"] == "13800138000"
    assert check(changed(phone="")).clean["phone"] == "13800138000"
    assert codes(check(changed(phone="139****8000"))) == {"phone": "phone"}


def test_hidden_answers_are_dropped_even_when_they_are_wrong() -> None:
    result = check(changed(has_contract=False, rent="nonsense", kind="a", spouse={"bad": 1}))
    assert result.errors == []
    assert "rent" not in result.clean
    assert "spouse" not in result.clean


def test_a_condition_on_a_hidden_answer_does_not_hold() -> None:
    chain = CompiledForm(
        matter(
            Field(name="a", title="甲", type="bool"),
            Field(name="b", title="乙", type="bool", show_if="form.a"),
            Field(name="c", title="丙", type="text", required=True, show_if="form.b"),
        )
    )
    result = chain.validate({"a": False, "b": True, "c": "x"}, prefill={}, today=TODAY)
    assert result == FormResult({"a": False}, [])


def test_an_optional_group_left_alone_asks_for_nothing() -> None:
    group = Field(
        name="agent",
        title="代办人",
        type="group",
        fields=[
            Field(name="name", title="姓名", type="name", required=True),
            Field(name="ok", title="是", type="bool"),
        ],
    )
    form = CompiledForm(matter(group))
    for sent in ({}, {"agent": {}}, {"agent": {"ok": False}}, {"agent": None}):
        assert form.validate(sent, prefill={}, today=TODAY) == FormResult({}, [])
    assert codes(form.validate({"agent": {"ok": True}}, prefill={}, today=TODAY)) == {"agent.name": "required"}


def test_a_required_list_wants_a_row() -> None:
    rows = Field(
        name="rows", title="清单", type="list", required=True, fields=[Field(name="x", title="项", type="text")]
    )
    form = CompiledForm(matter(rows))
    for sent in ({}, {"rows": []}, {"rows": [{}]}, {"rows": [{"x": ""}]}):
        assert codes(form.validate(sent, prefill={}, today=TODAY)) == {"rows": "required"}


def test_a_default_stands_in_for_no_answer() -> None:
    form = CompiledForm(matter(Field(name="city", title="城市", type="region", required=True, default="510600")))
    assert form.validate({}, prefill={}, today=TODAY).clean == {"city": "510600"}


def test_text_is_composed_and_trimmed() -> None:
    assert check(changed(title="  e\u0301te\u0301  ")).clean["title"] == "été"


def test_the_schema_is_valid_and_closed() -> None:
    schema = json_schema(full_matter())
    jsonschema_rs.meta.validate(schema)
    assert schema["additionalProperties"] is False
    assert schema["properties"]["spouse"]["additionalProperties"] is False
    assert "rent" not in schema["required"]
    assert "name" not in schema["required"]
    assert schema["required"] == ["phone", "has_contract"]
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert validator.is_valid(check(GOOD).clean)


def test_the_ui_tree_keeps_order_and_carries_conditions_as_trees() -> None:
    tree = ui_tree(full_matter())
    assert [node["name"] for node in tree] == [field.name for field in full_matter().fields]
    nodes = {node["name"]: node for node in tree}
    assert nodes["name"] == {
        "name": "name",
        "widget": "name",
        "title": "姓名",
        "required": True,
        "prefill": "citizen.name",
        "masked": True,
        "readonly": True,
    }
    assert "readonly" not in nodes["phone"]
    assert nodes["rent"]["show_if"] == {"var": "form.has_contract", "type": "bool"}
    assert nodes["spouse"]["children"][2]["show_if"] == {"var": "form.spouse.works", "type": "bool"}
    assert nodes["kind"]["options"][0] == {"value": "a", "label": "选项a"}
    assert nodes["promise"]["required"] is True
    assert nodes["promise"]["text"] == "我承诺属实。"
    assert nodes["members"]["max"] == 3


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["a", "b", "x", "510100", "2026-06-02", "2026-05", "2026-06-02T09:30", "13800138000", "AB1234", ""]
    ),
    st.sampled_from([1, 2, 1200.5, 0.01, 3.0, -0.0]),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["name", "works", "employer", "income", "zz"]) | st.text(max_size=5), inner, max_size=4
        )
    ),
    max_leaves=12,
)
names = st.sampled_from([field.name for field in full_matter().fields])
forms = st.dictionaries(names | st.text(max_size=8), values, max_size=12)


@settings(max_examples=400, deadline=None)
@given(forms, st.booleans())
def test_any_input_gives_errors_or_a_clean_form_that_validates_to_itself(
    form: dict[str, Any], start_good: bool
) -> None:
    sent = {**copy.deepcopy(GOOD), **form} if start_good else form
    result = check(sent)
    if result.errors:
        assert result.clean == {}
        assert all(error.message and error.code for error in result.errors)
    else:
        assert check(copy.deepcopy(result.clean)) == result


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_changed_answer_of_a_good_form_is_an_error_or_validates_again(data: st.DataObject) -> None:
    name = data.draw(names)
    result = check(changed(**{name: data.draw(values)}))
    if not result.errors:
        assert check(copy.deepcopy(result.clean)) == result
    else:
        assert all(
            error.field == name or error.field.startswith((f"{name}.", "spouse", "rent")) for error in result.errors
        )


def test_options_may_be_any_text() -> None:
    form = CompiledForm(
        matter(Field(name="kind", title="类", type="select", options=options("企业职工基本养老", "A-1")))
    )
    assert form.validate({"kind": "企业职工基本养老"}, prefill={}, today=TODAY).errors == []
