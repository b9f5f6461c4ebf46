"""People of these tests: citizens with addresses, reached through the simulators over real HTTP."""

from __future__ import annotations

import itertools
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from backend.core import clock, db
from backend.core.sessions import Principal
from push import cids, ports, service
from tests.conftest import Client, Server, Simulators

_phones = itertools.count(13900000001)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Person:
    """A citizen of a test, and a client that is signed in as them."""

    id: str
    client: Client
    phone: str | None = None
    wechat_openid: str | None = None
    alipay_user_id: str | None = None

    async def told(self) -> list[dict[str, Any]]:
        inbox = await self.client.call("GET", "/api/v1/messages", status=200)
        items: list[dict[str, Any]] = inbox["items"]
        return items

    async def deliveries(self) -> dict[str, str]:
        """Channel → state of the newest message."""
        newest = (await self.told())[0]
        return {item["channel"]: item["state"] for item in newest["deliveries"]}

    async def grant(self, template: str, times: int = 1) -> None:
        for _ in range(times):
            await self.client.call("POST", "/api/v1/push/grants", {"answers": {template: "accept"}}, status=204)

    async def prefer(self, **wanted: Any) -> None:
        """Settings without quiet hours, unless they are given."""
        body = {"quiet_from": "00:00", "quiet_to": "00:00", **wanted}
        await self.client.call("PUT", "/api/v1/preferences", body, status=200)


@dataclass
class Town:
    """Makes people; looks them up for push as identity does."""

    running: Server
    http: aiohttp.ClientSession
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, *, phone: bool = False, wechat: bool = False, alipay: bool = False) -> Person:
        key = str(uuid.uuid4())
        token = self.running.app.ctx.tokens.issue(
            Principal(kind="citizen", id=key, session=str(uuid.uuid4()), level=1, expires=int(time.time()) + 3600)
        )
        made = Person(
            id=key,
            client=Client(self.running.base, self.http, token),
            phone=str(next(_phones)) if phone else None,
            wechat_openid="o" + uuid.uuid4().hex[:27] if wechat else None,
            alipay_user_id=uuid.uuid4().hex if alipay else None,
        )
        self.people[key] = made
        return made

    async def addresses(self, citizen_id: str) -> Person:
        return self.people[citizen_id]

    async def citizen_of_openid(self, openid: str) -> str | None:
        return next((key for key, person in self.people.items() if person.wechat_openid == openid), None)


@pytest.fixture
async def town(running: Server, database: None, sandbox: Simulators) -> AsyncIterator[Town]:
    await sandbox.send("DELETE", "/_control/faults")
    await sandbox.send("DELETE", "/_control/received")
    await sandbox.send("PUT", "/_control/public", {"url": running.base})
    cids.forget()
    before = ports._ports
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        made = Town(running, http)
        held = replace(
            ports.ports(),
            addresses=made.addresses,
            addresses_of_many=None,
            citizen_of_openid=made.citizen_of_openid,
        )
        ports.configure(held)
        yield made
    ports._ports = before
    await sandbox.send("DELETE", "/_control/faults")


_keys = itertools.count()


async def tell(person: Person, kind: str = "action_needed", **changes: Any) -> str:
    """Tell a person something, in a transaction, as a slice above push does."""
    arguments: dict[str, Any] = {
        "title": "请补充材料",
        "body": "您办理的事项还缺一份材料，请在 5 个工作日内补充。",
        "reason": "您申请了租房提取住房公积金",
        "dedupe_key": f"test:{next(_keys)}:{uuid.uuid4()}",
        "link": "/cases/A1",
        "data": {"matter": "租房提取住房公积金", "state": "待补正"},
        **changes,
    }
    if not await db.fetch("SELECT 1 FROM push_preference WHERE citizen_id = $1", uuid.UUID(person.id)):
        await person.prefer()  # no quiet hours: these tests run at night too
    async with db.transaction():
        return await service.notify(person.id, kind, **arguments)


async def received(sandbox: Simulators, vendor: str, call: str) -> list[dict[str, Any]]:
    """The details of what a vendor was sent."""
    found = await sandbox.get(f"/_control/received?vendor={vendor}&call={call}")
    return [item["detail"] for item in found["items"]]


async def counts(sandbox: Simulators) -> Counter[str]:
    """How often each vendor was asked to send, by channel, JPush by cid; channels that were not are left out."""
    pushes = await received(sandbox, "jpush", "push")
    return +Counter(
        wechat=len(await received(sandbox, "wechat", "subscribe")),
        alipay=len(await received(sandbox, "alipay", "alipay.open.app.mini.templatemessage.send")),
        jpush=len({item["cid"] for item in pushes}),
        sms=len(await received(sandbox, "sms", "SendSms")),
    )


async def fault(sandbox: Simulators, vendor: str, call: str, kind: str, **more: Any) -> None:
    await sandbox.send("PUT", f"/_control/faults/{vendor}/{call}", {"fault": kind, **more})


@contextmanager
def at(hour: str) -> Any:
    """Let push believe that it is that time of today in Asia/Shanghai."""
    present = datetime.now(SHANGHAI)
    hours, minutes = hour.split(":")
    wanted = present.replace(hour=int(hours), minute=int(minutes), second=0, microsecond=0)
    with clock.shifted(wanted - present - clock._offset.get()):
        yield


Drain = Callable[[], Any]
