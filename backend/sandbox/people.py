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


_USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def uscc(first17: str) -> str:
    """A 统一社会信用代码 (GB 32100) with its check character."""
    total = sum(_USCC_CHARS.index(char) * weight for char, weight in zip(first17, _USCC_WEIGHTS, strict=True))
    return first17 + _USCC_CHARS[(31 - total % 31) % 31]


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """An invented company and its legal representative."""

    uscc: str
    name: str
    representative: Person

    @property
    def registered(self) -> dict[str, str]:
        """As the register has it."""
        person = self.representative
        return {"name": self.name, "representative": person.name, "id_number": person.id_number}


COMPANIES: tuple[Company, ...] = (
    Company(uscc=uscc("91510100MA0000000"), name="样例食品有限公司", representative=PEOPLE[6]),
    Company(uscc=uscc("91510600MA0000001"), name="示范商贸有限公司", representative=PEOPLE[3]),
)
