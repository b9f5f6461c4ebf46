"""Rows of cases: the case, its append-only events, its materials, uploads and drafts.

What a citizen wrote is sealed with the citizen's data key; names of matters and offices are kept with the case, so that
a list needs no release to be loaded. Hot statements over these tables are in `rows.py`.
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.contrib.postgres.indexes import BrinIndex
from tortoise.indexes import Index
from tortoise.models import Model

from backend.core.clock import now
from backend.core.db import BaseModel
from backend.core.indexes import WhereNull


class Case(BaseModel):
    """One 办件. `number` is random and public; `state` and the clock columns follow from the events, in the same
    transaction. `resume` is the state that a correction or a transfer goes back to.

    phase, due_at, yellow_at, total, unit, suspended: what `clock.reckon` made of the events.
    work_at: when the clock has something to do here (see `due.py`); null when nothing happens by itself any more.
    dispatch: none, pending, sent, acknowledged, refused, recalling (see `dispatch.py`), looked at again at
    `dispatch_at`; `dispatch_round` numbers what was handed over (1, plus one for each supplement).
    sealed: the form; sealed_result: reason, missing things and details of the decision. `key_of` is the citizen whose
    data key seals them; it stays when two accounts become one. A case of a company has the company's id in all three of
    citizen_id, key_of and company_id: no list of a person's own finds it.
    """

    number = fields.CharField(max_length=24, unique=True)
    citizen_id = fields.UUIDField()
    key_of = fields.UUIDField()
    matter = fields.CharField(max_length=130)
    matter_name = fields.CharField(max_length=300)
    module = fields.CharField(max_length=64)
    release = fields.CharField(max_length=160)
    department = fields.CharField(max_length=300)
    kind = fields.CharField(max_length=16)
    region = fields.CharField(max_length=6)
    applicant = fields.CharField(max_length=60)
    state = fields.CharField(max_length=16)
    resume = fields.CharField(max_length=16, null=True)
    seq = fields.SmallIntField()
    sealed = fields.BinaryField()
    sealed_result = fields.BinaryField(null=True)
    booking: dict[str, Any] | None = fields.JSONField(null=True)
    submitted_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    decided_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    phase = fields.CharField(max_length=8)
    due_at = fields.DatetimeField(null=True)
    yellow_at = fields.DatetimeField(null=True)
    days_left = fields.SmallIntField(null=True)
    unit = fields.CharField(max_length=8, null=True)
    suspended = fields.BooleanField(default=False)
    light = fields.CharField(max_length=6, default="none")
    corrections = fields.SmallIntField(default=0)
    urged = fields.SmallIntField(default=0)
    handler_id = fields.CharField(max_length=64, null=True)
    handler_name = fields.CharField(max_length=100, null=True)
    outcome = fields.CharField(max_length=10, null=True)
    license_id = fields.CharField(max_length=64, null=True)
    license_name = fields.CharField(max_length=300, null=True)
    decider = fields.CharField(max_length=12)
    department_number = fields.CharField(max_length=100, null=True)
    dispatch = fields.CharField(max_length=14, default="none")
    dispatch_round = fields.SmallIntField(default=1)
    dispatch_at = fields.DatetimeField(null=True)
    attempts = fields.SmallIntField(default=0)
    work_at = fields.DatetimeField(null=True)
    company_id = fields.UUIDField(null=True)

    class Meta:
        table = "cases_case"
        indexes = (
            Index(fields=("citizen_id", "submitted_at", "id"), name="cases_case_mine"),
            # rows arrive in this order: a few pages instead of an entry for every case
            BrinIndex(fields=("submitted_at",), name="cases_case_since"),
            WhereNull(fields=("due_at", "id"), name="cases_case_queue", column="ended_at"),
            WhereNull(fields=("handler_id", "ended_at"), name="cases_case_handler", column="handler_id", present=True),
            WhereNull(fields=("work_at",), name="cases_case_work", column="work_at", present=True),
            WhereNull(fields=("dispatch_at",), name="cases_case_dispatch", column="dispatch_at", present=True),
        )


class CaseEvent(Model):
    """One step of a case, never changed. `title` and `text` are for the citizen; `who` says who acted in words that
    the citizen may read; `sealed` holds what a person wrote about this case. `external_id`: a department's event.

    The columns follow `up_pro_process` (`standards.md` §3.1): event_name is `kind`, process_name `title`,
    handle_explain `text`, event_start_time `at`, handle_user_name `who`.
    """

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("cases.Case", related_name="events")
    seq = fields.SmallIntField()
    kind = fields.CharField(max_length=24)
    state = fields.CharField(max_length=16)
    at = fields.DatetimeField()
    actor_kind = fields.CharField(max_length=12)
    actor_id = fields.CharField(max_length=64)
    who = fields.CharField(max_length=200)
    title = fields.CharField(max_length=60)
    text = fields.CharField(max_length=600)
    sealed = fields.BinaryField(null=True)
    external_id = fields.CharField(max_length=100, null=True)

    class Meta:
        table = "cases_event"
        unique_together = (("case", "seq"),)


class CaseMaterial(Model):
    """One file or licence given for a material. `round` 1 came with the application, 2 with the supplement."""

    id = fields.BigIntField(primary_key=True)
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("cases.Case", related_name="materials")
    code = fields.CharField(max_length=64)
    name = fields.CharField(max_length=300)
    upload_id = fields.UUIDField(null=True)
    license_id = fields.CharField(max_length=64, null=True)
    file_name = fields.CharField(max_length=200, null=True)
    size = fields.IntField(null=True)
    sha256 = fields.CharField(max_length=64, null=True)
    round = fields.SmallIntField(default=1)

    class Meta:
        table = "cases_material"
        indexes = (Index(fields=("case_id",), name="cases_material_case"),)


class Upload(BaseModel):
    """A file on its way or arrived. The bytes are in the blob store under the hex of `id`, sealed with the citizen's
    data key. `received` counts plain bytes. `kind` is what the content really is (jpg, png, pdf, heic)."""

    citizen_id = fields.UUIDField()
    key_of = fields.UUIDField()
    name = fields.CharField(max_length=200)
    size = fields.IntField()
    received = fields.IntField(default=0)
    content_type = fields.CharField(max_length=100)
    kind = fields.CharField(max_length=8, null=True)
    sha256 = fields.CharField(max_length=64, null=True)
    state = fields.CharField(max_length=10, default="open")
    message = fields.CharField(max_length=300, null=True)
    case_id = fields.UUIDField(null=True)

    class Meta:
        table = "cases_upload"
        indexes = (
            Index(fields=("citizen_id", "created_at"), name="cases_upload_mine"),
            WhereNull(fields=("created_at",), name="cases_upload_loose", column="case_id"),
        )


class Draft(BaseModel):
    """What a citizen has filled in so far, one for each matter. `uploads`: ids of the files that it holds."""

    citizen_id = fields.UUIDField()
    key_of = fields.UUIDField()
    matter = fields.CharField(max_length=130)
    release = fields.CharField(max_length=160)
    sealed = fields.BinaryField()
    uploads: list[str] = fields.JSONField(default=list)
    step = fields.SmallIntField(default=0)
    updated_at = fields.DatetimeField(default=now)

    class Meta:
        table = "cases_draft"
        unique_together = (("citizen_id", "matter"),)
        indexes = (
            Index(fields=("updated_at",), name="cases_draft_age"),
            Index(fields=("release", "created_at"), name="cases_draft_release"),
        )
