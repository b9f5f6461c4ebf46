"""电子证照标识 of GB/T 36904: how it is put together, and its check character.

`1.2.156.3005.2.{type}.{issuer}.{serial}.{version}.{check}`: type is the 18-character code of the defining authority
and three digits, issuer an 18-character 统一社会信用代码, serial A–Z and 0–9, version three digits. The check character
is ISO 7064 MOD 37,36 over type, issuer, serial and version without their dots and without the root.
"""

from __future__ import annotations

import re

ROOT = "1.2.156.3005.2"
UNKNOWN_OFFICE = "0" * 17 + "Z"
"""Stands for an office whose 统一社会信用代码 is not known to us. GB 32100 has no Z: nobody takes it for a code."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OFFICE = re.compile(r"^[0-9A-Z]{18}$")
_SERIAL = re.compile(r"^[0-9A-Z]{1,40}$")
_WHOLE = re.compile(r"^[0-9A-Z]{21}\.[0-9A-Z]{18}\.[0-9A-Z]{1,40}\.[0-9]{3}\.[0-9A-Z]$")


def check_character(text: str) -> str:
    """ISO 7064 MOD 37,36 over characters 0–9 and A–Z. Raises ValueError for any other."""
    product = 36
    for char in text:
        product = (product + _ALPHABET.index(char)) % 36 or 36
        product = product * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def make(*, authority: str, sequence: int, issuer: str, serial: str, version: int) -> str:
    """The identifier of one licence. Raises ValueError when a part does not have its shape."""
    if not _OFFICE.match(authority) or not _OFFICE.match(issuer):
        raise ValueError("an office has an 18-character code")
    if not 0 <= sequence <= 999 or not 1 <= version <= 999:
        raise ValueError("sequence and version have three digits")
    if not _SERIAL.match(serial):
        raise ValueError("a serial has 1 to 40 characters A–Z and 0–9")
    parts = (f"{authority}{sequence:03d}", issuer, serial, f"{version:03d}")
    return ".".join((ROOT, *parts, check_character("".join(parts))))


def valid(identifier: str) -> bool:
    """Whether this is an identifier whose check character fits."""
    if not identifier.startswith(ROOT + "."):
        return False
    tail = identifier.removeprefix(ROOT + ".")
    if not _WHOLE.match(tail):
        return False
    body, _, check = tail.rpartition(".")
    return check_character(body.replace(".", "")) == check


def masked(text: str) -> str:
    """For a verifier: type and issuer stay, of the serial (it may be the licence's number) only the last four."""
    head, serial, version, check = text.rsplit(".", 3)
    return ".".join((head, "*" * max(0, len(serial) - 4) + serial[-4:], version, check))
