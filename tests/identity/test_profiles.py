"""What is held about a citizen, who may have it, and who looked."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from backend.core import audit, db
from backend.core.sessions import Principal, Tokens
from backend.identity import service
from backend.identity.errors import CitizenNotFound
from tests.conftest import Client, Server
from tests.identity.conftest import Enter, Handler
from tests.identity.people import GRANNY, LI, ZHANG


def citizen_of(running: Server, client: Client) -> str:
    tokens: Tokens = running.app.ctx.tokens
    assert client.token is not None
    return tokens.verify(client.token).id


async def test_the_server_gets_clear_values(running: Server, enter: Enter) -> None:
    held = await service.profile(citizen_of(running, await enter(GRANNY)))
    assert (held.name, held.id_number, held.phone) == (GRANNY.name, GRANNY.id_number, GRANNY.phone)
    assert (str(held.birth), held.gender, held.level) == ("1948-08-08", "female", 2)
    assert held.age is not None
    assert held.age >= 78
    assert GRANNY.name not in repr(held)
    assert GRANNY.id_number not in repr(held)


async def test_a_module_gets_what_it_declared_and_nothing_else(running: Server, enter: Enter) -> None:
    citizen = citizen_of(running, await enter(ZHANG))
    found = await service.declared(
        citizen, ["citizen.name", "age", "company.name", "no_such"], "成都住房公积金管理中心", "租房提取", "C1"
    )
    assert set(found) == {"citizen.name", "age"}
    assert found["citizen.name"] == ZHANG.name


async def test_a_citizen_reads_who_looked_at_what_and_why(running: Server, enter: Enter, handler: Handler) -> None:
    client = await enter(ZHANG)
    citizen = citizen_of(running, client)
    await service.declared(citizen, ["name", "id_number"], "成都住房公积金管理中心", "租房提取", "C1")
    clerk = Principal(kind="staff", id=handler.id, session=str(uuid.uuid4()), level=0, expires=1)
    service.name_acts({"cases.read": "查看了您的办件"})
    await audit.record(clerk, "cases.read", "case", "C1", citizen_id=citizen, purpose="审核")
    uses = (await client.call("GET", "/api/v1/me/data-uses", status=200))["items"]
    assert [(use["who"], use["what"], use["purpose"]) for use in uses] == [
        ("成都窗口", "查看了您的办件", "审核"),
        ("成都住房公积金管理中心", "读取了您的身份证号码、姓名", "租房提取"),
    ]


async def test_looks_are_paged_newest_first_and_belong_to_one_citizen(running: Server, enter: Enter) -> None:
    mine, other = await enter(ZHANG), await enter(LI)
    for number in range(5):
        await service.declared(citizen_of(running, mine), ["name"], "部门", f"第{number}次")
    first = await mine.call("GET", "/api/v1/me/data-uses?limit=3", status=200)
    rest = await mine.call("GET", f"/api/v1/me/data-uses?limit=3&cursor={first['next']}", status=200)
    assert [use["purpose"] for use in first["items"] + rest["items"]] == [f"第{n}次" for n in (4, 3, 2, 1, 0)]
    assert rest["next"] is None
    assert (await other.call("GET", "/api/v1/me/data-uses", status=200))["items"] == []


@pytest.mark.parametrize("query", ["cursor=x", "cursor=-1", "cursor=9999999999999999999", "limit=0", "limit=a", "q=1"])
async def test_a_bad_page_is_refused(enter: Enter, query: str) -> None:
    client = await enter(ZHANG)
    await client.call("GET", f"/api/v1/me/data-uses?{query}", status=422)


async def test_nobody_reads_without_signing_in(http: Client) -> None:
    for path in ("/api/v1/me", "/api/v1/me/data-uses"):
        assert (await http.call("GET", path, status=401))["code"] == "identity.not_signed_in"


async def test_elder_style_and_region_are_kept(enter: Enter) -> None:
    client = await enter(ZHANG)
    assert not (await client.call("GET", "/api/v1/session", status=200))["elder"]
    changed = await client.call("PATCH", "/api/v1/me", {"elder": True, "region": "510104"}, status=200)
    assert (changed["elder"], changed["region"]) == (True, "510104")
    assert (await client.call("GET", "/api/v1/session", status=200))["elder"]
    kept = await client.call("PATCH", "/api/v1/me", {}, status=200)
    assert (kept["elder"], kept["region"]) == (True, "510104")


@pytest.mark.parametrize(("method", "path"), [("PATCH", "/api/v1/me"), ("POST", "/api/v1/me/settings")])
@pytest.mark.parametrize("region", ["000000", "123456", "999999", "510199"])
async def test_a_region_that_the_table_does_not_have_changes_nothing(
    enter: Enter, method: str, path: str, region: str
) -> None:
    client = await enter(ZHANG)
    await client.call("PATCH", "/api/v1/me", {"elder": False, "region": "510104"}, status=200)
    problem = await client.call(method, path, {"elder": True, "region": region}, status=422)
    assert [(fault["field"], fault["code"]) for fault in problem["errors"]] == [("region", "unknown_region")]
    kept = await client.call("GET", "/api/v1/me", status=200)
    assert (kept["elder"], kept["region"]) == (False, "510104")


@pytest.mark.parametrize(
    "body",
    [{"elder": "yes"}, {"region": "51"}, {"region": "51010４"}, {"level": 4}, {"id": "x"}, {"name": "王"}, [], 1],
)
async def test_only_what_may_be_changed_can_be_changed(enter: Enter, body: Any) -> None:
    client = await enter(ZHANG)
    await client.call("PATCH", "/api/v1/me", body, status=422)
    assert (await client.call("GET", "/api/v1/me", status=200))["level"] == 2


async def test_addresses_are_those_that_were_proved_last(running: Server, enter: Enter) -> None:
    client = await enter(ZHANG)
    await enter(ZHANG, via="wechat")
    await enter(ZHANG, via="alipay")
    held = await service.addresses(citizen_of(running, client))
    assert held.phone == ZHANG.phone
    assert held.wechat_openid is not None
    assert held.alipay_user_id is not None
    assert await service.citizen_of_openid(held.wechat_openid) == citizen_of(running, client)
    assert await service.citizen_of_openid("o-unknown") is None
    assert ZHANG.phone not in repr(held)


async def test_each_citizen_has_a_key_of_its_own(running: Server, enter: Enter) -> None:
    mine, other = citizen_of(running, await enter(ZHANG)), citizen_of(running, await enter(LI))
    assert await service.data_key(mine) == await service.data_key(mine) != await service.data_key(other)


@pytest.mark.parametrize("citizen", ["x", "00000000-0000-0000-0000-000000000000"])
async def test_an_unknown_citizen_is_an_error_and_not_an_empty_person(database: None, citizen: str) -> None:
    for ask in (service.profile, service.addresses, service.data_key):
        with pytest.raises(CitizenNotFound):
            await ask(citizen)


async def test_whoever_asks_for_a_joined_citizen_gets_the_older_one(running: Server, enter: Enter) -> None:
    await enter(ZHANG)
    young = await enter(ZHANG, via="wechat", verified=False)
    gone = citizen_of(running, young)
    await young.call("POST", "/api/v1/me/real-name", {"name": ZHANG.name, "id_number": ZHANG.id_number}, status=200)
    assert (await service.profile(gone)).id != gone
    assert (await service.profile(gone)).name == ZHANG.name


async def test_a_sealed_value_moved_to_another_column_or_citizen_cannot_be_opened(
    running: Server, enter: Enter
) -> None:
    from backend.core.crypto import Unreadable

    mine = citizen_of(running, await enter(ZHANG))
    other = citizen_of(running, await enter(LI))
    await db.execute(
        "UPDATE identity_citizen SET name_sealed = (SELECT name_sealed FROM identity_citizen WHERE id = $2::uuid)"
        " WHERE id = $1::uuid",
        mine,
        other,
    )
    with pytest.raises(Unreadable):
        await service.profile(mine)
