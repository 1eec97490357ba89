"""What needs several factors at once, taken off trials in which much varies."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.design.covering_array import plan
from lab.experiment.isolate.interactions import find_interactions
from lab.experiment.trials.contrasts import Setting, find_changes
from lab.factors.registry import get_factor
from tests.experiment.model import Levels, causes, request, run_audit

LEVELS = {f"f{number}": tuple(f"l{level}" for level in range(6)) for number in range(8)}
DESIGN = plan(LEVELS, strength=2, seed=1)
ROWS = sorted(
    {
        find_changes(DESIGN.control, planned.environment)
        for planned in (*DESIGN.calibration, *DESIGN.array)
    },
    key=sorted,
)


def found(behaves, active=()):
    return find_interactions([(row, behaves(dict(row))) for row in ROWS], 0, active)


FEWEST, MANY = 3, 16

some = st.frozensets(st.sampled_from(LEVELS["f0"][1:]), min_size=1)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(LEVELS)), st.sampled_from(sorted(LEVELS)), some, some)
def test_the_planted_region_is_among_those_found(first, second, left, right):
    if first == second:
        return

    def behaves(row):
        return int(row.get(first) in left and row.get(second) in right)

    shown = [row for row in ROWS if behaves(dict(row))]
    found_here = found(behaves)
    names = {interaction.factors for interaction in found_here}
    planted = tuple(sorted({first, second}))
    if len(shown) >= MANY:
        # Now and then another one does as well; trials of each distinguish them.
        assert planted in names
        assert len(names) <= 2
    elif len(shown) >= FEWEST:
        # So few trials may have more in common; then it is one of several, or too many.
        assert not found_here or planted in names


def test_many_levels_of_two_factors_are_one_region():
    (interaction,) = found(lambda row: int("f2" in row and "f5" in row))
    assert interaction.factors == ("f2", "f5")
    assert all(len(levels) == 5 for levels in interaction.levels.values())
    assert interaction.contains({Setting("f2", "l1"), Setting("f5", "l4"), Setting("f0", "l1")})
    assert not interaction.contains({Setting("f2", "l1"), Setting("f0", "l1")})


def test_three_factors_too():
    (interaction,) = found(lambda row: int(len({"f1", "f2", "f5"} & row.keys()) == 3))
    assert interaction.factors == ("f1", "f2", "f5")


def test_a_value_may_follow_one_of_the_factors():
    (interaction,) = found(lambda row: int(row["f2"][1:]) if {"f2", "f5"} <= row.keys() else 0)
    assert interaction.factors == ("f2", "f5")


def test_what_single_levels_do_is_left_aside():
    def behaves(row):
        return 1 if row.get("f7") == "l1" else 2 * ("f2" in row and "f5" in row)

    (interaction,) = found(behaves, {Setting("f7", "l1")})
    assert interaction.factors == ("f2", "f5")


def test_noise_seldom_has_a_region():
    chances = [random.Random(seed) for seed in range(100)]
    noisy = [one for one in chances if found(lambda row, one=one: int(one.random() < 0.1))]
    assert len(noisy) <= 8


def test_one_factor_alone_is_no_region():
    assert found(lambda row: int("f2" in row)) == ()


FACTORS = ("ci", "endpoint", "hostname", "locale", "proxy", "terminal", "timezone", "user")


@pytest.mark.parametrize("seed", range(3))
def test_almost_any_two_levels_together_cost_few_trials(seed, tmp_path):
    def both(levels: Levels, chance: random.Random):
        here = all(levels[name] != get_factor(name).control for name in ("hostname", "user"))
        return [request({"both": here, "id": f"{chance.getrandbits(64):016x}"})]

    report = run_audit(both, tmp_path, factors=FACTORS, seed=seed)
    assert causes(report) == {("hostname", "user")}
    assert report.coverage.is_complete
    assert report.trials < 260
