"""WeChat's message push in encrypted mode, from WeChat's side."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
import struct
import time
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backend.core.clients import Client, ProviderError
from backend.providers.config import WeChatConfig
from backend.sandbox.world import World


def sealed(config: WeChatConfig, fields: Mapping[str, str], *, wrong: bool = False) -> tuple[bytes, dict[str, str]]:
    """The body and the query of a message that an app's server is sent."""
    inner = "".join(f"<{key}>{escape(value)}</{key}>" for key, value in fields.items())
    message = f"<xml>{inner}</xml>".encode()
    plain = os.urandom(16) + struct.pack(">I", len(message)) + message + config.app_id.encode()
    padding = 32 - len(plain) % 32
    key = base64.b64decode(config.push_aes_key + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    encrypted = base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize())
    stamp, nonce = str(int(time.time())), secrets.token_hex(8)
    token = config.push_token + ("altered" if wrong else "")

    def digest(*parts: str) -> str:
        return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()

    query = {
        "signature": digest(token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "encrypt_type": "aes",
        "msg_signature": digest(token, stamp, nonce, encrypted.decode()),
    }
    return f"<xml><Encrypt><![CDATA[{encrypted.decode()}]]></Encrypt></xml>".encode(), query


def opened(config: WeChatConfig, answer: str) -> str:
    """The reply in an encrypted answer, as WeChat reads it; empty when it is none or its signature is wrong."""
    found = {
        name: re.search(rf"<{name}>(?:<!\[CDATA\[)?([^<\]]*)", answer)
        for name in ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
    }
    values = {name: match.group(1) for name, match in found.items() if match}
    if len(values) < len(found):
        return ""
    parts = sorted([config.push_token, values["TimeStamp"], values["Nonce"], values["Encrypt"]])
    if hashlib.sha1("".join(parts).encode()).hexdigest() != values["MsgSignature"]:
        return ""
    key = base64.b64decode(config.push_aes_key + "=")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
    plain = decryptor.update(base64.b64decode(values["Encrypt"])) + decryptor.finalize()
    (length,) = struct.unpack(">I", plain[16:20])
    return plain[20 : 20 + length].decode()


async def push_message(
    world: World, fields: Mapping[str, str], url: str | None, *, official: bool = False
) -> list[dict[str, Any]]:
    """Send a message to our side; what it answered to each sending. `official`: to the official account's address."""
    fault = world.faults.take("wechat", "message")
    kind = fault.fault if fault else ""
    config = world.vendors.official if official and world.vendors.official is not None else world.vendors.wechat
    full = {"ToUserName": "gh_sandbox", "CreateTime": str(int(time.time())), **fields}
    body, query = sealed(config, full, wrong=kind == "wrong_signature")
    target = url or f"{world.public_url}/callbacks/wechat/{config.app_id}"
    client = Client("platform.wechat", target, timeout_s=5, attempts=1)
    results: list[dict[str, Any]] = []
    for _ in range(2 if kind == "duplicate_callback" else 1):
        try:
            answer = await client.request(
                "POST", "", call="message", params=query, body=body, headers={"Content-Type": "text/xml"}
            )
            result = {"status": answer.status, "body": answer.text[:200]}
            if official:
                result["reply"] = opened(config, answer.text)
            results.append(result)
        except ProviderError as error:
            results.append({"status": None, "code": error.code})
    return results
