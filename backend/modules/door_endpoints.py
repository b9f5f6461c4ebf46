"""The keys of a module's department: proposed by publishers, confirmed by admins."""

from __future__ import annotations

from backend.core.http import Api, Call
from backend.modules import department_keys
from backend.modules.errors import KeyRefused, ModuleNotFound, NotYourRegion, SecondPersonNeeded
from backend.modules.schemas import Because, DepartmentKeyCreate, DepartmentKeys

api = Api("publish_doors", "/publish/v1", tag="模块发布", audience="staff", roles=("publisher", "admin"))

P = "/modules/<module:str>/department-keys"
OF_MODULE = (ModuleNotFound, NotYourRegion)


@api.get(P, out=DepartmentKeys, roles=("publisher", "reviewer", "auditor", "admin"), errors=OF_MODULE)
async def keys(call: Call, module: str) -> DepartmentKeys:
    """部门的密钥，和平台对部门签名用的公钥"""
    return await department_keys.listed(call.who, module)


@api.post(P, body=DepartmentKeyCreate, out=DepartmentKeys, idempotent=True, errors=(*OF_MODULE, KeyRefused))
async def propose(call: Call, body: DepartmentKeyCreate, module: str) -> DepartmentKeys:
    """登记部门的公钥，要由管理员确认后才能用"""
    return await department_keys.propose(call.who, module, body)


@api.post(
    P + "/<key:str>/confirm",
    out=DepartmentKeys,
    idempotent=True,
    roles=("admin",),
    errors=(*OF_MODULE, KeyRefused, SecondPersonNeeded),
)
async def confirm(call: Call, module: str, key: str) -> DepartmentKeys:
    """确认一把登记的公钥；确认的人不能是登记的人"""
    return await department_keys.confirm(call.who, module, key)


@api.post(P + "/<key:str>/revoke", body=Because, out=DepartmentKeys, idempotent=True, errors=(*OF_MODULE, KeyRefused))
async def revoke(call: Call, body: Because, module: str, key: str) -> DepartmentKeys:
    """吊销部门的密钥，立即生效，不能恢复"""
    return await department_keys.revoke(call.who, module, key, body)
