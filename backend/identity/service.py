"""What endpoints and the floors above may ask of identity.

from backend.identity import service as identity

held = await identity.profile(citizen_id)
await identity.consume_assurance(call.who, f"submit:{matter_id}", used_by=f"case:{number}")
"""

from __future__ import annotations

from backend.core.sessions import Principal, Tokens
from backend.identity import assurance, codes, faces, phones, policies, profiles, realname, revocation, sessions, staff
from backend.identity import data_uses as uses
from backend.identity.accounts import sign_in_by_alipay, sign_in_by_phone, sign_in_by_wechat
from backend.identity.acting import Acting, acting, acting_for, agent_of, record_act
from backend.identity.data_uses import name_acts
from backend.identity.demo import DemoAccount, one_time_code
from backend.identity.demo import ensure_staff as ensure_demo_staff
from backend.identity.devices import Caller
from backend.identity.ports import Ports
from backend.identity.ports import configure as configure_ports
from backend.identity.profiles import (
    Addresses,
    Profile,
    addresses,
    addresses_of_many,
    citizen_of_openid,
    citizen_of_phone,
    data_key,
    declared,
    masked_name,
    profile,
    profile_and_key,
    read_session,
    regions_of,
    remembered_session,
)
from backend.identity.realname import clean_name
from backend.identity.schemas import (
    AssuranceOut,
    DataUses,
    FaceCheckCreate,
    FaceCheckOut,
    FaceCheckResult,
    Me,
    MeUpdate,
    PhoneCodeSent,
    RealNameDone,
    WebviewCode,
)
from backend.identity.sessions import Opened
from backend.identity.staff import Member
from backend.identity.staff import names as staff_names
from backend.identity.staff_schemas import (
    StaffSessionCreated,
    StaffSessionOut,
)

__all__ = [
    "Acting",
    "Addresses",
    "Caller",
    "DemoAccount",
    "Member",
    "Opened",
    "Ports",
    "Profile",
    "acting",
    "acting_for",
    "add_phone_by_wechat",
    "addresses",
    "addresses_of_many",
    "agent_of",
    "assurances_of",
    "begin_face_check",
    "citizen_of_openid",
    "citizen_of_phone",
    "clean_name",
    "configure_ports",
    "consume_assurance",
    "data_key",
    "declared",
    "end_device",
    "end_session",
    "end_session_of_refresh_token",
    "ensure_demo_staff",
    "finish_face_check",
    "make_webview_code",
    "masked_name",
    "name_acts",
    "one_time_code",
    "profile",
    "profile_and_key",
    "prove_real_name",
    "read_data_uses",
    "read_me",
    "read_session",
    "record_act",
    "refresh_session",
    "regions_of",
    "remembered_session",
    "send_phone_code",
    "sign_in_by_alipay",
    "sign_in_by_phone",
    "sign_in_by_wechat",
    "sign_in_webview",
    "staff_member",
    "staff_names",
    "staff_session",
    "staff_sign_in",
    "staff_sign_out",
    "start",
    "stop",
    "update_me",
]


async def start(tokens: Tokens) -> None:
    """Once per web process, with `app.ctx.tokens`, after the database and Redis are connected."""
    await revocation.start(tokens)
    await policies.start()


async def stop() -> None:
    await policies.stop()
    await revocation.stop()


async def send_phone_code(phone: str, captcha: str | None, caller: Caller) -> PhoneCodeSent:
    return await codes.send(phone, captcha, caller)


async def refresh_session(token: str, replay_key: str | None) -> Opened:
    return await sessions.refresh(token, replay_key)


async def make_webview_code(principal: Principal, target: str) -> WebviewCode:
    return await sessions.make_webview_code(principal, target)


async def sign_in_webview(code: str, caller: Caller) -> Opened:
    return await sessions.sign_in_webview(code, caller)


async def end_session(principal: Principal) -> None:
    await sessions.end(principal)


async def end_session_of_refresh_token(token: str) -> None:
    await sessions.end_of_refresh_token(token)


async def end_device(principal: Principal, device_id: str) -> bool:
    return await sessions.end_device(principal, device_id)


async def read_me(principal: Principal) -> Me:
    return await profiles.me(principal)


async def update_me(principal: Principal, body: MeUpdate) -> Me:
    return await profiles.update_me(principal, body)


async def add_phone_by_wechat(principal: Principal, code: str) -> Me:
    await phones.add_by_wechat(principal, code)
    return await profiles.me(principal)


async def prove_real_name(
    principal: Principal, name: str, id_number: str, caller: Caller
) -> tuple[RealNameDone, Opened]:
    """The masked profile of whoever the session belongs to now, and its new token."""
    outcome = await realname.prove(principal, name, id_number, caller)
    opened = outcome.opened
    me = await profiles.me(sessions.principal_of(opened, outcome.citizen_id))
    done = RealNameDone(
        **{field: getattr(me, field) for field in Me.__struct_fields__},
        token=opened.token,
        refresh_token=opened.refresh_token,
        expires_at=opened.expires_at,
        csrf=opened.csrf,
        message=outcome.message,
    )
    return done, opened


async def begin_face_check(principal: Principal, order: FaceCheckCreate) -> FaceCheckOut:
    return await faces.begin(principal, order)


async def finish_face_check(principal: Principal, check_id: str) -> FaceCheckResult:
    return await faces.finish(principal, check_id)


async def read_data_uses(principal: Principal, cursor: str | None, limit: int) -> DataUses:
    return await uses.read(principal, cursor, limit)


async def consume_assurance(principal: Principal, purpose: str, used_by: str) -> None:
    """Spend a proof for `purpose` in the caller's transaction. Raises LevelTooLow with the ways to make one.

    `purpose` is `submit:<matter id>` or `show:<license id>`; `used_by` names what it was used for (≤ 160).
    """
    await assurance.consume(principal, purpose, used_by)


async def assurances_of(principal: Principal) -> list[AssuranceOut]:
    """Proofs that this session still may use."""
    return await assurance.of(principal)


async def staff_sign_in(
    username: str, password: str, otp: str | None, caller: Caller, recovery_code: str | None = None
) -> StaffSessionCreated:
    return await staff.sign_in(username, password, otp, caller, recovery_code)


async def staff_session(principal: Principal) -> StaffSessionOut:
    return await staff.session(principal)


async def staff_sign_out(principal: Principal) -> None:
    await staff.sign_out(principal)


async def staff_member(staff_id: str) -> Member:
    """Raises StaffNotFound."""
    return await staff.member(staff_id)
