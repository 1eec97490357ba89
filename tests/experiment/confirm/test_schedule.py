"""Blocks and rounds of fresh trials: how many, of which effects, and how they are numbered."""

from __future__ import annotations

from collections import Counter

import msgspec

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.columns.noise_measures import Measure
from lab.experiment.confirm.distribution_shifts import Shift
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.multiple_testing import replicates_needed
from lab.experiment.confirm.schedule import ConfirmationSchedule
from lab.experiment.options import AuditOptions
from lab.experiment.trials.contrasts import Setting
from lab.experiment.trials.planned import PlannedTrial, Purpose
from lab.factors.registry import factors
from lab.observation.location import Location

CONTROL = Environment.of({name: item.control for name, item in factors().items()})
HERE = Location("http", "h", "POST", "/", "body", "/x")
OPTIONS = AuditOptions(seed=3)


def effect(name, level):
    side = frozenset({Setting(name, level)})
    group = ColumnGroup((0, 1), (Column(HERE, "exact", ("a", "b")),))
    return Effect(group, (name,), (side,), frozenset(), side, name, frozenset())


ZONE = effect("timezone", "Asia/Tokyo")
CI = effect("ci", factors()["ci"].levels[0])


def begun(*effects):
    schedule = ConfirmationSchedule(CONTROL, OPTIONS)
    schedule.begin_block(len(effects))
    return schedule


def sides(trials):
    return Counter(trial.environment["timezone"] for trial in trials)


def test_the_correction_counts_the_most_hypotheses_that_were_ever_tested():
    schedule = begun(ZONE, CI)
    schedule.count_hypotheses(5)
    schedule.begin_block(1)
    assert (schedule.hypotheses, schedule.block) == (5, 1)


def test_the_first_rounds_are_looks_and_the_third_completes_the_replicates():
    schedule = begun(ZONE)
    ran: list[PlannedTrial] = []
    needed = replicates_needed(1, OPTIONS.alpha)
    for number, so_far in enumerate((2, 4, needed)):
        ran += schedule.plan_round([ZONE], ran, number, None)
        assert sides(ran) == {"UTC": so_far, "Asia/Tokyo": so_far}


def test_trials_carry_purpose_block_and_round_and_are_different_replicates():
    schedule = begun(ZONE)
    schedule.begin_block(1)
    trials = schedule.plan_round([ZONE], [], 1, None)
    assert {(t.purpose, t.block, t.round) for t in trials} == {(Purpose.CONFIRMATION, 1, 1)}
    assert len(set(trials)) == len(trials)


def test_trials_of_other_blocks_do_not_count():
    schedule = begun(ZONE)
    ran = schedule.plan_round([ZONE], [], 0, None)
    schedule.begin_block(1)
    assert len(schedule.plan_round([ZONE], ran, 0, None)) == len(ran)


def test_one_trial_tests_several_effects():
    trials = begun(ZONE, CI).plan_round([ZONE, CI], [], 0, None)
    assert len(trials) < len(begun(ZONE).plan_round([ZONE], [], 0, None)) * 2


def test_decided_effects_are_not_tested_again():
    clear = msgspec.structs.replace(ZONE, p_adjusted=OPTIONS.alpha / 3)
    assert begun(clear).plan_round([clear], [], 0, None) == []
    schedule = begun(ZONE)
    schedule.begin_block(1)
    full = msgspec.structs.replace(ZONE, block=0, replicates=replicates_needed(1, OPTIONS.alpha))
    assert schedule.plan_round([full], [], 0, None) == []
    assert schedule.plan_round([msgspec.structs.replace(full, replicates=1)], [], 0, None)


def test_with_a_limit_there_are_no_first_looks():
    schedule = begun(ZONE)
    needed = replicates_needed(1, OPTIONS.alpha)
    assert len(schedule.plan_round([ZONE], [], 0, 100)) == 2 * needed
    assert schedule.is_last_round(0)
    assert schedule.plan_round([ZONE], [], 0, 3) == []


def test_a_block_goes_on_after_an_empty_look_and_ends_after_an_empty_round():
    schedule = begun(ZONE)
    schedule.plan_round([ZONE], [], 0, None)
    assert [schedule.is_last_round(number) for number in range(3)] == [False, False, True]


def test_the_same_seed_plans_the_same_trials():
    plans = [begun(ZONE, CI).plan_round([ZONE, CI], [], 0, None) for _ in range(2)]
    assert plans[0] == plans[1]


def shifted(factor, location=HERE):
    level = Setting(factor, factors()[factor].levels[0])
    measure = Measure(location, "count", (0.0, 1.0))
    side = frozenset({level})
    return Effect(
        ColumnGroup((0, 1), (Column(location, "rate", ("few", "many")),)),
        (factor,),
        (side,),
        frozenset(),
        side,
        factor,
        frozenset(),
        shift=Shift(measure, level, above=True, threshold=0.5, screening_p=0.001),
    )


def test_a_shift_is_tested_if_it_was_suspected_when_the_block_began():
    early, late = shifted("ci"), shifted("timezone")
    schedule = begun(early)
    assert schedule.plan_round([early], [], 0, None)
    assert schedule.plan_round([early, late], [], 1, None)
    assert not schedule.plan_round([late], [], 1, None)
    schedule.begin_block(1)
    assert schedule.plan_round([late], [], 0, None)


def test_so_is_one_where_values_seemed_to_depend_on_the_factor():
    schedule = begun(ZONE)
    schedule.plan_round([ZONE], [], 0, None)
    assert schedule.plan_round([shifted("timezone")], [], 1, None)
    elsewhere = shifted("timezone", Location("http", "h", "POST", "/", "body", "/y"))
    assert not schedule.plan_round([elsewhere], [], 1, None)
