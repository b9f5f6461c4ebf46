"""The trail can be verified, and a change, a removal and a swap are found."""

from __future__ import annotations

import pytest

from backend.core import audit, db
from tests.conftest import Server


@pytest.fixture
async def trail(server: Server) -> None:
    """Twenty chained rows."""
    for number in range(20):
        await audit.record(None, "test.act", "case", f"SC-{number}", citizen_id="c1", purpose="试", number=number)
    await db.execute("UPDATE core_audit SET at = at - interval '1 minute'")
    assert await audit.chain_new() == 20


@pytest.mark.usefixtures("trail")
async def test_an_untouched_trail_is_intact() -> None:
    verdict = await audit.verify()
    assert (verdict.checked, verdict.broken_at) == (20, None)


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("tamper", "broken_at"),
    [
        ("UPDATE core_audit SET actor_id = 'x' WHERE id = 7", 7),
        ("UPDATE core_audit SET details = '{\"number\": 99}' WHERE id = 3", 3),
        ("DELETE FROM core_audit WHERE id = 11", 12),
        (
            "UPDATE core_audit a SET subject_id = b.subject_id FROM core_audit b"
            " WHERE (a.id = 5 AND b.id = 6) OR (a.id = 6 AND b.id = 5)",
            5,
        ),
        (
            "UPDATE core_audit SET link = CASE id WHEN 8 THEN -9 ELSE link END WHERE id = 8;"
            " UPDATE core_audit SET link = 8 WHERE id = 9; UPDATE core_audit SET link = 9 WHERE id = 8",
            9,
        ),
        ("UPDATE core_audit SET link = link + 1 WHERE id = 20", 20),
    ],
)
async def test_a_changed_removed_or_swapped_row_is_found(tamper: str, broken_at: int) -> None:
    await db.execute(tamper)
    assert (await audit.verify()).broken_at == broken_at


@pytest.mark.usefixtures("trail")
async def test_rows_younger_than_two_seconds_wait_for_slower_writers() -> None:
    await audit.record(None, "test.act", "case", "SC-young")
    assert await audit.chain_new() == 0


async def test_a_writer_who_commits_late_with_a_small_id_breaks_nothing(server: Server) -> None:
    for number in range(3):
        await audit.record(None, "test.act", "case", f"SC-{number}")
    await db.execute("UPDATE core_audit SET at = at - interval '1 minute' WHERE subject_id <> 'SC-1'")
    assert await audit.chain_new() == 2
    await db.execute("UPDATE core_audit SET at = at - interval '1 minute' WHERE subject_id = 'SC-1'")
    assert await audit.chain_new() == 1
    verdict = await audit.verify()
    assert (verdict.checked, verdict.broken_at) == (3, None)


@pytest.mark.usefixtures("trail")
async def test_an_end_that_was_cut_off_is_found_by_what_was_written_down() -> None:
    head = (await audit.verify()).head
    assert head.startswith("20:")
    assert not (await audit.verify(head)).cut
    await audit.record(None, "test.act", "case", "SC-later")
    await db.execute("UPDATE core_audit SET at = at - interval '1 minute' WHERE link IS NULL")
    await audit.chain_new()
    assert not (await audit.verify(head)).cut, "a trail that grew still holds it"
    await db.execute("DELETE FROM core_audit WHERE id > 18")
    assert (await audit.verify()).broken_at is None, "the chain alone cannot tell"
    assert (await audit.verify(head)).cut


@pytest.mark.usefixtures("trail")
async def test_a_trail_that_was_made_anew_is_found_by_what_was_written_down() -> None:
    head = (await audit.verify()).head
    await db.execute("UPDATE core_audit SET link = NULL, chain = NULL")
    await db.execute("UPDATE core_audit SET actor_id = 'x' WHERE id = 7")
    assert await audit.chain_new() == 20
    assert (await audit.verify()).broken_at is None
    assert (await audit.verify(head)).cut


@pytest.mark.parametrize("head", ["", "x", "5:xyz", ":00"])
async def test_a_head_that_is_none_is_refused(server: Server, head: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        await audit.verify(head)
