"""What can go wrong with a payment."""

from __future__ import annotations

from backend.core.errors import AppError, NotFound


class PaymentNotFound(NotFound):
    code = "payments.not_found"
    title = "没有找到这笔缴费"


class NothingToPay(AppError):
    code = "payments.nothing_to_pay"
    status = 409
    title = "没有需要缴纳的金额"


class PaidBefore(AppError):
    """`context.payment` is the payment that was made, when it is the asker's own."""

    code = "payments.paid_before"
    status = 409
    title = "这张缴费单已经缴过了"


class PaymentUnderWay(AppError):
    code = "payments.under_way"
    status = 409
    title = "这张缴费单正在缴纳，请先完成或等它关闭"


class ChannelNeeded(AppError):
    code = "payments.channel_needed"
    status = 409
    title = "请在微信或支付宝小程序里缴费"


class ProviderAway(AppError):
    code = "payments.provider_away"
    status = 503
    title = "支付暂时不可用，没有扣款，请过一会儿再试"
