"""Why somebody was told or not, in one answer; and what is stuck."""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from datetime import timedelta
from typing import Any

from backend.core import db
from backend.core.clock import shifted
from push import senders, service, story, tasks
from tests.cases.people import handler
from tests.conftest import Client, Server, Simulators
from tests.push.conftest import Town, counts, fault, tell


async def test_a_message_tells_its_whole_story_to_an_operator(
    town: Town, drain: Any, running: Server, http: Client, sandbox: Simulators
) -> None:
    person = town.person(alipay=True, phone=True)
    await fault(sandbox, "alipay", "message", "code", code="ISV_ERROR", times=1)
    key = await tell(person)
    await drain()
    operator = handler(running, http, "operator")
    found = await operator.api.call("GET", f"/operate/v1/messages/{key}", status=200)
    assert found["reason"] == "您申请了租房提取住房公积金"
    lines = {line["channel"]: line for line in found["deliveries"]}
    assert set(lines) == {"wechat", "alipay", "jpush", "sms"}
    assert lines["alipay"]["attempts"] >= 1
    assert lines["wechat"]["why"] == "您没有用微信登录过"
    text = json.dumps(found)
    assert person.id not in text
    [act] = await db.fetch("SELECT citizen_id FROM core_audit WHERE act = 'push.explained'")
    assert str(act["citizen_id"]) == person.id


async def test_only_operators_and_auditors_look(town: Town, running: Server, http: Client) -> None:
    key = await tell(town.person(alipay=True))
    for role in ("window", "reviewer", "publisher", "admin"):
        await handler(running, http, role).api.call("GET", f"/operate/v1/messages/{key}", status=403)
    auditor = handler(running, http, "auditor")
    await auditor.api.call("GET", f"/operate/v1/messages/{key}", status=200)
    for wrong in (str(uuid.uuid4()), "nonsense"):
        problem = await auditor.api.call("GET", f"/operate/v1/messages/{wrong}", status=404)
        assert problem["code"] == "push.message_not_found"


async def test_what_nobody_took_is_stuck_and_replay_takes_it_once(town: Town, sandbox: Simulators) -> None:
    await tell(town.person(alipay=True))  # the queue lost it: nothing is drained here
    assert (await story.stuck()).unplanned == 0, "not yet late"
    with shifted(timedelta(minutes=3)):
        late = await story.stuck()
        assert (late.unplanned, late.deliveries, late.claims) == (1, 0, 0)
        assert await story.replay() == 2
        assert (await story.stuck()).oldest is None
        assert await story.replay() == 0
        await tasks.replay.run()
    assert await counts(sandbox) == {"alipay": 1}


async def command(*words: str) -> tuple[int, str]:
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "backend", "push", *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await made.communicate()
    assert made.returncode is not None
    return made.returncode, (out or err).decode()


async def test_what_a_person_holds_back_is_not_stuck(town: Town, sandbox: Simulators) -> None:
    person = town.person(alipay=True)
    await person.prefer()
    told = {uuid.UUID(person.id): "campaign:held"}
    words = {"title": "标题标题", "body": "内容内容", "reason": "原因原因", "link": None}
    async with db.transaction():
        await senders.opened("campaign:x", pace=100)
        await service.notify_many(told, "policy", sender="campaign:x", **words)
    with shifted(timedelta(minutes=3)):
        assert (await story.stuck()).unplanned == 1, "open, due, and nobody has taken it"
        await senders.paused("campaign:x")
        assert (await story.stuck()).unplanned == 0
        assert await story.replay() == 1, "it is looked at, and left"
        assert await counts(sandbox) == {}
        await senders.opened("campaign:x", pace=100)
    with shifted(timedelta(minutes=6)):
        assert await story.replay() > 0
        assert await counts(sandbox) == {"alipay": 1}
        await senders.opened("campaign:x", pace=100, hour_from=0, hour_to=0)
        assert (await story.stuck()).oldest is None


async def test_the_command_prints_the_story(town: Town, drain: Any) -> None:
    key = await tell(town.person(alipay=True))
    await drain()
    code, text = await command("explain", key)
    assert code == 0, text
    assert json.loads(text)["deliveries"][0]["channel"]
    assert (await command("explain", str(uuid.uuid4())))[0] == 1


async def test_a_dry_replay_says_what_is_stuck_and_sends_nothing(town: Town, sandbox: Simulators) -> None:
    key = await tell(town.person(alipay=True))
    await db.execute("UPDATE push_message SET plan_at = now() - interval '1 hour' WHERE id = $1", uuid.UUID(key))
    code, text = await command("replay", "--dry-run")
    found = json.loads(text)
    assert (code, found["taken"], found["stuck"]["unplanned"]) == (1, 0, 1)
    assert await counts(sandbox) == {}
