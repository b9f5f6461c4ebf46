"""The use cases of cases, under one name: `from backend.cases import service as cases`."""

from backend.cases.asking import citizen_merged, supplement, urge, withdraw
from backend.cases.callbacks import department_file, department_update
from backend.cases.drafts import delete as draft_delete
from backend.cases.drafts import get as draft
from backend.cases.drafts import list_of as drafts_of
from backend.cases.drafts import put as draft_put
from backend.cases.files import File
from backend.cases.files import append as upload_append
from backend.cases.files import append_text as upload_append_text
from backend.cases.files import content as upload_content
from backend.cases.files import get as upload_get
from backend.cases.files import open_upload as upload_open
from backend.cases.handling import ACTS, accept, correct, decide, not_accept, take, transfer
from backend.cases.handling import content as staff_upload_content
from backend.cases.handling import get as staff_get
from backend.cases.handling import queue as staff_queue
from backend.cases.knowledge import known_form, prefill
from backend.cases.leaving import closed, export, export_drafts, kept_of, open_of
from backend.cases.opening import open_paid
from backend.cases.queries import check_answers, query, told
from backend.cases.rating import RatedCase, for_rating
from backend.cases.reading import get, has_open, list_of
from backend.cases.submission import pinned, submit
from backend.cases.unfinished import forms_of

__all__ = [
    "ACTS",
    "File",
    "RatedCase",
    "accept",
    "check_answers",
    "citizen_merged",
    "closed",
    "correct",
    "decide",
    "department_file",
    "department_update",
    "draft",
    "draft_delete",
    "draft_put",
    "drafts_of",
    "export",
    "export_drafts",
    "for_rating",
    "forms_of",
    "get",
    "has_open",
    "kept_of",
    "known_form",
    "list_of",
    "not_accept",
    "open_of",
    "open_paid",
    "pinned",
    "prefill",
    "query",
    "staff_get",
    "staff_queue",
    "staff_upload_content",
    "submit",
    "supplement",
    "take",
    "told",
    "transfer",
    "upload_append",
    "upload_append_text",
    "upload_content",
    "upload_get",
    "upload_open",
    "urge",
    "withdraw",
]
