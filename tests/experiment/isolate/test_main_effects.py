"""What single levels do, taken off trials in which much varies at once."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.design.covering_array import plan
from lab.experiment.isolate.main_effects import estimate_main_effects
from lab.experiment.trials.contrasts import Setting, find_changes

LEVELS = {f"f{number}": tuple(f"l{level}" for level in range(6)) for number in range(6)}
VARIED = {name: values[1:] for name, values in LEVELS.items()}


def rows(seed: int = 1):
    """The covering array's trials, each as the levels that differ from the control."""
    design = plan(LEVELS, strength=2, seed=seed)
    return [
        find_changes(design.control, one)
        for one in {planned.environment for planned in (*design.calibration, *design.array)}
    ]


def presumed(behaves, checked=None, seed: int = 1):
    trials = [(row, behaves(dict(row))) for row in sorted(rows(seed), key=sorted)]
    return estimate_main_effects(trials, 0, checked or {}, VARIED)


def test_a_copy_is_an_effect_of_every_level_and_two_are_checked():
    found = presumed(lambda row: int(row.get("f2", "l0")[1:]))
    assert found.values == {Setting("f2", f"l{n}"): n for n in range(1, 6)}
    assert found.unchecked == (Setting("f2", "l1"), Setting("f2", "l2"))


def test_one_level_is_checked_itself():
    found = presumed(lambda row: int(row.get("f3") == "l4"))
    assert found.values == {Setting("f3", "l4"): 1}
    assert found.unchecked == (Setting("f3", "l4"),)


def test_what_was_checked_is_not_checked_again():
    seen = {Setting("f3", "l4"): 1}
    found = presumed(lambda row: int(row.get("f3") == "l4"), seen)
    assert found.values == seen
    assert found.unchecked == ()


def test_a_level_that_failed_its_check_is_believed():
    found = presumed(lambda row: int(row.get("f3") == "l4"), {Setting("f3", "l4"): 0})
    assert Setting("f3", "l4") not in found.values


def test_two_factors_in_one_column_are_distinguished_by_the_checks():
    def behaves(row):
        return 10 * ("f1" in row) + 100 * (row.get("f4") == "l2")

    checked = {}
    while (found := presumed(behaves, checked)).unchecked:
        checked |= {level: behaves(dict([level])) for level in found.unchecked}
    active = {level for level, value in checked.items() if value}
    assert {name for name, _ in active} <= {"f1", "f4"}
    assert {level: found.values[level] for level in active} == {
        level: behaves(dict([level])) for level in active
    }
    assert {Setting("f1", f"l{n}") for n in range(1, 6)} <= found.values.keys()


def test_where_everything_disturbs_the_rest_is_looked_at_alone():
    found = presumed(lambda row: hash(tuple(sorted(row.items()))) % 1_000_003 + 1)
    assert found.unchecked


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(VARIED)), st.sets(st.sampled_from(VARIED["f0"]), min_size=1))
def test_any_set_of_levels_of_one_factor(name, chosen):
    found = presumed(lambda row: int(row.get(name) in chosen))
    assert set(found.values) == {Setting(name, level) for level in chosen}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 500))
def test_rare_noise_presumes_next_to_nothing(seed):
    chance = random.Random(seed)
    found = presumed(lambda row: int(chance.random() < 0.02))
    assert len(found.values) <= 2


def test_of_factors_that_are_mixed_up_every_level_is_looked_at_alone():
    def mixed(row):
        return 1 + 6 * int(row.get("f0", "l0")[1:]) + 36 * 6 * int(row.get("f1", "l0")[1:])

    seen = {
        Setting(name, level): 1 + 7 * hash(name) for name in ("f0", "f1") for level in ("l1", "l5")
    }
    seen |= {Setting(name, level): 0 for name in ("f2", "f3", "f4", "f5") for level in ("l1", "l5")}
    asked = presumed(mixed, seen).unchecked
    assert {name for name, _ in asked} == {"f0", "f1"}
    assert len(asked) == 6


def test_single_levels_are_not_checked_where_few_trials_have_a_value():
    few = [(row, 0) for row in sorted(rows(), key=sorted)[:6]]
    often = estimate_main_effects(few, 0, {}, VARIED, known_share=0.5)
    assert {level.factor for level in often.unchecked} == set(VARIED)
    assert estimate_main_effects(few, 0, {}, VARIED, known_share=0.1).unchecked == ()
