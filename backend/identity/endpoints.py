"""Sign-in, sessions, real name, face checks and what a citizen may see of all that; staff sign-in."""

from __future__ import annotations

from datetime import datetime

import msgspec

from backend.core.access import CSRF_COOKIE, CSRF_HEADER, SESSION_COOKIE, STAFF_COOKIE, STAFF_CSRF_COOKIE
from backend.core.clock import now
from backend.core.errors import CsrfFailed, FieldProblem, InvalidPayload, NotSignedIn
from backend.core.http import Api, Call, Empty
from backend.core.sessions import LEVEL_NAMES, Level
from backend.identity import errors, service
from backend.identity.devices import Caller
from backend.identity.schemas import (
    AlipaySession,
    DataUses,
    DataUsesQuery,
    FaceCheckCreate,
    FaceCheckOut,
    FaceCheckResult,
    Me,
    MeUpdate,
    PhoneCodeCreate,
    PhoneCodeSent,
    PhoneSession,
    RealName,
    RealNameDone,
    SessionCreated,
    SessionOut,
    SessionRefresh,
    WebviewCode,
    WebviewCodeCreate,
    WebviewSession,
    WechatPhone,
    WechatSession,
)
from backend.identity.staff_schemas import (
    StaffSessionCreate,
    StaffSessionCreated,
    StaffSessionOut,
)

api = Api("identity", "/api/v1", tag="身份")
staff_api = Api("identity_staff", "/staff/v1", tag="工作人员登录", audience="staff")

REFRESH_COOKIE = "tf_refresh"
REFRESH_PATH = "/api/v1/session"
COOKIE_SECONDS = 30 * 86_400  # the cookie outlives its token, so that an old token is told apart from no token


@api.post("/phone-codes", body=PhoneCodeCreate, out=PhoneCodeSent, status=202, idempotent=True,
          errors=(errors.CaptchaNeeded, errors.CodesUnavailable))  # fmt: skip
async def send_phone_code(call: Call, body: PhoneCodeCreate) -> PhoneCodeSent:
    """发送登录验证码；对登记过和没登记过的手机号回答相同。"""
    return await service.send_phone_code(body.phone, body.captcha, _caller(call))


@api.post("/sessions/phone", body=PhoneSession, out=SessionCreated, errors=(errors.CodeWrong,))
async def sign_in_by_phone(call: Call, body: PhoneSession) -> SessionCreated:
    """用手机验证码登录。"""
    return _signed_in(call, await service.sign_in_by_phone(body.phone, body.code, _caller(call)))


@api.post("/sessions/wechat", body=WechatSession, out=SessionCreated,
          errors=(errors.ChannelCodeRefused, errors.ChannelUnavailable))  # fmt: skip
async def sign_in_by_wechat(call: Call, body: WechatSession) -> SessionCreated:
    """用 wx.login 的 code 登录。"""
    return _signed_in(call, await service.sign_in_by_wechat(body.code, _caller(call)))


@api.post("/sessions/alipay", body=AlipaySession, out=SessionCreated,
          errors=(errors.ChannelCodeRefused, errors.ChannelUnavailable))  # fmt: skip
async def sign_in_by_alipay(call: Call, body: AlipaySession) -> SessionCreated:
    """用 my.getAuthCode 的授权码登录。"""
    return _signed_in(call, await service.sign_in_by_alipay(body.auth_code, _caller(call)))


@api.post("/session/refresh", body=SessionRefresh, out=SessionCreated, errors=(errors.RefreshRefused,))
async def refresh_session(call: Call, body: SessionRefresh) -> SessionCreated:
    """换新的访问令牌；刷新令牌只能用一次，网络断了可带同一个 Idempotency-Key 重试。"""
    token = body.refresh_token
    if token is None:
        token = _refresh_cookie(call)
        if token is None:
            raise errors.RefreshRefused
    return _signed_in(call, await service.refresh_session(token, call.idempotency_key))


@api.post("/webview-codes", level=Level.LOGIN, body=WebviewCodeCreate, out=WebviewCode, status=201)
async def make_webview_code(call: Call, body: WebviewCodeCreate) -> WebviewCode:
    """小程序打开网页前取一次性凭证，60 秒内有效，只能用一次。"""
    return await service.make_webview_code(call.who, body.target)


@api.post("/sessions/webview", body=WebviewSession, out=SessionCreated, errors=(errors.WebviewCodeRefused,))
async def sign_in_webview(call: Call, body: WebviewSession) -> SessionCreated:
    """网页用一次性凭证接过小程序的登录，再打开 `target`。"""
    return _signed_in(call, await service.sign_in_webview(body.code, _caller(call)))


@api.get("/session", out=SessionOut)
async def read_session(call: Call) -> SessionOut | msgspec.Raw:
    """当前登录；没有登录时等级为 0。"""
    if call.principal is None:
        return SessionOut(
            level=0, level_name=LEVEL_NAMES[0], expires_at=None, csrf=None, name=None, phone=None, elder=False,
            assurances=[],
        )  # fmt: skip
    return service.remembered_session(call.principal) or await service.read_session(call.principal)


@api.delete("/session", status=204, out=Empty)
async def end_session(call: Call) -> None:
    """退出登录；本来就没有登录也算成功。"""
    if call.principal is not None:
        await service.end_session(call.principal)
    else:
        token = _refresh_cookie(call)
        if token is not None:
            await service.end_session_of_refresh_token(token)
    _forget(call)


@api.get("/me", level=Level.LOGIN, out=Me)
async def read_me(call: Call) -> Me:
    """我的资料（已脱敏）、登录方式和设备。"""
    return await service.read_me(call.who)


@api.patch("/me", level=Level.LOGIN, body=MeUpdate, out=Me)
async def update_me(call: Call, body: MeUpdate) -> Me:
    """改长辈版和常用地区。"""
    return await service.update_me(call.who, body)


@api.post("/me/settings", level=Level.LOGIN, body=MeUpdate, out=Me)
async def set_me(call: Call, body: MeUpdate) -> Me:
    """与 PATCH /me 相同，给发不了 PATCH 的小程序用。"""
    return await service.update_me(call.who, body)


@api.post("/me/phone/wechat", level=Level.LOGIN, body=WechatPhone, out=Me,
          errors=(errors.PhoneNotWechat, errors.PhoneNotGiven, errors.PhoneTaken, errors.PhoneDiffers,
                  errors.ChannelUnavailable))  # fmt: skip
async def add_phone_by_wechat(call: Call, body: WechatPhone) -> Me:
    """用微信 getPhoneNumber 按钮给的 code 登记手机号。"""
    return await service.add_phone_by_wechat(call.who, body.code)


@api.post("/me/real-name", level=Level.LOGIN, body=RealName, out=RealNameDone,
          errors=(errors.RealNameMismatch, errors.RealNameNotFound, errors.RealNameUnavailable,
                  errors.RealNameLimit, errors.RealNameOther))  # fmt: skip
async def prove_real_name(call: Call, body: RealName) -> RealNameDone:
    """实名认证；同一个人在别的渠道开过账号的，合并到先开的那个。"""
    done, opened = await service.prove_real_name(call.who, body.name, body.id_number, _caller(call))
    _set_cookies(call, opened)
    return done


@api.delete("/me/devices/<id>", level=Level.LOGIN, status=204, out=Empty, errors=(errors.DeviceNotFound,))
async def end_device(call: Call, id: str) -> None:
    """让一台设备退出登录，一秒内生效。"""
    if await service.end_device(call.who, id):
        _forget(call)


@api.get("/me/data-uses", level=Level.LOGIN, query=DataUsesQuery, out=DataUses)
async def read_data_uses(call: Call) -> DataUses:
    """谁看过我的信息。"""
    return await service.read_data_uses(call.who, call.query.cursor, call.query.limit)


@api.post("/face-checks", level=Level.VERIFIED, body=FaceCheckCreate, out=FaceCheckOut, status=201,
          errors=(errors.FaceLocked, errors.FaceUnavailable, errors.FaceRefused,
                  errors.FaceChannelMissing))  # fmt: skip
async def begin_face_check(call: Call, body: FaceCheckCreate) -> FaceCheckOut:
    """为一件事开始人脸核验。"""
    return await service.begin_face_check(call.who, body)


@api.post("/face-checks/<id>/finish", level=Level.VERIFIED, out=FaceCheckResult, errors=(errors.FaceCheckNotFound,))
async def finish_face_check(call: Call, id: str) -> FaceCheckResult:
    """请平台向核验方查询结果；结果只由查询决定，重复调用回答相同。"""
    return await service.finish_face_check(call.who, id)


@staff_api.post("/sessions", audience="public", body=StaffSessionCreate, out=StaffSessionCreated,
                errors=(errors.StaffSignInFailed, errors.StaffLocked))  # fmt: skip
async def staff_sign_in(call: Call, body: StaffSessionCreate) -> StaffSessionCreated:
    """工作人员用密码和动态码登录；动态码拿不到时用恢复码。"""
    if (body.otp is None) == (body.recovery_code is None):
        raise InvalidPayload(errors=[FieldProblem(field="otp", code="one_of", message="动态码和恢复码填一个")])
    created = await service.staff_sign_in(body.username, body.password, body.otp, _caller(call), body.recovery_code)
    seconds = _seconds_until(created.expires_at)
    call.cookie(STAFF_COOKIE, created.token, max_age=seconds)
    call.cookie(STAFF_CSRF_COOKIE, created.csrf, httponly=False, max_age=seconds)
    return created


@staff_api.get("/session", out=StaffSessionOut)
async def staff_session(call: Call) -> StaffSessionOut:
    """当前登录的工作人员。"""
    return await service.staff_session(call.who)


@staff_api.delete("/session", status=204, out=Empty)
async def staff_sign_out(call: Call) -> None:
    """工作人员退出登录。"""
    await service.staff_sign_out(call.who)
    call.cookie(STAFF_COOKIE, "")
    call.cookie(STAFF_CSRF_COOKIE, "")


def _caller(call: Call) -> Caller:
    return Caller(address=call.address, agent=call.request.headers.get("user-agent", ""), principal=call.principal)


def _refresh_cookie(call: Call) -> str | None:
    """The refresh token of the cookie. The access token may be gone, so the CSRF proof is asked for here."""
    token = call.request.cookies.get(REFRESH_COOKIE)
    if token is None:
        return None
    csrf = call.request.cookies.get(CSRF_COOKIE)
    if not csrf or call.request.headers.get(CSRF_HEADER) != csrf:
        raise CsrfFailed
    return str(token)


def _signed_in(call: Call, opened: service.Opened) -> SessionCreated:
    _set_cookies(call, opened)
    if opened.refresh_token is None:
        raise NotSignedIn
    return SessionCreated(
        token=opened.token,
        refresh_token=opened.refresh_token,
        expires_at=opened.expires_at,
        level=opened.level,
        level_name=LEVEL_NAMES[opened.level],
        csrf=opened.csrf,
        target=opened.target,
    )


def _set_cookies(call: Call, opened: service.Opened) -> None:
    call.cookie(SESSION_COOKIE, opened.token, max_age=COOKIE_SECONDS)
    call.cookie(CSRF_COOKIE, opened.csrf, httponly=False, max_age=COOKIE_SECONDS)
    if opened.refresh_token is not None:
        call.cookie(REFRESH_COOKIE, opened.refresh_token, path=REFRESH_PATH, max_age=COOKIE_SECONDS)


def _forget(call: Call) -> None:
    call.cookie(SESSION_COOKIE, "")
    call.cookie(REFRESH_COOKIE, "", path=REFRESH_PATH)
    call.cookie(CSRF_COOKIE, "")


def _seconds_until(instant: datetime) -> int:
    return max(1, int((instant - now()).total_seconds()))
