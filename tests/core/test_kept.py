"""Answers kept for repeated requests can be given again and cannot be read."""

from __future__ import annotations

import hashlib

import pytest

from backend.core import crypto, kept
from tests.conftest import Server

ANSWER = '{"number":"SC-1","address":"样例路1号"}'.encode()


def test_a_kept_answer_opens_for_the_same_request_only(running: Server) -> None:
    held = kept.sealed("citizen:1 POST /x", "k", ANSWER)
    assert "样例路".encode() not in held
    assert kept.opened("citizen:1 POST /x", "k", held) == ANSWER
    for scope, key in (("citizen:2 POST /x", "k"), ("citizen:1 POST /x", "other")):
        with pytest.raises(crypto.Unreadable):
            kept.opened(scope, key, held)


def test_an_empty_answer_stays_empty(running: Server) -> None:
    assert kept.opened("s", "k", kept.sealed("s", "k", b"")) == b""
    assert kept.opened("s", "k", None) == b""


def test_rows_of_before_are_given_again(running: Server) -> None:
    assert kept.opened("s", "k", ANSWER) == ANSWER
    assert kept.same_body("s", "k", ANSWER, hashlib.sha256(ANSWER).digest())


def test_a_body_is_known_again_and_its_digest_cannot_be_guessed_without_the_key(running: Server) -> None:
    body = b'{"phone":"13800000001"}'
    held = kept.fingerprint("s", "k", body)
    assert kept.same_body("s", "k", body, held)
    assert not kept.same_body("s", "k", body + b" ", held)
    assert held != hashlib.sha256(body).digest()
