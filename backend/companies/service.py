"""The use cases of companies, under one name: `from backend.companies import service as companies`."""

from backend.companies.acting import Acting, acting, has_right, record
from backend.companies.leaving import closed, export, move_citizen
from backend.companies.opening import open_
from backend.companies.reading import Held, get, held, list_of, staff_of
from backend.companies.staff import accept, decline, end, invite, look

__all__ = [
    "Acting",
    "Held",
    "accept",
    "acting",
    "closed",
    "decline",
    "end",
    "export",
    "get",
    "has_right",
    "held",
    "invite",
    "list_of",
    "look",
    "move_citizen",
    "open_",
    "record",
    "staff_of",
]
