"""What may go wrong with reminders."""

from __future__ import annotations

from backend.core.errors import AppError


class RuleNotFound(AppError):
    code = "reminders.rule_not_found"
    status = 404
    title = "没有这条到期提醒规则"


class RuleChanged(AppError):
    """Somebody else wrote the rule since it was read."""

    code = "reminders.rule_changed"
    status = 409
    title = "这条规则刚被别人修改过，请刷新后再改"


class NothingProposed(AppError):
    code = "reminders.nothing_proposed"
    status = 409
    title = "这条规则没有等人批准的修改"


class SecondPersonNeeded(AppError):
    code = "reminders.second_person"
    status = 403
    title = "修改要由另一个运营人员批准"


class RuleInvalid(AppError):
    code = "reminders.rule_invalid"
    status = 422
    title = "提前天数重复了，请每个天数只写一次"


class ReminderNotFound(AppError):
    code = "reminders.not_found"
    status = 404
    title = "没有找到这条提醒"


class CallNotFound(AppError):
    code = "reminders.call_not_found"
    status = 404
    title = "没有找到这个待打电话的人"


class CallDone(AppError):
    code = "reminders.call_done"
    status = 409
    title = "这个电话已经有人打过，或者已经不用打了"


class NoNumber(AppError):
    code = "reminders.no_number"
    status = 409
    title = "这位办事人没有登记手机号码"


class CannotSnooze(AppError):
    code = "reminders.cannot_snooze"
    status = 409
    title = "这条提醒不能再推迟"
