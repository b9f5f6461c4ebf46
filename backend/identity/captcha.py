"""A small sum in Chinese words, for whoever asks for many codes. Text, so that a screen reader reads it.

Stateless: the id carries expiry and nonce, signed together with the answer; Redis only remembers which were used.
"""

from __future__ import annotations

import base64
import hmac
import os
import random
import time

from backend.core import redis
from backend.identity.sealing import signing_key

SECONDS = 300
_DIGITS = "零一二三四五六七八九"
_random = random.SystemRandom()


def words(number: int) -> str:
    """0 to 99 as spoken: 七, 十二, 三十."""
    if number < 10:
        return _DIGITS[number]
    tens, ones = divmod(number, 10)
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")


def _mac(body: bytes, answer: str) -> bytes:
    return hmac.digest(signing_key("captcha"), body + b"\x00" + answer.encode(), "sha256")[:16]


def ask() -> dict[str, str]:
    """{id, question}; the answer is written in digits."""
    left, right = _random.randint(2, 29), _random.randint(2, 19)
    if _random.random() < 0.5 and left > right:
        question, answer = f"{words(left)}减{words(right)}等于几？请用数字回答", left - right
    else:
        question, answer = f"{words(left)}加{words(right)}等于几？请用数字回答", left + right
    body = int(time.time() + SECONDS).to_bytes(6, "big") + os.urandom(10)
    return {
        "id": base64.urlsafe_b64encode(body + _mac(body, str(answer))).rstrip(b"=").decode(),
        "question": question,
    }


def _half_width(text: str) -> str:
    return "".join(chr(ord(char) - 0xFEE0) if "０" <= char <= "９" else char for char in text)


async def passes(captcha: str) -> bool:
    """Whether `<id>:<answer>` is right, in time, and was not used before. Each id is spent by its first try, right or
    wrong: a sum has few answers. Raises RedisError when Redis is away."""
    given, _, answer = captcha.partition(":")
    try:
        raw = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
    except ValueError:
        return False
    body, mac = raw[:16], raw[16:]
    if len(raw) != 32 or int.from_bytes(body[:6], "big") < time.time():
        return False
    if not await redis.client().set(f"identity:captcha:{body.hex()}", b"1", nx=True, ex=SECONDS):
        return False
    return hmac.compare_digest(mac, _mac(body, _half_width(answer.strip())))
