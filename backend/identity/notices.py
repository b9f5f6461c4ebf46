"""What identity tells citizens about their own account. No names or numbers: lock screens show these texts."""

from __future__ import annotations

import uuid

from push import service as push

_REASON = "您的账号安全有变化"
_LINK = "/me/security"


async def account_joined(citizen_id: uuid.UUID, channel: str, event: uuid.UUID) -> None:
    """A way to sign in was added by real-name proof. In the caller's transaction, like everything here."""
    await push.notify(
        citizen_id,
        "security",
        title="您的账号多了一种登录方式",
        body=f"刚才有人用您的实名信息通过{channel}登录，并与您的账号合并。如果不是您本人操作，请在“登录设备”里让它退出，并到政务服务中心核实。",
        link=_LINK,
        reason=_REASON,
        dedupe_key=f"identity.joined:{event}",
        urgent=True,
    )


async def phone_added(citizen_id: uuid.UUID, event: uuid.UUID) -> None:
    """A phone came from WeChat's button."""
    await push.notify(
        citizen_id,
        "security",
        title="您的账号登记了手机号",
        body="刚才在微信里登记了手机号，以后也可以用它的短信验证码登录。如果不是您本人操作，请在“登录设备”里让陌生的设备退出。",
        link=_LINK,
        reason=_REASON,
        dedupe_key=f"identity.phone_added:{event}",
        urgent=True,
    )


async def phone_moved(citizen_id: uuid.UUID, event: uuid.UUID) -> None:
    """The citizen's phone number was proved to be somebody else's now."""
    await push.notify(
        citizen_id,
        "security",
        title="您的手机号已由他人使用",
        body="您账号绑定的手机号已由新的机主验证并改绑，用它登录的设备已退出。请用微信、支付宝或新的手机号登录并实名，账号和办件都还在。",
        link=_LINK,
        reason=_REASON,
        dedupe_key=f"identity.phone_moved:{event}",
        urgent=True,
    )


async def face_locked(citizen_id: uuid.UUID, day: str, group: str) -> None:
    await push.notify(
        citizen_id,
        "security",
        title="人脸核验多次没有通过",
        body="您的账号今天人脸核验多次没有通过。如果是您本人，可以换一种核验方式，或带身份证到就近的政务服务中心窗口；如果不是，请检查登录设备。",
        link=_LINK,
        reason=_REASON,
        dedupe_key=f"identity.face_locked:{citizen_id}:{group}:{day}",
    )


async def delegation(citizen_id: uuid.UUID | None, delegation_id: str, event: str, title: str, body: str) -> None:
    """News of acting for others; nobody to tell is nothing to do."""
    if citizen_id is None:
        return
    await push.notify(
        citizen_id,
        "security",
        title=title,
        body=body,
        link="/me/delegations",
        reason="您有一项家人代办",
        dedupe_key=f"identity.delegation:{delegation_id}:{event}:{citizen_id}",
    )


async def counter(citizen_id: uuid.UUID, code_id: str, purpose: str, refused: str | None) -> None:
    """What a window made of a code; `refused` is its reason."""
    await push.notify(
        citizen_id,
        "security",
        title="窗口已为您核验身份" if refused is None else "窗口没有确认您的身份",
        body=f"{purpose}。如果不是您本人在窗口，请检查登录设备。"
        if refused is None
        else f"{purpose}。窗口说明：{refused}",
        link=_LINK,
        reason=_REASON,
        dedupe_key=f"identity.counter:{code_id}",
    )


_CLOSING = {
    "asked": ("您申请了注销账号", "7 天后注销，在此以前可以取消。如果不是您本人操作，请取消，并检查登录设备。"),
    "blocked": ("账号没有注销", "还有没办完的事。办完以后可以重新申请注销。"),
}


async def closing(citizen_id: uuid.UUID, closure_id: str, event: str) -> None:
    title, body = _CLOSING[event]
    await push.notify(
        citizen_id,
        "security",
        title=title,
        body=body,
        link="/me/closure",
        reason=_REASON,
        dedupe_key=f"identity.closure:{closure_id}:{event}",
        urgent=event == "asked",
    )


async def new_device(citizen_id: uuid.UUID, session_id: uuid.UUID, channel: str, label: str) -> None:
    """A sign-in by a kind of device that was not there before; `label` as in the list of devices."""
    await push.notify(
        citizen_id,
        "security",
        title="您的账号在新设备上登录",
        body=f"刚才有人用{channel}在“{label}”上登录了您的账号。如果不是您本人，请在“登录的设备”里让它退出。",
        link=_LINK,
        reason=_REASON,
        dedupe_key=f"identity.new_device:{session_id}",
        urgent=True,
    )
