"""Issuing and the wallet."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta

import pytest

from backend.core import db
from backend.core.clock import now, shifted
from backend.licenses import identifier
from backend.licenses import service as licenses
from tests.conftest import Client, SignIn
from tests.licenses.conftest import ZHANG, citizen_of, entry, issue


async def test_an_approved_case_puts_a_licence_into_the_wallet(zhang: Client) -> None:
    key = await issue(zhang, details={"license_number": "川公积金202600012345", "核准金额": "7200.00 元"})
    [item] = (await zhang.call("GET", "/api/v1/licenses", status=200))["items"]
    assert item["id"] == key
    assert item["type"] == "housing_fund_withdrawal_notice"
    assert item["name"] == "住房公积金提取核准通知"
    assert item["issuer"] == "成都住房公积金管理中心"
    assert item["holder"] == "张*"
    assert item["state"] == "valid"
    assert item["number"] == "********00012345"
    assert {"label": "核准金额", "value": "7200.00 元"} in item["details"]
    assert identifier.valid(item["identifier"])
    assert await zhang.call("GET", f"/api/v1/licenses/{key}", status=200) == item


async def test_an_office_without_a_known_code_is_shown_as_unconfirmed(zhang: Client) -> None:
    await issue(zhang)
    [item] = (await zhang.call("GET", "/api/v1/licenses"))["items"]
    assert {"label": "颁发机构代码", "value": "待确认"} in item["details"]
    assert f".{identifier.UNKNOWN_OFFICE}." in item["identifier"]


async def test_a_known_office_code_is_part_of_the_identifier(zhang: Client) -> None:
    await issue(zhang, matter=entry(code="11430000006122244L"))
    [item] = (await zhang.call("GET", "/api/v1/licenses"))["items"]
    assert item["identifier"].startswith("1.2.156.3005.2.11430000006122244L001.11430000006122244L.")


async def test_a_code_that_cannot_be_right_is_not_used(zhang: Client) -> None:
    await issue(zhang, matter=entry(code="11430000006122244X"))
    [item] = (await zhang.call("GET", "/api/v1/licenses"))["items"]
    assert f".{identifier.UNKNOWN_OFFICE}." in item["identifier"]


async def test_types_of_one_authority_get_numbers_of_their_own(zhang: Client) -> None:
    for kind in ("one", "two", "one"):
        await issue(zhang, matter=entry(license=kind))
    items = (await zhang.call("GET", "/api/v1/licenses"))["items"]
    numbers = {item["type"]: item["identifier"].split(".")[5][-3:] for item in items}
    assert numbers == {"one": "001", "two": "002"}


async def test_a_case_gives_one_licence_however_often_it_is_decided(zhang: Client) -> None:
    case = uuid.uuid4()
    keys = await asyncio.gather(*(issue(zhang, case_id=case) for _ in range(8)))
    assert len(set(keys)) == 1
    assert len((await zhang.call("GET", "/api/v1/licenses"))["items"]) == 1
    assert len(await db.fetch("SELECT 1 FROM core_audit WHERE act = 'license.issued'")) == 1


async def test_a_matter_without_a_licence_gives_none(zhang: Client) -> None:
    assert await issue(zhang, matter=entry(license=None)) is None


async def test_a_licence_expires_the_day_after_its_last(zhang: Client) -> None:
    await issue(zhang, decided_at=now() - timedelta(days=366))
    await issue(zhang, decided_at=now() - timedelta(days=365))
    states = [item["state"] for item in (await zhang.call("GET", "/api/v1/licenses"))["items"]]
    assert states == ["valid", "expired"]


async def test_a_wallet_is_asked_for_a_licence_by_type(zhang: Client) -> None:
    citizen = await citizen_of(zhang)
    assert await licenses.has_license(citizen, "housing_fund_withdrawal_notice") is None
    key = await issue(zhang)
    assert await licenses.has_license(citizen, "housing_fund_withdrawal_notice") == key
    assert await licenses.has_license(citizen, "no_home") is None
    with shifted(timedelta(days=366)):
        assert await licenses.has_license(citizen, "housing_fund_withdrawal_notice") is None
    await db.execute("UPDATE licenses_license SET state = 'revoked'")
    assert await licenses.has_license(citizen, "housing_fund_withdrawal_notice") is None


async def test_nothing_in_the_table_shows_whose_licence_it_is(zhang: Client) -> None:
    await issue(zhang, details={"license_number": "川公积金202600012345"})
    [row] = await db.fetch("SELECT * FROM licenses_license")
    text = repr(dict(row))
    assert ZHANG.name not in text
    assert "202600012345" not in text
    assert "张" not in bytes(row["holder_sealed"]).decode("utf-8", "replace")


async def test_a_wallet_is_somebodys_own(zhang: Client, li: Client) -> None:
    key = await issue(zhang)
    assert (await li.call("GET", "/api/v1/licenses", status=200))["items"] == []
    assert (await li.call("GET", f"/api/v1/licenses/{key}", status=404))["code"] == "licenses.not_found"
    assert (await li.call("POST", f"/api/v1/licenses/{key}/show", status=404))["code"] == "licenses.not_found"


async def test_a_wallet_needs_a_real_name(sign_in: SignIn, http: Client) -> None:
    client = await sign_in("13800000077")
    answer = await client.call("GET", "/api/v1/licenses", status=403)
    assert answer["context"]["required"] == "verified"
    await http.call("GET", "/api/v1/licenses", status=401)


async def test_pages_of_a_wallet_hold_together(zhang: Client) -> None:
    keys = [await issue(zhang) for _ in range(5)]
    first = await zhang.call("GET", "/api/v1/licenses?limit=3", status=200)
    second = await zhang.call("GET", f"/api/v1/licenses?limit=3&cursor={first['next']}", status=200)
    assert [item["id"] for item in first["items"] + second["items"]] == list(reversed(keys))
    assert second["next"] is None


@pytest.mark.parametrize("key", ["x", "%00", "00000000-0000-0000-0000-000000000000", "1 OR 1=1"])
async def test_a_licence_that_does_not_exist_is_not_found(zhang: Client, key: str) -> None:
    await zhang.call("GET", f"/api/v1/licenses/{key}", status=404)
    await zhang.call("POST", f"/api/v1/licenses/{key}/show", status=404)


async def test_after_a_merge_the_wallet_is_read_with_the_key_it_was_sealed_with(zhang: Client, li: Client) -> None:
    key = await issue(zhang)
    await licenses.move_citizen(await citizen_of(zhang), await citizen_of(li))
    item = await li.call("GET", f"/api/v1/licenses/{key}", status=200)
    assert item["holder"] == "张*"
