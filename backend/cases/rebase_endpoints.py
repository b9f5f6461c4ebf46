"""Moving open cases and drafts to the live release of their module: asked for by publishers."""

from __future__ import annotations

from backend.cases import rebasing
from backend.cases.schemas import Rebase, RebaseOut
from backend.core.http import Api, Call
from backend.modules.errors import ModuleNotFound, NotYourRegion, ReleaseNotFound

api = Api("publish_cases", "/publish/v1", tag="模块发布", audience="staff", roles=("publisher",))


@api.post(
    "/modules/<module:str>/rebase", body=Rebase, out=RebaseOut, errors=(ModuleNotFound, NotYourRegion, ReleaseNotFound)
)
async def rebase(call: Call, body: Rebase, module: str) -> RebaseOut:
    """在办的办件和草稿换到线上版本：move 为 false 只看；一次一批，用 next 接着"""
    return await rebasing.rebase(call.who, module, move=body.move, after=body.after)
