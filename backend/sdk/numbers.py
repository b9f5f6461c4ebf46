"""Numbers with a rule of their own: 公民身份号码, 统一社会信用代码, mobile, bank card, plate.

Each `check_*` takes a cleaned number and returns what is wrong with it as a sentence for citizens, or None. Nothing
here raises. `clean_number` takes away what people type for the eye (spaces, hyphens, small letters).
"""

from __future__ import annotations

import re
from datetime import date

_id_weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_uscc_chars = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100 leaves out I O S V Z
_uscc_weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_provinces = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_plate = re.compile(
    f"[{_provinces}][A-HJ-NP-Z]"
    "(?:[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9学警挂港澳]"  # ordinary
    "|[A-HJK][A-HJ-NP-Z0-9][0-9]{4}"  # new energy, small
    "|[0-9]{5}[A-HJK])"  # new energy, large
)
_digits = re.compile(r"[0-9]+")


def clean_number(value: str) -> str:
    """Without spaces and hyphens, in capitals, full-width forms made ordinary."""
    half = "".join(chr(ord(char) - 0xFEE0) if "\uff01" <= char <= "\uff5e" else char for char in value)
    return re.sub(r"[\s\u3000\-·•]", "", half).upper()


def check_id_number(value: str, today: date) -> str | None:
    """GB 11643. Codes of abolished areas stay valid, so the area is not looked up; residence permits pass too."""
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", value):
        return "身份证号码应为18位，最后一位可以是字母X"
    born = birth_date(value)
    if born is None or born > today or born.year < 1850:
        return "身份证号码中的出生日期不对，请核对"
    total = sum(int(digit) * weight for digit, weight in zip(value, _id_weights, strict=False))
    if "10X98765432"[total % 11] != value[17]:
        return "身份证号码不对，请逐位核对"
    return None


def birth_date(id_number: str) -> date | None:
    """The birth date that an 18-character id number carries; None when there is none."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", id_number):
        return None
    try:
        return date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def gender(id_number: str) -> str | None:
    """`male` or `female` from digit 17, None when the number is not one."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", id_number):
        return None
    return "male" if int(id_number[16]) % 2 else "female"


def age_on(born: date, day: date) -> int:
    """Whole years (周岁): one more only from the birthday on; who was born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_uscc(value: str) -> str | None:
    """GB 32100 统一社会信用代码."""
    if len(value) != 18 or any(char not in _uscc_chars for char in value):
        return "统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z）"
    total = sum(_uscc_chars.index(char) * weight for char, weight in zip(value, _uscc_weights, strict=False))
    if _uscc_chars[(31 - total % 31) % 31] != value[17]:
        return "统一社会信用代码不对，请逐位核对"
    return None


def check_phone(value: str) -> str | None:
    """A mobile number of mainland China."""
    if re.fullmatch(r"1[3-9][0-9]{9}", value):
        return None
    return "手机号应为11位数字，以13至19开头"


def check_bankcard(value: str) -> str | None:
    """13 to 19 digits with the Luhn check digit."""
    if not _digits.fullmatch(value) or not 13 <= len(value) <= 19:
        return "银行卡号应为13至19位数字"
    total = 0
    for position, char in enumerate(reversed(value)):
        digit = int(char) * (2 if position % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return None if total % 10 == 0 and value.strip("0") else "银行卡号不对，请逐位核对"


def check_plate(value: str) -> str | None:
    """号牌号码, new energy included."""
    return None if _plate.fullmatch(value) else "车牌号码不对，例如 川A12345 或 川AD12345"
