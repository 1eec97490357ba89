"""Coverage: counted over the trials that count, and whatever is missing is named with a reason."""

from __future__ import annotations

import random
from itertools import combinations, product

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.environment import Environment
from lab.experiment.design.combination_space import CombinationSpace
from lab.experiment.design.coverage import (
    ALONE,
    FAILED,
    LATER,
    LIMIT,
    MAX_NAMED,
    ROOM,
    count_coverage,
    plan_completion,
)
from lab.experiment.design.covering_array import plan
from lab.experiment.trials.contrasts import Setting
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.factors.registry import factors, find_conflict, find_forbidden_pairs

LEVELS = {"a": ("0", "1", "2"), "b": ("0", "1"), "c": ("0", "1")}
SPACE = CombinationSpace(LEVELS, 2)
EVERY = [Environment.of(dict(zip(LEVELS, row, strict=True))) for row in product(*LEVELS.values())]


def rows_of(environments, broken=()):
    return [Row(PlannedTrial(one), {}, broken=one in broken) for one in environments]


def count(rows, space=SPACE, **given_):
    return count_coverage(space, rows, **{"designed": EVERY, **given_})


def reasons(coverage):
    return {tuple(sorted(one.levels.items())): one.why for one in coverage.missing}


def test_all_that_ran_is_complete():
    coverage = count(rows_of(EVERY))
    assert (coverage.strength, coverage.admissible, coverage.run) == (2, 16, 16)
    assert coverage.is_complete
    assert coverage.missing == ()
    assert coverage.reasons == {}


def test_a_trial_that_failed_does_not_count():
    last = EVERY[-1]
    only = [one for one in EVERY if not (one["a"] == "2" and one["b"] == "1") or one == last]
    coverage = count(rows_of(only, broken={last}))
    assert not coverage.is_complete
    assert coverage.run == 15
    assert reasons(coverage) == {(("a", "2"), ("b", "1")): FAILED}


def test_a_trial_that_a_limit_left_out_does_not_count():
    kept = [one for one in EVERY if one["a"] != "2"]
    coverage = count(rows_of(kept), left_out=[one for one in EVERY if one["a"] == "2"])
    assert coverage.reasons == {LIMIT: 4}
    assert coverage.run + 4 == coverage.admissible


def test_a_level_that_was_tried_alone_is_missing_in_combinations_only():
    kept = [one for one in EVERY if one["a"] != "2" or (one["b"], one["c"]) == ("0", "0")]
    coverage = count(rows_of(kept), single_only=[Setting("a", "2")])
    assert set(reasons(coverage)) == {(("a", "2"), ("b", "1")), (("a", "2"), ("c", "1"))}
    assert coverage.reasons == {ALONE: 2}


def test_a_level_that_was_found_later_is_told_from_one_without_room():
    designed = [one for one in EVERY if one["a"] != "2"]
    kept = [one for one in designed if one["b"] == "0"]
    coverage = count(rows_of(kept), designed=designed)
    assert coverage.reasons == {LATER: 4, ROOM: 4}


def test_what_no_host_can_have_is_neither_run_nor_missing():
    space = msgspec.structs.replace(SPACE, forbidden=[(("a", "1"), ("b", "1"))])
    kept = [one for one in EVERY if (one["a"], one["b"]) != ("1", "1")]
    coverage = count(rows_of(kept), space)
    assert (coverage.admissible, coverage.run, coverage.excluded) == (15, 15, 1)


def test_only_so_many_are_named_and_all_are_counted():
    levels = {name: tuple(map(str, range(9))) for name in "abc"}
    space = CombinationSpace(levels, 2)
    control = Environment.of(dict.fromkeys(levels, "0"))
    coverage = count_coverage(space, rows_of([control]), designed=[control])
    assert len(coverage.missing) == MAX_NAMED
    assert sum(coverage.reasons.values()) == 3 * 81 - 3 == coverage.admissible - coverage.run


def test_of_one_factor_each_level_is_a_combination():
    space = CombinationSpace({"a": ("0", "1"), "b": ("0",)}, 2)
    control = Environment.of({"a": "0", "b": "0"})
    coverage = count_coverage(space, rows_of([control]), designed=[control])
    assert (coverage.strength, coverage.admissible, coverage.run) == (1, 2, 1)


def test_a_row_that_failed_is_completed_by_other_rows():
    failing, other = (one for one in EVERY if (one["a"], one["b"]) == ("2", "1"))
    planned = [one for one in EVERY if one != other]
    added = plan_completion(SPACE, rows_of(planned, broken={failing}), planned, seed="1")
    assert [(one["a"], one["b"]) for one in added] == [("2", "1")]


def test_what_was_never_planned_is_not_completed():
    kept = [one for one in EVERY if one["a"] != "2"]
    assert plan_completion(SPACE, rows_of(kept), kept, seed="1") == []


@pytest.mark.parametrize("times", [1, 2])
def test_what_fails_again_is_given_up(times):
    failing = [one for one in EVERY if (one["a"], one["b"]) == ("2", "1")][:1] * times
    others = [one for one in EVERY if (one["a"], one["b"]) != ("2", "1")]
    rows = [*rows_of(others), *rows_of(failing, broken=set(failing))]
    assert len(plan_completion(SPACE, rows, EVERY, seed="1")) == (1 if times == 1 else 0)


def test_a_level_that_fails_in_all_of_its_trials_is_given_up():
    broken = {one for one in EVERY if one["a"] == "2"}
    assert plan_completion(SPACE, rows_of(EVERY, broken), EVERY, seed="1") == []


# --- over real factors ------------------------------------------------------------------


@st.composite
def factor_sets(draw):
    """Some levels of some real factors, the controls first."""
    names = draw(st.lists(st.sampled_from(sorted(factors())), min_size=2, max_size=7, unique=True))
    found = {}
    for name in sorted(names):
        item = factors()[name]
        some = draw(st.lists(st.sampled_from(item.levels), min_size=1, unique=True))
        found[name] = tuple(dict.fromkeys((item.control, *some)))
    return found


def run_audit(levels, strength, seed, fails):
    """Screen as the engine does; ``fails`` says of each trial whether the client fails in it."""
    forbidden = find_forbidden_pairs(levels)
    design = plan(levels, strength=strength, seed=seed, forbidden=forbidden)
    space = CombinationSpace(levels, strength, forbidden)
    designed = {
        trial.environment for trial in (*design.calibration, *design.singles, *design.array)
    }
    rows = [Row(PlannedTrial(one), {}, broken=fails(one)) for one in sorted(designed)]
    for number in range(3):
        added = plan_completion(space, rows, designed, seed=f"{seed} {number}")
        designed |= set(added)
        rows += [Row(PlannedTrial(one, number + 1), {}, broken=fails(one)) for one in added]
    return rows, count_coverage(space, rows, designed=designed)


def list_run(levels, strength, rows):
    """The combinations of levels in trials that count, by a plain loop."""
    varied = [name for name, values in levels.items() if len(values) > 1]
    size = min(strength, len(varied))
    return {
        tuple((name, row.environment[name]) for name in names)
        for names in combinations(varied, size)
        for row in rows
        if not row.broken
    }


def list_admissible(levels, strength):
    varied = [name for name, values in levels.items() if len(values) > 1]
    control = Environment.of({name: values[0] for name, values in levels.items()})
    return {
        tuple(zip(names, these, strict=True))
        for names in combinations(varied, min(strength, len(varied)))
        for these in product(*(levels[name] for name in names))
        if find_conflict(control.but(dict(zip(names, these, strict=True)))) is None
    }


@settings(max_examples=100, deadline=None)
@given(factor_sets(), st.integers(0, 9), st.sampled_from([1, 2, 2, 2, 3]))
def test_over_drawn_factors_all_combinations_run_or_the_missing_are_named(levels, seed, strength):
    rows, coverage = run_audit(levels, strength, seed, lambda environment: False)
    run, admissible = list_run(levels, strength, rows), list_admissible(levels, strength)
    assert run <= admissible
    assert coverage.admissible == len(admissible)
    assert coverage.run == len(run)
    missing = admissible - run
    assert sum(coverage.reasons.values()) == len(missing)
    assert {tuple(one.levels.items()) for one in coverage.missing} <= missing
    assert len(coverage.missing) == min(len(missing), MAX_NAMED)
    if strength < 3:
        assert coverage.is_complete


@settings(max_examples=40, deadline=None)
@given(factor_sets(), st.integers(0, 9), st.floats(0, 0.5))
def test_with_trials_that_fail_at_random_pairs_are_completed_or_named(levels, seed, share):
    chance = random.Random(seed)
    rows, coverage = run_audit(levels, 2, seed, lambda environment: chance.random() < share)
    run, admissible = list_run(levels, 2, rows), list_admissible(levels, 2)
    assert coverage.run == len(run)
    assert coverage.reasons == ({FAILED: len(admissible - run)} if admissible - run else {})
    if share < 0.05:
        assert len(admissible - run) <= len(admissible) * 0.02


@settings(max_examples=25, deadline=None)
@given(factor_sets(), st.integers(0, 9), st.data())
def test_a_level_under_which_the_client_always_fails_hides_no_other_pair(levels, seed, data):
    varied = [name for name, values in levels.items() if len(values) > 1]
    if not varied:
        return
    name = data.draw(st.sampled_from(varied))
    level = data.draw(st.sampled_from(levels[name][1:]))
    rows, coverage = run_audit(levels, 2, seed, lambda environment: environment[name] == level)
    failing = [row for row in rows if row.broken]
    if len(failing) < 2:
        return  # nothing says yet that it is the level
    assert all(why == FAILED for why in coverage.reasons)
    assert all(one.levels.get(name) == level for one in coverage.missing)
