"""Payments of `pay` matters. The amount comes from the department, never from the client."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from backend.cases.schemas import MatterId


class PaymentCreate(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`form` holds the matter's fields (e.g. the payment notice's code)."""

    matter: MatterId
    release: Annotated[str, Meta(min_length=1, max_length=120)]
    form: dict[str, Any]
    channel: Literal["wechat", "alipay"]


class PaymentOut(msgspec.Struct, kw_only=True):
    """`params` is what the platform's pay call takes; on H5 `params.url`. `case_number` once it is paid."""

    id: str
    matter: str
    state: Literal["created", "waiting", "paid", "closed", "unknown"]
    state_text: str
    title: str
    amount_fen: int
    channel: Literal["wechat", "alipay"]
    params: dict[str, Any]
    expires_at: datetime
    paid_at: datetime | None
    case_number: str | None


class PaymentList(msgspec.Struct, kw_only=True):
    items: list[PaymentOut]
    next: str | None = None
