"""What each field type stores, how its text is cleaned, and what is checked beyond JSON Schema.

| type | stored as |
|---|---|
| text textarea name address | string, trimmed, NFC |
| id_number uscc phone bankcard plate | string without spaces, in capitals |
| select region | string (option value, 6-digit code) |
| multiselect | list of option values |
| money | number, yuan with at most two decimals |
| int, number | number |
| date month datetime | `YYYY-MM-DD`, `YYYY-MM`, `YYYY-MM-DDTHH:MM` in Asia/Shanghai |
| bool commitment | true or false; a commitment must be true |
| group, list | object; list of objects |
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.sdk.codes import region_codes
from backend.sdk.matter import Field
from backend.sdk.numbers import check_bankcard, check_id_number, check_phone, check_plate, check_uscc, clean_number

TEXT_TYPES = frozenset(
    {"text", "textarea", "name", "address", "select", "region", "date", "month", "datetime"}
) | frozenset({"id_number", "phone", "bankcard", "plate", "uscc"})
NUMBER_TYPES = frozenset({"money", "int", "number"})
FREE_TEXT = frozenset({"text", "textarea", "name", "address"})
COMPACT = frozenset({"id_number", "uscc", "phone", "bankcard", "plate"})
BOUNDED = NUMBER_TYPES | {"date", "month", "datetime", "list"}

MAX_LENGTH = {
    "text": 100,
    "textarea": 1000,
    "name": 50,
    "address": 200,
    "id_number": 18,
    "uscc": 18,
    "phone": 11,
    "bankcard": 19,
    "plate": 8,
    "date": 10,
    "month": 7,
    "datetime": 16,
    "region": 6,
    "select": 64,
}
MAX_ROWS = 20
MAX_MONEY = 99_999_999_999.99
MAX_INT = 2**53 - 1
MAX_NUMBER = 1e15

# The names that rules see: see `expressions.py` for what each type means there.
RULE_TYPES: dict[str, str] = {
    **dict.fromkeys(TEXT_TYPES, "string"),
    "money": "double",
    "number": "double",
    "int": "int",
    "bool": "bool",
    "commitment": "bool",
    "multiselect": "strings",
    "list": "rows",
}

_PATTERNS = {
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "month": r"^[0-9]{4}-[0-9]{2}$",
    "datetime": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$",
    "region": r"^[0-9]{6}$",
}
_FORMATS = {
    "id_number": "cn-id-number",
    "uscc": "cn-uscc",
    "phone": "cn-mobile",
    "bankcard": "bank-card",
    "plate": "cn-plate",
    "date": "date",
    "month": "cn-month",
    "datetime": "cn-datetime",
    "region": "cn-region",
}
_CHECKS: dict[str, Callable[[str], str | None]] = {
    "uscc": check_uscc,
    "phone": check_phone,
    "bankcard": check_bankcard,
    "plate": check_plate,
}
_overrides = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_moment = re.compile(r"^today(?:([+-])([0-9]{1,5})([dmy]))?$")


def schema_of(field: Field) -> dict[str, Any]:
    """The JSON Schema of one field's value, without what depends on today or on other fields."""
    schema: dict[str, Any] = {"title": field.title}
    if field.hint:
        schema["description"] = field.hint
    kind = field.type
    if kind in TEXT_TYPES:
        schema |= {"type": "string", "maxLength": field.max_length or MAX_LENGTH[kind]}
        if field.min_length:
            schema["minLength"] = field.min_length
        if kind in _FORMATS:
            schema["format"] = _FORMATS[kind]
        pattern = field.pattern or _PATTERNS.get(kind)
        if pattern:
            schema["pattern"] = pattern
        if kind == "select":
            schema["enum"] = [option.value for option in field.options]
    elif kind in NUMBER_TYPES:
        low, high = number_bounds(field)
        schema |= {"type": "integer" if kind == "int" else "number", "minimum": low, "maximum": high}
    elif kind in {"bool", "commitment"}:
        schema["type"] = "boolean"
    elif kind == "multiselect":
        values = [option.value for option in field.options]
        schema |= {"type": "array", "items": {"type": "string", "enum": values}, "uniqueItems": True}
        schema["maxItems"] = len(values)
    elif kind == "group":
        schema |= object_schema(field.fields)
    else:
        low, high = row_bounds(field)
        schema |= {"type": "array", "items": object_schema(field.fields), "minItems": low, "maxItems": high}
    return schema


def object_schema(fields: list[Field]) -> dict[str, Any]:
    """An object with exactly these fields. What is hidden or prefilled may be missing, so it is not `required`."""
    required = [field.name for field in fields if field.required and field.show_if is None and not field.locked]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.name: schema_of(field) for field in fields},
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    return schema


def number_bounds(field: Field) -> tuple[int | float, int | float]:
    """The lowest and highest number; money is not negative unless the field says so."""
    floor = {"money": 0, "int": -MAX_INT, "number": -MAX_NUMBER}[field.type]
    ceiling = {"money": MAX_MONEY, "int": MAX_INT, "number": MAX_NUMBER}[field.type]
    low = field.min if isinstance(field.min, int | float) else floor
    high = field.max if isinstance(field.max, int | float) else ceiling
    return low, high


def row_bounds(field: Field) -> tuple[int, int]:
    """How many rows a list may have; a required list has at least one."""
    low = field.min if isinstance(field.min, int) else int(field.required)
    high = field.max if isinstance(field.max, int) else MAX_ROWS
    return low, high


def day_bound(text: str, today: date) -> date:
    """`YYYY-MM-DD`, `today`, `today+30d`, `today-6m`, `today-18y`. Raises ValueError for anything else."""
    match = _moment.match(text)
    if match is None:
        return date.fromisoformat(text)
    sign, amount, unit = match.groups()
    count = int(amount or 0) * (-1 if sign == "-" else 1)
    try:
        if unit in {"m", "y"}:
            return _add_months(today, count * (12 if unit == "y" else 1))
        return today + timedelta(days=count)
    except OverflowError as error:
        raise ValueError(text) from error


def _add_months(day: date, months: int) -> date:
    """The same day of another month; the last day where that month is shorter."""
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            if not 1 <= year <= 9999:
                raise
    return date(year, month + 1, day.day)


# ------------------------------------------------------------------------------------------------------- values


def clean_text(field: Field, value: str) -> str:
    """Trimmed and in NFC; numbers lose the spaces and hyphens that people type. Nothing else is altered."""
    text = unicodedata.normalize("NFC", value).strip()
    if field.type in COMPACT:
        return clean_number(text)
    return text


def check_characters(field: Field, value: str) -> tuple[str, str] | None:
    """Control characters, lone surrogates and direction overrides are refused; long texts may have line breaks."""
    for char in value:
        if field.type == "textarea" and char in "\n\r\t":
            continue
        if unicodedata.category(char) in {"Cc", "Cs"} or char in _overrides:
            return "characters", f"{field.title}里有不能显示的字符，请重新输入"
    return None


def check_number_shape(field: Field, value: str) -> str | None:
    """What is wrong with an id number, phone, card, plate or code as such, without looking at dates."""
    if field.type == "id_number":
        return check_id_number(value, date.max)
    return _CHECKS[field.type](value)


def check_text(field: Field, value: str, today: date) -> tuple[str, str] | None:
    """(code, sentence) for a string that JSON Schema lets pass, or None."""
    if field.type == "id_number":
        fault = check_id_number(value, today)
        return ("id_number", fault) if fault else None
    if field.type in _CHECKS:
        fault = _CHECKS[field.type](value)
        return (field.type, fault) if fault else None
    if field.type in {"date", "month", "datetime"}:
        return _check_day(field, value, today)
    if field.type == "region" and value not in region_codes():
        return "region", f"{field.title}不在可选的地区里，请重新选择"
    return None


def check_money(field: Field, value: int | float) -> tuple[str, str] | None:
    """Yuan with at most two decimals."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        return "money", f"{field.title}最多写到分，例如 1200.50"
    return None


def _check_day(field: Field, value: str, today: date) -> tuple[str, str] | None:
    try:
        if field.type == "datetime":
            day = datetime.strptime(value, "%Y-%m-%dT%H:%M").date()
        else:
            day = date.fromisoformat(value if field.type == "date" else f"{value}-01")
    except ValueError:
        return "date", f"{field.title}不是一个真实的日期，请重新选择"
    if not 1850 <= day.year <= 2200:
        return "date", f"{field.title}的年份不对，请核对"
    month = field.type == "month"
    for bound, early in ((field.min, True), (field.max, False)):
        if not isinstance(bound, str):
            continue
        limit = day_bound(bound, today)
        limit = limit.replace(day=1) if month else limit
        shown = limit.strftime("%Y-%m") if month else limit.isoformat()
        if early and day < limit:
            return "minimum", f"{field.title}不能早于{shown}"
        if not early and day > limit:
            return "maximum", f"{field.title}不能晚于{shown}"
    return None
