"""What the doors of staff take and give: signing in, members, enrolment, recovery."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from backend.identity.policies import Method, Policy
from backend.identity.schemas import Code, Reason


class StaffSessionCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One of `otp` and `recovery_code`; the latter when the authenticator is gone."""

    username: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=256)]
    otp: Code | None = None
    recovery_code: Annotated[str, Meta(min_length=12, max_length=20)] | None = None


class StaffOut(msgspec.Struct, kw_only=True):
    username: str
    display_name: str
    roles: list[str]
    regions: list[str]


class StaffSessionCreated(msgspec.Struct, kw_only=True):
    token: str
    expires_at: datetime
    csrf: str
    staff: StaffOut
    recovery_left: int


class StaffSessionOut(msgspec.Struct, kw_only=True):
    expires_at: datetime
    csrf: str
    staff: StaffOut
    recovery_left: int


Role = Literal["window", "reviewer", "publisher", "operator", "auditor", "admin"]
Username = Annotated[str, Meta(min_length=2, max_length=64, pattern=r"^[a-z][a-z0-9._-]*(?!\n)$")]
SetupCodeText = Annotated[str, Meta(min_length=16, max_length=24)]
RegionCode = Annotated[str, Meta(pattern=r"^[0-9]{6}$", max_length=6)]


class MemberCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`regions` are 6-digit codes; a province code covers all of it. 审计 and 管理 stand alone."""

    username: Username
    display_name: Annotated[str, Meta(min_length=1, max_length=64)]
    roles: Annotated[list[Role], Meta(min_length=1, max_length=6)]
    regions: Annotated[
        list[Annotated[str, Meta(pattern=r"^[0-9]{6}$", max_length=6)]], Meta(min_length=1, max_length=30)
    ]


class MemberOut(msgspec.Struct, kw_only=True):
    """`enrolment`: asked (a second admin is waited for), open (a setup code is out), expired, or null."""

    username: str
    display_name: str
    roles: list[str]
    regions: list[str]
    enrolled: bool
    disabled: bool
    enrolment: str | None
    recovery_left: int


class MembersOut(msgspec.Struct, kw_only=True):
    items: list[MemberOut]


class MemberReason(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    reason: Reason


class EnrolmentOut(msgspec.Struct, kw_only=True):
    """`asked_by` null: somebody at the machine itself."""

    id: str
    username: str
    display_name: str
    state: str
    reason: str
    asked_by: str | None
    asked_at: datetime
    expires_at: datetime | None


class EnrolmentsOut(msgspec.Struct, kw_only=True):
    items: list[EnrolmentOut]


class SetupCode(msgspec.Struct, kw_only=True):
    """Told once, to be handed over in person."""

    username: str
    setup_code: str
    expires_at: datetime


class EnrolmentBegin(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    username: Annotated[str, Meta(min_length=1, max_length=64)]
    setup_code: SetupCodeText


class EnrolmentBegun(msgspec.Struct, kw_only=True):
    """`otpauth` is what a QR code carries; `secret` is base32, for typing."""

    secret: str
    otpauth: str
    expires_at: datetime


class EnrolmentConfirm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    username: Annotated[str, Meta(min_length=1, max_length=64)]
    setup_code: SetupCodeText
    password: Annotated[str, Meta(min_length=12, max_length=256)]
    otp: Code


class RecoveryCodes(msgspec.Struct, kw_only=True):
    """Told once."""

    codes: list[str]


class RecoveryRenew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    otp: Code


Action = Literal["*", "submit", "show", "delegate", "guardian", "company", "export", "close"]


class PolicyVersion(msgspec.Struct, kw_only=True):
    id: str
    state: Literal["proposed", "active", "replaced"]
    policy: Policy
    reason: str
    proposed_by: str
    agreed_by: str | None
    at: datetime


class PolicyOut(msgspec.Struct, kw_only=True):
    """What holds for an action. `own` false: nobody has written one for it, and that of `*` or the default holds.
    `history`: what held, newest first."""

    action: Action
    name: str
    policy: Policy
    own: bool
    proposed: PolicyVersion | None
    history: list[PolicyVersion]


class PoliciesOut(msgspec.Struct, kw_only=True):
    items: list[PolicyOut]


class PolicyPut(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    action: Action
    policy: Policy
    reason: Reason


class Simulate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Somebody described, or with `phone` somebody who is there. Without `policy` the one that holds."""

    action: Action = "submit"
    policy: Policy | None = None
    age: Annotated[int, Meta(ge=0, le=150)] | None = None
    failures: dict[Literal["wechat", "alipay", "h5"], Annotated[int, Meta(ge=0, le=100)]] = {}
    begun: Annotated[int, Meta(ge=0, le=1000)] = 0
    phone: Annotated[str, Meta(pattern=r"^1[3-9][0-9]{9}$")] | None = None


class SimulatedWay(msgspec.Struct, kw_only=True):
    method: Method
    offered: bool
    why: str


class Simulation(msgspec.Struct, kw_only=True):
    """The situation that was weighed, and every step of the policy in order. `faults`: why it could not be proposed."""

    age: int | None
    failures: dict[str, int]
    begun: int
    faults: list[str]
    ways: list[SimulatedWay]
