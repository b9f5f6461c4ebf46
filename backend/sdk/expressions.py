"""Checked CEL as a JSON tree, so that front ends can show and hide fields without evaluating text.

A tree is one of

    {"value": 2400.0}                                  a literal: bool, number, string or a list of literals
    {"var": "form.monthly_rent", "type": "double"}     a name; types: bool int double string strings rows
    {"op": "<=", "args": [tree, tree]}                 an operation of `OPERATIONS`

How to evaluate one (`evaluate` here is the reference; `h5` and `miniprogram` follow it):

- A `var` that has no answer yet is an *error*, except that an unanswered `bool` is false and an unanswered `strings`
  or `rows` is an empty list.
- `&&` is false when either side is false, `||` is true when either side is true, even when the other side is an error;
  otherwise an error in any argument makes the result an error. `?:` looks at the chosen branch only.
- At the top an error counts as false: what depends on an unanswered question is not shown.
- `idiv` and `mod` truncate towards zero, as in C; dividing an integer by zero is an error. `size` of a string counts
  code points (in JavaScript `[...s].length`). Strings compare by code point; dates are ISO strings and compare alike.
- `days_between` takes two ISO dates and gives whole days from the first to the second, negative when it is earlier.

The tree is read from the serialised CheckedExpr of the CEL library (cel-spec `checked.proto`, `syntax.proto`); only
the messages needed here are declared.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

Tree = dict[str, Any]

MAX_NODES = 120
MAX_DEPTH = 24
MAX_LIST = 60

# Every overload that a rule may use, and the operation of the tree that it becomes. What is not here is refused:
# regular expressions, comprehensions, map literals, time arithmetic and conversions from text.
OVERLOADS: dict[str, str] = {
    "logical_and": "&&",
    "logical_or": "||",
    "logical_not": "!",
    "equals": "==",
    "not_equals": "!=",
    "conditional": "?:",
    "add_int64": "+",
    "add_double": "+",
    "add_string": "concat",
    "subtract_int64": "-",
    "subtract_double": "-",
    "multiply_int64": "*",
    "multiply_double": "*",
    "divide_int64": "idiv",
    "divide_double": "/",
    "modulo_int64": "mod",
    "negate_int64": "neg",
    "negate_double": "neg",
    "in_list": "in",
    "size_string": "size",
    "size_list": "size",
    "string_size": "size",
    "list_size": "size",
    "starts_with_string": "starts_with",
    "ends_with_string": "ends_with",
    "contains_string": "contains",
    "int64_to_double": "double",
    "double_to_double": "double",
    "double_to_int64": "int",
    "int64_to_int64": "int",
    "days_between": "days_between",
    "license_string": "license",
}
for _name, _sign in (("less", "<"), ("less_equals", "<="), ("greater", ">"), ("greater_equals", ">=")):
    for _kind in ("int64", "double", "string", "bool"):
        OVERLOADS[f"{_name}_{_kind}"] = _sign
OPERATIONS = frozenset(OVERLOADS.values())

_INT_OVERLOADS = frozenset(name for name in OVERLOADS if name.endswith("_int64"))


class Unsupported(ValueError):
    """The expression uses something that rules may not use. The text is a Chinese sentence."""


class Unanswered(ValueError):
    """Evaluation met an error: a name without a value, or arithmetic that cannot be done."""


# ---------------------------------------------------------------------------------------------- reading CheckedExpr


_REPEATED = descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED
_OPTIONAL = descriptor_pb2.FieldDescriptorProto.LABEL_OPTIONAL


def _schema() -> Any:
    """A message class for CheckedExpr with the fields that are read here, in a pool of its own."""
    kinds = {
        "bool": descriptor_pb2.FieldDescriptorProto.TYPE_BOOL,
        "int": descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
        "uint": descriptor_pb2.FieldDescriptorProto.TYPE_UINT64,
        "double": descriptor_pb2.FieldDescriptorProto.TYPE_DOUBLE,
        "string": descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    }
    shapes: dict[str, tuple[tuple[str, int, str], ...]] = {
        "Constant": (
            ("bool_value", 2, "bool"),
            ("int64_value", 3, "int"),
            ("uint64_value", 4, "uint"),
            ("double_value", 5, "double"),
            ("string_value", 6, "string"),
        ),
        "Ident": (("name", 1, "string"),),
        "Select": (("operand", 1, "Expr"), ("field", 2, "string")),
        "Call": (("target", 1, "Expr"), ("function", 2, "string"), ("args", 3, "Expr*")),
        "CreateList": (("elements", 1, "Expr*"),),
        "Other": (),
        "Expr": (
            ("id", 2, "int"),
            ("const_expr", 3, "Constant"),
            ("ident_expr", 4, "Ident"),
            ("select_expr", 5, "Select"),
            ("call_expr", 6, "Call"),
            ("list_expr", 7, "CreateList"),
            ("struct_expr", 8, "Other"),
            ("comprehension_expr", 9, "Other"),
        ),
        "Reference": (("name", 1, "string"), ("overload_id", 3, "string*")),
        "ReferenceEntry": (("key", 1, "int"), ("value", 2, "Reference")),
        "CheckedExpr": (("reference_map", 2, "ReferenceEntry*"), ("expr", 4, "Expr")),
    }
    file = descriptor_pb2.FileDescriptorProto(name="rule.proto", package="rule", syntax="proto2")
    for name, fields in shapes.items():
        message = file.message_type.add(name=name)
        for label, number, kind in fields:
            base = kind.rstrip("*")
            field = message.field.add(name=label, number=number)
            field.label = _REPEATED if kind.endswith("*") else _OPTIONAL
            if base in kinds:
                field.type = kinds[base]
            else:
                field.type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
                field.type_name = f".rule.{base}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("rule.CheckedExpr"))


_CheckedExpr = _schema()


class _Reader:
    """Turns one CheckedExpr into a tree, counting nodes and depth on the way."""

    def __init__(self, checked: Any, types: Mapping[str, str]) -> None:
        self._references = {entry.key: entry.value for entry in checked.reference_map}
        self._types = types
        self._nodes = 0

    def read(self, expr: Any, depth: int = 1) -> Tree:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Unsupported(f"规则太长，最多 {MAX_NODES} 个部分")
        if depth > MAX_DEPTH:
            raise Unsupported(f"规则嵌套太深，最多 {MAX_DEPTH} 层")
        reference = self._references.get(expr.id)
        if reference is not None and reference.name and not reference.overload_id:
            return self._name(reference.name)
        if expr.HasField("const_expr"):
            return {"value": _constant(expr.const_expr)}
        if expr.HasField("ident_expr"):
            return self._name(expr.ident_expr.name)
        if expr.HasField("call_expr"):
            return self._call(expr, depth)
        if expr.HasField("list_expr"):
            return self._list(expr.list_expr, depth)
        if expr.HasField("select_expr"):
            return self._select(expr.select_expr, depth)
        if expr.HasField("comprehension_expr"):
            raise Unsupported("规则里不能用 all、exists、map、filter 这类遍历")
        raise Unsupported("规则里不能用映射或消息字面量")

    def _name(self, name: str) -> Tree:
        kind = self._types.get(name)
        if kind is None:
            raise Unsupported(f"规则里不能用 {name}")
        return {"var": name, "type": kind}

    def _call(self, expr: Any, depth: int) -> Tree:
        call = expr.call_expr
        overloads = list(self._references[expr.id].overload_id) if expr.id in self._references else []
        operations = {OVERLOADS.get(overload) for overload in overloads}
        operation = operations.pop() if len(operations) == 1 else None
        if operation is None:
            raise Unsupported(f"规则里不能用 {call.function.strip('_@')}")
        given = [call.target] if call.HasField("target") else []
        args = [self.read(arg, depth + 1) for arg in [*given, *call.args]]
        if operation == "license" and not isinstance(args[0].get("value"), str):
            raise Unsupported("license() 里要直接写证照类型，例如 license('no_home').valid")
        tree: Tree = {"op": operation, "args": args}
        if any(overload in _INT_OVERLOADS for overload in overloads) and operation in {"+", "-", "*", "neg"}:
            tree["int"] = True
        return tree

    def _list(self, items: Any, depth: int) -> Tree:
        if len(items.elements) > MAX_LIST:
            raise Unsupported(f"列表最多 {MAX_LIST} 项")
        values = [self.read(item, depth + 1) for item in items.elements]
        if any("value" not in value for value in values):
            raise Unsupported("列表里只能直接写值")
        return {"value": [value["value"] for value in values]}

    def _select(self, select: Any, depth: int) -> Tree:
        operand = self.read(select.operand, depth + 1)
        if operand.get("op") != "license":
            raise Unsupported(f"规则里不能取 .{select.field}")
        if select.field not in {"valid", "held"}:
            raise Unsupported("license() 只有 .valid（有效）和 .held（持有）")
        return {**operand, "part": select.field}


def _constant(constant: Any) -> bool | int | float | str:
    for name in ("bool_value", "int64_value", "double_value", "string_value"):
        if constant.HasField(name):
            value: bool | int | float | str = getattr(constant, name)
            return value
    raise Unsupported("规则里只能写 true、false、数字和文字")


def read_tree(serialized: bytes, types: Mapping[str, str]) -> Tree:
    """The tree of a serialised CheckedExpr. `types` maps each allowed name to its type. Raises Unsupported."""
    wrapped = any_pb2.Any.FromString(serialized)
    checked = _CheckedExpr.FromString(wrapped.value)
    return _Reader(checked, types).read(checked.expr)


def names(tree: Tree) -> set[str]:
    """Every variable of a tree."""
    found = {tree["var"]} if "var" in tree else set()
    for arg in tree.get("args", ()):
        found |= names(arg)
    return found


def licenses(tree: Tree) -> set[str]:
    """Every licence type that a tree asks for."""
    found = {str(tree["args"][0]["value"])} if tree.get("op") == "license" else set()
    for arg in tree.get("args", ()):
        found |= licenses(arg)
    return found


# ----------------------------------------------------------------------------------------------- reference evaluator


def evaluate(tree: Tree, answers: Mapping[str, Any]) -> Any:
    """The value of a tree over `answers`, a flat map such as `{"form.monthly_rent": 2000.0}`. Raises Unanswered."""
    if "value" in tree:
        return tree["value"]
    if "var" in tree:
        return _answer(tree, answers)
    operation, args = tree["op"], tree["args"]
    if operation in {"&&", "||"}:
        return _logic(operation == "||", args, answers)
    if operation == "?:":
        return evaluate(args[1] if evaluate(args[0], answers) else args[2], answers)
    if operation == "license":
        raise Unanswered("license() is evaluated by the host only")
    values = [evaluate(arg, answers) for arg in args]
    try:
        result = _operations[operation](*values)
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        raise Unanswered(str(error)) from error
    if tree.get("int") and not -(2**63) <= result < 2**63:
        raise Unanswered("integer overflow")
    return result


def holds(tree: Tree, answers: Mapping[str, Any]) -> bool:
    """`evaluate` at the top of a `show_if`: an error is false."""
    try:
        return evaluate(tree, answers) is True
    except Unanswered:
        return False


def _answer(tree: Tree, answers: Mapping[str, Any]) -> Any:
    value = answers.get(tree["var"])
    if value is not None:
        return value
    if tree["type"] == "bool":
        return False
    if tree["type"] in {"strings", "rows"}:
        return []
    raise Unanswered(tree["var"])


def _logic(decisive: bool, args: list[Tree], answers: Mapping[str, Any]) -> bool:
    """Both sides are looked at: the decisive value wins even over an error, as in CEL."""
    failed: Unanswered | None = None
    for arg in args:
        try:
            if bool(evaluate(arg, answers)) == decisive:
                return decisive
        except Unanswered as error:
            failed = error
    if failed is not None:
        raise failed
    return not decisive


def _divide(left: float, right: float) -> float:
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1, right)
    return left / right


def _truncated(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    result = quotient if (left < 0) == (right < 0) else -quotient
    if result >= 2**63:
        raise OverflowError("integer overflow")
    return result


def _modulo(left: int, right: int) -> int:
    if left == -(2**63) and right == -1:
        raise OverflowError("integer overflow")
    return left - _truncated(left, right) * right


def _integer(value: float) -> int:
    result = int(value)
    if not -(2**63) < result < 2**63:
        raise OverflowError("integer overflow")
    return result


def days_between(start: str, end: str) -> int:
    """Whole days from one ISO date to another. Raises ValueError for anything that is not a date."""
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


_operations: dict[str, Callable[..., Any]] = {
    "!": lambda a: not a,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "idiv": _truncated,
    "mod": _modulo,
    "neg": lambda a: -a,
    "concat": lambda a, b: a + b,
    "in": lambda a, b: a in b,
    "size": len,
    "starts_with": lambda a, b: a.startswith(b),
    "ends_with": lambda a, b: a.endswith(b),
    "contains": lambda a, b: b in a,
    "double": float,
    "int": _integer,
    "days_between": days_between,
}
