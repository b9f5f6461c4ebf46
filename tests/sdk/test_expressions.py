"""The tree that browsers evaluate means what CEL means: generated rules, generated answers, same result."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from backend.sdk.expressions import OPERATIONS, Unanswered, evaluate, holds
from backend.sdk.manifest import Field
from backend.sdk.rules import RuleFailed, compile_rule
from tests.sdk.samples import matter, options

MATTER = matter(
    Field(name="i", title="整数", type="int"),
    Field(name="j", title="整数", type="int"),
    Field(name="d", title="小数", type="number"),
    Field(name="e", title="金额", type="money"),
    Field(name="s", title="文字", type="text"),
    Field(name="t", title="日期", type="date"),
    Field(name="b", title="是否", type="bool"),
    Field(name="c", title="是否", type="bool"),
    Field(name="m", title="多选", type="multiselect", options=options("x", "y")),
    Field(name="g", title="组", type="group", fields=[Field(name="s", title="文字", type="text")]),
)

numbers = st.integers(-5, 5) | st.sampled_from([2**62, -(2**62), 2**31])
doubles = st.sampled_from([0.0, 1.0, -1.5, 0.1, 1e10, 2400.0])
words = st.sampled_from(["", "x", "y", "xy", "中文", "😀", "2026-01-01", "2026-06-01"])


def literal(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _grow(size: int) -> dict[str, st.SearchStrategy[str]]:
    """Expressions of each type with at most `size` levels."""
    ints = st.one_of(numbers.map(lambda n: f"({n})" if n < 0 else str(n)), st.sampled_from(["form.i", "form.j"]))
    floats = st.one_of(doubles.map(lambda d: f"({d!r})" if d < 0 else repr(d)), st.sampled_from(["form.d", "form.e"]))
    texts = st.one_of(words.map(literal), st.sampled_from(["form.s", "form.t", "form.g.s"]))
    bools = st.one_of(st.sampled_from(["true", "false", "form.b", "form.c"]), st.just("('x' in form.m)"))
    for _ in range(size):
        i, f, t, b = ints, floats, texts, bools
        ints = st.one_of(
            i,
            st.builds("({} {} {})".format, i, st.sampled_from(["+", "-", "*", "/", "%"]), i),
            st.builds("(-{})".format, i),
            st.builds("size({})".format, t),
            st.just("size(form.m)"),
            st.builds("int({})".format, f),
            st.builds("({} ? {} : {})".format, b, i, i),
            st.builds("days_between({}, {})".format, t, t),
        )
        floats = st.one_of(
            f,
            st.builds("({} {} {})".format, f, st.sampled_from(["+", "-", "*", "/"]), f),
            st.builds("double({})".format, i),
            st.builds("(-{})".format, f),
        )
        texts = st.one_of(t, st.builds("({} + {})".format, t, t), st.builds("({} ? {} : {})".format, b, t, t))
        compare = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
        bools = st.one_of(
            b,
            st.builds("({} {} {})".format, i, compare, i),
            st.builds("({} {} {})".format, f, compare, f),
            st.builds("({} {} {})".format, t, compare, t),
            st.builds("({} {} {})".format, b, st.sampled_from(["&&", "||", "==", "!="]), b),
            st.builds("(!{})".format, b),
            st.builds("({} ? {} : {})".format, b, b, b),
            st.builds("({} in [{}, {}])".format, t, words.map(literal), words.map(literal)),
            st.builds("({} in [1, 2, 3])".format, i),
            st.builds("{}.{}({})".format, t, st.sampled_from(["startsWith", "endsWith", "contains"]), t),
        )
    return {"bool": bools, "int": ints}


LANGUAGE = _grow(2)
answers = st.fixed_dictionaries(
    {},
    optional={
        "i": numbers,
        "j": numbers,
        "d": doubles,
        "e": doubles,
        "s": words,
        "t": words,
        "b": st.booleans(),
        "c": st.booleans(),
        "m": st.lists(st.sampled_from(["x", "y"]), max_size=2),
        "g": st.fixed_dictionaries({}, optional={"s": words}),
    },
)


def flat(form: dict[str, Any]) -> dict[str, Any]:
    found = {f"form.{name}": value for name, value in form.items() if name != "g"}
    return found | {f"form.g.{name}": value for name, value in form.get("g", {}).items()}


FAILED = "failed"


def by_cel(expression: str, kind: str, form: dict[str, Any]) -> Any:
    rule = compile_rule(expression, MATTER, "amount" if kind == "int" else "condition")
    try:
        return rule.evaluate({"form": form})
    except RuleFailed:
        return FAILED


def by_tree(expression: str, kind: str, form: dict[str, Any]) -> Any:
    tree = json.loads(json.dumps(compile_rule(expression, MATTER, "amount" if kind == "int" else "condition").tree))
    try:
        return evaluate(tree, flat(form))
    except Unanswered:
        return FAILED


@settings(max_examples=1500, deadline=None)
@given(LANGUAGE["bool"], answers)
@example("(form.b && (1 / 0 == 1))", {})
@example("(form.i == 1) || form.b", {"b": True})
@example("(form.i == 1) && form.b", {"b": False})
@example("(0.0 / 0.0) == (0.0 / 0.0)", {})
@example("(-7 / 2 == -3) && (-7 % 2 == -1)", {})
@example("size('😀') == 1", {})
def test_tree_and_cel_agree_on_yes_and_no(expression: str, form: dict[str, Any]) -> None:
    assume(len(expression) <= 500)
    expected = by_cel(expression, "bool", form)
    assert by_tree(expression, "bool", form) == expected
    tree = compile_rule(expression, MATTER, "condition").tree
    assert holds(tree, flat(form)) is (expected is True)


@settings(max_examples=800, deadline=None)
@given(LANGUAGE["int"], answers)
@example("9223372036854775807 + form.i", {"i": 1})
@example("form.i * form.i", {"i": 2**62})
@example("int(form.d)", {"d": 1e10})
def test_tree_and_cel_agree_on_numbers(expression: str, form: dict[str, Any]) -> None:
    assume(len(expression) <= 500)
    assert by_tree(expression, "int", form) == by_cel(expression, "int", form)


def test_a_tree_is_plain_json() -> None:
    tree = compile_rule("form.e <= 2400.0 && form.s in ['x', 'y']", MATTER, "show").tree
    assert tree == {
        "op": "&&",
        "args": [
            {"op": "<=", "args": [{"var": "form.e", "type": "double"}, {"value": 2400.0}]},
            {"op": "in", "args": [{"var": "form.s", "type": "string"}, {"value": ["x", "y"]}]},
        ],
    }


def test_an_unanswered_question_is_an_error_and_so_not_shown() -> None:
    tree = compile_rule("form.s != 'x'", MATTER, "show").tree
    with pytest.raises(Unanswered):
        evaluate(tree, {})
    assert holds(tree, {}) is False
    assert holds(tree, {"form.s": "y"}) is True


def test_every_operation_has_been_named() -> None:
    assert {"&&", "||", "!", "?:", "idiv", "mod", "concat", "days_between", "license"} <= OPERATIONS
