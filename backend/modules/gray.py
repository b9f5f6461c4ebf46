"""Who sees a candidate: a pure function of module, device and region, so that nobody flips between two releases.

The device is a random id: the cookie `tf_device` that our pages set, or the header of a mini-program. It is the same
before and after signing in, and public reads need no session for it. Who sends none sees the live release, unless a
step holds for everybody of a region. Each device falls into one of 100 buckets a module; a step holds for the buckets
below its percent, in its regions, and for its cohorts. Steps only widen, so whoever saw the candidate keeps it until
it is live or rolled back.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from backend.core import db
from backend.modules.schemas import RolloutStep
from backend.sdk.codes import covers

DEVICE_COOKIE = "tf_device"
DEVICE_HEADER = "x-tf-device"
SUBJECT = re.compile(r"^[A-Za-z0-9_-]{8,64}$")

_steps = msgspec.json.Decoder(list[RolloutStep])


class Asking(Protocol):
    """What is read of a request: headers and cookies by name."""

    @property
    def headers(self) -> Any: ...

    @property
    def cookies(self) -> Any: ...


def device(request: Asking) -> str | None:
    """The device that asks; None when it says nothing or nonsense."""
    found = request.headers.get(DEVICE_HEADER) or (request.cookies or {}).get(DEVICE_COOKIE)
    return found if found is not None and SUBJECT.fullmatch(found) else None


def bucket(module: str, subject: str) -> int:
    """0 to 99, evenly spread, independent from module to module."""
    digest = hashlib.blake2b(f"{module}\x00{subject}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 100


@dataclass(frozen=True, slots=True)
class Audience:
    """The people of one step of a rollout."""

    module: str
    regions: tuple[str, ...]
    share: int
    members: frozenset[str]

    @classmethod
    def of(cls, module: str, steps: str, step: int, members: dict[str, frozenset[str]]) -> Audience:
        """From a row of `modules_rollout`; `members` by cohort."""
        held = _steps.decode(steps)[step]
        people = frozenset[str]().union(*(members.get(name, frozenset()) for name in held.cohorts))
        return cls(module, tuple(held.regions), held.share, people)

    def holds(self, subject: str | None, region: str | None) -> bool:
        if subject is not None and subject in self.members:
            return True
        if self.regions and (region is None or not any(covers(area, region) for area in self.regions)):
            return False
        if self.share >= 100:
            return True
        return subject is not None and bucket(self.module, subject) < self.share


async def members(rows: list[Any]) -> dict[str, frozenset[str]]:
    """Cohorts that the present steps of these rollouts name, with their members."""
    names = {
        name for row in rows if row["state"] != "live" for name in _steps.decode(row["steps"])[row["step"]].cohorts
    }
    if not names:
        return {}
    found: dict[str, set[str]] = {}
    for row in await db.fetch(
        "SELECT cohort, subject FROM modules_cohort_member WHERE cohort = ANY($1::text[])", sorted(names)
    ):
        found.setdefault(row["cohort"], set()).add(row["subject"])
    return {name: frozenset(subjects) for name, subjects in found.items()}
