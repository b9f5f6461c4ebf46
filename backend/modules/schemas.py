"""What the publishing API takes and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from backend.sdk.findings import Finding
from backend.sdk.matter import Region, Slug

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Identifier = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")]
Subject = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{8,64}$")]


class Given(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Common switches of every request body."""


class SecrecyReview(Given):
    """保密审查: whether everything in the release may be public. A note is needed when it may not."""

    passed: bool
    note: Annotated[str, msgspec.Meta(max_length=300)] = ""


class SecrecyOut(msgspec.Struct, kw_only=True):
    """A recorded 保密审查. `by` is the member of staff who was signed in; `at` is missing in old records."""

    passed: bool
    note: str
    by: str
    name: str
    at: datetime | None


class Reason(Given):
    """Why a release is rejected; `file` is a name inside the bundle, `.` for the whole."""

    file: Name
    text: Sentence
    line: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)] | None = None


class Reject(Given):
    reasons: Annotated[list[Reason], msgspec.Meta(min_length=1, max_length=100)]


class RolloutStep(Given):
    """Who sees the candidate, and for how long before the next step.

    Everybody of `regions` (all when empty) whose bucket is below `percent`, and whoever is in one of `cohorts`.
    Without `percent`: nobody but the cohorts when there are some, else all of the regions.
    """

    regions: Annotated[list[Region], msgspec.Meta(max_length=200)] = []
    percent: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    cohorts: Annotated[list[Slug], msgspec.Meta(max_length=20)] = []
    hold_s: Annotated[int, msgspec.Meta(ge=0, le=30 * 86_400)] = 3_600

    @property
    def share(self) -> int:
        """The percent that holds."""
        if self.percent is not None:
            return self.percent
        return 0 if self.cohorts else 100


class RolloutCreate(Given):
    """`release` is the id of an approved release. Steps may only widen; after the last one everybody gets it."""

    release: Identifier
    steps: Annotated[list[RolloutStep], msgspec.Meta(max_length=20)] = []
    start_at: datetime | None = None


class Because(Given):
    """Why somebody pauses, resumes or rolls back."""

    reason: Sentence


class SwitchPut(Given):
    """`matter` is a code of the module, `region` a region code; empty means all. Back to on by itself at `until`."""

    state: Literal["on", "guide_only", "off"]
    region: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{6})?$")] = ""
    matter: Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9_]{0,63})?$")] = ""
    until: datetime | None = None
    reason: Annotated[str, msgspec.Meta(max_length=300)] = ""


class SourceQuery(Given):
    """Without `version` the live one."""

    version: Annotated[str, msgspec.Meta(min_length=1, max_length=80)] | None = None


class TeamCreate(Given):
    id: Slug
    name: Name


class KeyCreate(Given):
    """A PEM public key (Ed25519). A publisher brings it in with `vouched_by` and `proof` (`sdk.sign.vouch`) of an
    active key of the team, which retires; an admin needs neither."""

    public_key: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    vouched_by: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}$")] | None = None
    proof: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class DepartmentKeyCreate(Given):
    """A PEM public key of the department, Ed25519 or SM2."""

    public_key: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class DepartmentKeyOut(msgspec.Struct, kw_only=True):
    id: str
    algorithm: Literal["ed25519", "sm2"]
    state: Literal["proposed", "active", "revoked"]
    created_at: datetime
    ended_at: datetime | None
    reason: str


class PlatformKey(msgspec.Struct, kw_only=True):
    """With what the platform signs what it sends to departments."""

    id: str
    algorithm: Literal["ed25519", "sm2"]
    public_key: str


class DepartmentKeys(msgspec.Struct, kw_only=True):
    module: str
    keys: list[DepartmentKeyOut]
    platform: list[PlatformKey]


class CohortPut(Given):
    """Device ids: the cookie `tf_device`, or the header of a mini-program."""

    subjects: Annotated[list[Subject], msgspec.Meta(max_length=5_000)]


class KeyOut(msgspec.Struct, kw_only=True):
    id: str
    state: str
    created_at: datetime
    ended_at: datetime | None
    reason: str


class TeamOut(msgspec.Struct, kw_only=True):
    id: str
    name: str
    keys: list[KeyOut]


class TeamRow(msgspec.Struct, kw_only=True):
    """`active`: how many keys may sign now; `proposed`: how many wait for a second admin."""

    id: str
    name: str
    active: int
    proposed: int


class TeamList(msgspec.Struct, kw_only=True):
    items: list[TeamRow]
    next: str | None


class CohortOut(msgspec.Struct, kw_only=True):
    name: str
    size: int


class Person(msgspec.Struct, kw_only=True):
    """Who had a hand in a release. `name` is empty for somebody who is no member of staff (the host itself)."""

    id: str
    name: str


class ReleaseOut(msgspec.Struct, kw_only=True):
    """`findings` are the warnings of an accepted upload, or why the check refused it; `reasons` the reviewer's.
    `yours`: the asker uploaded or submitted it, so somebody else must review it."""

    id: str
    module: str
    version: str
    state: str
    team: str | None
    digest: str
    matters: int
    findings: list[Finding]
    reasons: list[Any]
    secrecy_review: SecrecyOut | None
    uploaded_by: Person
    submitted_by: Person | None
    reviewed_by: Person | None
    yours: bool
    created_at: datetime
    state_at: datetime


class WaitingQuery(Given):
    cursor: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class WaitingRow(msgspec.Struct, kw_only=True):
    """A release that waits for a reviewer."""

    id: str
    module: str
    name: str
    version: str
    team: str | None
    matters: int
    warnings: int
    submitted_by: Person | None
    yours: bool
    secrecy_passed: bool | None
    state_at: datetime


class WaitingList(msgspec.Struct, kw_only=True):
    """Oldest first."""

    items: list[WaitingRow]
    next: str | None


class ReleaseHealth(msgspec.Struct, kw_only=True):
    """Of one release in a window. `views`: how often its guides were read.
    `mean_ms` and rates are None without anything to take them of."""

    release: str
    role: Literal["live", "candidate"]
    views: int
    calls: int
    failures: int
    failure_rate: float | None
    mean_ms: float | None
    forms_finished: int
    forms_left: int
    left_rate: float | None


class RatingsOut(msgspec.Struct, kw_only=True):
    days: int
    count: int
    mean: float | None
    bad: int


class HealthOut(msgspec.Struct, kw_only=True):
    """`releases` over the last `hours`: calls to the department, forms handed in and left."""

    module: str
    hours: int
    releases: list[ReleaseHealth]
    ratings: RatingsOut


class HealthQuery(Given):
    hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 24


class Difference(msgspec.Struct, kw_only=True):
    """One change in words: where (`matter` empty for the module itself), what, and both values as people read them.
    `place` is the same place by the names of keys and items, which a change of words does not move."""

    matter: str
    what: str
    place: str
    change: Literal["added", "removed", "changed"]
    before: str | None = None
    after: str | None = None


class DifferencesOut(msgspec.Struct, kw_only=True):
    release: str
    live: str | None
    items: list[Difference]
    next: int | None


class DifferencesQuery(Given):
    """`start`: the `next` of the page before."""

    start: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0


class RolloutOut(msgspec.Struct, kw_only=True):
    """`step` counts from 0; -1 before the start."""

    id: str
    module: str
    release: str
    version: str
    state: str
    step: int
    steps: list[RolloutStep]
    step_at: datetime
    start_at: datetime | None
    created_at: datetime
    ended_at: datetime | None
    reason: str


class SwitchOut(msgspec.Struct, kw_only=True):
    matter: str
    region: str
    state: str
    reason: str
    until: datetime | None


class NoticeOut(msgspec.Struct, kw_only=True):
    release: str
    kind: str
    text: str
    figures: dict[str, Any]
    at: datetime


class ModuleOut(msgspec.Struct, kw_only=True):
    """Newest first; the last 20 releases, rollouts and notices, and whatever is live or under way."""

    id: str
    name: str
    owners: list[str]
    live: str | None
    candidate: str | None
    releases: list[ReleaseOut]
    rollouts: list[RolloutOut]
    switches: list[SwitchOut]
    notices: list[NoticeOut]


class ModuleRow(msgspec.Struct, kw_only=True):
    id: str
    name: str
    live: str | None
    candidate: str | None


class ModulesQuery(Given):
    """`after`: the id of the last module of the page before."""

    after: Annotated[str, msgspec.Meta(max_length=64)] = ""


class ModuleList(msgspec.Struct, kw_only=True):
    """By id; `next` is what `after` takes for the following page, null at the end."""

    items: list[ModuleRow]
    next: str | None


class GenerationOut(msgspec.Struct, kw_only=True):
    """What this process serves. `failing` says why a newer generation could not be built; null when up to date."""

    generation: int
    failing: str | None


class SourceOut(msgspec.Struct, kw_only=True):
    """A release to adopt. `digest` is over what is shared (`sdk.adopt`), `content` the canonical module."""

    module: str
    version: str
    digest: str
    content: dict[str, Any]
