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


class Release(BaseModel):
    """One version of a module, never changed once written. `content` is `sdk.manifest.bundle_to_json`; `terms` holds
    the search words of each matter (pinyin, initials), made once at publishing. `source_digest` is over the files of a
    folder of this repository: an unchanged folder is not read again at the next start."""

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

    class Meta:
        table = "modules_release"
        unique_together = (("module_id", "version"),)


class Rollout(BaseModel):
    """Which release citizens get. At most one row of a module is `live`."""

    module_id = fields.CharField(max_length=64)
    release_id = fields.UUIDField()
    state = fields.CharField(max_length=16)
    by = fields.CharField(max_length=64)
    ended_at = fields.DatetimeField(null=True)

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


class Generation(Model):
    """One row. Its number grows in the transaction of every release, rollout and switch."""

    id = fields.SmallIntField(primary_key=True, generated=False)
    number = fields.BigIntField(default=0)
    at = fields.DatetimeField(default=now)

    class Meta:
        table = "modules_generation"
