"""Recovery codes: ten that stand for one one-time code each, for a member of staff whose phone is gone."""

from __future__ import annotations

import uuid

from backend.core import audit, crypto, db
from backend.core.clock import now
from backend.core.sessions import Principal
from backend.identity.models import RecoveryCode
from backend.identity.sealing import index_of

COUNT = 10
LENGTH = 12  # nearly 59 bits, and the lock-out of the sign-in stands before them


def _hash(staff_id: uuid.UUID, code: str) -> bytes:
    plain = code.replace("-", "").replace(" ", "").upper()
    return index_of("staff.recovery", f"{staff_id}:{plain}")


async def renew(staff_id: uuid.UUID, by: Principal | None) -> list[str]:
    """New codes, told this once; the old ones are void. In the caller's transaction."""
    codes = [crypto.public_code(LENGTH) for _ in range(COUNT)]
    await RecoveryCode.filter(staff_id=staff_id).delete()
    await RecoveryCode.bulk_create([RecoveryCode(staff_id=staff_id, code_hash=_hash(staff_id, code)) for code in codes])
    await audit.record(by, "identity.recovery_codes_made", "staff", str(staff_id), count=COUNT)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


async def spend(staff_id: uuid.UUID, code: str) -> bool:
    """Use a code up; False when it is none, or was used."""
    touched = await db.execute(
        "UPDATE identity_recovery_code SET used_at = $3 WHERE staff_id = $1 AND code_hash = $2 AND used_at IS NULL",
        staff_id,
        _hash(staff_id, code),
        now(),
    )
    return touched == 1


async def left(staff_id: uuid.UUID) -> int:
    return await RecoveryCode.filter(staff_id=staff_id, used_at=None).count()


async def forget(staff_id: uuid.UUID) -> None:
    await RecoveryCode.filter(staff_id=staff_id).delete()
