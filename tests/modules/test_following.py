"""Processes follow the generation, also when nobody tells them, and keep serving when the newest cannot be built."""

from __future__ import annotations

import asyncio
import time

from backend.core import db
from backend.modules import registry
from tests.conftest import Client
from tests.modules.conftest import Publishing, module, named

GUIDE = "/api/v1/matters/try_module.sample"
GROW = "UPDATE modules_generation SET number = number + 1"


async def test_without_a_message_the_new_release_is_served_within_five_seconds(
    publishing: Publishing, http: Client
) -> None:
    await publishing.live(module())
    release = await publishing.reviewed(module("1.1.0", matter=named("新名字")))
    # the rows change, and nobody is told: as when Redis is away
    async with db.transaction():
        await db.execute("UPDATE modules_rollout SET state = 'replaced' WHERE module_id = 'try_module'")
        await db.execute(
            "INSERT INTO modules_rollout"
            " (id, created_at, module_id, release_id, state, by, steps, step, step_at, reason)"
            " VALUES (gen_random_uuid(), now(), 'try_module', $1::text::uuid, 'live', 'test', '[]', -1, now(), '')",
            release["id"],
        )
        await db.execute(GROW)
    started = time.monotonic()
    while (await http.call("GET", GUIDE, status=200))["name"] != "新名字":
        assert time.monotonic() - started < 5
        await asyncio.sleep(0.05)


async def test_a_process_that_cannot_build_serves_the_last_good_one_and_says_so(
    publishing: Publishing, http: Client
) -> None:
    await publishing.live(module())
    before = await http.call("GET", GUIDE, status=200)
    row = await db.fetch_one("SELECT id, content FROM modules_release WHERE module_id = 'try_module'")
    assert row is not None
    registry._bundles.pop("try_module@1.0.0", None)
    await db.execute("UPDATE modules_release SET content = $2 WHERE id = $1", row["id"], b'{"written by a newer":1}')
    await db.execute(GROW)
    try:
        assert not await registry.refresh()
        assert await http.call("GET", GUIDE, status=200) == before
        ready = await http.call("GET", "/readyz", status=200)
        assert (ready["status"], "registry" in ready["failing"]) == ("degraded", True)
        told = await http.call("GET", "/publish/v1/generation", status=200)
        assert told["failing"]
        assert told["generation"] < await registry.generation()
        async with http.request("GET", "/metrics") as answer:
            assert "tf_registry_stale 1.0" in await answer.text()
    finally:
        await db.execute("UPDATE modules_release SET content = $2 WHERE id = $1", row["id"], bytes(row["content"]))
    assert await registry.refresh()
    assert (await http.call("GET", "/readyz", status=200))["status"] == "ok"
    assert await http.call("GET", GUIDE, status=200) == before


async def test_the_folder_of_a_module_does_not_undo_what_a_team_published(publishing: Publishing) -> None:
    """At each start the folders of this repository are published; a release that came later stays."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from backend.modules import service
    from tests.modules.conftest import write

    with TemporaryDirectory() as root:
        folder = write(Path(root) / "try_module", module())
        release, _, new = await service.publish_folder(folder, by="local")
        assert (release, new) == ("try_module@1.0.0", True)
        later = await publishing.live(module("1.1.0"))
        _, _, new = await service.publish_folder(folder, by="local")
        assert not new
        await registry.refresh()
        assert registry.current().releases["try_module"] == "try_module@1.1.0"
        await publishing.publisher.call(
            "POST", f"/publish/v1/rollouts/{later['id']}/rollback", {"reason": "不对"}, status=200
        )
        path = folder / "module.toml"
        path.write_text(path.read_text("utf-8").replace("1.0.0", "1.2.0"), "utf-8")
        release, _, new = await service.publish_folder(folder, by="local")
        assert (release, new) == ("try_module@1.2.0", True)
