"""The use cases of companies, under one name: `from backend.companies import service as companies`."""

from backend.companies.acting import Acting, acting, record
from backend.companies.leaving import closed, export, move_citizen
from backend.companies.opening import open_
from backend.companies.reading import get, list_of, staff_of
from backend.companies.staff import accept, decline, end, invite, look

__all__ = [
    "Acting",
    "accept",
    "acting",
    "closed",
    "decline",
    "end",
    "export",
    "get",
    "invite",
    "list_of",
    "look",
    "move_citizen",
    "open_",
    "record",
    "staff_of",
]
