"""What a case seals, with which key, and bound to what."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from backend.core import crypto


def _form(case_id: UUID) -> bytes:
    return b"case.form:" + case_id.bytes


def _result(case_id: UUID) -> bytes:
    return b"case.result:" + case_id.bytes


def _words(case_id: UUID) -> bytes:
    return b"case.words:" + case_id.bytes


def seal_form(key: bytes, case_id: UUID, form: dict[str, Any]) -> bytes:
    return crypto.seal(key, msgspec.json.encode(form), _form(case_id))


def open_form(key: bytes, case_id: UUID, sealed: bytes) -> dict[str, Any]:
    return msgspec.json.decode(crypto.unseal(key, bytes(sealed), _form(case_id)), type=dict[str, Any])


def seal_result(key: bytes, case_id: UUID, kept: msgspec.Struct) -> bytes:
    return crypto.seal(key, msgspec.json.encode(kept), _result(case_id))


def open_result(key: bytes, case_id: UUID, sealed: bytes) -> bytes:
    """The JSON of what `seal_result` was given."""
    return crypto.unseal(key, bytes(sealed), _result(case_id))


def seal_words(key: bytes, case_id: UUID, words: str) -> bytes:
    return crypto.seal(key, words.encode(), _words(case_id))


def open_words(key: bytes, case_id: UUID, sealed: bytes) -> str:
    return crypto.unseal(key, bytes(sealed), _words(case_id)).decode()


def draft_purpose(citizen_id: UUID, matter: str) -> bytes:
    return b"case.draft:" + citizen_id.bytes + matter.encode()
