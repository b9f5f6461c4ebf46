"""Rules: what compiles, what is refused with which words, and how evaluation answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from backend.sdk.manifest import Field
from backend.sdk.rules import Rule, RuleFailed, RuleInvalid, RuleKind, compile_rule, rule_names
from tests.sdk.samples import matter, options

MATTER = matter(
    Field(name="monthly_rent", title="月租金", type="money"),
    Field(name="count", title="份数", type="int"),
    Field(name="has_contract", title="有合同", type="bool"),
    Field(name="kind", title="类型", type="select", options=options("a", "b")),
    Field(name="tags", title="标签", type="multiselect", options=options("x", "y")),
    Field(name="start", title="开始", type="date"),
    Field(
        name="spouse",
        title="配偶",
        type="group",
        fields=[Field(name="works", title="有工作", type="bool", required=True)],
    ),
    Field(name="members", title="成员", type="list", fields=[Field(name="name", title="姓名", type="name")]),
)


def rule(expression: str, kind: RuleKind = "condition", **more: Any) -> Rule:
    return compile_rule(expression, MATTER, kind, **more)


@pytest.mark.parametrize(
    ("expression", "context", "answer"),
    [
        ("form.monthly_rent <= 2400.0", {"form": {"monthly_rent": 2400}}, True),
        ("form.monthly_rent <= 2400.0", {"form": {"monthly_rent": 2400.01}}, False),
        (
            "form.monthly_rent <= 2400.0 && license('no_home').valid",
            {"form": {"monthly_rent": 1}, "licenses": {}},
            False,
        ),
        (
            "form.monthly_rent <= 2400.0 && license('no_home').valid",
            {"form": {"monthly_rent": 1}, "licenses": {"no_home": True}},
            True,
        ),
        ("license('no_home').held && !license('no_home').valid", {"licenses": {"no_home": {"held": True}}}, True),
        ("form.has_contract", {"form": {}}, False),
        ("!form.has_contract", {"form": {}}, True),
        ("'x' in form.tags", {"form": {"tags": ["x"]}}, True),
        ("'x' in form.tags", {"form": {}}, False),
        ("size(form.members) >= 2", {"form": {"members": [{"name": "a"}, {"name": "b"}]}}, True),
        ("form.spouse.works", {"form": {"spouse": {"works": True}}}, True),
        ("form.kind in ['a', 'b']", {"form": {"kind": "b"}}, True),
        ("citizen.age >= 60", {"citizen": {"age": 60}}, True),
        ("citizen.age >= 60", {"citizen": {}}, False),
        ("citizen.level >= 3", {"citizen": {"level": "face"}}, True),
        ("citizen.level >= 3", {"citizen": {"level": 2}}, False),
        ("form.start <= today", {"form": {"start": "2026-06-01"}, "today": date(2026, 6, 1)}, True),
        ("days_between(form.start, today) >= 180", {"form": {"start": "2025-12-01"}, "today": date(2026, 6, 1)}, True),
        ("form.kind != 'a' || form.count > 3", {"form": {"count": 4}}, True),
        ("form.kind == 'a' && form.count > 3", {"form": {"count": 3}}, False),
        ("form.count / 0 == 1", {"form": {"count": 3}}, False),
        ("form.count > 1", {"form": {"count": "2"}}, False),
        ("form.kind == 'a'", {"form": {"kind": "\ud800"}}, False),
        ("form.count > 1", {"form": {"count": 10**30}}, False),
        ("days_between(form.kind, today) > 1", {"form": {"kind": "no date"}, "today": date(2026, 6, 1)}, False),
    ],
)
def test_a_rule_answers(expression: str, context: dict[str, Any], answer: bool) -> None:
    assert rule(expression).holds(context) is answer


def test_what_has_no_value_is_named() -> None:
    with pytest.raises(RuleFailed) as failure:
        rule("form.monthly_rent <= 2400.0").evaluate({"form": {}})
    assert failure.value.missing == "form.monthly_rent"


def test_an_unloaded_licence_is_a_failure_and_not_a_no() -> None:
    negative = rule("!license('no_home').valid")
    with pytest.raises(RuleFailed):
        negative.evaluate({"licenses": {}})
    assert negative.holds({"licenses": {}}) is False
    assert negative.holds({"licenses": {"no_home": False}}) is True


def test_licences_of_one_evaluation_are_gone_in_the_next() -> None:
    wants = rule("license('no_home').valid")
    assert wants.holds({"licenses": {"no_home": True}}) is True
    assert wants.holds({}) is False


def test_a_rule_says_what_the_host_must_know() -> None:
    compiled = rule("form.monthly_rent <= 2400.0 && (license('no_home').valid || license('elder_card').held)")
    assert compiled.names == {"form.monthly_rent"}
    assert compiled.licenses == {"no_home", "elder_card"}


def test_an_amount_is_an_integer_in_fen() -> None:
    assert rule("form.count * 4000", "amount").evaluate({"form": {"count": 2}}) == 8000
    with pytest.raises(RuleInvalid, match="整数"):
        rule("form.monthly_rent * 100.0", "amount")


@pytest.mark.parametrize(
    ("expression", "message", "mend"),
    [
        ("form.monthly_rent <= 2400", "不能用于小数和整数", "2400.0"),
        ("form.montly_rent <= 1.0", "不认识的名字 form.montly_rent", "form.monthly_rent"),
        ("citizen.income > 1", "不认识的名字 citizen.income", "citizen.age"),
        ("nothing_like_it > 1", "不认识的名字", "可用的名字"),
        ("form", "form 后面的名字", "form.count"),
        ("form.count >", "写法有误", "括号"),
        ("form.count", "是或否", "form.age"),
        ("form.members.all(m, true)", "遍历", ""),
        ("form.kind.matches('a+')", "matches", ""),
        ("form.members[0] == 1", "不能用", ""),
        ("{'a': true}.a", "映射", ""),
        ("timestamp(today) > timestamp(today)", "不能用", ""),
        ("string(form.count) == '1'", "string", ""),
        ("has(form.has_contract)", "has()", "直接写条件"),
        ("license(form.kind).valid", "直接写证照类型", ""),
        ("license('a').secret", ".valid", ""),
        ("dyn(form.count) == 1.0", "dyn", ""),
        ("b'x' == b'x'", "规则里只能写", ""),
        (" || ".join(["form.has_contract"] * 40), "规则太长", ""),
        ("form.count in [" + ", ".join(map(str, range(70))) + "]", "列表最多", ""),
        ("(" * 30 + "form.has_contract" + ")" * 30 + "".join(" == true" for _ in range(30)), "", ""),
        ("", "", ""),
        ("\x00", "", ""),
    ],
)
def test_a_wrong_rule_is_refused_with_a_reason(expression: str, message: str, mend: str) -> None:
    with pytest.raises(RuleInvalid) as refusal:
        rule(expression)
    assert message in refusal.value.message
    assert mend in refusal.value.mend


def test_a_compiler_error_points_at_its_column() -> None:
    with pytest.raises(RuleInvalid) as refusal:
        rule("form.has_contract && form.nothing")
    assert refusal.value.column is not None
    assert refusal.value.column > 20


def test_a_condition_for_showing_sees_only_what_stands_above_it() -> None:
    assert rule("form.monthly_rent > 1.0", "show", before="count").names == {"form.monthly_rent"}
    for hidden in ("form.count > 1", "form.kind == 'a'", "citizen.age > 1", "today > '2026-01-01'"):
        with pytest.raises(RuleInvalid):
            rule(hidden, "show", before="count")
    with pytest.raises(RuleInvalid, match="license"):
        rule("license('a').valid", "show")


def test_only_declared_data_of_the_citizen_has_a_name() -> None:
    assert "citizen.age" in rule_names(MATTER, "condition", citizen=["age"])
    assert "citizen.age" not in rule_names(MATTER, "condition", citizen=["name"])
    with pytest.raises(RuleInvalid):
        rule("citizen.age >= 60", citizen=[])
