"""What the three face providers have in common: one result, told the same way."""

from __future__ import annotations

from typing import Literal

import msgspec

FaceState = Literal["passed", "failed", "pending"]


class FaceResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says about a check when its server is asked.

    `pending` means not finished, or that the provider cannot tell unfinished from failed (Alipay's F).
    `code` is the provider's result code; `reason` a sentence for citizens, empty when passed.
    """

    state: FaceState
    code: str
    reason: str = ""
