"""Endpoints of cases for citizens, for handlers, and for departments that call back."""

from __future__ import annotations

from sanic.response import HTTPResponse

from backend.cases import errors, service
from backend.cases.schemas import (
    AcceptRequest,
    BehalfQuery,
    CaseCreate,
    CaseList,
    CaseOut,
    CasesQuery,
    CorrectRequest,
    DecideRequest,
    DraftList,
    DraftOut,
    DraftPut,
    NotAcceptRequest,
    Prefill,
    QueryCreate,
    QueryOut,
    StaffCaseList,
    StaffCaseOut,
    StaffCasesQuery,
    Supplement,
    TransferRequest,
    UploadCreate,
    UploadOut,
    UploadPiece,
    Urge,
    Withdraw,
)
from backend.core.http import Api, Call
from backend.core.sessions import Level
from backend.modules import gray
from backend.modules.errors import (
    DepartmentRefused,
    DepartmentUnavailable,
    MatterNotFound,
    NoConnector,
    ReleaseUnknown,
    SwitchedOff,
)
from backend.sdk.department import UpdateAnswer, UpdateEvent

api = Api("cases", "/api/v1", tag="办件")
staff_api = Api("cases_staff", "/staff/v1", tag="办件处理", audience="staff", roles=("window", "reviewer"))
callback_api = Api("cases_callbacks", "/callbacks", tag="部门回调", audience="public")

WINDOW = ("window",)
REVIEWER = ("reviewer",)
FILE = "application/octet-stream"


@api.get("/drafts", level=Level.LOGIN, out=DraftList)
async def drafts(call: Call) -> DraftList:
    """My drafts, newest first."""
    return await service.drafts_of(call.who)


@api.get("/drafts/<matter>", level=Level.LOGIN, out=DraftOut, errors=(errors.DraftNotFound,))
async def draft(call: Call, matter: str) -> DraftOut:
    """The draft of one matter, and what a newer release changed for it."""
    return await service.draft(call.who, matter)


@api.put(
    "/drafts/<matter>",
    level=Level.LOGIN,
    body=DraftPut,
    out=DraftOut,
    errors=(MatterNotFound, ReleaseUnknown, errors.ForCompanies, errors.MaterialsInvalid),
)
async def put_draft(call: Call, body: DraftPut, matter: str) -> DraftOut:
    """Keep what is filled in so far."""
    return await service.draft_put(call.who, matter, body)


@api.delete("/drafts/<matter>", level=Level.LOGIN, status=204)
async def delete_draft(call: Call, matter: str) -> None:
    """Throw a draft away; there need not be one."""
    await service.draft_delete(call.who, matter)


@api.get("/matters/<matter>/prefill", level=Level.LOGIN, query=BehalfQuery, out=Prefill,
         errors=(MatterNotFound, errors.NotDelegated))  # fmt: skip
async def prefill(call: Call, matter: str) -> Prefill:
    """What is known already for this form, masked, and the papers that the wallet spares."""
    return await service.prefill(call.who, matter, call.query.on_behalf_of, call.query.company)


@api.post(
    "/uploads",
    level=Level.LOGIN,
    body=UploadCreate,
    out=UploadOut,
    status=201,
    idempotent=True,
    errors=(errors.TooManyUploads,),
)
async def open_upload(call: Call, body: UploadCreate) -> UploadOut:
    """Announce a file of at most 20 MB."""
    return await service.upload_open(call.who, body)


PIECE_ERRORS = (errors.UploadNotFound, errors.WrongOffset, errors.UploadClosed, errors.BadChunk)


@api.patch(
    "/uploads/<upload>",
    level=Level.LOGIN,
    raw_body=FILE,
    out=UploadOut,
    errors=(*PIECE_ERRORS, errors.ChunkTooLarge, errors.ChunkMedia),
)
async def append_upload(call: Call, upload: str) -> UploadOut:
    """One piece of the file, placed by Content-Range `bytes first-last/total`."""
    return await _append(call, upload)


@api.post(
    "/uploads/<upload>/pieces",
    level=Level.LOGIN,
    raw_body=FILE,
    out=UploadOut,
    errors=(*PIECE_ERRORS, errors.ChunkTooLarge, errors.ChunkMedia),
)
async def append_piece(call: Call, upload: str) -> UploadOut:
    """The same as PATCH, for clients without PATCH (wx.request)."""
    return await _append(call, upload)


@api.post("/uploads/<upload>/text-pieces", level=Level.LOGIN, body=UploadPiece, out=UploadOut, errors=PIECE_ERRORS)
async def append_text_piece(call: Call, body: UploadPiece, upload: str) -> UploadOut:
    """One piece as base64 text, for clients that cannot send bytes (my.request)."""
    return await service.upload_append_text(call.who, upload, body)


async def _append(call: Call, upload: str) -> UploadOut:
    request = call.request
    return await service.upload_append(
        call.who,
        upload,
        request.body,
        content_range=request.headers.get("content-range", ""),
        content_type=request.headers.get("content-type", ""),
        limit=request.app.ctx.settings.http.upload_chunk_limit,
    )


@api.get("/uploads/<upload>", level=Level.LOGIN, out=UploadOut, errors=(errors.UploadNotFound,))
async def upload_state(call: Call, upload: str) -> UploadOut:
    """How far a file has come."""
    return await service.upload_get(call.who, upload)


@api.get(
    "/uploads/<upload>/content",
    level=Level.LOGIN,
    raw_out="*/*",
    errors=(errors.UploadNotFound, errors.FileMissing),
)
async def upload_content(call: Call, upload: str) -> HTTPResponse:
    """The bytes of my own file."""
    return _file(await service.upload_content(call.who, upload))


@api.post(
    "/cases",
    level=Level.LOGIN,
    body=CaseCreate,
    out=CaseOut,
    status=201,
    idempotent=True,
    errors=(
        MatterNotFound,
        ReleaseUnknown,
        SwitchedOff,
        errors.WrongKind,
        errors.ForCompanies,
        errors.ForPersons,
        errors.FormInvalid,
        errors.MaterialsInvalid,
        errors.NotEligible,
        errors.OutOfScope,
        errors.NotDelegated,
        errors.AlreadyBooked,
    ),
)
async def submit(call: Call, body: CaseCreate) -> CaseOut:
    """Apply. The same Idempotency-Key gives the same case."""
    return await service.submit(call.who, body)


@api.get("/cases", level=Level.LOGIN, query=CasesQuery, out=CaseList, errors=(errors.NotDelegated,))
async def cases(call: Call) -> CaseList:
    """My cases, newest first; or those that I opened for somebody; or a company's."""
    return await service.list_of(call.who, call.query)


@api.get("/cases/<number>", level=Level.LOGIN, out=CaseOut, errors=(errors.CaseNotFound,))
async def case(call: Call, number: str) -> CaseOut:
    """One of my cases with its timeline and the days left."""
    return await service.get(call.who, number)


@api.post(
    "/cases/<number>/supplement",
    level=Level.LOGIN,
    body=Supplement,
    out=CaseOut,
    idempotent=True,
    errors=(errors.CaseNotFound, errors.WrongState, errors.FormInvalid, errors.MaterialsInvalid),
)
async def supplement(call: Call, body: Supplement, number: str) -> CaseOut:
    """Hand in what was missing."""
    return await service.supplement(call.who, number, body)


@api.post(
    "/cases/<number>/withdraw",
    level=Level.LOGIN,
    body=Withdraw,
    out=CaseOut,
    idempotent=True,
    errors=(errors.CaseNotFound, errors.WrongState),
)
async def withdraw(call: Call, body: Withdraw, number: str) -> CaseOut:
    """Take an application back; a booked slot becomes free."""
    return await service.withdraw(call.who, number, body)


@api.post(
    "/cases/<number>/urge",
    level=Level.LOGIN,
    body=Urge,
    out=CaseOut,
    idempotent=True,
    errors=(errors.CaseNotFound, errors.WrongState, errors.UrgedToday),
)
async def urge(call: Call, body: Urge, number: str) -> CaseOut:
    """Ask for haste, once a day."""
    return await service.urge(call.who, number, body)


@api.post(
    "/queries/<matter>",
    body=QueryCreate,
    out=QueryOut,
    errors=(
        MatterNotFound,
        SwitchedOff,
        DepartmentUnavailable,
        DepartmentRefused,
        NoConnector,
        errors.WrongKind,
        errors.ForCompanies,
        errors.FormInvalid,
    ),
)
async def query(call: Call, body: QueryCreate, matter: str) -> QueryOut:
    """Ask a department; the matter names the level that is needed."""
    device = gray.device(call.request)
    return await service.query(call.principal, matter, body, address=call.address, device=device)


@staff_api.get("/cases", query=StaffCasesQuery, out=StaffCaseList)
async def queue(call: Call) -> StaffCaseList:
    """Cases of my regions, the most urgent first."""
    return await service.staff_queue(call.who, call.query)


@staff_api.get("/cases/<number>", out=StaffCaseOut, errors=(errors.CaseNotFound,))
async def staff_case(call: Call, number: str) -> StaffCaseOut:
    """One case; opening it leaves a trace that the citizen can read."""
    return await service.staff_get(call.who, number)


@staff_api.post(
    "/cases/<number>/take",
    out=StaffCaseOut,
    errors=(errors.CaseNotFound, errors.TakenByAnother, errors.WrongState, errors.HandledElsewhere),
)
async def take(call: Call, number: str) -> StaffCaseOut:
    """Take a case; of two at once one gets it."""
    return await service.take(call.who, number)


_STEP = (errors.CaseNotFound, errors.NotYours, errors.WrongState, errors.HandledElsewhere)


@staff_api.post("/cases/<number>/accept", roles=WINDOW, body=AcceptRequest, out=StaffCaseOut, errors=_STEP)
async def accept(call: Call, body: AcceptRequest, number: str) -> StaffCaseOut:
    """受理."""
    return await service.accept(call.who, number, body)


@staff_api.post(
    "/cases/<number>/correct",
    roles=WINDOW,
    body=CorrectRequest,
    out=StaffCaseOut,
    errors=(*_STEP, errors.CorrectedBefore),
)
async def correct(call: Call, body: CorrectRequest, number: str) -> StaffCaseOut:
    """Tell once all that is missing (行政许可法 art. 32)."""
    return await service.correct(call.who, number, body)


@staff_api.post("/cases/<number>/decide", roles=REVIEWER, body=DecideRequest, out=StaffCaseOut, errors=_STEP)
async def decide(call: Call, body: DecideRequest, number: str) -> StaffCaseOut:
    """Approve, or refuse with the reason."""
    return await service.decide(call.who, number, body)


@staff_api.post("/cases/<number>/not-accept", roles=WINDOW, body=NotAcceptRequest, out=StaffCaseOut, errors=_STEP)
async def not_accept(call: Call, body: NotAcceptRequest, number: str) -> StaffCaseOut:
    """不予受理, naming the right office when there is one."""
    return await service.not_accept(call.who, number, body)


@staff_api.post(
    "/cases/<number>/transfer",
    roles=WINDOW,
    body=TransferRequest,
    out=StaffCaseOut,
    errors=(*_STEP, errors.OutOfScope),
)
async def transfer(call: Call, body: TransferRequest, number: str) -> StaffCaseOut:
    """Hand the case to the office of another region."""
    return await service.transfer(call.who, number, body)


@staff_api.get("/uploads/<upload>/content", raw_out="*/*", errors=(errors.UploadNotFound, errors.FileMissing))
async def staff_upload_content(call: Call, upload: str) -> HTTPResponse:
    """A file of a case that I may see; the look leaves a trace."""
    return _file(await service.staff_upload_content(call.who, upload))


@callback_api.post(
    "/departments/<module>",
    raw_body="application/json",
    raw_out="application/json",
    out=UpdateAnswer,
    errors=(errors.CallbackRefused, errors.CaseNotFound),
)
async def department_update(call: Call, module: str) -> HTTPResponse:
    """News of a case, signed by the department; the same event twice is applied once."""
    request = call.request
    status, headers, body = await service.department_update(
        module,
        headers=dict(request.headers),
        path=request.path,
        body=request.body,
        request_id=call.request_id,
    )
    media = headers.pop("content-type")
    return HTTPResponse(body, status=status, headers=headers, content_type=media)


@callback_api.get(
    "/departments/<module>/cases/<number>/files/<id>",
    raw_out="application/octet-stream",
    errors=(errors.CallbackRefused, errors.CaseNotFound, errors.FileMissing),
)
async def department_file(call: Call, module: str, number: str, id: str) -> HTTPResponse:
    """A file of a case that the department was given; asked for with the department's signature."""
    signed, file = await service.department_file(
        module, number, id, headers=dict(call.request.headers), path=call.request.path
    )
    answer = _file(file)
    answer.headers.update(signed)
    return answer


def _file(file: service.File) -> HTTPResponse:
    """Bytes that a citizen sent: shown as what they were found to be, never as a page of ours."""
    return HTTPResponse(
        file.content,
        content_type=file.media,
        headers={
            "content-disposition": file.disposition,
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
            "cache-control": "private, no-store",
        },
    )


__all__ = ["UpdateEvent", "api", "callback_api", "staff_api"]
