"""电子证照标识: the published identifiers, and what the check character is for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.licenses import identifier
from backend.sdk.numbers import check_uscc

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PUBLISHED = [
    ("11100000000013338W011.11430000006122244L.20230000403.001", "U"),
    ("11100000000013338W011.11430000006122244L.20230000403.002", "S"),
    ("11100000000013338W032.11220000013544541J.2430599.001", "F"),
    ("11100000000013338W009.11330105002500287C.2025052201.002", "0"),
    ("11100000MB03271699022.340100.000000016.001", "9"),
]
"""From `standards.md` §4; the sixth published one is an example of a vendor's document and computes to D, not M."""


@pytest.mark.parametrize(("parts", "check"), PUBLISHED)
def test_a_published_identifier_has_this_check_character(parts: str, check: str) -> None:
    assert identifier.check_character(parts.replace(".", "")) == check


def test_an_identifier_is_put_together_from_its_parts() -> None:
    made = identifier.make(
        authority="11100000000013338W", sequence=11, issuer="11430000006122244L", serial="20230000403", version=1
    )
    assert made == "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
    assert identifier.valid(made)
    assert not identifier.valid(made[:-1] + "V")
    assert not identifier.valid(made.replace("3005", "3003"))


@pytest.mark.parametrize(
    "changes",
    [
        {"authority": "1110"},
        {"authority": "11100000000013338w"},
        {"sequence": 1000},
        {"version": 0},
        {"serial": "ABC-1"},
        {"serial": ""},
        {"issuer": "340100"},
    ],
)
def test_parts_without_their_shape_are_refused(changes: dict[str, object]) -> None:
    parts: dict[str, object] = {
        "authority": "11100000000013338W",
        "sequence": 11,
        "issuer": "11430000006122244L",
        "serial": "20230000403",
        "version": 1,
    }
    with pytest.raises(ValueError, match=r"code|digits|serial"):
        identifier.make(**{**parts, **changes})  # type: ignore[arg-type]


def test_the_stand_in_for_an_unknown_office_is_no_code_of_anybody() -> None:
    assert check_uscc(identifier.UNKNOWN_OFFICE) is not None
    made = identifier.make(
        authority=identifier.UNKNOWN_OFFICE, sequence=1, issuer=identifier.UNKNOWN_OFFICE, serial="1", version=1
    )
    assert identifier.valid(made)


texts = st.text(ALPHABET, min_size=2, max_size=60)


@given(texts, st.data())
def test_one_wrong_character_never_goes_unnoticed(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from([char for char in ALPHABET if char != text[place]]))
    wrong = text[:place] + other + text[place + 1 :]
    assert identifier.check_character(wrong) != identifier.check_character(text)


def test_swapped_neighbours_go_unnoticed_in_one_pair_alone() -> None:
    """MOD 37,36 finds nearly all swaps of neighbours; how many it misses in front of one end is a fixed number."""
    missed = sum(
        identifier.check_character(left + right) == identifier.check_character(right + left)
        for left in ALPHABET
        for right in ALPHABET
        if left < right
    )
    assert missed <= 36 * 35 / 2 * 0.03


def test_a_verifier_sees_the_end_of_the_serial_only() -> None:
    made = identifier.make(
        authority="11100000000013338W", sequence=11, issuer="11430000006122244L", serial="20230000403", version=1
    )
    assert identifier.masked(made) == "1.2.156.3005.2.11100000000013338W011.11430000006122244L.*******0403.001.U"
