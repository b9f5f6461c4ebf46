"""Holds a department's system against the protocol: right calls, wrong signatures, repeats, nonsense.

It runs on the department's own machine with a pair of keys made for it, before anything is connected.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from backend.core.clients import Client, ProviderError, Response
from backend.sdk.department.caller import Department
from backend.sdk.department.keys import PublicKey, algorithm_of, new_pair, private_key
from backend.sdk.department.messages import QueryCall, SubmitCall, TrackCall, WithdrawCall
from backend.sdk.department.signing import (
    H_SIGNATURE,
    H_TIMESTAMP,
    SignatureRefused,
    Signer,
    sign_request,
    verify_response,
)


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was tried. `found` says what came instead of what should; empty when it was right."""

    name: str
    found: str = ""

    @property
    def good(self) -> bool:
        return not self.found


class Trial:
    """Against the system at `url` (what the module's `[connector] url` will be). `keys` are the department's."""

    def __init__(self, url: str, module: str, signer: Signer, keys: Mapping[str, PublicKey]) -> None:
        self._client = Client("department.trial", url, timeout_s=10, attempts=1)
        self._module, self._signer, self._keys = module, signer, keys
        self._door = Department(module, self._client, signer, keys)
        self._prefix = urlsplit(url.rstrip("/")).path
        self._number = f"TFTRY{secrets.token_hex(6).upper()}"

    async def run(self, matter: str, form: Mapping[str, Any], params: Mapping[str, Any]) -> list[Point]:
        """Everything, in the order in which a case lives. `form` and `params` are those of a sample application and a
        sample question of the module."""
        case = SubmitCall(
            case_number=self._number,
            matter=matter,
            release=f"{self._module}@0.0.0",
            applicant={},
            form=dict(form),
        )
        steps: list[tuple[str, Callable[[], Awaitable[str]]]] = [
            (
                "track：没有收到过的办件，回 404 case_missing 并签名",
                lambda: self._refused("track", self._track(), "case_missing"),
            ),
            ("submit：收下办件", lambda: self._submits(case)),
            ("submit：同一个 Idempotency-Key 再来一次，回答相同", lambda: self._same(case)),
            ("submit：同一个 Idempotency-Key 换了内容，回 409", lambda: self._changed(case)),
            ("submit：没有 Idempotency-Key，回 400", lambda: self._status("submit", case, 400, key="")),
            ("track：找得到收下的办件", self._tracked),
            ("query：回答或明确拒绝", lambda: self._queries(matter, params)),
            ("withdraw：撤回，或说明为什么不能", self._withdraws),
            ("正文读不懂，回 4xx", lambda: self._status("track", b'{"case_number":', 422, 400)),
            ("不认识的字段不影响", self._extra),
            (
                "签名不对，回 401",
                lambda: self._altered(lambda given: given | {H_SIGNATURE: _other(given[H_SIGNATURE])}),
            ),
            ("时间差了十分钟，回 401", lambda: self._status("track", self._asking(), 401, now=time.time() - 600)),
            ("时间写错，回 401", lambda: self._altered(lambda given: given | {H_TIMESTAMP: "yesterday"})),
            ("随机串用第二次，回 401", self._replayed),
            ("不认识的密钥，回 401", self._stranger),
            (
                "别的模块的签名，回 403 或 401",
                lambda: self._status("track", self._asking(), 403, 401, module="another_module"),
            ),
            ("正文在路上被改，回 401", self._tampered),
        ]
        points = []
        for name, step in steps:
            try:
                points.append(Point(name, await step()))
            except ProviderError as error:
                points.append(Point(name, _told(error)))
        return points

    def _asking(self) -> TrackCall:
        return TrackCall(case_number=f"{self._number}X")

    async def _track(self) -> object:
        return await self._door.track(self._asking())

    async def _refused(self, call: str, asked: Awaitable[object], code: str) -> str:
        try:
            found = await asked
        except ProviderError as error:
            return "" if error.code == code and error.kind == "permanent" else _told(error)
        return f"没有拒绝：{found}"

    async def _submits(self, case: SubmitCall) -> str:
        answer = await self._door.submit(case, idempotency_key=f"{self._number}:1")
        self._first = answer
        return "" if answer.state == "rejected" or answer.department_number else "收下了，却没有 department_number"

    async def _same(self, case: SubmitCall) -> str:
        again = await self._door.submit(case, idempotency_key=f"{self._number}:1")
        return "" if again == self._first else f"第二次的回答不同：{msgspec.json.encode(again).decode()}"

    async def _changed(self, case: SubmitCall) -> str:
        other = msgspec.structs.replace(case, form={**case.form, "tried": "twice"})
        asked = self._door.submit(other, idempotency_key=f"{self._number}:1")
        return await self._refused("submit", asked, "idempotency_key_reused")

    async def _tracked(self) -> str:
        found = await self._door.track(TrackCall(case_number=self._number))
        return "" if found.case_number == self._number else f"回答的是另一个办件 {found.case_number}"

    async def _queries(self, matter: str, params: Mapping[str, Any]) -> str:
        try:
            found = await self._door.query(QueryCall(matter=matter, params=dict(params)))
        except ProviderError as error:
            return "" if error.kind == "permanent" and error.code != "body_invalid" else _told(error)
        named = {column.key for column in found.columns}
        loose = {key for row in found.rows for key in row} - named
        return f"列里没有 {'、'.join(sorted(loose))}" if loose else ""

    async def _withdraws(self) -> str:
        found = await self._door.withdraw(
            WithdrawCall(case_number=self._number, reason="试一试"), idempotency_key=f"{self._number}:w"
        )
        return "" if found.state == "withdrawn" or found.message else "没有同意撤回，也没有说明"

    async def _extra(self) -> str:
        body = json.dumps({"case_number": self._number, "introduced_later": {"by": "the platform"}}).encode()
        return await self._status("track", body, 200)

    async def _altered(self, change: Callable[[dict[str, str]], dict[str, str]]) -> str:
        body = msgspec.json.encode(self._asking())
        given = await self._headers("track", body)
        return _wanted(await self._send("track", body, change(given)), 401)

    async def _replayed(self) -> str:
        body = msgspec.json.encode(self._asking())
        given = await self._headers("track", body)
        await self._send("track", body, given)
        return _wanted(await self._send("track", body, given), 401)

    async def _stranger(self) -> str:
        pem = await asyncio.to_thread(new_pair, algorithm_of(self._signer.key))
        body = msgspec.json.encode(self._asking())
        given = await self._headers("track", body, signer=Signer("nobody-knows-me", private_key(pem[0])))
        return _wanted(await self._send("track", body, given), 401)

    async def _tampered(self) -> str:
        body = msgspec.json.encode(self._asking())
        given = await self._headers("track", body)
        return _wanted(await self._send("track", body.replace(b"TFTRY", b"TFHIS"), given), 401)

    async def _status(
        self,
        call: str,
        message: msgspec.Struct | bytes,
        *wanted: int,
        key: str = "",
        now: float | None = None,
        module: str | None = None,
    ) -> str:
        body = message if isinstance(message, bytes) else msgspec.json.encode(message)
        given = await self._headers(call, body, key=key, now=now, module=module)
        found = await self._send(call, body, given)
        told = _wanted(found, *wanted)
        if told or found.status in (401, 403):
            return told
        try:
            await asyncio.to_thread(
                verify_response,
                found.headers,
                status=found.status,
                body=found.body,
                request_nonce=given["X-TF-Nonce"],
                keys=self._keys,
            )
        except SignatureRefused as error:
            return f"回答的签名不对（{error.code}）"
        return ""

    async def _headers(
        self,
        call: str,
        body: bytes,
        *,
        key: str = "",
        now: float | None = None,
        module: str | None = None,
        signer: Signer | None = None,
    ) -> dict[str, str]:
        made = await asyncio.to_thread(
            sign_request,
            signer or self._signer,
            module=module or self._module,
            method="POST",
            path=f"{self._prefix}/{call}",
            body=body,
            idempotency_key=key,
            now=now,
        )
        return {**made, "Content-Type": "application/json"}

    async def _send(self, call: str, body: bytes, headers: Mapping[str, str]) -> Response:
        return await self._client.request("POST", f"/{call}", call=call, body=body, headers=headers)


def _wanted(found: Response, *wanted: int) -> str:
    return "" if found.status in wanted else f"回的是 {found.status}"


def _other(signature: str) -> str:
    return ("B" if signature[20] == "A" else "A").join((signature[:20], signature[21:]))


def _told(error: ProviderError) -> str:
    words = {
        "connect_failed": "连不上",
        "timeout": "超时",
        "bad_signature": f"回答的签名不对（{error.message}）",
        "unreadable_answer": "回答读不懂",
    }
    told = words.get(error.code) or (f"{error.status} {error.code}" if error.status else error.code)
    return f"{told}{f'：{error.message}' if error.message and error.code not in words else ''}"
