"""What may go wrong with campaigns."""

from __future__ import annotations

from backend.core.errors import AppError


class AudienceInvalid(AppError):
    """`context.column` is where in the rule, when that is known."""

    code = "campaigns.audience_invalid"
    status = 422
    title = "人群规则有问题"


class AudienceTooSlow(AppError):
    code = "campaigns.audience_too_slow"
    status = 422
    title = "这条人群规则太费时，请先限定地区或证照"


class NotOneTap(AppError):
    """A matter that needs more of a citizen than a tap."""

    code = "campaigns.not_one_tap"
    status = 422
    title = "这个事项还要本人填写或交材料，不能免申即享"


class OfferNotFound(AppError):
    code = "campaigns.offer_not_found"
    status = 404
    title = "没有找到这项服务，可能已经结束"


class OfferOver(AppError):
    code = "campaigns.offer_over"
    status = 409
    title = "这项服务已经不能再确认"


class CampaignNotFound(AppError):
    code = "campaigns.not_found"
    status = 404
    title = "没有这个通知任务"


class WrongCampaignState(AppError):
    code = "campaigns.wrong_state"
    status = 409
    title = "这个通知任务现在不能这样操作"


class CampaignChanged(AppError):
    code = "campaigns.changed"
    status = 409
    title = "内容刚被修改过，请刷新后再操作"


class TemplateNotFound(AppError):
    code = "campaigns.template_not_found"
    status = 404
    title = "没有这个模板"


class TemplateChanged(AppError):
    code = "campaigns.template_changed"
    status = 409
    title = "模板刚被修改过，请刷新后再操作"


class SecondPersonNeeded(AppError):
    code = "campaigns.second_person"
    status = 403
    title = "须由另一位运营人员批准，不能批准自己编写的通知"
