"""A team's own pages on their own origin: what is served, how, to whom, and what is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.core import db, settings
from backend.modules import pages, registry
from backend.modules import service as modules
from tests.modules.conftest import Publishing, module, write
from tests.modules.own_pages import Origin, files, opened


@pytest.fixture
async def origin(publishing: Publishing) -> AsyncIterator[Origin]:
    async with opened() as made:
        yield made


async def _base(release: str) -> str:
    found = await pages.of_release(release)
    assert found is not None
    return f"/{found.module}/{found.digest}/"


async def test_pages_of_the_live_release_are_served_for_ever_under_their_digest(
    publishing: Publishing, origin: Origin
) -> None:
    await publishing.live(module(more=files(a__css=b"p{}", b__svg=b"<svg/>", c__json=b"{}")))
    base = await _base("try_module@1.0.0")
    status, body, headers = await origin.get(base)
    assert status == 200
    assert "<p>一</p>".encode() in body
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in headers
    assert (await origin.get(base + "index.html"))[1] == body
    for name, kind in (
        ("app.js", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("b.svg", "image/svg+xml; charset=utf-8"),
        ("c.json", "application/json"),
    ):
        status, _, headers = await origin.get(base + name)
        assert (status, headers["content-type"]) == (200, kind)
    status, body, _ = await origin.get(base + "app.js", headers={"if-none-match": headers["etag"]})
    assert status == 200, "another file's tag"
    etag = (await origin.get(base + "app.js"))[2]["etag"]
    assert (await origin.get(base + "app.js", headers={"if-none-match": etag}))[:2] == (304, b"")
    status, body, headers = await origin.get(base + "app.js", "HEAD")
    assert (status, body, headers["content-type"]) == (200, b"", "text/javascript; charset=utf-8")


async def test_the_policy_binds_a_page_to_its_own_files_and_takes_every_network_away(
    publishing: Publishing, origin: Origin
) -> None:
    await publishing.live(module(more=files()))
    base = await _base("try_module@1.0.0")
    policy = (await origin.get(base))[2]["content-security-policy"]
    rules = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    for name in ("script-src", "style-src", "img-src", "font-src"):
        assert rules[name] == [origin.url + base]
    for name in ("default-src", "connect-src", "frame-src", "form-action", "base-uri"):
        assert rules[name] == ["'none'"]
    assert rules["frame-ancestors"] == [settings.current().http.public_url]
    assert "allow-same-origin" not in rules["sandbox"]
    assert "allow-top-navigation" not in rules["sandbox"]
    assert "unsafe" not in policy


async def test_only_files_of_h5_are_there_and_no_path_leads_out(publishing: Publishing, origin: Origin) -> None:
    await publishing.live(module(more={**files(), "NOTICE": b"secret"}))
    base = await _base("try_module@1.0.0")
    targets = [
        "module.toml",
        "../module.toml",
        "../NOTICE",
        "%2e%2e/NOTICE",
        "..%2fNOTICE",
        "h5/index.html",
        "/index.html",
        "./index.html",
        "index.html/",
        "index.html%00",
        "%ff",
        "../../../../../../etc/passwd",
        "..\\NOTICE",
        "INDEX.HTML",
    ]
    for target in [base + name for name in targets] + [
        "/",
        "/etc/passwd",
        "//etc/passwd",
        "/try_module/",
        "/try_module",
    ]:
        answer = await origin.raw(target)
        assert answer.split(b" ")[1] == b"404", (target, answer[:200])
        assert b"secret" not in answer
        assert b"root:" not in answer
        assert b"sandbox allow-scripts" in answer
        assert "没有这个页面".encode() in answer


async def test_it_is_no_proxy_and_takes_nothing(publishing: Publishing, origin: Origin) -> None:
    await publishing.live(module(more=files()))
    base = await _base("try_module@1.0.0")
    answer = await origin.raw(f"{settings.current().http.public_url}/healthz")
    assert answer.split(b" ")[1] == b"404"
    assert b"alive" not in answer
    for path in ("/healthz", "/api/v1/session", "/metrics"):
        assert (await origin.get(path))[0] == 404
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert (await origin.get(base, method))[0] == 405


async def test_pages_that_nobody_gets_are_not_there(publishing: Publishing, origin: Origin) -> None:
    await publishing.live(module(more=files()))
    old = await _base("try_module@1.0.0")
    approved = await publishing.reviewed(module("1.1.0", more=files("二")))
    hidden = f"/try_module/{approved['digest']}/"
    assert await pages.of_release("try_module@1.1.0") is None
    assert (await origin.get(hidden))[0] == 404
    rollout = await publishing.roll_out(approved["id"])
    await registry.refresh()
    assert "<p>二</p>".encode() in (await origin.get(hidden))[1]
    assert (await origin.get(old))[0] == 200, "a page that is open goes on loading its files"
    because = {"reason": "页面打不开"}
    path = f"/publish/v1/rollouts/{rollout['id']}/rollback"
    await publishing.publisher.call("POST", path, because, status=200)
    await registry.refresh()
    assert (await origin.get(hidden))[0] == 404
    assert "<p>一</p>".encode() in (await origin.get(old))[1]
    assert await pages.of_release("try_module@1.1.0") is None


async def test_what_was_replaced_is_gone_after_a_day(publishing: Publishing, origin: Origin) -> None:
    await publishing.live(module(more=files()))
    old = await _base("try_module@1.0.0")
    await publishing.live(module("1.1.0", more=files("二")))
    assert (await origin.get(old))[0] == 200
    await db.execute(
        "UPDATE modules_rollout SET ended_at = now() - interval '25 hours' WHERE module_id = 'try_module'"
        " AND state = 'replaced'"
    )
    await publishing.live(module("1.2.0", more=files("三")))
    assert (await origin.get(old))[0] == 404


async def test_another_modules_digest_does_not_open_under_this_ones_name(
    publishing: Publishing, origin: Origin
) -> None:
    await publishing.live(module(more=files()))
    await publishing.live(module(id="try_other", more=files("别人的")))
    mine, other = await _base("try_module@1.0.0"), await _base("try_other@1.0.0")
    crossed = "/try_module/" + other.split("/")[2] + "/"
    assert (await origin.get(mine))[0] == (await origin.get(other))[0] == 200
    assert (await origin.get(crossed))[0] == 404


async def test_a_folder_of_this_repository_brings_its_pages_and_a_changed_page_is_another_release(
    publishing: Publishing, origin: Origin, tmp_path: Path
) -> None:
    folder = write(tmp_path / "try_module", module(owners="sample_team", more=files()))
    first, *_ = await modules.publish_folder(folder, by="tests")
    assert (await modules.publish_folder(folder, by="tests"))[2] is False
    (folder / "h5" / "app.js").write_text("document.title += '?'\n")
    second, _, changed = await modules.publish_folder(folder, by="tests")
    assert changed
    assert second != first
    await registry.refresh()
    assert (await origin.get(await _base(second) + "app.js"))[1] == b"document.title += '?'\n"
    assert (await origin.get(await _base(first) + "app.js"))[1] == b"document.title += '!'\n"


async def test_a_module_without_pages_has_none(publishing: Publishing, origin: Origin) -> None:
    await publishing.live(module())
    assert await pages.of_release("try_module@1.0.0") is None
    assert await pages.of_release("try_module@9.9.9") is None


async def test_memory_for_pages_is_bounded(
    publishing: Publishing, origin: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_BYTES", 1_000)
    for name in ("try_module", "try_other"):
        await publishing.live(module(id=name, more=files(big__txt=b"x" * 900)))
    for name in ("try_module", "try_other", "try_module"):
        assert (await origin.get(await _base(f"{name}@1.0.0") + "big.txt"))[0] == 200
        assert sum(item.size for item, _ in pages._sets.values()) < 2_000
