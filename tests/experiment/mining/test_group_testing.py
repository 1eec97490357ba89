"""Which of many switches matter: what is found, and for how many trials."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.mining.group_testing import GroupTesting

NAMES = tuple(f"V{number}" for number in range(400))


def searched(
    behave: Callable[[frozenset[str]], object], names=NAMES, lanes: int = 1
) -> tuple[GroupTesting, int]:
    """The finished search, and how many different sets it tried."""
    search = GroupTesting(names, lanes)
    questions = search.generate_questions()
    tokens: dict[frozenset[str], str] = {}
    batch = next(questions)
    while True:
        for tried in batch:
            tokens.setdefault(tried, repr(behave(tried)))
        try:
            batch = questions.send(tuple(tokens[tried] for tried in batch))
        except StopIteration:
            return search, len(tokens)


def sets(*found: str) -> set[frozenset[str]]:
    return {frozenset(one.split()) for one in found}


LANES = pytest.mark.parametrize("lanes", [1, 2, 4])


@LANES
def test_three_of_four_hundred_one_only_with_another(lanes):
    search, trials = searched(lambda s: ("V7" in s, {"V7", "V200"} <= s, "V399" in s), lanes=lanes)
    assert set(search.found) == sets("V7", "V7 V200", "V399")
    assert not search.unresolved
    assert trials <= 40


@LANES
def test_where_one_of_two_is_enough_both_are_found(lanes):
    search, _ = searched(lambda s: bool({"V3", "V4"} & s), lanes=lanes)
    assert set(search.found) == sets("V3", "V4")


@LANES
def test_a_switch_that_hides_the_others(lanes):
    search, _ = searched(lambda s: "dead" if "V9" in s else ("V1" in s, "V50" in s), lanes=lanes)
    assert set(search.found) == sets("V9", "V1", "V50")


def test_three_that_act_together_only():
    search, _ = searched(lambda s: {"V1", "V2", "V300"} <= s)
    assert set(search.found) == sets("V1 V2 V300")


def test_where_nothing_matters_two_trials_say_so():
    search, trials = searched(lambda s: 0)
    assert (search.found, search.unresolved, trials) == ([], (), 2)


def test_a_search_that_is_stopped_says_what_is_left():
    search = GroupTesting(NAMES)
    questions = search.generate_questions()
    next(questions)
    questions.send(("usual",))
    questions.close()
    assert search.unresolved == NAMES


@pytest.mark.parametrize("matter", [1, 2, 4, 8])
def test_the_cost_grows_like_d_log_n(matter):
    for count in (50, 200, 800):
        names = tuple(f"V{number}" for number in range(count))
        chosen = frozenset(names[number * count // matter] for number in range(matter))
        search, trials = searched(lambda s, chosen=chosen: sorted(chosen & s), names)
        assert set(search.found) == {frozenset({name}) for name in chosen}
        assert trials <= matter * (math.log2(count) + 3) + 4


@settings(max_examples=80, deadline=None)
@given(
    st.sets(st.sampled_from(NAMES[:40]), max_size=5),
    st.lists(st.sets(st.sampled_from(NAMES[:40]), min_size=2, max_size=3), max_size=2),
    st.sampled_from([1, 3]),
)
def test_what_matters_alone_is_always_found_and_nothing_idle_ever(alone, together, lanes):
    def behave(tried):
        return sorted(alone & tried), [pair <= tried for pair in together]

    search, _ = searched(behave, NAMES[:40], lanes)
    found = set().union(*search.found) if search.found else set()
    assert alone <= found
    assert found <= alone.union(*together)
    assert not search.unresolved
