"""What the page on connecting a department says is what the code does: its signed sample and its table of codes."""

import base64
import hashlib
import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.cases.errors import CallbackRefused, CaseNotFound
from backend.core.errors import InvalidPayload, MalformedJson, ServiceUnavailable
from backend.sdk.department import Signer, sign_request

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "modules" / "connecting.md").read_text("utf-8")
SDK = ROOT / "backend" / "sdk" / "department"


def row(title: str) -> list[str]:
    """What is marked as code in the row of the sample with that title."""
    found = re.search(rf"^\| {re.escape(title)} \|(.*)\|$", PAGE, re.M)
    assert found, title
    return re.findall(r"`([^`]+)`", found.group(1))


def test_the_sample_of_a_signature_is_what_the_platform_sends() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(row("私钥种子（十六进制）")[0]))
    (method, path), (stamp, nonce), (body,) = row("方法和路径"), row("时间、随机串"), row("正文")
    (module,) = row("模块 id、`Idempotency-Key`")
    headers = sign_request(
        Signer("sample", key),
        module=module,
        method=method,
        path=path,
        body=body.encode(),
        now=float(stamp),
        nonce=nonce,
    )
    assert [headers["X-TF-Signature"]] == row("签名")


def test_the_sample_follows_from_the_words_of_the_page_alone() -> None:
    (method, path), (stamp, nonce), (body,) = row("方法和路径"), row("时间、随机串"), row("正文")
    digest = hashlib.sha256(body.encode()).hexdigest()
    assert [digest] == row("正文的 SHA-256")
    text = "\n".join([method, path, stamp, nonce, digest, row("模块 id、`Idempotency-Key`")[0], ""])
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(row("私钥种子（十六进制）")[0]))
    assert [base64.b64encode(key.sign(text.encode())).decode()] == row("签名")


def test_every_code_of_the_department_side_stands_in_the_table_with_its_status() -> None:
    told = dict(re.findall(r"^\| `([a-z_]+)` \| (\d{3}) \|", PAGE, re.M))
    server, signing = ((SDK / name).read_text("utf-8") for name in ("server.py", "signing.py"))
    raised = dict.fromkeys(re.findall(r'SignatureRefused\("([a-z_]+)"\)', signing), "401")
    raised |= {code: status for status, code in re.findall(r'_refusal\((\d{3}), "([a-z_]+)"', server)}
    assert told == raised | {"case_missing": "404"}


def test_every_code_of_a_refused_callback_is_told_with_its_status() -> None:
    told = {code: int(status) for code, status in re.findall(r"`([a-z]+\.[a-z_]+)`（(\d{3})[，）]", PAGE)}
    kinds = (CallbackRefused, CaseNotFound, InvalidPayload, MalformedJson, ServiceUnavailable)
    assert told == {kind.code: kind.status for kind in kinds}
