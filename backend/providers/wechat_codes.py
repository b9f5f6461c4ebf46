"""WeChat's error codes (mini-program interfaces) and the result codes of the government face check."""

from __future__ import annotations

from backend.providers.outcomes import CodeTable, Row

CODES = CodeTable(
    "wechat",
    {
        "0": Row("ok", "done"),
        "-1": Row("throttled", "system busy", 2.0),
        "40001": Row("auth", "invalid credential or access token"),
        "40002": Row("permanent", "invalid grant type"),
        "40003": Row("permanent", "invalid openid"),
        "40013": Row("auth", "invalid appid"),
        "40014": Row("auth", "illegal access token"),
        "40029": Row("permanent", "invalid code"),
        "40037": Row("permanent", "invalid template id"),
        "40125": Row("auth", "invalid app secret"),
        "40163": Row("permanent", "code been used"),
        "40164": Row("auth", "address not in the allow-list"),
        "40226": Row("permanent", "high-risk user blocked"),
        "41030": Row("permanent", "page does not exist"),
        "42001": Row("auth", "access token expired"),
        "43101": Row("permanent", "user refused, or the grant is used up"),
        "43107": Row("permanent", "subscription message banned for this user"),
        "43108": Row("throttled", "concurrent sends to one user", 1.0),
        "45009": Row("throttled", "daily quota used up", 3600.0),
        "45011": Row("throttled", "too frequent, try again later", 60.0),
        "45168": Row("permanent", "sensitive word"),
        "47003": Row("permanent", "template parameter does not fit its type"),
        **{str(code): Row("permanent", "face check request refused") for code in range(84010, 84023)},
    },
)
"""Source: 84010–84022 are known as a family only."""

TOKEN_CODES = frozenset({"40001", "40014", "42001"})
"""The call was refused because of the token alone: nothing was done, and one refresh may mend it."""

FACE_PASSED = 10000
FACE_PENDING = 10300

_FACE_REASONS: dict[int, str] = {
    10026: "权威库中没有可比对的照片，请换一种核验方式",
    10042: "核验过于频繁，请稍后再试",
}


def face_reason(verify_ret: int) -> str:
    """A citizen's sentence for a `verify_ret` that is not a pass (ranges of the vendor's document)."""
    if verify_ret in _FACE_REASONS:
        return _FACE_REASONS[verify_ret]
    if verify_ret == FACE_PENDING:
        return "人脸核验还没有完成"
    if 90001 <= verify_ret <= 90199:
        return "核验没有进行完，可能是取消了操作、未允许使用摄像头或设备不支持"
    return "人脸核验没有通过，请在光线充足处正对屏幕再试，或换一种核验方式"
