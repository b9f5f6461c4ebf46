"""The web application: the only web wiring, on one screen."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from sanic import Request, Sanic
from sanic.exceptions import NotFound as SanicNotFound
from sanic.response import HTTPResponse

from backend import operation, previewing, process
from backend.appointments import endpoints as appointments
from backend.bridge import endpoints as bridge
from backend.campaigns import endpoints as campaigns
from backend.campaigns import offer_endpoints as offers
from backend.cases import endpoints as cases
from backend.cases import rebase_endpoints
from backend.companies import endpoints as companies
from backend.core import background, http, metrics, openapi, problems, tasks
from backend.core.http import Api
from backend.core.sessions import Tokens
from backend.core.settings import Settings
from backend.identity import closing_endpoints as leaving
from backend.identity import counter_endpoints as counters
from backend.identity import delegation_endpoints as delegations
from backend.identity import endpoints as identity
from backend.identity import policy_endpoints as policies
from backend.identity import service as identity_service
from backend.identity import staff_endpoints as members
from backend.licenses import endpoints as licenses
from backend.matters import endpoints as matters
from backend.matters import preview_endpoints as previews
from backend.modules import door_endpoints as doors
from backend.modules import endpoints as modules
from backend.modules import evidence
from backend.pages import Pages
from backend.payments import endpoints as payments
from backend.ratings import endpoints as ratings
from backend.reminders import endpoints as reminders
from push import callbacks as push_callbacks
from push import endpoints as push

APIS: tuple[Api, ...] = (
    operation.api,
    matters.api,
    previews.api,
    previews.staff_api,
    modules.api,
    modules.public_api,
    doors.api,
    identity.api,
    identity.staff_api,
    members.api,
    policies.api,
    leaving.api,
    counters.api,
    counters.staff_api,
    delegations.api,
    delegations.staff_api,
    companies.api,
    push.api,
    push.operate_api,
    push_callbacks.api,
    cases.api,
    cases.staff_api,
    cases.callback_api,
    rebase_endpoints.api,
    appointments.api,
    payments.api,
    payments.callback_api,
    licenses.api,
    ratings.api,
    ratings.staff_api,
    reminders.api,
    reminders.operate_api,
    reminders.staff_api,
    campaigns.api,
    offers.api,
    bridge.api,
)

_number = itertools.count(1)


def create_app(settings: Settings, *, pages: Pages | None = None) -> Sanic[Any, Any]:
    """The application of one web process; a second one in a process (tests) gets its own name."""
    app: Any = Sanic(f"tianfu-{next(_number)}", configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=settings.http.upload_chunk_limit + 64 * 1024,
        REQUEST_TIMEOUT=30,
        RESPONSE_TIMEOUT=60,
        KEEP_ALIVE_TIMEOUT=75,
        GRACEFUL_SHUTDOWN_TIMEOUT=5,
        ACCESS_LOG=False,
        OAS=False,
        FALLBACK_ERROR_FORMAT="json",
    )
    app.ctx.settings = settings
    app.ctx.tokens = Tokens(settings.secrets.session)
    held = pages or Pages(script=previewing.SCRIPT if settings.preview else None)
    if settings.preview is not None:
        previewing.install(app, settings.preview)
    for api in APIS:
        app.blueprint(api.blueprint)

    @app.exception(Exception)  # type: ignore[untyped-decorator]
    async def failed(request: Request, exc: Exception) -> HTTPResponse:
        if isinstance(exc, SanicNotFound) and request.method in ("GET", "HEAD"):
            page = held.answer(request)
            if page is not None:
                return page
        request_id = problems.new_request_id()
        response = problems.problem_response(exc, request, request_id)
        response.headers["x-request-id"] = request_id
        return response

    @app.before_server_start  # type: ignore[untyped-decorator]
    async def start(_: Sanic[Any, Any]) -> None:
        tasks.configure(settings.broker_url)
        await process.start(settings)
        app.ctx.flushing = [
            asyncio.create_task(_flush_metrics(), name="metrics"),
            asyncio.create_task(evidence.follow(), name="views"),
        ]
        await identity_service.start(app.ctx.tokens)

    @app.after_server_stop  # type: ignore[untyped-decorator]
    async def stop(_: Sanic[Any, Any]) -> None:
        await background.end(app.ctx.flushing)
        await identity_service.stop()
        await process.stop()

    return app  # type: ignore[no-any-return]


async def _flush_metrics() -> None:
    while True:
        await asyncio.sleep(1)
        metrics.flush()


def describe() -> dict[str, Any]:
    """The OpenAPI document, without starting anything."""
    return openapi.document(http.ENDPOINTS)
