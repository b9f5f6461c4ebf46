"""The two machines of publishing, each one table: (state, act) → next state. What is not in a table is refused."""

from __future__ import annotations

from collections.abc import Mapping

from backend.modules.errors import WrongState

Table = Mapping[tuple[str, str], str]

RELEASE: Table = {
    ("draft", "submit"): "submitted",
    ("submitted", "check"): "checking",
    ("checking", "check"): "checking",  # a checker that was killed is started again
    ("checking", "pass"): "in_review",
    ("checking", "fail"): "rejected",
    ("in_review", "approve"): "approved",
    ("in_review", "reject"): "rejected",
    ("draft", "retire"): "retired",
    ("submitted", "retire"): "retired",
    ("in_review", "retire"): "retired",
    ("approved", "retire"): "retired",
}

ROLLOUT: Table = {
    ("scheduled", "start"): "gray",
    ("gray", "advance"): "gray",
    ("gray", "finish"): "live",
    ("scheduled", "finish"): "live",  # no steps: everybody at once
    ("scheduled", "pause"): "paused",
    ("gray", "pause"): "paused",
    ("paused", "resume"): "gray",
    ("paused", "wait"): "scheduled",  # paused before it began
    ("scheduled", "roll_back"): "rolled_back",
    ("gray", "roll_back"): "rolled_back",
    ("paused", "roll_back"): "rolled_back",
    ("live", "roll_back"): "rolled_back",
    ("live", "replace"): "replaced",
    ("replaced", "restore"): "live",
}

WORDS = {
    "draft": "草稿",
    "submitted": "已提交",
    "checking": "检查中",
    "in_review": "待审核",
    "approved": "已通过",
    "rejected": "已退回",
    "retired": "已作废",
    "scheduled": "待开始",
    "gray": "灰度中",
    "live": "已上线",
    "paused": "已暂停",
    "rolled_back": "已回退",
    "replaced": "已被替换",
}
UNDER_WAY = ("scheduled", "gray", "paused")


def move(table: Table, state: str, act: str) -> str:
    """The state after an act. Raises WrongState."""
    found = table.get((state, act))
    if found is None:
        raise WrongState(f"现在是“{WORDS.get(state, state)}”，不能这样做", context={"state": state, "act": act})
    return found
