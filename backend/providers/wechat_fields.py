"""What each data type of a subscribe-message template holds, and how a longer text is brought inside.

A text is shortened with an ellipsis. A number, an amount, a phone or a plate is never cut: half of it would be a
lie, so it is refused before anything is sent (WeChat would answer 47003).
Source: facts on providers §1.4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from backend.core.clients import ProviderError

_KEY = re.compile(r"^([a-z_]+?)(\d+)$")


def _cut(limit: int) -> Callable[[str], str | None]:
    return lambda text: text if len(text) <= limit else text[: limit - 1] + "…"


def _plain_cut(limit: int) -> Callable[[str], str | None]:
    """Types that allow no ellipsis."""
    return lambda text: text[:limit]


def _at_most(limit: int, shape: str) -> Callable[[str], str | None]:
    pattern = re.compile(shape)
    return lambda text: text if len(text) <= limit and pattern.fullmatch(text) else None


def _name(text: str) -> str | None:
    """Ten Chinese characters or twenty letters; a mixed name counts a letter as half."""
    width, out = 0, ""
    for char in text:
        width += 1 if char.isascii() else 2
        if width > 20:
            break
        out += char
    return out


TYPES: dict[str, Callable[[str], str | None]] = {
    "thing": _cut(20),
    "letter": _plain_cut(32),
    "character_string": _at_most(32, r"[\x20-\x7e]+"),
    "number": _at_most(32, r"-?\d+(\.\d+)?"),
    "symbol": _plain_cut(5),
    "time": _at_most(64, r".*\d.*"),
    "date": _at_most(64, r".*\d.*"),
    "amount": _at_most(12, r"[^\d\s]?\d{1,10}(\.\d+)?元?"),
    "phone_number": _at_most(17, r"[\d+\- ]+"),
    "car_number": _at_most(8, r"\S+"),
    "name": _name,
    "phrase": _plain_cut(5),
}
"""Type → function from a text to the text that fits, or None when it cannot be made to fit."""


def fit(key: str, text: str) -> str:
    """The text that may be sent for a template key such as `thing1`. Raises a permanent ProviderError."""
    match = _KEY.match(key)
    rule = TYPES.get(match.group(1)) if match else None
    clean = " ".join(text.split())
    fitted = rule(clean) if rule is not None and clean else None
    if not fitted:
        raise ProviderError("permanent", "wechat", "template_value", call="subscribe", message=f"field {key}")
    return fitted


def fit_all(data: Mapping[str, str]) -> dict[str, str]:
    return {key: fit(key, text) for key, text in data.items()}
