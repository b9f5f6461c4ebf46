"""Numbers with a rule of their own, against published examples and by changing one character at a time."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.sdk.numbers import (
    age_on,
    birth_date,
    check_bankcard,
    check_id_number,
    check_phone,
    check_plate,
    check_uscc,
    clean_number,
    gender,
)

TODAY = date(2026, 6, 1)
ID = "11010519491231002X"  # the example of GB 11643


@pytest.mark.parametrize("number", [ID, "110101190001010014"])
def test_an_id_number_with_a_right_check_digit_passes(number: str) -> None:
    assert check_id_number(number, TODAY) is None


@pytest.mark.parametrize(
    "number",
    [
        "",
        "110105194912310021",
        "11010519491231002",
        "11010519491231002XX",
        "11010519490231002X",
        "1101052949123100",
        "abcdefghijklmnopqr",
        "01010519491231002X",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_a_wrong_id_number_is_explained_in_chinese(number: str) -> None:
    message = check_id_number(number, TODAY)
    assert message is not None
    assert "身份证号码" in message


def test_a_person_who_is_not_born_yet_has_no_id_number() -> None:
    assert check_id_number(ID, date(1949, 12, 30)) is not None
    assert check_id_number(ID, date(1949, 12, 31)) is None


@given(st.integers(0, 17), st.sampled_from("0123456789X"))
def test_changing_any_one_digit_of_an_id_number_is_noticed(position: int, char: str) -> None:
    changed = ID[:position] + char + ID[position + 1 :]
    assert (check_id_number(changed, TODAY) is None) == (changed == ID)


def test_birth_date_and_gender_come_from_the_number() -> None:
    assert birth_date(ID) == date(1949, 12, 31)
    assert gender(ID) == "female"
    assert gender("110101190001010014") == "male"
    assert birth_date("110105194913310020") is None
    assert gender("nothing") is None


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(1966, 6, 1), date(2026, 5, 31), 59),
        (date(1966, 6, 1), date(2026, 6, 1), 60),
        (date(2004, 2, 29), date(2022, 2, 28), 17),
        (date(2004, 2, 29), date(2022, 3, 1), 18),
    ],
)
def test_age_grows_on_the_birthday(born: date, day: date, age: int) -> None:
    assert age_on(born, day) == age


@pytest.mark.parametrize("code", ["11511301008778183N", "11511301MB15537661", "1251130145225903XN"])
def test_codes_of_real_departments_pass(code: str) -> None:
    assert check_uscc(code) is None


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_changing_any_one_character_of_a_credit_code_is_noticed(position: int, char: str) -> None:
    code = "11511301008778183N"
    changed = code[:position] + char + code[position + 1 :]
    assert (check_uscc(changed) is None) == (changed == code)


@pytest.mark.parametrize("code", ["", "11511301008778183I", "2222222222222", "11511301008778183n"])
def test_a_wrong_credit_code_is_refused(code: str) -> None:
    assert check_uscc(code) is not None


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("13800138000", True),
        ("19912345678", True),
        ("12800138000", False),
        ("1380013800", False),
        ("138001380000", False),
        ("+8613800138", False),
        ("1380013800a", False),
        ("１３８００１３８０００", False),
    ],
)
def test_mobile_numbers(number: str, right: bool) -> None:
    assert (check_phone(number) is None) == right


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("4111111111111111", True),
        ("6222020000000000000", True),
        ("4111111111111112", False),
        ("0000000000000000", False),
        ("411111111111", False),
        ("41111111111111111111", False),
        ("4111x11111111111", False),
    ],
)
def test_bank_cards_follow_luhn(number: str, right: bool) -> None:
    assert (check_bankcard(number) is None) == right


@pytest.mark.parametrize(
    ("plate", "right"),
    [
        ("川A12345", True),
        ("川A1234学", True),
        ("川AD12345", True),
        ("川AF1234A", False),
        ("渝A12345D", True),
        ("川A1234", False),
        ("川I12345", False),
        ("川A1I345", False),
        ("A12345", False),
        ("", False),
    ],
)
def test_plates(plate: str, right: bool) -> None:
    assert (check_plate(plate) is None) == right


@given(st.text(max_size=40))
def test_no_text_makes_a_check_raise(text: str) -> None:
    for check in (check_uscc, check_phone, check_bankcard, check_plate):
        assert check(text) is None or isinstance(check(text), str)
    assert check_id_number(text, TODAY) is None or isinstance(check_id_number(text, TODAY), str)


@given(st.text(max_size=40))
def test_cleaning_a_number_twice_changes_nothing_more(text: str) -> None:
    assert clean_number(clean_number(text)) == clean_number(text)


def test_spaces_hyphens_and_full_width_digits_are_tidied() -> None:
    assert clean_number(" 138-0013 8000 ") == "13800138000"
    assert clean_number("１１０105x") == "110105X"
