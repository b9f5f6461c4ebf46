"""Reading what a request brings: a JSON body or query arguments, as a Struct or as a problem that names each fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sanic import Request

from backend.core.errors import FieldProblem, InvalidPayload, MalformedJson, PayloadTooLarge, UnsupportedMedia
from backend.core.payloads import field_problems


def decoder(model: Any) -> Callable[[bytes], Any]:
    """Decodes into `model`; made at the first body, since a hundred of them cost a start half a second."""
    made: list[Callable[[bytes], Any]] = []

    def decode(raw: bytes) -> Any:
        if not made:
            made.append(msgspec.json.Decoder(model).decode)
        return made[0](raw)

    return decode


def read_body(request: Request, model: Any, decode: Callable[[bytes], Any], limit: int | None) -> Any:
    raw = request.body
    content_type = request.headers.get("content-type", "")
    if content_type and not content_type.lower().startswith("application/json"):
        raise UnsupportedMedia
    if len(raw) > (limit or request.app.ctx.settings.http.body_limit):
        raise PayloadTooLarge
    try:
        value = decode(raw)
    except msgspec.ValidationError:
        raise InvalidPayload(errors=field_problems(raw, model)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise MalformedJson from exc
    if b"\\u0000" in raw and _has_nul(msgspec.json.decode(raw)):
        raise InvalidPayload(
            errors=[FieldProblem(field="", code="control_character", message="内容里有不能保存的控制字符")]
        )
    return value


def _has_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(key) or _has_nul(item) for key, item in value.items())
    if isinstance(value, list):
        return any(_has_nul(item) for item in value)
    return False


def read_query(request: Request, model: Any) -> Any:
    arguments: dict[str, Any] = {key: values[-1] for key, values in request.args.items()}
    for key, value in request.args.items():
        if any("\x00" in part for part in value) or "\x00" in key:
            raise InvalidPayload(
                errors=[FieldProblem(field=key.strip("\x00"), code="control_character", message="查询条件里有控制字符")]
            )
    try:
        return msgspec.convert(arguments, model, strict=False)
    except msgspec.ValidationError:
        raise InvalidPayload(errors=field_problems(arguments, model)) from None
