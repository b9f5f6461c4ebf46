"""The way of a case through HTTP: applied, asked for more, decided, told."""

from __future__ import annotations

from tests.cases.conftest import Staff
from tests.cases.people import RENT, Citizen, png


async def test_a_case_is_applied_for_corrected_once_decided_and_every_step_is_told(zhang: Citizen, staff: Staff, drain):
    made = await zhang.apply(await zhang.rent_body())
    number = made["number"]
    assert made["state"] == "submitted"
    assert made["clock"]["days_left"] == 5

    window = staff("window", name="李窗口")
    waiting = await window.call("GET", "/cases")
    assert [item["number"] for item in waiting["items"]] == [number]
    await window.call("POST", f"/cases/{number}/take")
    seen = await window.call(
        "POST",
        f"/cases/{number}/correct",
        {"missing": [{"code": "lease", "name": "房屋租赁合同", "reason": "第二页不清楚"}]},
    )
    assert seen["state"] == "correcting"
    mine = await zhang.call("GET", f"/cases/{number}", status=200)
    assert mine["missing"] == [{"code": "lease", "name": "房屋租赁合同", "reason": "第二页不清楚"}]
    assert mine["clock"]["suspended"] is True
    assert "supplement" in mine["can"]

    more = {"materials": [{"code": "lease", "upload": await zhang.upload(png(100))}]}
    back = await zhang.call("POST", f"/cases/{number}/supplement", more, status=200)
    assert back["state"] == "submitted"
    await window.call("POST", f"/cases/{number}/accept", {})
    reviewer = staff("reviewer", name="赵审批")
    await reviewer.call("POST", f"/cases/{number}/take")
    decided = await reviewer.call("POST", f"/cases/{number}/decide", {"outcome": "approved", "reason": "符合条件"})
    assert decided["state"] == "approved"

    done = await zhang.call("GET", f"/cases/{number}", status=200)
    assert done["result"]["outcome"] == "approved"
    assert done["result"]["license"]
    assert "show" in done["can"]
    assert [entry["kind"] for entry in done["timeline"]] == [
        "submitted",
        "taken",
        "correction",
        "supplemented",
        "accepted",
        "review",
        "approved",
    ]
    inbox = await zhang.call("GET", "/messages", status=200)
    titles = [item["title"].partition("：")[2] for item in inbox["items"] if RENT.split(".")[1] or item]
    for told in ("申请已提交", "需要您补正材料", "补正材料已收到", "申请已受理", "已通过"):
        assert titles.count(told) == 1, titles
