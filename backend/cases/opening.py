"""Cases that other slices open: a payment that came in is a concluded case with its receipt."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from backend.cases import history, sealing, submission
from backend.cases.history import Actor, Step
from backend.core import audit, clock, crypto, db
from backend.identity import service as identity
from backend.modules.registry import MatterEntry


async def open_paid(
    citizen_id: str, entry: MatterEntry, *, form: dict[str, Any], details: dict[str, Any], text: str, order: str
) -> str:
    """Open and conclude the case of a payment; returns its number. Runs in the caller's transaction.

    form     the answers of the matter's form (the payment notice's number …)
    details  what the receipt shows, such as `amount_fen`, `payee`, `paid_at`
    text     the sentence of the timeline
    order    the payment's id, for the trail
    """
    async with db.transaction():
        profile, key = await identity.profile_and_key(citizen_id)
        case_id, number = uuid4(), submission.new_number()
        row = history.new_row(
            case_id=case_id,
            number=number,
            citizen_id=UUID(profile.id),
            entry=entry,
            region=submission.region_for(entry, None, None, profile.region),
            applicant=crypto.mask_name(profile.name) if profile.name else crypto.mask_phone(profile.phone or ""),
            sealed=sealing.seal_form(key, case_id, form),
            at=clock.now(),
        )
        await submission.conclude(row, entry, form, details, key)
        steps = [
            Step("submitted", "已发起缴费", Actor("citizen", citizen_id, "我")),
            Step("auto_accepted", "缴费单有效"),
            Step("auto_approved", submission.approval_text(row, text)),
        ]
        await history.begin(row, entry, steps, [], key=key)
        await audit.record(None, "cases.open_paid", "case", number, citizen_id=citizen_id, order=order)
        return number
