"""Rows of appointments: what a slot holds, and who holds a place in it."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model

from backend.core.clock import now


class Slot(Model):
    """One slot of one day at one counter of a matter, made when it is first booked. `taken` never passes `capacity`:
    the statement that counts up says so, and the table has the check as well."""

    id = fields.BigIntField(primary_key=True)
    matter = fields.CharField(max_length=130)
    office = fields.CharField(max_length=64)
    date = fields.DateField()
    slot = fields.CharField(max_length=32)
    capacity = fields.IntField()
    taken = fields.IntField(default=0)

    class Meta:
        table = "appointments_slot"
        unique_together = (("matter", "office", "date", "slot"),)


class Reservation(Model):
    """A place that a case holds."""

    case_id = fields.UUIDField(primary_key=True)
    slot: fields.ForeignKeyRelation[Slot] = fields.ForeignKeyField("appointments.Slot", related_name="reservations")
    created_at = fields.DatetimeField(default=now)

    class Meta:
        table = "appointments_reservation"
