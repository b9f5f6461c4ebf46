"""What can go wrong with a case."""

from __future__ import annotations

from backend.core.errors import AppError, Forbidden, NotFound, PayloadTooLarge, TooManyRequests


class CaseNotFound(NotFound):
    code = "cases.not_found"
    title = "没有找到这个办件"


class DraftNotFound(NotFound):
    code = "cases.draft_not_found"
    title = "没有保存过这个事项的草稿"


class UploadNotFound(NotFound):
    code = "cases.upload_not_found"
    title = "没有找到这个文件，请重新上传"


class FormInvalid(AppError):
    code = "cases.form_invalid"
    status = 422
    title = "表单有几处需要修改"


class MaterialsInvalid(AppError):
    code = "cases.materials_invalid"
    status = 422
    title = "材料还不齐，或有文件不能用"


class NotEligible(AppError):
    code = "cases.not_eligible"
    status = 422
    title = "您目前不符合这个事项的办理条件"


class WrongKind(AppError):
    code = "cases.wrong_kind"
    status = 409
    title = "这个事项不是这样办的"


class NotDelegated(Forbidden):
    code = "cases.not_delegated"
    title = "没有查到对方授权您代办的记录"


class WrongState(AppError):
    code = "cases.wrong_state"
    status = 409
    title = "办件现在的状态不能这样做，请刷新后再看"


class CorrectedBefore(WrongState):
    code = "cases.corrected_before"
    title = "补正只能一次性告知，这个办件已经告知过了"


class TakenByAnother(AppError):
    code = "cases.taken"
    status = 409
    title = "这个办件已经由别的经办人领取"


class NotYours(Forbidden):
    code = "cases.not_yours"
    title = "请先领取这个办件"


class HandledElsewhere(AppError):
    code = "cases.handled_elsewhere"
    status = 409
    title = "这个办件由部门的系统办理，不能在这里操作"


class AlreadyBooked(AppError):
    code = "cases.already_booked"
    status = 409
    title = "您已经预约了这个事项，要改时间请先撤回原来的预约"


class ForCompanies(AppError):
    code = "cases.for_companies"
    status = 422
    title = "这个事项只由单位办理，不能以个人的身份申请"


class ForPersons(AppError):
    code = "cases.for_persons"
    status = 422
    title = "这个事项只由个人办理，不能以单位的身份申请"


class OutOfScope(AppError):
    code = "cases.region_unknown"
    status = 422
    title = "这个事项不在您选的地区办理"


class WrongOffset(AppError):
    """`context.offset` says where to go on."""

    code = "cases.wrong_offset"
    status = 409
    title = "文件要接着上次的位置传"


class UploadClosed(AppError):
    code = "cases.upload_closed"
    status = 409
    title = "这个文件已经传完，或没有通过检查，不能再传"


class BadChunk(AppError):
    code = "cases.bad_chunk"
    status = 422
    title = "这一段文件传得不完整，请重传这一段"


class ChunkTooLarge(PayloadTooLarge):
    code = "cases.chunk_too_large"
    title = "一次传的内容太大了，请分小段上传"


class ChunkMedia(AppError):
    code = "cases.chunk_media"
    status = 415
    title = "请以 application/octet-stream 上传文件内容"


class FileMissing(AppError):
    code = "cases.file_missing"
    status = 409
    title = "文件还没有传完，暂时不能查看"


class TooManyUploads(TooManyRequests):
    code = "cases.too_many_uploads"
    title = "还没有用到的文件太多了，请先提交或删除一些草稿"


class UrgedToday(TooManyRequests):
    code = "cases.urged_today"
    title = "今天已经催办过了，经办单位会看到"


class CallbackRefused(AppError):
    code = "cases.callback_refused"
    status = 401
    title = "签名不对，或消息已经用过"
