"""What of a citizen a policy looks at: age, and the failures and checks of today."""

from __future__ import annotations

import uuid

from backend.core import db
from backend.identity import assurance, profiles
from backend.identity.policies import FACES, Situation

PROVIDERS = {"wechat": "wechat", "alipay": "alipay", "h5": "faceid"}
CHANNELS = {provider: channel for channel, provider in PROVIDERS.items()}
assert set(PROVIDERS) == set(FACES)


async def of(citizen_id: uuid.UUID | str, purpose: str) -> Situation:
    """The situation of a citizen for an action at this moment."""
    key = uuid.UUID(str(citizen_id))
    rows = await db.fetch(
        "SELECT provider, count(*) FILTER (WHERE counted AND purpose_group = $3) AS failures, count(*) AS begun"
        " FROM identity_face_check WHERE citizen_id = $1 AND created_at >= $2 GROUP BY provider",
        key,
        assurance.day_start(),
        purpose.partition(":")[0],
    )
    return Situation(
        age=(await profiles.profile(key)).age,
        failures={CHANNELS[row["provider"]]: int(row["failures"]) for row in rows if row["failures"]},
        begun=sum(int(row["begun"]) for row in rows),
    )
