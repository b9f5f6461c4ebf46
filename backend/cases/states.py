"""States of a case and what leads from one to the next, as one table.

An event either moves the case (`MOVES`), or is a note that leaves it where it is (`NOTES`). `BACK` returns to the state
that a correction or a transfer interrupted. Whatever is not in the table cannot happen.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, NamedTuple, get_args

from backend.cases.schemas import State

Kind = Literal[
    "submitted",
    "accepted",
    "auto_accepted",
    "deemed_accepted",
    "not_accepted",
    "correction",
    "supplemented",
    "review",
    "special",
    "special_ended",
    "approved",
    "auto_approved",
    "refused",
    "transferred",
    "received",
    "withdrawn",
    "lapsed",
    "delivered",
    "closed",
    "taken",
    "urged",
    "handed_over",
    "handover_failed",
    "noted",
    "overdue",
]
BACK: Literal["back"] = "back"

MOVES: MappingProxyType[State | None, dict[Kind, State | Literal["back"]]] = MappingProxyType(
    {
        None: {"submitted": "submitted"},
        "submitted": {
            "accepted": "accepted",
            "auto_accepted": "accepted",
            "deemed_accepted": "accepted",
            "not_accepted": "not_accepted",
            "correction": "correcting",
            "transferred": "transferred",
            "withdrawn": "withdrawn",
        },
        "correcting": {
            "supplemented": BACK,
            "approved": "approved",
            "refused": "refused",
            "withdrawn": "withdrawn",
        },
        "accepted": {
            "review": "in_review",
            "correction": "correcting",
            "special": "special",
            "approved": "approved",
            "auto_approved": "approved",
            "refused": "refused",
            "transferred": "transferred",
            "withdrawn": "withdrawn",
            "lapsed": "closed",
        },
        "in_review": {
            "correction": "correcting",
            "special": "special",
            "approved": "approved",
            "refused": "refused",
            "transferred": "transferred",
            "withdrawn": "withdrawn",
        },
        "special": {"special_ended": "in_review", "withdrawn": "withdrawn"},
        "transferred": {"received": BACK, "withdrawn": "withdrawn"},
        "approved": {"delivered": "delivered"},
        "refused": {"delivered": "delivered"},
        "delivered": {"closed": "closed"},
        "closed": {},
        "not_accepted": {},
        "withdrawn": {},
    }
)
OPEN: frozenset[State] = frozenset({"submitted", "correcting", "accepted", "in_review", "special", "transferred"})
DECIDED: frozenset[State] = frozenset({"approved", "refused", "delivered", "closed"})
NOTES: MappingProxyType[Kind, frozenset[State]] = MappingProxyType(
    {
        "taken": OPEN,
        "urged": OPEN,
        "handed_over": OPEN,
        "handover_failed": OPEN,
        "noted": frozenset(get_args(State)),
        "overdue": OPEN,
    }
)
INTERRUPTIONS: frozenset[State] = frozenset({"correcting", "transferred"})

STATE_TEXT: dict[State, str] = {
    "submitted": "已提交，等待受理",
    "correcting": "需要补正材料",
    "accepted": "已受理",
    "in_review": "正在审查",
    "special": "特别程序中",
    "approved": "已办结，准予",
    "refused": "已办结，不予批准",
    "delivered": "结果已送达",
    "closed": "已归档",
    "not_accepted": "不予受理",
    "withdrawn": "已撤回",
    "transferred": "正在转办",
}
TITLES: dict[Kind, str] = {
    "submitted": "提交申请",
    "accepted": "受理",
    "auto_accepted": "自动受理",
    "deemed_accepted": "视为受理",
    "not_accepted": "不予受理",
    "correction": "补正告知",
    "supplemented": "提交补正",
    "review": "审查",
    "special": "特别程序",
    "special_ended": "特别程序结束",
    "approved": "准予决定",
    "auto_approved": "自动审批",
    "refused": "不予批准决定",
    "transferred": "转办",
    "received": "转办接收",
    "withdrawn": "撤回",
    "lapsed": "预约结束",
    "delivered": "送达",
    "closed": "归档",
    "taken": "领取",
    "urged": "催办",
    "handed_over": "转交部门",
    "handover_failed": "转交未成",
    "noted": "办理进展",
    "overdue": "超过时限",
}


class Impossible(ValueError):
    """The table has no such move."""


class Standing(NamedTuple):
    """Where a case stands; `resume` is set while a correction or a transfer interrupts it."""

    state: State | None = None
    resume: State | None = None


def after(standing: Standing, kind: Kind) -> Standing:
    """The standing after an event. Raises Impossible."""
    state = standing.state
    if state is not None and state in NOTES.get(kind, ()):
        return standing
    target = MOVES[state].get(kind)
    if target is None:
        raise Impossible(f"{kind} cannot follow in state {state}")
    if target == BACK:
        if standing.resume is None:
            raise Impossible(f"{kind} has nowhere to go back to")
        return Standing(standing.resume)
    return Standing(target, state if target in INTERRUPTIONS else None)


def allows(state: State, kind: Kind) -> bool:
    return kind in MOVES[state] or state in NOTES.get(kind, ())
