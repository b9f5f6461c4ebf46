"""What can go wrong in identity, in sentences for citizens and staff."""

from __future__ import annotations

from backend.core.errors import AppError


class CodeWrong(AppError):
    """Wrong, used, expired, never sent, or tried too often: one answer, so that nothing can be learned from it."""

    code = "identity.code_wrong"
    status = 422
    title = "验证码不对、已用过或已过期，请核对；连续输错 5 次后需要重新获取"


class CaptchaNeeded(AppError):
    """`context.captcha` is {id, question}; send `captcha: "<id>:<answer>"`. The question is text, not a picture."""

    code = "identity.captcha_needed"
    status = 429
    title = "获取次数较多，请先回答一道小题"


class CodesUnavailable(AppError):
    code = "identity.codes_unavailable"
    status = 503
    title = "验证码暂时发不出去，请过几分钟再试，或用微信、支付宝登录"


class ChannelCodeRefused(AppError):
    code = "identity.channel_code_refused"
    status = 422
    title = "登录凭证无效或已用过，请重新打开登录"


class ChannelUnavailable(AppError):
    code = "identity.channel_unavailable"
    status = 503
    title = "这种登录方式暂时用不了，请稍后再试，或换一种登录方式"


class PhoneNotWechat(AppError):
    code = "identity.phone_not_wechat"
    status = 409
    title = "只有在微信小程序里登录时才能这样取手机号，请用短信验证码登录"


class PhoneNotGiven(AppError):
    """The code is used, over, unknown, of another person or of another mini-program."""

    code = "identity.phone_not_given"
    status = 422
    title = "没有取到手机号，请再点一次按钮，或用短信验证码登录"


class PhoneTaken(AppError):
    """Another account has the number. A tap is no reason to join or to move anything."""

    code = "identity.phone_taken"
    status = 409
    title = "这个手机号已用于另一个账号；如果是您本人的，请在两边都完成实名认证，账号会合并"


class PhoneDiffers(AppError):
    code = "identity.phone_differs"
    status = 409
    title = "您的账号已有另一个手机号；要换号，请用新手机号的短信验证码登录，再完成实名认证"


class RefreshRefused(AppError):
    """The refresh token is unknown, expired or its session was ended. When it had been used before, the session is
    ended too: somebody else may hold a copy."""

    code = "identity.refresh_refused"
    status = 401
    title = "登录已失效，请重新登录"


class WebviewCodeRefused(AppError):
    code = "identity.webview_code_refused"
    status = 422
    title = "打开页面的凭证无效或已过期，请返回后重新打开"


class DeviceNotFound(AppError):
    code = "identity.device_not_found"
    status = 404
    title = "没有这台已登录的设备"


class RealNameMismatch(AppError):
    code = "identity.real_name_mismatch"
    status = 422
    title = "姓名与身份证号码不一致，请按身份证原样填写"


class RealNameNotFound(AppError):
    """The authority does not know the number. `context.ways` leads to a counter instead of a dead end."""

    code = "identity.real_name_not_found"
    status = 422
    title = "暂时查不到这个身份信息，可带身份证到就近的政务服务中心窗口核实"


class RealNameUnavailable(AppError):
    code = "identity.real_name_unavailable"
    status = 503
    title = "身份核验服务暂时没有回应，请稍后再试，您的账号不受影响"


class RealNameLimit(AppError):
    code = "identity.real_name_limit"
    status = 429
    title = "今天核验次数已用完，请明天再试，或带身份证到就近的政务服务中心窗口办理"


class RealNameOther(AppError):
    code = "identity.real_name_other"
    status = 409
    title = "这个账号已用另一位的身份实名，不能改为他人；请退出后用自己的手机号、微信或支付宝登录"


class FaceCheckNotFound(AppError):
    """Unknown, another person's, or opened in another session: one answer."""

    code = "identity.face_check_not_found"
    status = 404
    title = "没有找到这次人脸核验，请重新开始"


class FaceLocked(AppError):
    """`context.ways` names what is left: another provider, the counter."""

    code = "identity.face_locked"
    status = 403
    title = "今天这种方式核验没有通过的次数较多，请换一种方式"


class FaceUnavailable(AppError):
    code = "identity.face_unavailable"
    status = 503
    title = "人脸核验暂时打不开，请稍后再试，或换一种核验方式"


class FaceRefused(AppError):
    code = "identity.face_refused"
    status = 422
    title = "人脸核验没能打开，请换一种核验方式"


class FaceChannelMissing(AppError):
    code = "identity.face_channel_missing"
    status = 409
    title = "这个账号没有用微信登录过，请换一种核验方式"


class CitizenNotFound(AppError):
    code = "identity.citizen_not_found"
    status = 404
    title = "没有找到这位用户"


class StaffNotFound(AppError):
    code = "identity.staff_not_found"
    status = 404
    title = "没有找到这位工作人员"


class StaffSignInFailed(AppError):
    """One answer for a wrong name, password or one-time code, and for a disabled account."""

    code = "identity.staff_sign_in_failed"
    status = 401
    title = "用户名、密码或动态码不对；动态码和恢复码每个只能用一次"


class StaffLocked(AppError):
    code = "identity.staff_locked"
    status = 429
    title = "连续输错次数过多，请稍后再试"


class EnrolmentRefused(AppError):
    """One answer for an unknown user, a wrong, used, expired or withdrawn setup code."""

    code = "identity.enrolment_refused"
    status = 401
    title = "用户名或登记码不对，或登记码已用过、已过期，请找管理员重新开"


class EnrolmentCodeWrong(AppError):
    code = "identity.enrolment_code_wrong"
    status = 422
    title = "验证器里的动态码对不上，请核对手机时间后输入新的一个"


class EnrolmentNotFound(AppError):
    code = "identity.enrolment_not_found"
    status = 404
    title = "没有这次登记，或它已经处理过了"


class EnrolmentPending(AppError):
    code = "identity.enrolment_pending"
    status = 409
    title = "这位工作人员已有一次登记在等待，请先处理或撤回那一次"


class SecondPersonNeeded(AppError):
    """Whoever asked, and whoever it is about, may not be the one who agrees."""

    code = "identity.second_person_needed"
    status = 409
    title = "需要另一位管理员同意：提出的人和本人都不能自己同意"


class StaffExists(AppError):
    code = "identity.staff_exists"
    status = 409
    title = "这个用户名已经有人用了"


class StaffSelf(AppError):
    code = "identity.staff_self"
    status = 409
    title = "不能停用自己的账号，请由另一位管理员操作"


class NotDelegated(AppError):
    """No delegation, another's, one that has ended, or one without this in its scope."""

    code = "identity.not_delegated"
    status = 403
    title = "没有查到对方授权您代办的记录"


class DelegationNotFound(AppError):
    code = "identity.delegation_not_found"
    status = 404
    title = "没有找到这项代办"


class DelegationCodeRefused(AppError):
    """Wrong, used, expired, one's own, or made for somebody of another name: one answer."""

    code = "identity.delegation_code_refused"
    status = 422
    title = "邀请码不对、已用过、已过期，或不是发给您的，请和对方核对姓名后重新邀请"


class TooManyDelegations(AppError):
    code = "identity.too_many_delegations"
    status = 409
    title = "最多替五位家人代办，请先结束不再需要的"


class DelegationSelf(AppError):
    code = "identity.delegation_self"
    status = 409
    title = "这是您自己的身份信息，不用代办"


class GuardianshipNotFound(AppError):
    code = "identity.guardianship_not_found"
    status = 404
    title = "没有这个受理码，或它已处理、已过期"


class CounterCodeNotFound(AppError):
    code = "identity.counter_code_not_found"
    status = 404
    title = "没有这个确认码，或它已用过、已过期，请办事人重新取一个"


class CounterCodesUsedUp(AppError):
    code = "identity.counter_codes_used"
    status = 429
    title = "今天取窗口确认码的次数已用完，请明天再试"


class CounterMismatch(AppError):
    code = "identity.counter_mismatch"
    status = 422
    title = "身份证号码与取码的账号不一致，请核对证件原件；输错三次确认码作废"


class ClosureBlocked(AppError):
    """`context.open` says what must end first."""

    code = "identity.closure_blocked"
    status = 409
    title = "还有没办完的事，办完以后才能注销"


class ClosureNotFound(AppError):
    code = "identity.closure_not_found"
    status = 404
    title = "没有正在等待的注销申请"


class PolicyNotFound(AppError):
    code = "identity.policy_not_found"
    status = 404
    title = "没有找到这份核验方式"


class PolicySettled(AppError):
    code = "identity.policy_settled"
    status = 409
    title = "这次修改已经有人处理过，请刷新后再看"


class PolicySecondPerson(AppError):
    code = "identity.policy_second_person"
    status = 403
    title = "修改要由另一位管理员同意"
