"""The door to a department: the protocol's messages, signatures, a caller and a small server side.

Five calls, all JSON, all signed: `submit`, `query`, `track`, `withdraw` from the platform to the department at
`<connector url>/<call>`; `update` from the department to the platform at `/callbacks/departments/<module>`.
The server side is in `backend.sdk.department.server`, apart, because it needs Sanic.
"""

from backend.sdk.department.caller import Department, send_update
from backend.sdk.department.messages import (
    CALLS,
    Column,
    Material,
    QueryAnswer,
    QueryCall,
    Refusal,
    SubmitAnswer,
    SubmitCall,
    Summary,
    TrackAnswer,
    TrackCall,
    UpdateAnswer,
    UpdateEvent,
    WithdrawAnswer,
    WithdrawCall,
)
from backend.sdk.department.signing import (
    SignatureRefused,
    Signer,
    Verified,
    new_pair,
    private_key,
    public_key,
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)

__all__ = [
    "CALLS",
    "Column",
    "Department",
    "Material",
    "QueryAnswer",
    "QueryCall",
    "Refusal",
    "SignatureRefused",
    "Signer",
    "SubmitAnswer",
    "SubmitCall",
    "Summary",
    "TrackAnswer",
    "TrackCall",
    "UpdateAnswer",
    "UpdateEvent",
    "Verified",
    "WithdrawAnswer",
    "WithdrawCall",
    "new_pair",
    "private_key",
    "public_key",
    "send_update",
    "sign_request",
    "sign_response",
    "verify_request",
    "verify_response",
]
