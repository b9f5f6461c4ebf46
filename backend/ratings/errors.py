"""What may go wrong with ratings."""

from __future__ import annotations

from backend.core.errors import AppError


class NotConcluded(AppError):
    code = "ratings.not_concluded"
    status = 409
    title = "办结后才能评价"


class AlreadyRated(AppError):
    code = "ratings.already_rated"
    status = 409
    title = "这件事您已经评价过了"


class FollowUpNotFound(AppError):
    code = "ratings.follow_up_not_found"
    status = 404
    title = "没有找到这条回访"


class FollowUpDone(AppError):
    code = "ratings.follow_up_done"
    status = 409
    title = "这条回访已经办完"
