"""Drafts: kept on the server, private, surviving a new release."""

from __future__ import annotations

import msgspec

from backend.cases.drafts import Content, differences
from backend.cases.schemas import MaterialGiven
from backend.core import db
from backend.modules import registry
from tests.cases.people import ELDER_CARD, LI, RENT, Citizen, Enter


async def draft_body(who: Citizen, **changes: object) -> dict[str, object]:
    return {"release": await who.release(RENT), "form": {"account_no": "12345678"}, "materials": [], **changes}


async def test_a_draft_is_kept_found_again_overwritten_and_thrown_away(zhang: Citizen) -> None:
    upload = await zhang.upload()
    body = await draft_body(zhang, materials=[{"code": "lease", "upload": upload}], step=2)
    await zhang.call("PUT", f"/drafts/{RENT}", body, status=200)
    kept = await zhang.call("GET", f"/drafts/{RENT}", status=200)
    assert kept["form"] == {"account_no": "12345678"}
    assert kept["step"] == 2
    assert kept["materials"][0] | {"size": 0} == {
        "code": "lease",
        "upload": upload,
        "license": None,
        "name": "合同.png",
        "size": 0,
    }
    assert kept["changes"] == []
    await zhang.call("PUT", f"/drafts/{RENT}", await draft_body(zhang, form={"account_no": "87654321"}), status=200)
    listed = await zhang.call("GET", "/drafts", status=200)
    assert [item["form"] for item in listed["items"]] == [{"account_no": "87654321"}]
    await zhang.call("DELETE", f"/drafts/{RENT}", status=204)
    assert (await zhang.send("GET", f"/drafts/{RENT}"))[0] == 404
    await zhang.call("DELETE", f"/drafts/{RENT}", status=204)


async def test_a_draft_is_its_owners_alone_and_sealed(zhang: Citizen, enter: Enter) -> None:
    await zhang.call("PUT", f"/drafts/{RENT}", await draft_body(zhang), status=200)
    li = await enter(LI)
    assert (await li.send("GET", f"/drafts/{RENT}"))[0] == 404
    await li.call("DELETE", f"/drafts/{RENT}", status=204)
    assert (await zhang.send("GET", f"/drafts/{RENT}"))[0] == 200
    row = await db.fetch_one("SELECT sealed FROM cases_draft")
    assert row is not None
    assert b"12345678" not in bytes(row["sealed"])


async def test_a_draft_against_nothing_real_is_refused(zhang: Citizen) -> None:
    status, problem = await zhang.send("PUT", "/drafts/no.such", await draft_body(zhang))
    assert (status, problem["code"]) == (404, "modules.matter_not_found")
    status, problem = await zhang.send("PUT", f"/drafts/{RENT}", await draft_body(zhang, release="x@1.0.0"))
    assert (status, problem["code"]) == (409, "modules.release_unknown")
    status, problem = await zhang.send("PUT", f"/drafts/{RENT}", await draft_body(zhang, form=[]))
    assert (status, problem["code"]) == (422, "http.invalid_payload")
    assert (await zhang.send("GET", "/drafts/%00"))[0] == 404


async def test_a_file_that_went_into_a_case_is_left_out_of_the_draft(zhang: Citizen) -> None:
    upload = await zhang.upload()
    body = await draft_body(zhang, materials=[{"code": "photo", "upload": upload}])
    body["release"] = await zhang.release(ELDER_CARD)
    await zhang.call("PUT", f"/drafts/{ELDER_CARD}", body, status=200)
    await zhang.apply(await zhang.rent_body(materials=[{"code": "lease", "upload": upload}]))
    kept = await zhang.call("GET", f"/drafts/{ELDER_CARD}", status=200)
    assert kept["materials"] == []


async def test_what_a_newer_release_changed_is_said_in_words(zhang: Citizen) -> None:
    entry = registry.current().require(RENT)
    old = entry.matter
    replace = msgspec.structs.replace
    fields = [field for field in old.fields if field.name != "account_no"]
    retyped = [replace(field, type="text") if field.name == "bank_card" else field for field in fields]
    added = replace(old.fields[0], name="income", title="月收入", prefill=None, readonly=None)
    papers = [replace(material, code="agreement", name="租赁备案") for material in old.materials[:1]]
    new = replace(old, fields=[*retyped, added], materials=papers)
    content = Content({"account_no": "1", "bank_card": "2"}, [MaterialGiven(code="lease", upload="x")])
    assert differences(old, new, content) == [
        "“个人公积金账号”不再需要填写",
        "“收款银行卡号”的填写方式变了，请重新填写",
        "新增必填项“月收入”",
        "不再需要材料“房屋租赁合同”",
        "新增必交材料“租赁备案”",
    ]
    assert differences(old, old, content) == []
    assert differences(old, None, content) == ["这个事项已经下线，草稿只能查看"]


async def test_old_drafts_are_forgotten(zhang: Citizen) -> None:
    from backend.cases import tasks

    await zhang.call("PUT", f"/drafts/{RENT}", await draft_body(zhang), status=200)
    await tasks.expire_drafts.run()
    assert (await zhang.send("GET", f"/drafts/{RENT}"))[0] == 200
    await db.execute("UPDATE cases_draft SET updated_at = now() - interval '91 days'")
    await tasks.expire_drafts.run()
    assert (await zhang.send("GET", f"/drafts/{RENT}"))[0] == 404


async def test_two_accounts_that_become_one_keep_their_cases_readable(zhang: Citizen, enter: Enter) -> None:
    from backend.cases import service as cases

    made = await zhang.apply(await zhang.rent_body())
    await zhang.call("PUT", f"/drafts/{RENT}", await draft_body(zhang), status=200)
    li = await enter(LI)
    await li.call("PUT", f"/drafts/{RENT}", await draft_body(li, form={"account_no": "99999999"}), status=200)
    rows = await db.fetch("SELECT citizen_id FROM cases_draft ORDER BY updated_at")
    old, new = (str(row["citizen_id"]) for row in rows)
    async with db.transaction():
        await cases.citizen_merged(old, new)
    found = await li.call("GET", f"/cases/{made['number']}", status=200)
    assert {line["field"]: line["text"] for line in found["form"]}["name"] == "张*"
    listed = await li.call("GET", "/drafts", status=200)
    assert [item["form"]["account_no"] for item in listed["items"]] == ["99999999"]
    assert (await zhang.send("GET", f"/cases/{made['number']}"))[0] == 404
