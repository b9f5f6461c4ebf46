"""What may go wrong at the citizen's side of push, and at its callbacks."""

from __future__ import annotations

from backend.core.errors import AppError


class MessageNotFound(AppError):
    code = "push.message_not_found"
    status = 404
    title = "没有找到这条消息"


class CannotOptOut(AppError):
    code = "push.cannot_opt_out"
    status = 409
    title = "这类通知关系到您的期限或账号安全，不能关闭"


class TooManyDevices(AppError):
    code = "push.too_many_devices"
    status = 409
    title = "接收通知的设备太多了，请先在不用的设备上退出登录"


class CallbackRefused(AppError):
    """A callback whose sender could not be proved; nothing was done."""

    code = "push.callback_refused"
    status = 403
    title = "无法确认这次回调的来源"
