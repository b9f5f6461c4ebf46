"""Invented people whom the identity authority knows. None of them exists; the numbers carry right check digits."""

from __future__ import annotations

import msgspec

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """`phone` and `login` (as in `demo-<login>`) are suggestions for trying things out."""

    name: str
    id_number: str
    phone: str
    login: str
    note: str


def check_character(first17: str) -> str:
    """The last character of an id number (GB 11643)."""
    return "10X98765432"[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def number(area: str, born: str, serial: str) -> str:
    """An id number from area (6), date of birth (yyyymmdd) and serial (3, odd is male)."""
    return area + born + serial + check_character(area + born + serial)


PEOPLE: tuple[Person, ...] = (
    Person(
        name="张三",
        id_number=number("110101", "19900101", "001"),
        phone="13800000001",
        login="zhangsan",
        note="普通办事人",
    ),
    Person(
        name="李四",
        id_number=number("510104", "19850505", "002"),
        phone="13800000002",
        login="lisi",
        note="普通办事人",
    ),
    Person(
        name="李桂芳",
        id_number=number("510105", "19480808", "024"),
        phone="13800000003",
        login="liguifang",
        note="六十岁以上，适合长辈版",
    ),
    Person(
        name="阿依木·沙马",
        id_number=number("513401", "19920202", "028"),
        phone="13800000004",
        login="ayimu",
        note="姓名中有间隔号",
    ),
    Person(
        name="王㛃",
        id_number=number("510107", "19970707", "026"),
        phone="13800000005",
        login="wangjie",
        note="姓名中有生僻字",
    ),
    Person(
        name="小明",
        id_number=number("510106", "20150601", "011"),
        phone="13800000006",
        login="xiaoming",
        note="未成年人",
    ),
    Person(
        name="王五",
        id_number=number("510903", "19750315", "035"),
        phone="13800000007",
        login="wangwu",
        note="经办企业事务",
    ),
)
