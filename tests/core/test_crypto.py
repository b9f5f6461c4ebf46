"""Keys, seals, masks and tokens."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core import crypto
from backend.core.sessions import Principal, TokenExpired, TokenInvalid, Tokens

KEY = b"k" * 32


@given(st.binary(max_size=500), st.binary(min_size=1, max_size=20))
def test_a_seal_opens_with_its_key_and_purpose_and_with_nothing_else(plain: bytes, purpose: bytes) -> None:
    sealed = crypto.seal(KEY, plain, purpose)
    assert crypto.unseal(KEY, sealed, purpose) == plain
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(KEY, sealed, purpose + b"x")
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(b"o" * 32, sealed, purpose)
    with pytest.raises(crypto.Unreadable):
        crypto.unseal(KEY, sealed[:-1] + bytes([sealed[-1] ^ 1]), purpose)


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=20))
def test_what_one_algorithm_sealed_is_read_while_the_other_writes(plain: bytes, purpose: bytes) -> None:
    try:
        crypto.write_with("sm4-gcm")
        sealed = crypto.seal(KEY, plain, purpose)
        crypto.write_with("aes-256-gcm")
        assert crypto.unseal(KEY, sealed, purpose) == plain
        for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:2] + b"\x01" + sealed[3:], sealed[:20], b""):
            with pytest.raises(crypto.Unreadable):
                crypto.unseal(KEY, wrong, purpose)
    finally:
        crypto.write_with("aes-256-gcm")


def test_a_vault_opens_what_an_older_master_key_sealed_and_writes_with_the_first() -> None:
    old = crypto.Vault(KEY, b"i" * 32)
    both = crypto.Vault(b"n" * 32, b"i" * 32, older=[KEY])
    sealed = old.seal(b"x", b"p")
    assert both.unseal(sealed, b"p") == b"x"
    assert both.seal(b"x", b"p")[:6] == crypto.MASTERED + crypto.key_id(b"n" * 32)
    with pytest.raises(crypto.Unreadable):
        old.unseal(both.seal(b"x", b"p"), b"p")


def test_a_vault_looks_again_when_a_value_names_a_key_that_it_does_not_know() -> None:
    held = [(KEY,)]
    vault = crypto.Vault(KEY, b"i" * 32, reload=lambda: held[-1])
    assert vault.unseal(vault.seal(b"x", b"p"), b"p") == b"x"
    held.append((b"n" * 32, KEY))
    assert vault.unseal(crypto.Vault(b"n" * 32, b"i" * 32).seal(b"y", b"p"), b"p") == b"y"


def test_two_seals_of_the_same_text_differ() -> None:
    assert crypto.seal(KEY, b"same", b"p") != crypto.seal(KEY, b"same", b"p")


def test_a_blind_index_depends_on_kind_value_and_key() -> None:
    vault = crypto.Vault(KEY, b"i" * 32)
    assert vault.blind_index("phone", "1") == vault.blind_index("phone", "1")
    assert vault.blind_index("phone", "1") != vault.blind_index("id", "1")
    assert vault.blind_index("phone", "1") != crypto.Vault(KEY, b"j" * 32).blind_index("phone", "1")


@pytest.mark.parametrize(
    ("masked", "expected"),
    [
        (crypto.mask_name("张三"), "张*"),
        (crypto.mask_name("欧阳小明"), "欧**明"),
        (crypto.mask_name("阿依木·沙马"), "阿****马"),
        (crypto.mask_name("㛃"), "㛃"),
        (crypto.mask_id_number("11010519491231002X"), "110***********002X"),
        (crypto.mask_phone("13800001234"), "138****1234"),
        (crypto.mask_phone("1"), "*"),
        (crypto.mask_tail("6222020200112233445"), "***************3445"),
        (crypto.mask_tail("12"), "**"),
    ],
)
def test_masks_follow_the_table(masked: str, expected: str) -> None:
    assert masked == expected


def principal(**changes: object) -> Principal:
    values: dict[str, object] = {
        "kind": "citizen",
        "id": "c1",
        "session": "s1",
        "level": 1,
        "expires": int(time.time()) + 60,
    }
    return Principal(**{**values, **changes})  # type: ignore[arg-type]


def test_a_token_comes_back_as_it_was_issued() -> None:
    tokens = Tokens(KEY)
    assert tokens.verify(tokens.issue(principal(name="李"))) == principal(name="李")


@pytest.mark.parametrize("change", [0, 5, -1])
def test_a_token_with_one_changed_letter_is_refused(change: int) -> None:
    token = Tokens(KEY).issue(principal())
    at = change % len(token)
    for letter in "ABCDEFGHwxyz019-_":
        if letter != token[at]:
            with pytest.raises(TokenInvalid):
                Tokens(KEY).verify(token[:at] + letter + token[at + 1 :])


@pytest.mark.parametrize("text", ["", ".", "a.b", "é.é", "x" * 5000, "a.b.c"])
def test_nonsense_is_not_a_token(text: str) -> None:
    with pytest.raises(TokenInvalid):
        Tokens(KEY).verify(text)


def test_an_old_and_an_ended_session_are_expired() -> None:
    tokens = Tokens(KEY)
    with pytest.raises(TokenExpired):
        tokens.verify(tokens.issue(principal(expires=int(time.time()) - 1)))
    token = tokens.issue(principal())
    tokens.verify(token)
    tokens.revoke("s1")
    with pytest.raises(TokenExpired):
        tokens.verify(token)


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(TokenInvalid):
        Tokens(KEY).verify(Tokens(b"o" * 32).issue(principal()))
