"""The space of combinations: what is admissible, and what environments cover."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.environment import Environment
from lab.experiment.design.combination_space import CombinationSpace, count_marked
from lab.experiment.trials.contrasts import Setting

LEVELS = {"a": ("0", "1", "2"), "b": ("0", "1"), "c": ("0",), "d": ("0", "1", "2")}

rows = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(values) for name, values in LEVELS.items()}),
    max_size=12,
)


def environment(**levels: str) -> Environment:
    return Environment.of({"a": "0", "b": "0", "c": "0", "d": "0", **levels})


@settings(max_examples=60, deadline=None)
@given(rows, st.sampled_from([1, 2, 3]))
def test_counts_are_those_of_a_loop_over_all_combinations(chosen, strength):
    space = CombinationSpace(LEVELS, strength)
    counts = space.count_covered(map(Environment.of, chosen))
    expected = {
        names: [
            sum(all(row[n] == x for n, x in zip(names, these, strict=True)) for row in chosen)
            for these in product(*(LEVELS[name] for name in names))
        ]
        for names in combinations("abd", strength)
    }
    assert {names: count.ravel().tolist() for names, count in counts.items()} == expected


def test_a_factor_with_one_level_is_in_no_combination():
    assert list(CombinationSpace(LEVELS, 2).list_factors()) == [("a", "b"), ("a", "d"), ("b", "d")]


def test_no_more_factors_are_combined_than_vary():
    space = CombinationSpace({"a": ("0", "1"), "b": ("0", "1"), "c": ("0",)}, 3)
    assert space.size == 2
    assert count_marked(space.mark_admissible()) == 4
    assert CombinationSpace({"c": ("0",)}, 2).mark_admissible() == {}


@pytest.mark.parametrize(("strength", "left"), [(2, 20), (3, 16)])
def test_levels_that_exclude_each_other_are_not_admissible(strength, left):
    space = CombinationSpace(LEVELS, strength, [(("d", "2"), ("a", "1"))])
    masks = space.mark_admissible()
    assert count_marked(masks) == left
    marked = list(space.list_marked(masks))
    assert not any(one.get("a") == "1" and one.get("d") == "2" for one in marked)


def test_a_ban_of_what_does_not_vary_changes_nothing():
    space = CombinationSpace(LEVELS, 2, [(("c", "0"), ("a", "1")), (("a", "9"), ("b", "1"))])
    assert all(mask.all() for mask in space.mark_admissible().values())


def test_a_level_outside_the_space_covers_nothing():
    space = CombinationSpace(LEVELS, 2)
    masks = space.mark_covered([environment(a="other", b="1")])
    assert list(space.list_marked(masks)) == [{"b": "1", "d": "0"}]


def test_settings_mark_every_combination_that_has_one():
    space = CombinationSpace(LEVELS, 2)
    masks = space.mark_settings([Setting("b", "1"), Setting("z", "1"), Setting("a", "9")])
    assert np.flatnonzero(masks["a", "b"].any(axis=0)).tolist() == [1]
    assert not masks["a", "d"].any()
    assert count_marked(masks) == 6
