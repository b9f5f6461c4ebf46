"""The table of states: every walk stays on it, every state can be reached and left as it should."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cases import states
from backend.cases.schemas import State
from backend.cases.states import BACK, MOVES, NOTES, OPEN, Impossible, Kind, Standing, after

KINDS: tuple[Kind, ...] = get_args(Kind)
STATES: tuple[State, ...] = get_args(State)


def walk(kinds: list[Kind]) -> list[Standing]:
    """Apply what can be applied, from the beginning; the standings on the way."""
    standing = Standing()
    seen = []
    for kind in kinds:
        try:
            standing = after(standing, kind)
        except Impossible:
            continue
        seen.append(standing)
    return seen


@given(st.lists(st.sampled_from(KINDS), max_size=40).map(lambda kinds: ["submitted", *kinds]))
def test_no_sequence_of_events_leaves_the_table(kinds: list[Kind]) -> None:
    for standing in walk(kinds):
        assert standing.state in STATES
        assert (standing.resume is not None) == (standing.state in states.INTERRUPTIONS)


@given(st.lists(st.sampled_from(KINDS), max_size=60).map(lambda kinds: ["submitted", *kinds]))
def test_what_has_ended_never_opens_again(kinds: list[Kind]) -> None:
    ended = False
    for standing in walk(kinds):
        assert not (ended and standing.state in OPEN)
        ended = ended or standing.state not in OPEN


@given(st.lists(st.sampled_from(KINDS), max_size=60).map(lambda kinds: ["submitted", *kinds]))
def test_a_decision_is_never_turned_into_the_other(kinds: list[Kind]) -> None:
    decided: set[str] = {str(standing.state) for standing in walk(kinds)} & {"approved", "refused"}
    assert len(decided) <= 1


def test_every_state_can_be_reached() -> None:
    reached: set[Standing] = {Standing()}
    while True:
        more = set(reached)
        for standing in reached:
            for kind in KINDS:
                try:
                    more.add(after(standing, kind))
                except Impossible:
                    continue
        if more == reached:
            break
        reached = more
    assert {standing.state for standing in reached} - {None} == set(STATES)


def test_every_kind_has_a_title_and_a_place_in_the_table() -> None:
    used = {kind for moves in MOVES.values() for kind in moves} | set(NOTES)
    assert used == set(KINDS)
    assert set(states.TITLES) == set(KINDS)
    assert set(states.STATE_TEXT) == set(STATES)


@pytest.mark.parametrize(
    ("before", "kind", "state"),
    [
        (Standing("submitted"), "correction", "correcting"),
        (Standing("correcting", "submitted"), "supplemented", "submitted"),
        (Standing("correcting", "in_review"), "supplemented", "in_review"),
        (Standing("transferred", "accepted"), "received", "accepted"),
        (Standing("in_review"), "special", "special"),
        (Standing("special"), "special_ended", "in_review"),
        (Standing("accepted"), "urged", "accepted"),
    ],
)
def test_a_move_leads_where_the_design_says(before: Standing, kind: Kind, state: State) -> None:
    assert after(before, kind).state == state


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("submitted", "approved"),
        ("approved", "refused"),
        ("withdrawn", "accepted"),
        ("not_accepted", "withdrawn"),
        ("correcting", "accepted"),
        ("approved", "withdrawn"),
        ("closed", "urged"),
        ("special", "approved"),
    ],
)
def test_a_move_that_the_law_forbids_does_not_exist(state: State, kind: Kind) -> None:
    with pytest.raises(Impossible):
        after(Standing(state, "submitted" if state in states.INTERRUPTIONS else None), kind)


def test_only_interruptions_go_back() -> None:
    going_back = {state for state, moves in MOVES.items() if BACK in moves.values()}
    assert going_back == set(states.INTERRUPTIONS)
