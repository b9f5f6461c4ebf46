"""What each vendor's client needs to know. One JSON file holds all of it (`Settings.vendor_file`).

In local mode the simulators write that file; in production it comes from the secret store. Keys are PEM text.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class WeChatConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A mini-program. `push_token` and `push_aes_key` (43 characters) belong to its message push."""

    app_id: str
    secret: str
    push_token: str
    push_aes_key: str
    base_url: str = "https://api.weixin.qq.com"
    miniprogram_state: str = "formal"
    timeout_s: float = 5.0
    templates: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"WeChatConfig(app_id={self.app_id!r})"


class WeChatPayConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant of WeChat Pay v3. `platform_keys`: serial → PEM certificate or public key of the platform."""

    app_id: str
    mch_id: str
    serial_no: str
    private_key: str
    api_v3_key: str
    platform_keys: dict[str, str]
    notify_url: str
    base_url: str = "https://api.mch.weixin.qq.com"
    timeout_s: float = 8.0

    def __repr__(self) -> str:
        return f"WeChatPayConfig(mch_id={self.mch_id!r})"


class AlipayConfig(msgspec.Struct, frozen=True, kw_only=True):
    """An app of the Alipay open platform.

    Either `alipay_public_key`, or the three certificates (then signing is in certificate mode).
    """

    app_id: str
    private_key: str
    seller_id: str
    notify_url: str
    alipay_public_key: str = ""
    app_cert: str = ""
    alipay_cert: str = ""
    alipay_root_cert: str = ""
    aes_key: str = ""
    gateway: str = "https://openapi.alipay.com/gateway.do"
    timeout_s: float = 8.0
    templates: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"AlipayConfig(app_id={self.app_id!r})"


class JPushConfig(msgspec.Struct, frozen=True, kw_only=True):
    app_key: str
    master_secret: str
    push_url: str = "https://api.jpush.cn"
    report_url: str = "https://report.jpush.cn"
    device_url: str = "https://device.jpush.cn"
    apns_production: bool = True
    timeout_s: float = 8.0

    def __repr__(self) -> str:
        return f"JPushConfig(app_key={self.app_key!r})"


class SmsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """`templates`: our own template name → the vendor's template code."""

    access_key_id: str
    access_key_secret: str
    sign_name: str
    templates: dict[str, str]
    base_url: str = "https://dysmsapi.aliyuncs.com"
    timeout_s: float = 5.0

    def __repr__(self) -> str:
        return f"SmsConfig(access_key_id={self.access_key_id!r})"


class FaceIdConfig(msgspec.Struct, frozen=True, kw_only=True):
    secret_id: str
    secret_key: str
    rule_id: str
    base_url: str = "https://faceid.tencentcloudapi.com"
    region: str = ""
    timeout_s: float = 8.0

    def __repr__(self) -> str:
        return f"FaceIdConfig(secret_id={self.secret_id!r})"


class AuthorityConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The identity authority's two-element check; `secret` keys the HMAC in both directions."""

    base_url: str
    key_id: str
    secret: str
    timeout_s: float = 5.0

    def __repr__(self) -> str:
        return f"AuthorityConfig(key_id={self.key_id!r})"


class DepartmentsConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Our keys towards department systems, and their public keys (key id → PEM, Ed25519 or SM2).

    `private_key` is Ed25519; `sm2_private_key` is for modules whose connector says `sign = "sm2"`.

    `key_modules` says for which modules a key speaks (key id → module ids); a key that is not named there speaks for
    none. In local mode one simulator stands for all departments, and `*` is every module; elsewhere `*` means nothing.
    `base_url` is where the departments' simulator listens in local mode; real modules name their own address.
    """

    key_id: str
    private_key: str
    sm2_key_id: str = ""
    sm2_private_key: str = ""
    public_keys: dict[str, str]
    key_modules: dict[str, list[str]] = {}
    base_url: str = ""

    def __repr__(self) -> str:
        return f"DepartmentsConfig(key_id={self.key_id!r})"


class Vendors(msgspec.Struct, frozen=True, kw_only=True):
    """Everything in the vendor file."""

    wechat: WeChatConfig
    wechat_pay: WeChatPayConfig
    alipay: AlipayConfig
    jpush: JPushConfig
    sms: SmsConfig
    faceid: FaceIdConfig
    authority: AuthorityConfig
    departments: DepartmentsConfig
    rates: dict[str, float] = {}
    """Channel (wechat, alipay, jpush, sms) → messages a second that its account allows; no entry, no limit of ours."""
    official: WeChatConfig | None = None
    """The official account (公众号); without it its callbacks are refused."""


class VendorFileError(RuntimeError):
    """The vendor file is missing or malformed; the message names the file and the field, never a value."""


def load(path: Path) -> Vendors:
    """Read the vendor file. Raises VendorFileError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Vendors)
    except OSError as error:
        raise VendorFileError(f"cannot read the vendor file {path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise VendorFileError(f"the vendor file {path} is not usable: {error}") from error
