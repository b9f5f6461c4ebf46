"""What can go wrong with a booking."""

from __future__ import annotations

from backend.core.errors import AppError


class NotBookable(AppError):
    code = "appointments.not_bookable"
    status = 409
    title = "这个事项不用预约"


class OfficeUnknown(AppError):
    code = "appointments.office_unknown"
    status = 422
    title = "没有这个办理地点，请重新选择"


class SlotUnknown(AppError):
    code = "appointments.slot_unknown"
    status = 422
    title = "这一天或这个时段不能预约，请重新选择"


class SlotFull(AppError):
    code = "appointments.slot_full"
    status = 409
    title = "这个时段刚刚约满了，请换一个时段"
