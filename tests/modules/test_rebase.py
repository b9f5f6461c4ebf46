"""Open cases and drafts stay on their release; `rebase` shows what a newer one changes and moves those that fit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.cases import rebasing
from backend.core import audit, db
from backend.modules import registry
from tests.cases.people import LI, ZHANG, Citizen, forget_limits, pdf
from tests.conftest import SignIn
from tests.modules.conftest import Publishing, Terminal, module
from tests.sdk.samples import MATTER

SAMPLE = "try_module.sample"
PATH = "/publish/v1/modules/try_module/rebase"
NOTE = """
[[fields]]
name = "note"
title = "备注"
type = "text"
"""
STRICT = MATTER.replace('title = "金额（元）"\ntype = "money"', 'title = "金额（元）"\ntype = "money"\nmax = 500')


@pytest.fixture
async def people(sign_in: SignIn, publishing: Publishing) -> AsyncIterator[list[Citizen]]:
    """Two citizens whose cases are gone before the modules are."""
    found = []
    for person in (ZHANG, LI):
        await forget_limits()
        found.append(Citizen(await sign_in(person.phone, name=person.name, id_number=person.id_number), person))
    yield found
    await db.execute("DELETE FROM cases_event WHERE case_id IN (SELECT id FROM cases_case WHERE module = 'try_module')")


async def apply(who: Citizen, amount: float | None, **form: Any) -> str:
    answers = {"kind": "a", "amount": amount, **form} if amount is not None else {"kind": "b", **form}
    body = {
        "matter": SAMPLE,
        "release": await who.release(SAMPLE),
        "form": answers,
        "materials": [{"code": "proof", "upload": await who.upload(pdf(), "收入证明.pdf")}],
    }
    return str((await who.apply(body, face=False))["number"])


async def release_of(number: str) -> str:
    row = await db.fetch_one("SELECT release FROM cases_case WHERE number = $1", number)
    assert row is not None
    return str(row["release"])


async def run(publishing: Publishing, *, move: bool = False, by: Any = None, status: int = 200, **more: Any) -> Any:
    return await (by or publishing.publisher).call("POST", PATH, {"move": move, **more}, status=status)


async def everything(publishing: Publishing, *, move: bool = False) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    after = None
    while True:
        found = await run(publishing, move=move, after=after)
        items += found["items"]
        after = found["next"]
        if after is None:
            return items


async def test_looking_changes_nothing_and_moving_takes_those_that_still_fit(
    publishing: Publishing, people: list[Citizen], terminal: Terminal
) -> None:
    zhang, li = people
    await publishing.live(module())
    fits, too_much = await apply(zhang, 300), await apply(li, 900)
    ended = await apply(zhang, 300)
    await zhang.call("POST", f"/cases/{ended}/withdraw", {}, status=200)
    draft = {"release": await zhang.release(SAMPLE), "form": {"kind": "a", "amount": 10}, "materials": []}
    await zhang.call("PUT", f"/drafts/{SAMPLE}", draft, status=200)
    await publishing.live(module("2.0.0", matter=STRICT.replace('name = "示例事项"', 'name = "新的名称"') + NOTE))

    looked = await terminal.json("rebase", "try_module", by=publishing.publisher)
    by_number = {item["number"]: item for item in looked["items"]}
    assert set(by_number) == {fits, too_much, None}, "what has ended is left alone"
    assert by_number[fits]["moves"]
    assert by_number[too_much]["reasons"] == ["“金额（元）”不符合新版本的要求"]
    assert "900" not in str(looked), "answers are shown to nobody"
    assert (looked["moved"], looked["moves"], looked["stays"]) == (False, 2, 1)
    assert {change["what"] for change in looked["changes"][0]["items"]} >= {"事项名称", "表单"}
    assert [await release_of(number) for number in (fits, too_much)] == ["try_module@1.0.0"] * 2

    told = await terminal.run("rebase", "try_module", "--yes")
    assert "已换到 try_module@2.0.0：2 件" in told
    assert too_much in told
    assert await release_of(fits) == "try_module@2.0.0"
    assert await release_of(too_much) == "try_module@1.0.0"
    case = await zhang.call("GET", f"/cases/{fits}", status=200)
    assert (case["matter_name"], case["release"]) == ("新的名称", "try_module@2.0.0")
    assert (await li.call("GET", f"/cases/{too_much}", status=200))["matter_name"] == "示例事项"
    kept = await zhang.call("GET", f"/drafts/{SAMPLE}", status=200)
    assert (kept["release"], kept["form"]) == ("try_module@2.0.0", {"kind": "a", "amount": 10})
    uses = await zhang.call("GET", "/me/data-uses", status=200)
    assert "换到了新版本" in str(uses)
    assert (await audit.verify(None)).broken_at is None

    again = await terminal.json("rebase", "try_module", "--yes")
    assert [item["number"] for item in again["items"]] == [too_much], "a second run finds only what stays"


@pytest.mark.parametrize(
    ("matter", "reason"),
    [
        (MATTER + '\n[[fields]]\nname = "note"\ntitle = "备注"\ntype = "text"\nrequired = true\n', "“备注”"),
        (MATTER + '\n[[materials]]\ncode = "more"\nname = "身份材料"\nformats = ["pdf"]\n', "还缺“身份材料”"),
        (MATTER.replace('level = "verified"', 'level = "face"'), "更高的身份认证"),
        (
            MATTER.replace('text = "不收费"\ncharged = false', 'text = "收费"\ncharged = true\nbasis = "某规定"'),
            "收费",
        ),
        (
            MATTER.replace(
                "[flow]\n", '[flow]\neligibility = [{ rule = "form.kind == \'b\'", message = "只办乙类" }]\n'
            ),
            "只办乙类",
        ),
        (MATTER.replace("days = 20, unit", "days = 30, unit"), "时限更长"),
        (MATTER.replace('code = "sample"', 'code = "other"'), "没有这个事项"),
    ],
    ids=["field", "paper", "level", "fee", "eligibility", "limit", "gone"],
)
async def test_a_case_stays_when_the_new_release_would_ask_more_of_the_citizen(
    publishing: Publishing, people: list[Citizen], matter: str, reason: str
) -> None:
    await publishing.live(module())
    number = await apply(people[0], 300)
    if "时限" in reason:  # the clock of the decision runs from acceptance on
        await publishing.clerk.call("POST", f"/staff/v1/cases/{number}/accept", {}, status=200)
    await publishing.live(module("2.0.0", matter=matter))
    items = await everything(publishing, move=True)
    assert [item["number"] for item in items] == [number]
    assert reason in "；".join(items[0]["reasons"])
    assert await release_of(number) == "try_module@1.0.0"


async def test_a_run_that_was_killed_is_started_again_and_finishes(
    publishing: Publishing, people: list[Citizen], monkeypatch: pytest.MonkeyPatch
) -> None:
    await publishing.live(module())
    numbers = [await apply(people[count % 2], 300) for count in range(5)]
    await publishing.live(module("2.0.0", matter=MATTER + NOTE))
    monkeypatch.setattr(rebasing, "BATCH", 2)
    first = await run(publishing, move=True)  # and then whoever asked is gone
    assert (len(first["items"]), first["next"]) == (2, f"case:{await _last(first)}")
    await everything(publishing, move=True)
    assert {await release_of(number) for number in numbers} == {"try_module@2.0.0"}
    trail = await db.fetch("SELECT subject_id FROM core_audit WHERE act = 'cases.rebase' AND subject_kind = 'case'")
    moved = [row["subject_id"] for row in trail if row["subject_id"] in numbers]
    assert sorted(moved) == sorted(numbers), "each once"


async def _last(found: dict[str, Any]) -> str:
    rows = await db.fetch(
        "SELECT id FROM cases_case WHERE number = ANY($1::text[]) ORDER BY id DESC LIMIT 1",
        [item["number"] for item in found["items"]],
    )
    return str(rows[0]["id"])


async def test_a_case_that_breaks_half_way_is_left_as_it_was(
    publishing: Publishing, people: list[Citizen], monkeypatch: pytest.MonkeyPatch
) -> None:
    await publishing.live(module())
    number = await apply(people[0], 300)
    await publishing.live(module("2.0.0", matter=MATTER + NOTE))

    async def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("the process dies here")

    with monkeypatch.context() as patch:
        patch.setattr(rebasing.audit, "record", broken)
        await run(publishing, move=True, status=500)
    assert await release_of(number) == "try_module@1.0.0"


async def test_who_may_move_and_what_is_refused(publishing: Publishing, people: list[Citizen]) -> None:
    await run(publishing, status=404)
    await publishing.live(module())
    await run(publishing, by=publishing.elsewhere, status=403)
    await run(publishing, by=publishing.reviewer, status=403)
    await run(publishing, by=publishing.clerk, status=403)
    for bad in ("x", "case:x", "draft:", "row:1"):
        await run(publishing, after=bad, status=422)
    found = await run(publishing)
    assert (found["items"], found["release"]) == ([], "try_module@1.0.0")
    assert registry.current().releases["try_module"] == "try_module@1.0.0"
