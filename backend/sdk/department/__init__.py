"""The door to a department: the protocol's messages, signatures, a caller and a small server side.

Five calls, all JSON, all signed: `submit`, `query`, `track`, `withdraw` from the platform to the department at
`<connector url>/<call>`; `update` from the department to the platform at `/callbacks/departments/<module>`. Files of a
case are fetched by the department from the address in its material, signed like a call.
The server side is in `backend.sdk.department.server`, apart, because it needs Sanic.
"""

from backend.sdk.department.caller import Department, fetch_file, send_update
from backend.sdk.department.keys import (
    ALGORITHMS,
    Algorithm,
    KeyUnreadable,
    PrivateKey,
    PublicKey,
    algorithm_of,
    fingerprint,
    new_pair,
    private_key,
    public_key,
    public_pem,
)
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
    sign_request,
    sign_response,
    verify_request,
    verify_response,
)

__all__ = [
    "ALGORITHMS",
    "CALLS",
    "Algorithm",
    "Column",
    "Department",
    "KeyUnreadable",
    "Material",
    "PrivateKey",
    "PublicKey",
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
    "algorithm_of",
    "fetch_file",
    "fingerprint",
    "new_pair",
    "private_key",
    "public_key",
    "public_pem",
    "send_update",
    "sign_request",
    "sign_response",
    "verify_request",
    "verify_response",
]
