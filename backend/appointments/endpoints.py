"""Days and slots of a `book` matter. Reserving happens with the case (`POST /cases` with `booking`)."""

from __future__ import annotations

from backend.appointments import errors, service
from backend.appointments.schemas import SlotsOut, SlotsQuery
from backend.core.http import Api, Call
from backend.modules.errors import MatterNotFound

api = Api("appointments", "/api/v1", tag="预约")


@api.get(
    "/matters/<matter>/slots",
    query=SlotsQuery,
    out=SlotsOut,
    errors=(MatterNotFound, errors.NotBookable, errors.OfficeUnknown),
)
async def slots(call: Call, matter: str) -> SlotsOut:
    """Offices, and what is free in one of them."""
    return await service.slots(matter, call.query)
