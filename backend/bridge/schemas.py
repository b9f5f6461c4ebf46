"""What the page around a team's own page asks and is told."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from backend.sdk.bridge import Code

Token = Annotated[str, Meta(min_length=20, max_length=1200)]
FieldName = Annotated[str, Meta(min_length=1, max_length=64)]


class RegionQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    region: Annotated[str, Meta(pattern=r"^[0-9]{6}$")] | None = None


class OwnPageOut(msgspec.Struct, kw_only=True):
    """Where the pages of a matter's module are, for this device. `consented`: nobody needs to be asked any more.

    `token` is good for `expires_in` seconds, in this session and for this release alone.
    """

    matter: str
    module: str
    module_name: str
    department: str
    release: str
    url: str
    fields: list[str]
    consented: bool
    token: str
    expires_in: int


class GivenConsent(msgspec.Struct, kw_only=True):
    """What the pages of a module may learn of the citizen. `fields` are names of declared fields."""

    module: str
    module_name: str
    department: str
    fields: list[str]
    since: datetime


class GivenConsents(msgspec.Struct, kw_only=True):
    items: list[GivenConsent]


class TokenBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    token: Token


class ConsentCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`fields` are what the citizen read and agreed to; each must be declared by the release of the token."""

    token: Token
    fields: Annotated[list[FieldName], Meta(max_length=20)]


class ConsentOut(msgspec.Struct, kw_only=True):
    module: str
    fields: list[str]


class WhoOut(msgspec.Struct, kw_only=True):
    """The declared fields that the citizen agreed to and that are held."""

    fields: dict[str, Any]


class PageCall(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The page's own words (`sdk.bridge.CallBody`) with the token of the page around it."""

    token: Token
    matter: Code
    params: dict[str, Any] = {}
