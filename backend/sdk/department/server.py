"""A small server side of the protocol that a department can start from, on Sanic.

    class Housing:
        async def submit(self, module, call): ...
        async def query(self, module, call): ...
        async def track(self, module, call): ...
        async def withdraw(self, module, call): ...

    app = Sanic("housing")
    DepartmentServer(Housing(), signer=..., keys=...).mount(app)
    app.run(port=9000, single_process=True)

It verifies signatures and nonces, keeps answers by idempotency key, signs what it answers and tells bad input apart
from its own failures. Replace the two memories by ones that survive a restart before going live.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol
from weakref import WeakValueDictionary

import msgspec
import structlog
from sanic import HTTPResponse, Request, Sanic

from backend.sdk.department.keys import PublicKey, algorithm_of
from backend.sdk.department.messages import (
    QueryAnswer,
    QueryCall,
    Refusal,
    SubmitAnswer,
    SubmitCall,
    TrackAnswer,
    TrackCall,
    WithdrawAnswer,
    WithdrawCall,
)
from backend.sdk.department.signing import SeenNonce, SignatureRefused, Signer, sign_response, verify_request

log = structlog.get_logger("department")


class Refused(Exception):
    """Raised by a handler to say no: the citizen's sentence, a stable code, a status of 4xx."""

    def __init__(self, code: str, title: str, *, status: int = 409) -> None:
        super().__init__(code)
        self.code, self.title, self.status = code, title, status


class Handlers(Protocol):
    """What a department must be able to do."""

    async def submit(self, module: str, call: SubmitCall) -> SubmitAnswer: ...
    async def query(self, module: str, call: QueryCall) -> QueryAnswer: ...
    async def track(self, module: str, call: TrackCall) -> TrackAnswer: ...
    async def withdraw(self, module: str, call: WithdrawCall) -> WithdrawAnswer: ...


class KeptAnswer(msgspec.Struct, frozen=True):
    """The first answer to an idempotency key; `digest` is the SHA-256 of the request's body."""

    digest: str
    status: int
    body: bytes


class AnswerStore(Protocol):
    """Answers by idempotency key. `keep` must be durable before it returns."""

    async def find(self, key: str) -> KeptAnswer | None: ...
    async def keep(self, key: str, answer: KeptAnswer) -> None: ...


class MemoryAnswers:
    """For trials: forgets at restart."""

    def __init__(self) -> None:
        self._kept: dict[str, KeptAnswer] = {}

    async def find(self, key: str) -> KeptAnswer | None:
        return self._kept.get(key)

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        self._kept[key] = answer


class MemoryNonces:
    """Nonces of one process, dropped when their time is over."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._until: dict[str, float] = {}
        self._clock = clock
        self._sweep_at = 0.0

    async def __call__(self, nonce: str, seconds: int) -> bool:
        now = self._clock()
        if now >= self._sweep_at:
            self._until = {key: until for key, until in self._until.items() if until > now}
            self._sweep_at = now + 60
        if self._until.get(nonce, 0.0) > now:
            return True
        self._until[nonce] = now + seconds
        return False


Reply = tuple[int, bytes]


class DepartmentServer:
    """Answers `POST {prefix}/{module}/{call}`. With a signer for each algorithm it answers in the one it was
    asked in. `own_path` maps the path that we see to the one that was signed."""

    def __init__(
        self,
        handlers: Handlers,
        *,
        signer: Signer | Sequence[Signer],
        keys: Mapping[str, PublicKey],
        answers: AnswerStore | None = None,
        seen_nonce: SeenNonce | None = None,
        own_path: Callable[[str], str] = lambda path: path,
    ) -> None:
        self._handlers = handlers
        signers = [signer] if isinstance(signer, Signer) else list(signer)
        self._signers = {algorithm_of(each.key): each for each in signers}
        self._keys = keys
        self._answers = answers or MemoryAnswers()
        self._seen = seen_nonce or MemoryNonces()
        self._own_path = own_path
        # Weak: a lock lives as long as somebody holds or awaits it.
        self._running: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._calls: dict[str, tuple[type[Any], Callable[[str, Any], Awaitable[msgspec.Struct]]]] = {
            "submit": (SubmitCall, handlers.submit),
            "query": (QueryCall, handlers.query),
            "track": (TrackCall, handlers.track),
            "withdraw": (WithdrawCall, handlers.withdraw),
        }

    def mount(self, app: Sanic[Any, Any], prefix: str = "/departments") -> None:
        app.add_route(self.answer, f"{prefix}/<module:str>/<call:str>", methods=["POST"], name="department")

    async def answer(self, request: Request, module: str, call: str) -> HTTPResponse:
        """One request of the protocol, from its bytes to a signed answer."""
        path = request.path + (f"?{request.query_string}" if request.query_string else "")
        try:
            verified = await verify_request(
                request.headers,
                method=request.method,
                path=self._own_path(path),
                body=request.body,
                keys=self._keys,
                seen_nonce=self._seen,
            )
        except SignatureRefused as error:
            return _response(*_refusal(401, error.code, "签名未通过验证"))
        if verified.module != module:
            reply = _refusal(403, "another_module", "模块与签名不一致")
        elif call not in self._calls:
            reply = _refusal(404, "call_missing", "没有这个接口")
        elif call in ("submit", "withdraw"):
            reply = await self._once(module, call, verified.idempotency_key, request.body)
        else:
            reply = await self._handle(module, call, request.body)
        response = _response(*reply)
        # in the algorithm that we were asked in, when there is a key of ours for it
        asked = algorithm_of(self._keys[verified.key_id])
        signer = self._signers.get(asked) or next(iter(self._signers.values()))
        response.headers.update(
            await asyncio.to_thread(sign_response, signer, status=reply[0], body=reply[1], request_nonce=verified.nonce)
        )
        return response

    async def _once(self, module: str, call: str, key: str, body: bytes) -> Reply:
        if not key or len(key) > 128:
            return _refusal(400, "idempotency_key_missing", "缺少 Idempotency-Key")
        name, digest = f"{module}:{call}:{key}", hashlib.sha256(body).hexdigest()
        lock = self._running.get(name)
        if lock is None:
            lock = self._running[name] = asyncio.Lock()
        async with lock:
            kept = await self._answers.find(name)
            if kept is not None and kept.digest != digest:
                return _refusal(409, "idempotency_key_reused", "同一个 Idempotency-Key 用于了不同的内容")
            if kept is not None:
                return kept.status, kept.body
            reply = await self._handle(module, call, body)
            if reply[0] < 500:  # a failure of ours is not an answer: the next attempt runs again
                await self._answers.keep(name, KeptAnswer(digest, *reply))
            return reply

    async def _handle(self, module: str, call: str, body: bytes) -> Reply:
        kind, handler = self._calls[call]
        try:
            message = msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            return _refusal(422, "body_invalid", "请求内容不符合协议", detail=str(error))
        try:
            return 200, msgspec.json.encode(await handler(module, message))
        except Refused as refused:
            return _refusal(refused.status, refused.code, refused.title)
        except Exception:
            log.exception("handler_failed", module=module, call=call)
            return _refusal(500, "handler_failed", "系统出错，请稍后再试")


def _refusal(status: int, code: str, title: str, *, detail: str = "") -> Reply:
    return status, msgspec.json.encode(Refusal(title=title, status=status, code=code, detail=detail))


def _response(status: int, body: bytes) -> HTTPResponse:
    kind = "application/json" if status == 200 else "application/problem+json"
    return HTTPResponse(body, status=status, content_type=kind)
