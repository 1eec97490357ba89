"""Designs: everything that is promised to be tried is tried."""

from __future__ import annotations

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.design.covering_array import count_combined_levels, plan

levels = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", "e"]),
    st.integers(1, 5).map(lambda n: tuple(f"level{i}" for i in range(n))),
    min_size=1,
)


@settings(max_examples=60, deadline=None)
@given(levels, st.integers(0, 5), st.sampled_from([1, 2, 3]))
def test_every_combination_of_so_many_factors_occurs(chosen, seed, strength):
    design = plan(chosen, strength=strength, seed=seed)
    tried = [p.environment for p in (*design.calibration, *design.singles, *design.array)]
    varied = [name for name, values in chosen.items() if len(values) > 1]
    for names in combinations(varied, min(strength, len(varied))):
        for wanted in product(*(chosen[name] for name in names)):
            assert any(all(e[n] == w for n, w in zip(names, wanted, strict=True)) for e in tried), (
                names,
                wanted,
            )


@settings(max_examples=40, deadline=None)
@given(levels, st.integers(0, 5))
def test_every_level_is_tried_alone_and_no_trial_twice(chosen, seed):
    design = plan(chosen, strength=2, seed=seed)
    singles = {p.environment for p in design.singles if p.environment != design.control}
    assert singles == {
        design.control.but({name: level}) for name, values in chosen.items() for level in values[1:]
    }
    every = [*design.calibration, *design.singles, *design.array]
    assert len(set(every)) == len(every)
    assert sum(p.environment == design.control for p in design.calibration) >= 5


def test_a_seed_decides_the_order_and_nothing_else():
    chosen = {name: tuple("wxyz") for name in "abcd"}
    first = plan(chosen, strength=2, seed=1)
    assert plan(chosen, strength=2, seed=1) == first
    other = plan(chosen, strength=2, seed=2)
    assert other != first
    assert {p.environment for p in other.singles} == {p.environment for p in first.singles}


def test_a_factor_without_levels_is_refused():
    with pytest.raises(ValueError, match="the factor a has no level"):
        plan({"a": ()}, strength=2, seed=0)


def test_what_cannot_be_together_never_is_and_all_else_is():
    chosen = {name: tuple("wxyz") for name in "abcd"}
    never = (("a", "x"), ("b", "y"))
    design = plan(chosen, strength=2, seed=1, forbidden=[never, (("c", "z"), ("d", "z"))])
    tried = [p.environment for p in (*design.calibration, *design.singles, *design.array)]
    assert not any(e["a"] == "x" and e["b"] == "y" for e in tried)
    assert not any(e["c"] == "z" and e["d"] == "z" for e in tried)
    assert any(e["a"] == "x" and e["b"] == "z" for e in tried)
    assert any(e["c"] == "z" and e["d"] == "y" for e in tried)


def test_a_level_to_be_tried_alone_is_in_no_combination():
    chosen = {name: tuple("wxyz") for name in "abc"}
    design = plan(chosen, strength=2, seed=1, single_only={("a", "x")})
    assert design.control.but({"a": "x"}) in {p.environment for p in design.singles}
    assert not any(p.environment["a"] == "x" for p in (*design.calibration, *design.array))


MANY = {name: tuple(f"{name}{number}" for number in range(14)) for name in "abcdefghij"}


def test_the_first_levels_are_combined_strictly_and_the_others_tried_several_times():
    most = count_combined_levels([14] * 10)
    assert most == 9
    design = plan(MANY, strength=2, seed=1)
    tried = [planned.environment for planned in (*design.calibration, *design.array)]
    for first, second in combinations(MANY, 2):
        pairs = {(one[first], one[second]) for one in tried}
        assert pairs >= set(product(MANY[first][:most], MANY[second][:most]))
    for name, values in MANY.items():
        for level in values[most:]:
            others = [one for one in tried if one[name] == level]
            assert len(others) >= 3
            assert len(set(others)) == len(others)
    assert len(tried) < 260


def test_further_levels_are_never_together_with_what_forbids_them():
    never = [(("a", f"a{number}"), ("b", "b13")) for number in range(1, 14)]
    design = plan(MANY, strength=2, seed=1, forbidden=never)
    tried = [planned.environment for planned in (*design.calibration, *design.array)]
    assert {one["a"] for one in tried if one["b"] == "b13"} == {"a0"}


@pytest.mark.parametrize(
    ("counts", "most"),
    [([14, 12], 10), ([14, 9, 9, 8, 7], 11), ([6, 5], 6), ([14] * 20, 8), ([14], 14), ([], 1)],
)
def test_as_many_levels_as_a_short_array_has_room_for(counts, most):
    assert count_combined_levels(counts) == most
