"""The OpenAPI 3.1 document, generated from the declared endpoints."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import msgspec

from backend.core.errors import Problem
from backend.core.http import Empty, Endpoint
from backend.core.sessions import LEVEL_NAMES, Level

_PARAMETER = re.compile(r"<(\w+)(?::([^>]+))?>")
_COMMON = (400, 404, 405, 408, 413, 429, 500, 503)


def document(endpoints: list[Endpoint]) -> dict[str, Any]:
    """The whole document. Order is by path and method, so that the text is stable."""
    models: list[Any] = [Problem]
    for endpoint in endpoints:
        models.extend(model for model in (endpoint.body, endpoint.out, endpoint.query) if model is not None)
    schemas, components = msgspec.json.schema_components(models, ref_template="#/components/schemas/{name}")
    by_model = {id(model): schema for model, schema in zip(models, schemas, strict=True)}
    paths: dict[str, Any] = {}
    for endpoint in sorted(endpoints, key=lambda item: (item.path, item.method)):
        path = _PARAMETER.sub(lambda found: "{" + found.group(1) + "}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, by_model, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "天府通办",
            "version": "1",
            "description": "Times are RFC 3339, money is integer fen, ids are strings.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "tf_session"},
                "staff": {"type": "apiKey", "in": "cookie", "name": "tf_staff"},
            },
        },
    }


def _operation(endpoint: Endpoint, by_model: dict[int, Any], components: dict[str, Any]) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": found.group(1), "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for found in _PARAMETER.finditer(endpoint.path)
    ]
    if endpoint.query is not None:
        parameters.extend(_query_parameters(by_model[id(endpoint.query)], components))
    if endpoint.method == "POST":
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"},
            }
        )
    operation: dict[str, Any] = {
        "operationId": endpoint.name.replace(".", "_"),
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "x-level": LEVEL_NAMES[int(endpoint.level)],
        "x-audience": endpoint.audience,
        "parameters": parameters,
        "responses": _responses(endpoint, by_model),
    }
    if endpoint.roles:
        operation["x-roles"] = list(endpoint.roles)
    if endpoint.audience == "staff":
        operation["security"] = [{"staff": []}, {"bearer": []}]
    elif endpoint.level > Level.NONE:
        operation["security"] = [{"bearer": []}, {"cookie": []}]
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": by_model[id(endpoint.body)]}},
        }
    elif endpoint.raw_body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {endpoint.raw_body: {"schema": {"type": "string", "format": "binary"}}},
        }
    return operation


def _query_parameters(schema: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    name = schema["$ref"].rsplit("/", 1)[-1]
    described = components[name]
    return [
        {"name": key, "in": "query", "required": key in described.get("required", []), "schema": value}
        for key, value in described["properties"].items()
    ]


def _responses(endpoint: Endpoint, by_model: dict[int, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    text = HTTPStatus(endpoint.status).phrase
    content: dict[str, Any] = {}
    if endpoint.raw_out is not None:
        content = {endpoint.raw_out: {"schema": by_model.get(id(endpoint.out), {})}}
        responses[str(endpoint.status)] = {"description": text, "content": content}
    elif endpoint.status == 204 or endpoint.out in (None, Empty):
        responses[str(endpoint.status)] = {"description": text}
    else:
        responses[str(endpoint.status)] = {
            "description": text,
            "content": {"application/json": {"schema": by_model[id(endpoint.out)]}},
        }
    problem = {"application/problem+json": {"schema": by_model[id(Problem)]}}
    codes: dict[int, list[str]] = {status: [] for status in _COMMON}
    if endpoint.audience == "staff" or endpoint.level > Level.NONE or endpoint.audience == "citizen":
        codes.update({401: [], 403: []})
    if endpoint.body is not None or endpoint.query is not None or endpoint.raw_body is not None:
        codes.update({422: []})
    if endpoint.body is not None or endpoint.raw_body is not None:
        codes.update({415: []})
    if endpoint.method != "GET":
        codes.update({409: []})
    for error in endpoint.errors:
        codes.setdefault(error.status, []).append(error.code)
    for status in endpoint.statuses:
        codes.setdefault(status, [])
    for status, names in sorted(codes.items()):
        if str(status) in responses:
            continue
        if status in (304, 302, 204, 206, 308):
            responses[str(status)] = {"description": HTTPStatus(status).phrase}
            continue
        responses[str(status)] = {
            "description": HTTPStatus(status).phrase + (f" ({', '.join(names)})" if names else ""),
            # a status that an operation names itself may come in its own dialect
            "content": {**content, **problem} if endpoint.raw_out and status in endpoint.statuses else problem,
        }
    return responses
