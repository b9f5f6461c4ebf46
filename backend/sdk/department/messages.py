"""The messages of the department protocol, all JSON. Times are RFC 3339 with offset; amounts integer fen.

`applicant` and `citizen` hold the fields that the module declares, and no others (`name`, `id_number`, `phone` …).
A reader ignores members that it does not know, so that either side may grow.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Call = Literal["submit", "query", "track", "withdraw"]
CALLS: tuple[Call, ...] = ("submit", "query", "track", "withdraw")


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """A paper of a case. `sha256` in hex; `url` is where `fetch_file` gets its bytes until 30 days after the case is
    over, missing when there is no file (a licence by reference)."""

    code: str
    name: str
    sha256: str
    url: str | None = None


class SubmitCall(msgspec.Struct, frozen=True, kw_only=True):
    """A case is handed over. `release` is the module's version that the citizen saw."""

    case_number: str
    matter: str
    release: str
    applicant: dict[str, str]
    form: dict[str, Any]
    materials: list[Material] = []


class SubmitAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`received`: kept, a decision on acceptance follows as an update; `message` is for the citizen."""

    state: Literal["accepted", "rejected", "received"]
    department_number: str = ""
    message: str = ""


class QueryCall(msgspec.Struct, frozen=True, kw_only=True):
    matter: str
    params: dict[str, Any]
    citizen: dict[str, str] = {}


class Column(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    title: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    label: str
    value: str


class QueryAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A table with a head line. Cells are texts, ready to be shown; `as_of` says how old the data is.

    `source` names who answers; `sample` is true when the data is made up (simulators). `fields` are values that
    other steps may use, such as the amount of a payment slip in fen.
    """

    title: str
    columns: list[Column]
    rows: list[dict[str, str]]
    summary: list[Summary] = []
    as_of: str
    source: str
    sample: bool = False
    fields: dict[str, Any] = {}


class TrackCall(msgspec.Struct, frozen=True, kw_only=True):
    case_number: str


class WithdrawCall(msgspec.Struct, frozen=True, kw_only=True):
    case_number: str
    reason: str = ""


class WithdrawAnswer(msgspec.Struct, frozen=True, kw_only=True):
    state: Literal["withdrawn", "refused"]
    message: str = ""


UpdateKind = Literal["accepted", "correction", "decided", "progress"]


class UpdateEvent(msgspec.Struct, frozen=True, kw_only=True):
    """News of a case from the department; told at least once, the same `event_id` is the same news.

    `message` is a sentence for the citizen. `missing` (correction): material codes or field names with what is
    wrong. `outcome`, `result` (decided): the decision and what its document holds. `due` (correction): until when.
    """

    event_id: str
    case_number: str
    kind: UpdateKind
    at: str
    message: str = ""
    missing: dict[str, str] = {}
    outcome: Literal["approved", "refused"] | None = None
    result: dict[str, Any] = {}
    due: str | None = None


class UpdateAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`duplicate` is true when the event was applied before."""

    event_id: str
    duplicate: bool = False


class TrackAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: received, accepted, correction, decided, rejected, withdrawn. `events` in order."""

    case_number: str
    department_number: str
    state: str
    events: list[UpdateEvent] = []


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an answer that is not 200 (RFC 9457). `code` is stable: case_missing, matter_missing …"""

    title: str
    status: int
    code: str
    type: str = "about:blank"
    detail: str | None = None
