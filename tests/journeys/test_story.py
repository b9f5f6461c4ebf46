"""One citizen's matter from search to rating, as the programs at the other end of the wire see it."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from urllib.parse import quote

from backend.core.calendar import add_workdays
from backend.core.clock import SHANGHAI
from tests.journeys.applying import BANK_CARD, RENT, rent
from tests.journeys.town import Citizen, Town, eventually, piece_headers, png, step

MATERIAL = {"code": "lease", "name": "房屋租赁合同", "reason": "缺少最后一页，请补拍"}


async def _cut_off(who: Citizen, upload: str, content: bytes, first: int, end: int) -> None:
    """Send a piece over a connection that dies half-way."""
    reader, writer = await asyncio.open_connection("127.0.0.1", who.town.copy.port)
    piece = content[first:end]
    head = {
        "Host": "127.0.0.1",
        "Authorization": f"Bearer {who.token}",
        "Content-Length": str(len(piece)),
        **piece_headers(content, first, end),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    writer.write(f"PATCH /api/v1/uploads/{upload} HTTP/1.1\r\n{lines}\r\n".encode() + piece[: len(piece) // 2])
    await writer.drain()
    writer.transport.abort()
    del reader


async def test_a_citizen_gets_the_rent_withdrawal_from_search_to_rating(town: Town) -> None:
    anybody = town.client()
    who = town.person()
    await who.known()
    window, reviewer = await town.staff("window.chengdu"), await town.staff("reviewer.chengdu")

    with step("look around without login, in Chengdu"):
        home = await anybody.call("GET", "/api/v1/home?region=510100")
        assert home["region_name"].startswith("成都")
        assert home["blocks"]
    for words in ("公积金", "gongjijin", "gjj", "交房租 提钱"):
        with step(f"find the matter by {words}"):
            found = await anybody.call("GET", f"/api/v1/matters?region=510100&q={quote(words)}")
            assert RENT in [item["id"] for item in found["items"][:3]], [item["name"] for item in found["items"]]

    with step("read the guide"):
        guide = await anybody.call("GET", f"/api/v1/matters/{RENT}?region=510100")
        assert (guide["level"], guide["state"]) == ("face", "on")
        assert [item["code"] for item in guide["materials"] if item["need"] == "required"] == ["lease"]
        assert guide["limits"]["legal"]["days"] == 3
        assert guide["uncertain"], "what nobody confirmed is said"
        body = {"matter": RENT, "release": guide["release"], "form": rent(), "materials": []}

    with step("start: sign in is asked for"):
        problem = await who.refused("POST", "/api/v1/cases", body, status=401, code="identity.not_signed_in", key="k0")
        assert {way["method"] for way in problem["context"]["ways"]} == {"phone", "wechat", "alipay"}
        await who.sign_in()
        assert (await who.call("GET", "/api/v1/session"))["level"] == 1
        await who.call("PUT", "/api/v1/preferences", {"quiet_from": "00:00", "quiet_to": "00:00"})

    with step("go on: the real name is asked for"):
        problem = await who.refused("POST", "/api/v1/cases", body, status=403, code="identity.level_too_low", key="k1")
        ways = problem["context"]["ways"]
        assert [way["method"] for way in ways if way["level"] == "verified"] == ["real_name"]
        await who.prove_name()

    with step("the form knows name and number, masked"):
        known = {item["field"]: item for item in (await who.call("GET", f"/api/v1/matters/{RENT}/prefill"))["items"]}
        assert known["name"]["masked"] == f"{who.name[0]}{'*' * (len(who.name) - 2)}{who.name[-1]}"
        assert known["id_number"]["masked"] == f"{who.id_number[:3]}{'*' * 11}{who.id_number[-4:]}"
        assert who.id_number not in str(known)
        assert who.phone not in str(known)

    with step("the draft is kept"):
        half = {"release": guide["release"], "form": {"monthly_rent": 3200.5}, "materials": [], "step": 1}
        await who.call("PUT", f"/api/v1/drafts/{RENT}", half)

    with step("a photo of the contract, cut off in the middle and resumed"):
        photo = png(noise=200_000)
        opened = await who.call(
            "POST", "/api/v1/uploads", {"name": "合同.png", "size": len(photo)}, status=201, key="photo"
        )
        upload = opened["id"]
        first = await who.piece(upload, photo, 0, 90_000)
        assert first["offset"] == 90_000
        await _cut_off(who, upload, photo, 90_000, len(photo))
        again = await who.call("GET", f"/api/v1/uploads/{upload}")
        assert (again["state"], again["offset"]) == ("open", 90_000), "a piece counts whole or not at all"
        answer = await who.send(
            "PATCH", f"/api/v1/uploads/{upload}", data=photo[:10], headers=piece_headers(photo, 0, 10)
        )
        assert answer.status == 409
        assert answer.body["context"]["offset"] == 90_000, "who lost count is told where to go on"
        last = await who.piece(upload, photo, 90_000, len(photo))
        assert (last["state"], last["offset"]) == ("complete", len(photo))
        assert (await who.send("GET", f"/api/v1/uploads/{upload}/content")).raw == photo

    with step("come back to the kept draft on another device"):
        materials = [{"code": "lease", "upload": upload}]
        await who.call(
            "PUT", f"/api/v1/drafts/{RENT}", {"release": guide["release"], "form": rent(), "materials": materials}
        )
        await who.call("DELETE", "/api/v1/session", status=204)
        await who.refused("GET", "/api/v1/me", status=401)
        await town.time_for_another_code()
        await who.sign_in()
        draft = await who.call("GET", f"/api/v1/drafts/{RENT}")
        assert draft["form"]["monthly_rent"] == 3200.5
        assert [(item["code"], item["upload"]) for item in draft["materials"]] == [("lease", upload)]
        assert draft["changes"] == []
        body = {"matter": RENT, "release": draft["release"], "form": draft["form"], "materials": materials}

    with step("submit: a face is asked for, for this purpose"):
        problem = await who.refused("POST", "/api/v1/cases", body, status=403, code="identity.level_too_low", key="k2")
        assert problem["context"]["required"] == "face"
        assert problem["context"]["purpose"] == f"submit:{RENT}"
        await who.show_face(problem["context"]["purpose"])

    with step("the button is pressed twice: one case"):
        both = await asyncio.gather(*(who.send("POST", "/api/v1/cases", body, key="submit-1") for _ in range(2)))
        assert [answer.status for answer in both] == [201, 201], [str(answer) for answer in both]
        numbers = {answer.body["number"] for answer in both}
        assert len(numbers) == 1
        number = numbers.pop()
        listed = await who.call("GET", "/api/v1/cases")
        assert [item["number"] for item in listed["items"]] == [number]
        await who.call("DELETE", f"/api/v1/drafts/{RENT}", status=204)

    with step("the timeline and the days left"):
        case = await who.call("GET", f"/api/v1/cases/{number}")
        assert case["state"] == "submitted"
        assert [item["kind"] for item in case["timeline"]] == ["submitted"]
        assert case["clock"]["text"]
        shown = {line["field"]: line["text"] for line in case["form"]}
        assert shown["bank_card"].endswith(BANK_CARD[-4:])
        assert BANK_CARD not in str(case)
        assert who.id_number not in str(case)

    with step("the handler takes it"):
        queue = await window.call("GET", "/staff/v1/cases?queue=open&limit=100")
        assert number in [item["number"] for item in queue["items"]]
        desk = await window.call("POST", f"/staff/v1/cases/{number}/take")
        assert desk["mine"]
        assert who.id_number not in str(desk)
        file = await window.send("GET", f"/staff/v1/uploads/{upload}/content")
        assert file.raw == photo
        assert file.headers["content-type"] == "image/png"

    with step("the handler asks once for what is missing"):
        desk = await window.call("POST", f"/staff/v1/cases/{number}/correct", {"missing": [MATERIAL]})
        assert desk["state"] == "correcting"
        case = await who.call("GET", f"/api/v1/cases/{number}")
        assert case["missing"] == [MATERIAL]
        assert case["clock"]["suspended"]
        assert "supplement" in case["can"]
        await window.refused(
            "POST", f"/staff/v1/cases/{number}/correct", {"missing": [MATERIAL]}, status=409
        )  # told once only

    with step("the citizen is told in the inbox and by short message"):
        message = await who.told(number, kind="action_needed", title="补正")
        assert message["reason"]

        async def texted() -> bool:
            return any("租房提取" in text["text"] and "待补正" in text["text"] for text in await who.texts())

        await eventually(texted, what="a short message about the correction")

        async def written_down() -> bool:
            told = await who.told(number, kind="action_needed", title="补正")
            assert all(item["why"] for item in told["deliveries"])
            return any(item["channel"] == "sms" and item["state"] == "sent" for item in told["deliveries"])

        await eventually(written_down, what="the delivery's state")
        unread = (await who.call("GET", "/api/v1/messages"))["unread"]
        await who.call("POST", f"/api/v1/messages/{message['id']}/read", status=204)
        assert (await who.call("GET", "/api/v1/messages"))["unread"] == unread - 1

    with step("the citizen hands it in"):
        page = await who.upload("最后一页.png")
        given = {"materials": [{"code": "lease", "upload": page}], "note": "已补拍"}
        case = await who.call("POST", f"/api/v1/cases/{number}/supplement", given, key="more-1")
        assert case["state"] == "submitted"
        assert not case["clock"]["suspended"]
        again = await who.call("POST", f"/api/v1/cases/{number}/supplement", given, key="more-1")
        assert again["timeline"] == case["timeline"], "the same key gives the same answer"

    with step("the window accepts: the clock runs"):
        await window.call("POST", f"/staff/v1/cases/{number}/accept", {"note": None})
        case = await who.call("GET", f"/api/v1/cases/{number}")
        assert case["state"] == "accepted"
        assert (case["clock"]["days_left"], case["clock"]["unit"]) == (3, "day")
        assert case["clock"]["light"] == "green"

    with step("the reviewer decides"):
        await reviewer.call("POST", f"/staff/v1/cases/{number}/take")
        await window.refused(
            "POST", f"/staff/v1/cases/{number}/decide", {"outcome": "approved", "reason": "符合"}, status=403
        )
        desk = await reviewer.call(
            "POST", f"/staff/v1/cases/{number}/decide", {"outcome": "approved", "reason": "材料齐全，符合规定"}
        )
        assert desk["result"]["outcome"] == "approved"

    with step("the citizen is told, and opens the result"):
        await who.told(number, kind="result", title="已通过")

        async def decided_text() -> bool:
            return any("已办结" in text["text"] for text in await who.texts())

        await eventually(decided_text, what="a short message about the decision")
        case = await who.call("GET", f"/api/v1/cases/{number}")
        assert case["result"]["reason"] == "材料齐全，符合规定"
        license_id = case["result"]["license"]
        held = await who.call("GET", f"/api/v1/licenses/{license_id}")
        assert (held["state"], held["case_number"]) == ("valid", number)
        kinds = [item["kind"] for item in case["timeline"]]
        for kind in ("submitted", "taken", "correction", "supplemented", "accepted", "approved"):
            assert kinds.count(kind) >= 1, kinds

    with step("shows it, and anybody can verify"):
        shown = await who.call("POST", f"/api/v1/licenses/{license_id}/show", status=201)
        seen = await anybody.call("GET", f"/api/v1/verify/{shown['code']}")
        assert seen["valid"]
        assert who.id_number not in str(seen)
        assert who.name not in str(seen)

    with step("rates it badly: a follow-up with its due dates"):
        rated = await who.call(
            "POST", f"/api/v1/cases/{number}/rating", {"level": 1, "comment": "等得太久"}, status=201, key="rate-1"
        )
        at = datetime.fromisoformat(rated["at"])
        due = rated["follow_up"]
        assert _day(due["contact_due"]) == add_workdays(at, 1).astimezone(SHANGHAI).date()
        assert _day(due["mend_due"]) == add_workdays(at, 15).astimezone(SHANGHAI).date()
        await who.refused("POST", f"/api/v1/cases/{number}/rating", {"level": 5}, status=409, key="rate-2")

    with step("the handler answers the bad rating, the citizen reads it and rates again"):
        listed = await window.call("GET", "/staff/v1/follow-ups?limit=100")
        mine = next(item for item in listed["items"] if item["case_number"] == number)
        assert mine["comment"] == "等得太久"
        path = f"/staff/v1/follow-ups/{mine['id']}/reply"
        await window.call("POST", path, {"state": "contacted", "reply": "已电话联系"})
        await window.call("POST", path, {"state": "mended", "reply": "已改为当天受理"})
        case = await who.call("GET", f"/api/v1/cases/{number}")
        assert case["rating"]["reply"] == "已改为当天受理"
        better = await who.call("POST", f"/api/v1/cases/{number}/rating", {"level": 5}, status=201, key="rate-3")
        assert better["follow_up"] is None

    with step("each step was told once, and who looked is written down"):
        about = [item for item in await who.messages() if item["link"] == f"/cases/{number}"]
        titles = [item["title"] for item in about]
        assert len(titles) == len(set(titles)), titles
        looked = await who.call("GET", "/api/v1/me/data-uses?limit=100")
        assert any("审核" in (item["purpose"] or "") for item in looked["items"]), looked


def _day(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(SHANGHAI).date()
