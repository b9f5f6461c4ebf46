"""Policies of assurance: read, proposed by one admin, agreed to by another, tried on somebody."""

from __future__ import annotations

from backend.core.http import Api, Call
from backend.identity import policy_rows
from backend.identity.errors import PolicyNotFound, PolicySecondPerson, PolicySettled
from backend.identity.staff_schemas import PoliciesOut, PolicyPut, Simulate, Simulation

api = Api("identity_policies", "/staff/v1", tag="核验方式", audience="staff", roles=("admin",))


@api.get("/policies", roles=("admin", "auditor"), out=PoliciesOut)
async def policies(_: Call) -> PoliciesOut:
    """各种事用哪些方式核验本人、先后、次数和有效时间"""
    return await policy_rows.listed()


@api.put("/policies", body=PolicyPut, out=PoliciesOut)
async def propose(call: Call, body: PolicyPut) -> PoliciesOut:
    """提出修改，由另一位管理员同意后生效"""
    return await policy_rows.propose(call.who, body)


@api.post("/policies/<id:str>/agree", out=PoliciesOut, errors=(PolicyNotFound, PolicySettled, PolicySecondPerson))
async def agree(call: Call, id: str) -> PoliciesOut:
    """同意另一位管理员提出的修改，几秒内生效"""
    return await policy_rows.agree(call.who, id)


@api.post("/policies/<id:str>/reject", out=PoliciesOut, errors=(PolicyNotFound, PolicySettled))
async def reject(call: Call, id: str) -> PoliciesOut:
    """不同意，或撤回自己提出的修改"""
    return await policy_rows.reject(call.who, id)


@api.post("/policies/simulate", body=Simulate, out=Simulation)
async def simulate(call: Call, body: Simulate) -> Simulation:
    """试一试：什么样的人会看到哪些核验方式；写手机号就按这个人此刻的情况（本人查得到）"""
    return await policy_rows.simulate(call.who, body)
