"""Rules of a matter: CEL expressions, compiled once a release, with typed names and a cost limit.

Names: `form.<field>` (`form.<group>.<field>` inside a group), `today` (ISO date), `citizen.level` (0 none to 4 strong)
and, when the module declares them, `citizen.age`, `citizen.gender`, `citizen.region`; `license('<type>').valid` and
`.held`; `days_between(a, b)`. A `show_if` sees `form.*` only, because a browser evaluates it too.

What is unanswered is an error, and an error is never a yes: see `expressions.py` for the exact meaning, which holds
for both evaluators.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Literal

from cel_expr_python import cel

from backend.sdk.expressions import Tree, Unsupported, days_between, licenses, names, read_tree
from backend.sdk.fields import RULE_TYPES
from backend.sdk.matter import Field, Matter

RuleKind = Literal["show", "condition", "amount"]

MAX_LENGTH = 500
LEVELS = {"none": 0, "login": 1, "verified": 2, "face": 3, "strong": 4}
CITIZEN = {"age": "int", "gender": "string", "region": "string"}
RESERVED = frozenset(
    {
        "in",
        "true",
        "false",
        "null",
        "as",
        "break",
        "const",
        "continue",
        "else",
        "for",
        "function",
        "if",
        "import",
        "let",
        "loop",
        "package",
        "namespace",
        "return",
        "var",
        "void",
        "while",
    }
)

_types = {
    "bool": cel.Type.BOOL,
    "int": cel.Type.INT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "strings": cel.Type.List(cel.Type.STRING),
    "rows": cel.Type.List(cel.Type.DYN),
}
_words = {
    "bool": "是否",
    "int": "整数",
    "double": "小数",
    "string": "文字",
    "list(string)": "多选",
    "list(dyn)": "列表",
    "timestamp": "时间",
}
_wallet: ContextVar[Mapping[str, Mapping[str, bool]]] = ContextVar("wallet")


class RuleInvalid(ValueError):
    """A rule that cannot be used. `message` and `mend` are Chinese sentences, `column` is 1-based or None."""

    def __init__(self, message: str, mend: str = "", column: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.mend = mend
        self.column = column


class RuleFailed(ValueError):
    """Evaluation gave no answer. `missing` names what had no value; None when something else went wrong."""

    def __init__(self, expression: str, detail: str, missing: str | None = None) -> None:
        super().__init__(f"{expression}: {detail}")
        self.expression = expression
        self.detail = detail
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule. `names` and `licenses` say what the host must know before it asks."""

    expression: str
    kind: RuleKind
    tree: Tree
    names: frozenset[str]
    licenses: frozenset[str]
    _types: Mapping[str, str]
    _compiled: Any

    def evaluate(self, context: Mapping[str, Any]) -> bool | int:
        """The answer over `context`: bool, or an integer in fen for an amount.

        `context` is `{"form": {...}, "citizen": {"age", "level", ...}, "licenses": {type: bool or {"valid", "held"}},
        "today": date}`; what the rule does not name may be left out. Raises RuleFailed.
        """
        bound = {name: value for name in self.names if (value := _value(name, self._types[name], context)) is not None}
        held = context.get("licenses") or {}
        token = _wallet.set({kind: _state(held[kind]) for kind in self.licenses if kind in held})
        try:
            result = self._compiled.eval(data=bound)
        except RuntimeError as error:
            raise RuleFailed(self.expression, str(error)) from error
        finally:
            _wallet.reset(token)
        value = result.value()
        if result.type() == cel.Type.ERROR:
            missing = re.search(r'No value with name "([^"]+)"', str(value))
            raise RuleFailed(self.expression, str(value), missing.group(1) if missing else None)
        return value  # type: ignore[no-any-return]

    def holds(self, context: Mapping[str, Any]) -> bool:
        """True only when the rule clearly says so; no answer is False."""
        try:
            return self.evaluate(context) is True
        except RuleFailed:
            return False


def compile_rule(
    expression: str,
    matter: Matter,
    kind: RuleKind,
    *,
    citizen: Collection[str] = tuple(CITIZEN),
    before: str | None = None,
) -> Rule:
    """The rule in the context of its matter. Raises RuleInvalid.

    `citizen` holds the fields that the module declares (`module.fields`). With `before`, only fields that stand
    before that one (dotted name) are visible, so that hiding runs from top to bottom and cannot go in circles.
    """
    visible = rule_names(matter, kind, citizen=citizen, before=before)
    compiled = _checked(expression, visible)
    wanted = cel.Type.INT if kind == "amount" else cel.Type.BOOL
    if compiled.return_type() != wanted:
        should = "整数（单位：分）" if kind == "amount" else "是或否"
        raise RuleInvalid(
            f"规则的结果应为{should}", "例如 form.amount_fen" if kind == "amount" else "例如 form.age >= 60"
        )
    tree = _tree(compiled, visible)
    wallet = licenses(tree)
    if kind == "show" and wallet:
        raise RuleInvalid("显示条件里不能用 license()", "显示条件只看表单里前面的项")
    return Rule(expression, kind, tree, frozenset(names(tree)), frozenset(wallet), visible, compiled)


def condition_tree(expression: str, visible: Mapping[str, str]) -> Tree:
    """A condition over names that the host declares (name → type), as a tree. Raises RuleInvalid."""
    compiled = _checked(expression, visible)
    if compiled.return_type() != cel.Type.BOOL:
        raise RuleInvalid("规则的结果应为是或否", "例如 citizen.age >= 60")
    return _tree(compiled, visible)


def _checked(expression: str, visible: Mapping[str, str]) -> Any:
    if len(expression) > MAX_LENGTH:
        raise RuleInvalid(f"规则太长，最多 {MAX_LENGTH} 个字符", "拆成几条，或交给部门系统判断")
    if re.search(r"\bhas\s*\(", re.sub(r"'[^']*'|\"[^\"]*\"", "", expression)):
        # the type checker turns has(form.x) into form.x without a word
        raise RuleInvalid("规则里不能用 has()", "没有填写的项本来就不成立，直接写条件")
    try:
        return _environment(tuple(sorted(visible.items()))).compile(expression)
    except RuntimeError as error:
        raise _explain(str(error), visible) from error


def _tree(compiled: Any, visible: Mapping[str, str]) -> Tree:
    try:
        return read_tree(compiled.serialize(), visible)
    except Unsupported as error:
        raise RuleInvalid(str(error), "只用比较、并且、或者、加减乘除、in、size、license、days_between") from error


def rule_names(
    matter: Matter, kind: RuleKind, *, citizen: Collection[str] = tuple(CITIZEN), before: str | None = None
) -> dict[str, str]:
    """Every name that a rule of this kind may use, with its type."""
    found: dict[str, str] = {}
    _collect(matter.fields, "form", found, f"form.{before}" if before else None)
    if kind != "show":
        found["today"] = "string"
        found["citizen.level"] = "int"
        found |= {f"citizen.{name}": kind_ for name, kind_ in CITIZEN.items() if name in citizen}
    return found


def _collect(fields: list[Field], prefix: str, found: dict[str, str], stop: str | None) -> bool:
    """Add names in order; True when `stop` was reached."""
    for field in fields:
        name = f"{prefix}.{field.name}"
        if name == stop:
            return True
        if field.type == "group":
            if _collect(field.fields, name, found, stop):
                return True
        elif field.name not in RESERVED:
            found[name] = RULE_TYPES[field.type]
    return False


@lru_cache(maxsize=256)
def _environment(variables: tuple[tuple[str, str], ...]) -> Any:
    license_state = cel.Type.Map(cel.Type.STRING, cel.Type.BOOL)
    return cel.NewEnv(
        variables={name: _types[kind] for name, kind in variables},
        functions=[
            cel.FunctionDecl(
                "license",
                [
                    cel.Overload(
                        "license_string", return_type=license_state, parameters=[cel.Type.STRING], impl=_look_up
                    )
                ],
            ),
            cel.FunctionDecl(
                "days_between",
                [
                    cel.Overload(
                        "days_between",
                        return_type=cel.Type.INT,
                        parameters=[cel.Type.STRING, cel.Type.STRING],
                        impl=days_between,
                    )
                ],
            ),
        ],
    )


def _look_up(kind: str) -> Mapping[str, bool]:
    return _wallet.get()[kind]


def _state(held: bool | Mapping[str, bool]) -> dict[str, bool]:
    if isinstance(held, bool):
        return {"valid": held, "held": held}
    valid = bool(held.get("valid", False))
    return {"valid": valid, "held": bool(held.get("held", valid))}


def _value(name: str, kind: str, context: Mapping[str, Any]) -> Any:
    """The bound value of a name, None when unanswered. Values of the wrong type are left for CEL to refuse."""
    value: Any = context
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return {"bool": False, "strings": [], "rows": []}.get(kind)
    if name == "citizen.level" and isinstance(value, str):
        return LEVELS.get(value)
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        return None  # the library aborts on lone surrogates
    if kind == "double" and isinstance(value, int) and not isinstance(value, bool):
        return float(value) if abs(value) < 2**1000 else None
    return value


def _explain(text: str, visible: Mapping[str, str]) -> RuleInvalid:
    """A compiler message as a sentence for the team that wrote the rule."""
    place = re.search(r"<input>:\d+:(\d+): (.*)", text)
    column, detail = (int(place.group(1)), place.group(2)) if place else (None, text)
    name = re.search(r"undeclared reference to '([^']+)'", detail)
    if name:
        found = name.group(1)
        if "." not in found and any(known.startswith(f"{found}.") for known in visible):
            return RuleInvalid(f"{found} 后面的名字这里不能用", "可用的名字：" + "、".join(sorted(visible)), column)
        close = get_close_matches(found, list(visible), 1, 0.5)
        mend = f"是不是 {close[0]}？" if close else "可用的名字：" + ("、".join(sorted(visible)) or "没有")
        return RuleInvalid(f"不认识的名字 {found}", mend, column)
    overload = re.search(r"no matching overload for '([^']+)' applied to '\(?(.*?)\)?'$", detail.strip())
    if overload:
        sign = overload.group(1).strip("_@")
        kinds = "和".join(_words.get(part.strip(), part.strip()) for part in overload.group(2).split(", "))
        mend = "金额和小数要写小数点，例如 2400.0" if "小数" in kinds and "整数" in kinds else "比较的两边类型要一样"
        return RuleInvalid(f"{sign} 不能用于{kinds}", mend, column)
    if "Syntax error" in detail:
        return RuleInvalid(f"规则写法有误：{detail.removeprefix('Syntax error: ')}", "检查括号、引号和运算符", column)
    return RuleInvalid(f"规则不成立：{detail}", "", column)
