"""WeChat's face verification for government services (`wx.requestFacialVerify`).

The client's word is a hint. A check has passed only if the server's query answers errcode 0 and verify_ret 10000 for
the same out_seq_no, openid and hash of the certificate.
"""

from __future__ import annotations

import base64
import hashlib
import re

import msgspec

from backend.providers.faces import FaceResult
from backend.providers.wechat import WeChat
from backend.providers.wechat_codes import FACE_PASSED, FACE_PENDING, face_reason

OUT_SEQ_NO = re.compile(r"^[A-Za-z0-9_-]{5,32}$")


class WeChatFaceTicket(msgspec.Struct, frozen=True, kw_only=True):
    """`verify_id` (≤ 256 characters) goes to the client; `expires_in` in seconds."""

    verify_id: str
    expires_in: int


def cert_hash(name: str, id_number: str, *, cert_type: str = "IDENTITY_CARD") -> str:
    """SHA-256 in hex over `cert_type=…&cert_name=…&cert_no=…`, each value base64 of its UTF-8."""

    def b64(text: str) -> str:
        return base64.b64encode(text.encode()).decode()

    source = f"cert_type={b64(cert_type)}&cert_name={b64(name)}&cert_no={b64(id_number)}"
    return hashlib.sha256(source.encode()).hexdigest()


class WeChatFace:
    def __init__(self, wechat: WeChat) -> None:
        self._wechat = wechat

    async def begin(self, *, out_seq_no: str, name: str, id_number: str, openid: str) -> WeChatFaceTicket:
        """Open a check. `out_seq_no`: 5–32 of `[A-Za-z0-9_-]`, unique per app; a repeat is refused (84010–84022)."""
        if not OUT_SEQ_NO.match(out_seq_no):
            raise ValueError("out_seq_no must be 5 to 32 of [A-Za-z0-9_-]")
        data = await self._wechat.post(
            "/cityservice/face/identify/getverifyid",
            "getverifyid",
            {
                "out_seq_no": out_seq_no,
                "cert_info": {"cert_type": "IDENTITY_CARD", "cert_name": name, "cert_no": id_number},
                "openid": openid,
            },
        )
        return WeChatFaceTicket(verify_id=str(data["verify_id"]), expires_in=int(data.get("expires_in", 3600)))

    async def query(self, *, verify_id: str, out_seq_no: str, name: str, id_number: str, openid: str) -> FaceResult:
        """Ask for the result. Safe to repeat."""
        data = await self._wechat.post(
            "/cityservice/face/identify/queryverifyinfo",
            "queryverifyinfo",
            {
                "verify_id": verify_id,
                "out_seq_no": out_seq_no,
                "cert_hash": cert_hash(name, id_number),
                "openid": openid,
            },
            idempotent=True,
        )
        verify_ret = int(data.get("verify_ret", -1))
        if verify_ret == FACE_PASSED:
            return FaceResult(state="passed", code=str(verify_ret))
        state = "pending" if verify_ret == FACE_PENDING else "failed"
        return FaceResult(
            state="pending" if state == "pending" else "failed",
            code=str(verify_ret),
            reason=face_reason(verify_ret),
        )
