"""Modules, their releases, what is live where, and the generation that tells every process to look again."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model

from backend.core.clock import now
from backend.core.db import BaseModel


class HostedModule(Model):
    """A module that the matrix knows. `id` is the module's own id."""

    id = fields.CharField(max_length=64, primary_key=True)
    name = fields.CharField(max_length=300)
    owners: list[str] = fields.JSONField(default=list)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "modules_module"


class Team(Model):
    """Who owns modules: the ids that a module's `owners` name."""

    id = fields.CharField(max_length=64, primary_key=True)
    name = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "modules_team"


class TeamKey(Model):
    """A public key that signs a team's bundles: active, retired (a successor took over) or revoked (never trust it).

    `id` is `sdk.sign.key_id`. Before all that a key may be proposed: it waits for a second admin."""

    id = fields.CharField(max_length=16, primary_key=True)
    team_id = fields.CharField(max_length=64, db_index=True)
    public_key = fields.CharField(max_length=400)
    state = fields.CharField(max_length=16)
    added_by = fields.CharField(max_length=64)
    reason = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField(default=now)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "modules_team_key"


class DepartmentKey(BaseModel):
    """A public key (PEM, Ed25519 or SM2) that speaks for one module's department: proposed (it waits for an admin),
    active, or revoked for ever. `key_id` is `sdk.department.fingerprint`."""

    module_id = fields.CharField(max_length=64)
    key_id = fields.CharField(max_length=16)
    public_key = fields.CharField(max_length=400)
    state = fields.CharField(max_length=16)
    added_by = fields.CharField(max_length=64)
    confirmed_by = fields.CharField(max_length=64, null=True)
    reason = fields.CharField(max_length=300, default="")
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "modules_department_key"
        unique_together = (("module_id", "key_id"),)


class Door(Model):
    """A department that does not answer: since when, and whether its matters were closed for that. No row, or
    `failing_since` null, while it answers."""

    module_id = fields.CharField(max_length=64, primary_key=True)
    failing_since = fields.DatetimeField(null=True)
    failures = fields.IntField(default=0)
    degraded_at = fields.DatetimeField(null=True)

    class Meta:
        table = "modules_door"


class Release(BaseModel):
    """One version of a module; `states.RELEASE` moves it. Its content never changes once it was submitted.

    `content` is `sdk.manifest.bundle_to_json`; `terms` holds the search words of each matter (pinyin, initials), made
    once. `bundle` and `signature` are what a team uploaded; a folder of this repository has no signature, and as
    bundle its packed `h5/` alone, null when it has none. `source_digest` is over the files of such a folder: an
    unchanged one is not read again at the next start. `reasons` are those of a rejection, `secrecy` the recorded
    保密审查."""

    module_id = fields.CharField(max_length=64)
    version = fields.CharField(max_length=80)
    state = fields.CharField(max_length=16)
    digest = fields.BinaryField()
    source_digest = fields.BinaryField(null=True)
    content = fields.BinaryField()
    terms = fields.BinaryField()
    matters = fields.IntField()
    findings: list[Any] = fields.JSONField(default=list)
    published_by = fields.CharField(max_length=64)
    team_id = fields.CharField(max_length=64, null=True)
    key_id = fields.CharField(max_length=16, null=True)
    bundle = fields.BinaryField(null=True)
    signature = fields.CharField(max_length=200, null=True)
    submitted_by = fields.CharField(max_length=64, null=True)
    reviewed_by = fields.CharField(max_length=64, null=True)
    reasons: list[Any] = fields.JSONField(default=list)
    secrecy: dict[str, Any] | None = fields.JSONField(null=True)
    state_at = fields.DatetimeField(default=now)

    class Meta:
        table = "modules_release"
        unique_together = (("module_id", "version"),)


class Rollout(BaseModel):
    """Which release citizens get; `states.ROLLOUT` moves it. At most one row of a module is `live`, and at most one is
    under way (scheduled, gray, paused). `steps` is a list of `schemas.RolloutStep`; `step` the one that holds since
    `step_at`, -1 before the first."""

    module_id = fields.CharField(max_length=64)
    release_id = fields.UUIDField()
    state = fields.CharField(max_length=16)
    by = fields.CharField(max_length=64)
    ended_at = fields.DatetimeField(null=True)
    steps: list[Any] = fields.JSONField(default=list)
    step = fields.SmallIntField(default=-1)
    step_at = fields.DatetimeField(default=now)
    start_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "modules_rollout"
        indexes = (("module_id", "state"),)


class Switch(Model):
    """on, guide_only or off for a module (`matter` empty) or one of its matters, everywhere (`region` empty) or in one
    region; back to on by itself at `until`."""

    id = fields.BigIntField(primary_key=True)
    module_id = fields.CharField(max_length=64)
    matter = fields.CharField(max_length=64, default="")
    region = fields.CharField(max_length=6, default="")
    state = fields.CharField(max_length=16)
    reason = fields.CharField(max_length=300)
    until = fields.DatetimeField(null=True)
    by = fields.CharField(max_length=64)
    at = fields.DatetimeField(default=now)

    class Meta:
        table = "modules_switch"
        unique_together = (("module_id", "matter", "region"),)


class CohortMember(Model):
    """A device that sees candidates early, under the name of a group of testers."""

    id = fields.BigIntField(primary_key=True)
    cohort = fields.CharField(max_length=64)
    subject = fields.CharField(max_length=64)

    class Meta:
        table = "modules_cohort_member"
        unique_together = (("cohort", "subject"),)


class Cohort(Model):
    """A group of testers. Whoever changes it answers for all of `regions`, those of the person who made it."""

    id = fields.CharField(max_length=64, primary_key=True)
    regions: list[str] = fields.JSONField(default=list)
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "modules_cohort"


class Notice(BaseModel):
    """What the platform tells a team by itself, with the numbers that it acted on."""

    module_id = fields.CharField(max_length=64)
    release = fields.CharField(max_length=150)
    kind = fields.CharField(max_length=32)
    text = fields.CharField(max_length=500)
    figures: dict[str, Any] = fields.JSONField(default=dict)

    class Meta:
        table = "modules_notice"
        indexes = (("module_id", "created_at"),)


class Evidence(Model):
    """How the calls of one release went in one slice of time, added up over all processes, and how often its guides
    were read. `milliseconds` is the sum over the calls, `at` the beginning of the slice."""

    id = fields.BigIntField(primary_key=True)
    release = fields.CharField(max_length=150)
    at = fields.DatetimeField()
    calls = fields.IntField()
    failures = fields.IntField()
    milliseconds = fields.BigIntField()
    views = fields.IntField(null=True, default=0)  # null in rows from before it was counted

    class Meta:
        table = "modules_evidence"
        unique_together = (("release", "at"),)


class Generation(Model):
    """One row. Its number grows in the transaction of every release, rollout and switch."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    number = fields.BigIntField(default=0)
    at = fields.DatetimeField(default=now)

    class Meta:
        table = "modules_generation"
