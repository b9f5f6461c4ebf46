"""Keys of the simulated world, made at first start and kept.

`credentials.json` is what our side needs (a `Vendors` file, read by `backend.providers.config.load`);
`keys.json` is the vendors' own half. Only the addresses in the first are written anew when a port changes.
"""

from __future__ import annotations

import os
import secrets
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from backend.providers.config import (
    AlipayConfig,
    AuthorityConfig,
    DepartmentsConfig,
    FaceIdConfig,
    JPushConfig,
    SmsConfig,
    Vendors,
    WeChatConfig,
    WeChatPayConfig,
)
from backend.sdk.department import new_pair

SMS_TEXTS: dict[str, tuple[str, str]] = {
    "phone_code": ("SMS_100001", "您的验证码是${code}，5分钟内有效，请勿告诉他人。"),
    "case_news": ("SMS_100002", "您办理的“${matter}”有新进展：${state}。请打开天府通办查看。"),
    "reminder": ("SMS_100003", "您的“${license}”将于${date}到期，可在天府通办办理。"),
    "notice": ("SMS_100004", "${text}"),
}
"""Our template name → (vendor's code, text)."""

TEMPLATES = {"case_news": "TPL-CASE-NEWS", "reminder": "TPL-REMINDER", "notice": "TPL-NOTICE"}


class SandboxKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The vendors' private half: PEM."""

    alipay_private_key: str
    platform_private_key: str
    platform_serial: str
    department_key_id: str
    department_private_key: str
    department_sm2_private_key: str = ""


def ensure(folder: Path, *, base_url: str, public_url: str) -> tuple[Vendors, SandboxKeys]:
    """Read or make the keys under `folder`. Blocking (RSA keys take a second the first time).

    `base_url`: where the simulators listen; `public_url`: where our side takes callbacks.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ours, theirs = folder / "credentials.json", folder / "keys.json"
    if ours.exists() and theirs.exists():
        vendors = msgspec.json.decode(ours.read_bytes(), type=Vendors)
        keys = msgspec.json.decode(theirs.read_bytes(), type=SandboxKeys)
    else:
        vendors, keys = _make()
        _write(theirs, keys)
    if vendors.official is None:
        vendors = msgspec.structs.replace(vendors, official=_official())
    if not vendors.departments.sm2_key_id:
        vendors, keys = _with_sm2(vendors, keys)
        _write(theirs, keys)
    vendors = _addressed(vendors, base_url.rstrip("/"), public_url.rstrip("/"))
    _write(ours, vendors)
    return vendors, keys


def _write(path: Path, value: msgspec.Struct) -> None:
    body = msgspec.json.format(msgspec.json.encode(value), indent=2)
    if path.exists() and path.read_bytes() == body:
        return
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)
    fresh.replace(path)


def _addressed(vendors: Vendors, base: str, public: str) -> Vendors:
    replace = msgspec.structs.replace
    alipay, pay = vendors.alipay, vendors.wechat_pay
    return replace(
        vendors,
        wechat=replace(vendors.wechat, base_url=f"{base}/wechat"),
        wechat_pay=replace(
            pay, base_url=f"{base}/wechat_pay", notify_url=f"{public}/callbacks/wechat/{pay.app_id}/pay"
        ),
        alipay=replace(
            alipay,
            gateway=f"{base}/alipay/gateway.do",
            notify_url=f"{public}/callbacks/alipay/{alipay.app_id}",
        ),
        jpush=replace(
            vendors.jpush,
            push_url=f"{base}/jpush",
            report_url=f"{base}/jpush",
            device_url=f"{base}/jpush",
        ),
        sms=replace(vendors.sms, base_url=f"{base}/sms"),
        faceid=replace(vendors.faceid, base_url=f"{base}/faceid"),
        authority=replace(vendors.authority, base_url=f"{base}/authority"),
        departments=replace(
            vendors.departments,
            base_url=f"{base}/departments",
            key_modules={key: ["*"] for key in vendors.departments.public_keys},
        ),
        official=replace(vendors.official or _official(), base_url=f"{base}/official"),
    )


DEPARTMENT_SM2 = "department-local-sm2"


def _with_sm2(vendors: Vendors, keys: SandboxKeys) -> tuple[Vendors, SandboxKeys]:
    """Both sides' SM2 keys: modules say themselves how their department is spoken to."""
    replace = msgspec.structs.replace
    ours, _ = new_pair("sm2")
    theirs, public = new_pair("sm2")
    departments = replace(
        vendors.departments,
        sm2_key_id="tianfu-local-sm2",
        sm2_private_key=ours,
        public_keys=vendors.departments.public_keys | {DEPARTMENT_SM2: public},
    )
    return replace(vendors, departments=departments), replace(keys, department_sm2_private_key=theirs)


def _official() -> WeChatConfig:
    letters = string.ascii_letters + string.digits
    return WeChatConfig(
        app_id="wx" + secrets.token_hex(8),
        secret=secrets.token_hex(16),
        push_token=secrets.token_hex(8),
        push_aes_key="".join(secrets.choice(letters) for _ in range(42)) + "A",
    )


def _make() -> tuple[Vendors, SandboxKeys]:
    merchant, platform, app, alipay = (_rsa() for _ in range(4))
    our_private, _ = new_pair()
    department_private, department_public = new_pair()
    platform_cert, serial = _certificate(platform)
    wechat_app = "wx" + secrets.token_hex(8)
    letters = string.ascii_letters + string.digits
    vendors = Vendors(
        wechat=WeChatConfig(
            app_id=wechat_app,
            secret=secrets.token_hex(16),
            push_token=secrets.token_hex(8),
            push_aes_key="".join(secrets.choice(letters) for _ in range(42)) + "A",
            templates=dict(TEMPLATES),
        ),
        wechat_pay=WeChatPayConfig(
            app_id=wechat_app,
            mch_id="1" + "".join(secrets.choice(string.digits) for _ in range(9)),
            serial_no=secrets.token_hex(20).upper(),
            private_key=_private(merchant),
            api_v3_key=secrets.token_hex(16),
            platform_keys={serial: platform_cert},
            notify_url="",
        ),
        alipay=AlipayConfig(
            app_id="2021" + "".join(secrets.choice(string.digits) for _ in range(12)),
            private_key=_private(app),
            alipay_public_key=_public(alipay),
            seller_id="2088" + "".join(secrets.choice(string.digits) for _ in range(12)),
            notify_url="",
            templates=dict(TEMPLATES),
        ),
        jpush=JPushConfig(app_key=secrets.token_hex(12), master_secret=secrets.token_hex(12), apns_production=False),
        sms=SmsConfig(
            access_key_id="LTAI" + secrets.token_hex(8),
            access_key_secret=secrets.token_hex(16),
            sign_name="天府通办",
            templates={name: code for name, (code, _) in SMS_TEXTS.items()},
        ),
        faceid=FaceIdConfig(secret_id="AKID" + secrets.token_hex(12), secret_key=secrets.token_hex(16), rule_id="1"),
        authority=AuthorityConfig(base_url="", key_id="tianfu", secret=secrets.token_hex(32)),
        departments=DepartmentsConfig(
            key_id="tianfu-local",
            private_key=our_private,
            public_keys={"department-local": department_public},
        ),
    )
    keys = SandboxKeys(
        alipay_private_key=_private(alipay),
        platform_private_key=_private(platform),
        platform_serial=serial,
        department_key_id="department-local",
        department_private_key=department_private,
    )
    return vendors, keys


def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _private(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def _public(key: rsa.RSAPrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _certificate(key: rsa.RSAPrivateKey) -> tuple[str, str]:
    """A self-signed certificate of the payment platform, and its serial in hex."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox payment platform")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(Encoding.PEM).decode(), f"{certificate.serial_number:X}"
