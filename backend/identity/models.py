"""Rows of identity.

Personal data is sealed under the citizen's own data key; what must be found again has a keyed blind index beside it.
A citizen's phone is an account (`Account.kind == "phone"`), kept once.
"""

from __future__ import annotations

import uuid
from typing import Any

from tortoise import fields
from tortoise.indexes import Index

from backend.core.db import BaseModel


class Citizen(BaseModel):
    """A natural person. Until real-name only the key and the level are there.

    `wrapped_key` null means that the key was destroyed. `merged_into`: this row lives on in that one.
    `region` is the 6-digit code that the citizen chose. `birth_month`, the first day of the month of birth, stands in
    clear, so that a notice for an age can be counted without opening anybody's id number; null where none is known.
    """

    wrapped_key = fields.BinaryField(null=True)
    level = fields.SmallIntField(default=1)
    name_sealed = fields.BinaryField(null=True)
    id_number_sealed = fields.BinaryField(null=True)
    id_number_index = fields.BinaryField(null=True)
    verified_at = fields.DatetimeField(null=True)
    made_in = fields.CharField(max_length=16)
    elder = fields.BooleanField(default=False)
    region = fields.CharField(max_length=6, null=True)
    birth_month = fields.DateField(null=True)
    merged_into = fields.UUIDField(null=True)
    closed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_citizen"
        unique_together = (("id_number_index",),)


class Account(BaseModel):
    """One way to sign in. `app` tells openids of several mini-programs apart, empty for phones.

    `subject_sealed` is the phone, openid or Alipay id, needed for sending; `proved_at` when it was last shown to be
    in the citizen's hands.
    """

    citizen_id: uuid.UUID
    citizen: Any = fields.ForeignKeyField("identity.Citizen", related_name="accounts", on_delete=fields.RESTRICT)
    kind = fields.CharField(max_length=16)
    app = fields.CharField(max_length=32, default="")
    subject_index = fields.BinaryField()
    subject_sealed = fields.BinaryField()
    union_index = fields.BinaryField(null=True)
    proved_at = fields.DatetimeField()

    class Meta:
        table = "identity_account"
        unique_together = (("kind", "app", "subject_index"),)
        indexes = (Index(fields=("citizen_id",)), Index(fields=("union_index",)))


class Session(BaseModel):
    """A device that is signed in: one family of refresh tokens, of which only the newest is good.

    `root_id` is the session that a web-view was handed over from, else the row itself: assurances belong to it.
    `refresh_replay` is the newest token sealed for whoever repeats the refresh with the same Idempotency-Key.
    """

    citizen_id: uuid.UUID
    citizen: Any = fields.ForeignKeyField("identity.Citizen", related_name="sessions", on_delete=fields.RESTRICT)
    account_id: uuid.UUID | None
    account: Any = fields.ForeignKeyField(
        "identity.Account", related_name="sessions", null=True, on_delete=fields.SET_NULL
    )
    root_id = fields.UUIDField()
    channel = fields.CharField(max_length=16)
    device = fields.CharField(max_length=64)
    level = fields.SmallIntField()
    refresh_hash = fields.BinaryField()
    refresh_generation = fields.IntField(default=0)
    refresh_replay = fields.BinaryField(null=True)
    refreshed_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=32, null=True)

    class Meta:
        table = "identity_session"
        indexes = (Index(fields=("citizen_id", "ended_at")), Index(fields=("ended_at",)), Index(fields=("root_id",)))


class PhoneCode(BaseModel):
    """A code for a phone; a row before it is a message. `state`: queued → sending → sent, unknown or failed.

    The sealed values are wiped once the message left; the hash is keyed, because six digits are quickly tried.
    """

    phone_index = fields.BinaryField()
    phone_sealed = fields.BinaryField(null=True)
    code_sealed = fields.BinaryField(null=True)
    code_hash = fields.BinaryField()
    attempts = fields.SmallIntField(default=0)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    state = fields.CharField(max_length=16, default="queued")
    tries = fields.SmallIntField(default=0)
    claimed_at = fields.DatetimeField(null=True)
    provider_id = fields.CharField(max_length=64, null=True)
    provider_code = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "identity_phone_code"
        indexes = (Index(fields=("phone_index", "created_at")), Index(fields=("state", "created_at")))


class FaceCheck(BaseModel):
    """A face check, bound to citizen, session (its root), purpose and one use.

    `out_no` is our number at the provider, in the row before the call. `business_id` is the provider's.
    `state`: created → started → passed, failed or expired; refused when the provider did not open it.
    `counted` failures are the person's (not a cancelled camera) and lead to the lock-out.
    """

    citizen_id: uuid.UUID
    citizen: Any = fields.ForeignKeyField("identity.Citizen", related_name="face_checks", on_delete=fields.RESTRICT)
    session_id = fields.UUIDField()
    purpose = fields.CharField(max_length=160)
    purpose_group = fields.CharField(max_length=32)
    channel = fields.CharField(max_length=16)
    provider = fields.CharField(max_length=16)
    out_no = fields.CharField(max_length=32, unique=True)
    business_id = fields.CharField(max_length=300, null=True)
    subject_sealed = fields.BinaryField(null=True)
    state = fields.CharField(max_length=16, default="created")
    result_code = fields.CharField(max_length=64, null=True)
    reason = fields.CharField(max_length=200, default="")
    counted = fields.BooleanField(default=False)
    expires_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_face_check"
        indexes = (Index(fields=("citizen_id", "created_at")),)


class Assurance(BaseModel):
    """The ledger: every proof that was tried, and what came of it. A passed face check is spent by `used_by`.

    `subject_index` is the id number's blind index for real-name attempts, so that tries against one number are counted.
    """

    citizen_id: uuid.UUID
    citizen: Any = fields.ForeignKeyField("identity.Citizen", related_name="assurances", on_delete=fields.RESTRICT)
    session_id = fields.UUIDField()
    method = fields.CharField(max_length=16)
    provider = fields.CharField(max_length=16)
    business_id = fields.CharField(max_length=300)
    result_code = fields.CharField(max_length=64)
    outcome = fields.CharField(max_length=16)
    purpose = fields.CharField(max_length=160)
    subject_index = fields.BinaryField(null=True)
    expires_at = fields.DatetimeField(null=True)
    used_at = fields.DatetimeField(null=True)
    used_by = fields.CharField(max_length=160, null=True)

    class Meta:
        table = "identity_assurance"
        indexes = (Index(fields=("citizen_id", "created_at")), Index(fields=("subject_index", "created_at")))


class Staff(BaseModel):
    """A member of staff. `roles` and `regions` are lists of strings; a province code covers all regions.

    `totp_last_step` is the 30-second step of the last accepted code: a code is good once. Password and secret are null
    until the member has enrolled, and again after a reset: then no sign-in is possible.
    """

    username = fields.CharField(max_length=64, unique=True)
    display_name = fields.CharField(max_length=64)
    password_hash = fields.CharField(max_length=200, null=True)
    totp_sealed = fields.BinaryField(null=True)
    totp_last_step = fields.BigIntField(default=0)
    failures = fields.SmallIntField(default=0)
    locked_until = fields.DatetimeField(null=True)
    roles: list[str] = fields.JSONField(default=list)
    regions: list[str] = fields.JSONField(default=list)
    disabled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_staff"


class StaffSession(BaseModel):
    staff_id: uuid.UUID
    staff: Any = fields.ForeignKeyField("identity.Staff", related_name="sessions", on_delete=fields.RESTRICT)
    device = fields.CharField(max_length=64)
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharField(max_length=32, null=True)

    class Meta:
        table = "identity_staff_session"
        indexes = (Index(fields=("staff_id", "ended_at")), Index(fields=("ended_at",)))


class StaffEnrolment(BaseModel):
    """The way of a member to a password and a second factor of their own.

    `state`: asked → open (a second person agreed, a setup code was told once) → used; or withdrawn, or expired by
    `expires_at`. `asked_by` and `approved_by` are staff; null is somebody at the machine itself. `secret_sealed` is the
    TOTP secret that was shown last, wiped once it is the member's.
    """

    staff_id: uuid.UUID
    staff: Any = fields.ForeignKeyField("identity.Staff", related_name="enrolments", on_delete=fields.RESTRICT)
    state = fields.CharField(max_length=16, default="asked")
    reason = fields.CharField(max_length=200)
    code_hash = fields.BinaryField(null=True)
    secret_sealed = fields.BinaryField(null=True)
    asked_by = fields.UUIDField(null=True)
    approved_by = fields.UUIDField(null=True)
    expires_at = fields.DatetimeField(null=True)
    finished_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_staff_enrolment"
        indexes = (Index(fields=("staff_id", "state")), Index(fields=("state", "created_at")))


class RecoveryCode(BaseModel):
    """A code that stands for one one-time code, for a member whose phone is gone. Only a keyed hash is kept."""

    staff_id: uuid.UUID
    staff: Any = fields.ForeignKeyField("identity.Staff", related_name="recovery_codes", on_delete=fields.RESTRICT)
    code_hash = fields.BinaryField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_recovery_code"
        unique_together = (("code_hash",),)
        indexes = (Index(fields=("staff_id",)),)


class Delegation(BaseModel):
    """Leave to act for another. `relation` is what the grantor is to the agent: parent, spouse, child, other; minor and
    ward are under guardianship.

    `state`: invited (a code is out, the other side unknown yet) or review (a window must see the papers) → active →
    ended; declined, refused. `name_index` ties an invitation to the name it was made for. `matters` are ids, or `*`.
    `ends_on` is the last day. `proved`: face of the grantor, or counter. `decided_by` is the window's member.
    """

    relation = fields.CharField(max_length=16)
    inviter_id = fields.UUIDField()
    agent_id = fields.UUIDField(null=True)
    grantor_id = fields.UUIDField(null=True)
    name_index = fields.BinaryField(null=True)
    code_hash = fields.BinaryField(null=True)
    code_expires_at = fields.DatetimeField(null=True)
    matters: list[str] = fields.JSONField(default=list)
    wallet = fields.BooleanField(default=False)
    ends_on = fields.DateField()
    state = fields.CharField(max_length=16, default="invited")
    proved = fields.CharField(max_length=16, null=True)
    decided_by = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=200, null=True)
    ended_at = fields.DatetimeField(null=True)
    ended_by = fields.CharField(max_length=16, null=True)

    class Meta:
        table = "identity_delegation"
        unique_together = (("code_hash",),)
        indexes = (
            Index(fields=("agent_id", "grantor_id")),
            Index(fields=("grantor_id",)),
            Index(fields=("inviter_id",)),
        )


class CounterCode(BaseModel):
    """A code that a citizen brings to a window, for one purpose. `state`: open → confirmed or refused; void by a newer
    one or by wrong cards. `session_id` is the root of the session that the proof will belong to."""

    citizen_id = fields.UUIDField()
    session_id = fields.UUIDField()
    purpose = fields.CharField(max_length=160)
    code_hash = fields.BinaryField(null=True)
    state = fields.CharField(max_length=16, default="open")
    attempts = fields.SmallIntField(default=0)
    expires_at = fields.DatetimeField()
    decided_by = fields.UUIDField(null=True)
    decided_at = fields.DatetimeField(null=True)
    reason = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "identity_counter_code"
        unique_together = (("code_hash",),)
        indexes = (Index(fields=("citizen_id", "created_at")),)


class AssurancePolicy(BaseModel):
    """One version of a policy of an action (`policies.Policy`): proposed → active → replaced, or dropped. At most one
    version of an action is active, and one proposed."""

    action = fields.CharField(max_length=16)
    state = fields.CharField(max_length=10)
    body: dict[str, Any] = fields.JSONField()
    reason = fields.CharField(max_length=200)
    proposed_by = fields.CharField(max_length=64)
    proposed_name = fields.CharField(max_length=64)
    agreed_by = fields.CharField(max_length=64, null=True)
    agreed_name = fields.CharField(max_length=64, null=True)
    settled_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_policy"
        indexes = (Index(fields=("action", "state")),)


class Closure(BaseModel):
    """A wish to close the account. `state`: waiting → done, cancelled, or blocked by what was open on the day."""

    citizen_id = fields.UUIDField()
    state = fields.CharField(max_length=16, default="waiting")
    due_at = fields.DatetimeField()
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_closure"
        indexes = (Index(fields=("citizen_id", "state")), Index(fields=("state", "due_at")))
