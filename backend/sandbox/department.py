"""Department systems of all connected modules: they keep cases, answer queries, and send updates when told to."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from backend.core.clients import Client, ProviderError
from backend.sandbox import queries
from backend.sandbox.credentials import DEPARTMENT_SM2
from backend.sandbox.store import KeptAnswers, Store
from backend.sandbox.world import World, fault_of, perform, world_of
from backend.sdk.department import (
    PublicKey,
    QueryAnswer,
    QueryCall,
    Signer,
    SubmitAnswer,
    SubmitCall,
    TrackAnswer,
    TrackCall,
    UpdateEvent,
    WithdrawAnswer,
    WithdrawCall,
    new_pair,
    private_key,
    send_update,
)
from backend.sdk.department.messages import UpdateKind
from backend.sdk.department.server import DepartmentServer, Refused

bp = Blueprint("departments", url_prefix="/departments")
CHINA = ZoneInfo("Asia/Shanghai")
SubmitState = Literal["accepted", "rejected", "received"]


class KeptCase(msgspec.Struct, kw_only=True):
    """A case as a department keeps it. `state`: received, accepted, rejected, correction, decided, withdrawn."""

    module: str
    call: SubmitCall
    department_number: str
    state: str
    events: list[UpdateEvent] = []


class UpdateOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the control interface asks a department to tell. `event_id` may repeat an older one."""

    case_number: str
    kind: UpdateKind
    message: str = ""
    missing: dict[str, str] = {}
    outcome: Literal["approved", "refused"] | None = None
    result: dict[str, Any] = {}
    due: str | None = None
    event_id: str | None = None
    callback_url: str | None = None


class Cases:
    """The department's cases in the store. `modes`: how a module answers the next submissions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.modes: dict[str, SubmitState] = {}

    async def find(self, module: str, case_number: str) -> KeptCase | None:
        raw = await self._store.get("case", f"{module}:{case_number}")
        return None if raw is None else msgspec.json.decode(raw, type=KeptCase)

    async def keep(self, case: KeptCase) -> None:
        await self._store.put("case", f"{case.module}:{case.call.case_number}", msgspec.json.encode(case))

    async def all(self) -> list[KeptCase]:
        return [msgspec.json.decode(raw, type=KeptCase) for _, raw in await self._store.all("case")]

    async def submit(self, module: str, call: SubmitCall) -> SubmitAnswer:
        kept = await self.find(module, call.case_number)
        if kept is not None:
            # The same case under another idempotency key is still the same case.
            return SubmitAnswer(
                state="rejected" if kept.state == "rejected" else "received",
                department_number=kept.department_number,
                message="这个办件已经收到过",
            )
        state = self.modes.get(module, "received")
        number = f"BM{datetime.now(CHINA):%Y%m%d}{secrets.randbelow(10**6):06d}"
        await self.keep(KeptCase(module=module, call=call, department_number=number, state=state))
        messages = {
            "received": "已收到，正在核对材料",
            "accepted": "已受理",
            "rejected": "经核对不属于本部门受理范围",
        }
        return SubmitAnswer(state=state, department_number=number, message=messages[state])

    async def query(self, _module: str, call: QueryCall) -> QueryAnswer:
        return queries.answer(call)

    async def track(self, module: str, call: TrackCall) -> TrackAnswer:
        case = await self._must(module, call.case_number)
        return TrackAnswer(
            case_number=call.case_number,
            department_number=case.department_number,
            state=case.state,
            events=case.events,
        )

    async def withdraw(self, module: str, call: WithdrawCall) -> WithdrawAnswer:
        case = await self._must(module, call.case_number)
        if case.state in ("decided", "rejected"):
            return WithdrawAnswer(state="refused", message="办件已经办结，不能撤回")
        case.state = "withdrawn"
        await self.keep(case)
        return WithdrawAnswer(state="withdrawn", message="已撤回")

    async def _must(self, module: str, case_number: str) -> KeptCase:
        case = await self.find(module, case_number)
        if case is None:
            raise Refused("case_missing", "没有收到过这个办件", status=404)
        return case

    async def update(self, module: str, order: UpdateOrder) -> UpdateEvent:
        """Write the event into the case. An older event_id gives the older event."""
        case = await self._must(module, order.case_number)
        for event in case.events:
            if event.event_id == order.event_id:
                return event
        event = UpdateEvent(
            event_id=order.event_id or f"evt-{secrets.token_hex(12)}",
            case_number=order.case_number,
            kind=order.kind,
            at=datetime.now(CHINA).isoformat(timespec="seconds"),
            message=order.message,
            missing=order.missing,
            outcome=order.outcome or ("approved" if order.kind == "decided" else None),
            result=order.result,
            due=order.due,
        )
        case.events = [*case.events, event]
        if order.kind != "progress":
            case.state = order.kind
        await self.keep(case)
        return event


def _platform_keys(world: World) -> dict[str, PublicKey]:
    ours = world.vendors.departments
    return {
        ours.key_id: private_key(ours.private_key).public_key(),
        ours.sm2_key_id: private_key(ours.sm2_private_key).public_key(),
    }


def make_server(world: World, cases: Cases) -> DepartmentServer:
    return DepartmentServer(
        cases,
        signer=[
            Signer(world.keys.department_key_id, private_key(world.keys.department_private_key)),
            Signer(DEPARTMENT_SM2, private_key(world.keys.department_sm2_private_key)),
        ],
        keys=_platform_keys(world),
        answers=KeptAnswers(world.store),
    )


@bp.post("/<module:str>/<call:str>")
async def answer(request: Request, module: str, call: str) -> HTTPResponse:
    server: DepartmentServer = request.app.ctx.department_server

    async def act() -> HTTPResponse:
        response = await server.answer(request, module, call)
        if fault_of(request) == "wrong_signature":
            response.headers["X-TF-Signature"] = "AAAA" + str(response.headers.get("X-TF-Signature", ""))[4:]
        return response

    try:
        body = msgspec.json.decode(request.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = None
    detail = {"module": module, "body": body, "idempotency_key": request.headers.get("idempotency-key", "")}
    return await perform(request, "department", call, detail, act, also=f"{module}.{call}")


async def tell(request: Request, module: str, order: UpdateOrder) -> list[dict[str, Any]]:
    """Send an update to the platform; what came of each sending (two with the fault duplicate_callback)."""
    world = world_of(request)
    cases: Cases = request.app.ctx.department_cases
    event = await cases.update(module, order)
    fault = world.faults.take("department", "update")
    kind = fault.fault if fault else ""
    key = new_pair()[0] if kind == "wrong_signature" else world.keys.department_private_key
    signer = Signer(world.keys.department_key_id, private_key(key))
    keys = _platform_keys(world)
    client = Client(f"platform.{module}", order.callback_url or world.public_url, timeout_s=10, attempts=1)
    results: list[dict[str, Any]] = []
    for _ in range(2 if kind == "duplicate_callback" else 1):
        try:
            done = await send_update(client, signer, keys, module=module, event=event)
            results.append({"status": 200, "duplicate": done.duplicate})
        except ProviderError as error:
            results.append({"status": error.status, "code": error.code, "kind": error.kind})
    world.received.add("department", "update_sent", {"event_id": event.event_id, "results": results}, kind)
    return [{"event_id": event.event_id, **result} for result in results]
