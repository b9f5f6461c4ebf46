"""亮证: a code that lives for a minute, carries no number, and anyone can check."""

from __future__ import annotations

import base64
import json
import time
from datetime import datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.core import db
from backend.core.clock import shifted
from backend.core.sessions import Principal
from backend.licenses import codes, signing
from backend.licenses import service as licenses
from tests.conftest import Client
from tests.licenses.conftest import ZHANG, citizen_of, issue

NUMBER = "川公积金202600012345"


async def shown(client: Client, key: str) -> str:
    answer = await client.call("POST", f"/api/v1/licenses/{key}/show", status=201)
    code: str = answer["code"]
    return code


def b64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def old_code(client: Client, key: str, seconds: int) -> str:
    """A code that was shown so long ago."""
    citizen = await citizen_of(client)
    who = Principal(kind="citizen", id=citizen, session="s", level=2, expires=int(time.time()) + 60)
    with shifted(-timedelta(seconds=seconds)):
        return (await licenses.show(who, key)).code


async def test_who_scans_the_code_sees_the_state_and_a_masked_name(zhang: Client, http: Client) -> None:
    key = await issue(zhang, details={"license_number": NUMBER})
    answer = await zhang.call("POST", f"/api/v1/licenses/{key}/show", status=201)
    left = datetime.fromisoformat(answer["expires_at"]).timestamp() - time.time()
    assert 55 < left <= 60
    assert answer["url"].endswith("/verify/" + answer["code"])
    seen = await http.call("GET", f"/api/v1/verify/{answer['code']}", status=200)
    assert (seen["valid"], seen["state"], seen["holder"]) == (True, "valid", "张*")
    assert seen["name"] == "住房公积金提取核准通知"
    assert NUMBER not in json.dumps(seen, ensure_ascii=False)


async def test_every_code_is_another_one_and_the_one_before_stays_good_to_its_end(zhang: Client, http: Client) -> None:
    key = await issue(zhang)
    first, second = await shown(zhang, key), await shown(zhang, key)
    assert first != second
    for code in (first, second):
        await http.call("GET", f"/api/v1/verify/{code}", status=200)


async def test_a_code_is_over_after_a_minute(zhang: Client, http: Client) -> None:
    key = await issue(zhang)
    assert await http.call("GET", f"/api/v1/verify/{await old_code(zhang, key, 50)}", status=200)
    answer = await http.call("GET", f"/api/v1/verify/{await old_code(zhang, key, 61)}", status=410)
    assert answer["code"] == "licenses.code_expired"
    assert answer["title"]


async def test_a_code_holds_no_number_and_no_name(zhang: Client) -> None:
    key = await issue(zhang, details={"license_number": NUMBER})
    body = b64((await shown(zhang, key)).split(".")[0]).decode()
    [row] = await db.fetch("SELECT identifier, serial, case_number, id, citizen_id FROM licenses_license")
    for secret in (NUMBER, ZHANG.name, ZHANG.id_number, *(str(value) for value in dict(row).values())):
        assert secret not in body
    assert set(json.loads(body)) == {"v", "k", "n", "e", "t", "h", "s", "u"}


async def test_anyone_can_check_a_code_without_asking_us(zhang: Client, http: Client) -> None:
    """As a verifier's own program would: published keys, base64url, Ed25519, JSON."""
    key = await issue(zhang)
    code = await shown(zhang, key)
    published = (await http.call("GET", "/api/v1/verify-keys", status=200))["items"]
    body, signature = (b64(part) for part in code.split("."))
    told = json.loads(body)
    [public] = [item["public"] for item in published if item["id"] == told["k"]]
    verifier = Ed25519PublicKey.from_public_bytes(b64(public))
    verifier.verify(signature, body)
    assert told["h"] == "张*"
    assert told["s"] == "valid"
    assert 0 < told["e"] - time.time() <= 60
    with pytest.raises(InvalidSignature):
        verifier.verify(signature, body.replace(b"valid", b"VALID"))


async def test_an_altered_code_is_called_a_fake(zhang: Client, http: Client) -> None:
    key = await issue(zhang)
    code = await shown(zhang, key)
    body, signature = code.split(".")
    longer = json.loads(b64(body))
    longer["e"] += 3600
    forged = base64.urlsafe_b64encode(json.dumps(longer).encode()).decode().rstrip("=")
    own = Ed25519PrivateKey.generate()
    signed = base64.urlsafe_b64encode(own.sign(b64(forged))).decode().rstrip("=")
    for fake in (f"{forged}.{signature}", f"{forged}.{signed}", f"{body}.{signed}", body, f"{body}.", "x", "..", "%00"):
        answer = await http.call("GET", f"/api/v1/verify/{fake}", status=404)
        assert answer["code"] in ("licenses.code_unknown", "http.not_found")


@pytest.mark.parametrize(
    "code", ["a" * 5000, "张三", "e30.e30", "bnVsbA.AAAA", "W10.AAAA", "-_-_.-_-_", "'; DROP TABLE"]
)
async def test_nonsense_is_called_a_fake_and_breaks_nothing(http: Client, code: str) -> None:
    await http.call("GET", f"/api/v1/verify/{code}", status=404)


async def test_a_genuine_signature_over_an_unknown_nonce_is_not_believed(zhang: Client, http: Client) -> None:
    key = await signing.current()
    told = codes.Shown(v=1, k=key.id, n=codes.new_nonce(), e=int(time.time()) + 60, t="证", h="张*", s="valid", u=None)
    await http.call("GET", f"/api/v1/verify/{codes.sign(key.private, told)}", status=404)


async def test_a_licence_that_was_revoked_after_the_code_was_shown_is_not_valid_online(
    zhang: Client, http: Client
) -> None:
    key = await issue(zhang)
    code = await shown(zhang, key)
    await db.execute("UPDATE licenses_license SET state = 'revoked'")
    seen = await http.call("GET", f"/api/v1/verify/{code}", status=200)
    assert (seen["valid"], seen["state"]) == (False, "revoked")
    answer = await zhang.call("POST", f"/api/v1/licenses/{key}/show", status=409)
    assert answer["code"] == "licenses.not_valid"
    assert answer["context"] == {"state": "revoked"}


async def test_codes_of_a_retired_key_stay_good_to_their_end(zhang: Client, http: Client) -> None:
    key = await issue(zhang)
    before = await shown(zhang, key)
    await signing.rotate()
    after = await shown(zhang, key)
    assert codes.key_id(before) != codes.key_id(after)
    for code in (before, after):
        await http.call("GET", f"/api/v1/verify/{code}", status=200)
    published = (await http.call("GET", "/api/v1/verify-keys"))["items"]
    assert [item["retired_at"] is None for item in published] == [False, True]


async def test_showing_and_verifying_leave_traces_and_the_citizen_reads_who_looked(zhang: Client, http: Client) -> None:
    key = await issue(zhang)
    code = await shown(zhang, key)
    await http.call("GET", f"/api/v1/verify/{code}", status=200)
    rows = await db.fetch("SELECT act, citizen_id, purpose FROM core_audit WHERE subject_id = $1 ORDER BY id", key)
    assert [row["act"] for row in rows] == ["license.issued", "license.shown", "license.verified"]
    assert {row["citizen_id"] for row in rows} == {await citizen_of(zhang)}
    uses = (await zhang.call("GET", "/api/v1/me/data-uses", status=200))["items"]
    assert any(use["what"] == "核验了您出示的证照" and "核准通知" in use["purpose"] for use in uses)


async def test_an_expired_code_leaves_no_trace(zhang: Client, http: Client) -> None:
    key = await issue(zhang)
    code = await old_code(zhang, key, 120)
    await http.call("GET", f"/api/v1/verify/{code}", status=410)
    assert await db.fetch("SELECT 1 FROM core_audit WHERE act = 'license.verified'") == []


async def test_verifying_is_limited_for_an_address(http: Client) -> None:
    for _ in range(60):
        await http.call("GET", "/api/v1/verify/x", status=404)
    async with http.request("GET", "/api/v1/verify/x") as answer:
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1
