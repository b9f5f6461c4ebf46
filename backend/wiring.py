"""Names of the slices that own tables. Read by the web app, the worker and the migration command."""

from __future__ import annotations

from typing import Any

from backend.core import db
from backend.core.settings import Settings

APPS: dict[str, str] = {
    "core": "backend.core.models",
    "modules": "backend.modules.models",
    "identity": "backend.identity.models",
    "companies": "backend.companies.models",
    "cases": "backend.cases.models",
    "licenses": "backend.licenses.models",
    "ratings": "backend.ratings.models",
    "payments": "backend.payments.models",
    "appointments": "backend.appointments.models",
    "push": "push.models",
    "reminders": "backend.reminders.models",
    "bridge": "backend.bridge.models",
    "campaigns": "backend.campaigns.models",
}


def database(settings: Settings) -> dict[str, Any]:
    return db.config(settings.db.url, APPS, pool_min=settings.db.pool_min, pool_max=settings.db.pool_max)
