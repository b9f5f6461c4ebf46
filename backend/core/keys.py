"""The vault of this process, made from the settings on first use."""

from __future__ import annotations

from functools import lru_cache

from backend.core import settings
from backend.core.crypto import Vault


@lru_cache(maxsize=1)
def vault() -> Vault:
    secrets = settings.current().secrets
    return Vault(secrets.master, secrets.index)
