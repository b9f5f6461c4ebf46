"""What lies in `core_kept_answer`: an answer holds what a citizen wrote, and a body may be nothing but a phone number.

So answers are sealed and bodies are compared by a keyed digest. The key comes from the session secret and the request's
own scope and key; rows live for a day or so, and none has to be sealed anew when the master key changes.
"""

from __future__ import annotations

import hashlib
import hmac

from backend.core import crypto
from backend.core.settings import current

_PURPOSE = b"core.kept-answer"


def _key(scope: str, key: str) -> bytes:
    return hmac.digest(current().secrets.session, b"\x00".join((_PURPOSE, scope.encode(), key.encode())), "sha256")


def sealed(scope: str, key: str, answer: bytes) -> bytes:
    return crypto.seal(_key(scope, key), answer, _PURPOSE)


def opened(scope: str, key: str, kept: bytes | None) -> bytes:
    """The answer as it was given. Rows of before answers were sealed are JSON, or empty."""
    if not kept or kept[:1] in b'{["ntf-0123456789':
        return kept or b""
    return crypto.unseal(_key(scope, key), kept, _PURPOSE)


def fingerprint(scope: str, key: str, body: bytes) -> bytes:
    return hmac.digest(_key(scope, key), body, "sha256")


def same_body(scope: str, key: str, body: bytes, kept: bytes) -> bool:
    """Whether a kept row is of this very body; rows of before have a plain digest."""
    return hmac.compare_digest(kept, fingerprint(scope, key, body)) or hmac.compare_digest(
        kept, hashlib.sha256(body).digest()
    )
