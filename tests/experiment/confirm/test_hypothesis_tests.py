"""Hypotheses are tested on confirming trials alone, with the smallest choice of pairs."""

from __future__ import annotations

import random

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup, number_values
from lab.experiment.columns.extract import extract_columns
from lab.experiment.confirm.hypothesis_tests import evaluate_hypotheses
from lab.experiment.confirm.minimal_pairs import (
    OpenHypothesis,
    choose_left_side,
    choose_right_sides,
)
from lab.experiment.confirm.suspected_shifts import find_shifts
from lab.experiment.design.covering_array import plan
from lab.experiment.isolate.cause_search import find_causes
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.planned import PlannedTrial, Purpose
from lab.experiment.trials.row import Row
from lab.observation.location import Location

LEVELS = {f"f{number}": tuple(f"l{level}" for level in range(4)) for number in range(4)}
CONTROL = Environment.of({name: values[0] for name, values in LEVELS.items()})
HERE = Location("http", "api.example", "POST", "/v1", "body", "/x")
ONE, TWO = Setting("f1", "l1"), Setting("f2", "l1")
NOTHING = ColumnGroup((0,), ())


def hypothesis(*shown, cause=("f1",)):
    return OpenHypothesis(NOTHING, cause, tuple(frozenset(one) for one in shown), frozenset())


def rows_of(behaves, *confirming: PlannedTrial):
    design = plan(LEVELS, strength=2, seed=0)
    trials = dict.fromkeys((*design.calibration, *design.singles, *design.array, *confirming))
    return [Row(trial, {HERE: (behaves(trial.environment.mapping),)}) for trial in trials]


def confirm(levels, replicates):
    environment = CONTROL.but(levels)
    return [PlannedTrial(environment, n, Purpose.CONFIRMATION) for n in range(replicates)]


def evaluate(rows, tested=0):
    columns, noise = extract_columns(rows)
    trials = TrialTable(CONTROL, [row.environment for row in rows])
    return evaluate_hypotheses(
        find_causes(trials, columns, 0),
        [item.column for item in noise if item.column is not None],
        rows,
        trials,
        canaries=(),
        routes=frozenset(),
        tested=tested,
    )


def test_without_confirming_trials_nothing_is_confirmed():
    (effect,) = evaluate(rows_of(lambda levels: levels["f1"]))
    assert effect.cause == ("f1",)
    assert (effect.p_value, effect.replicates, effect.block) == (1.0, 0, -1)


def test_confirming_trials_of_both_sides_test_the_effect():
    copies = rows_of(lambda levels: levels["f1"])
    (suggested,) = evaluate(copies)
    right = dict(suggested.right)
    rows = rows_of(lambda levels: levels["f1"], *confirm({}, 6), *confirm(right, 6))
    (effect,) = evaluate(rows)
    assert (effect.replicates, effect.block) == (6, 0)
    assert effect.p_value < 0.01
    assert effect.p_value < effect.p_adjusted < evaluate(rows, tested=10)[0].p_adjusted


def test_hypotheses_of_one_cause_share_their_right_side():
    first, second = hypothesis({ONE}, {Setting("f1", "l2")}), hypothesis({Setting("f1", "l2")})
    assert choose_right_sides([first, second], {}, frozenset()) == [frozenset(second.shown[0])] * 2


def test_what_was_confirmed_already_is_preferred_and_a_canary_is_not():
    one = hypothesis({ONE}, {Setting("f1", "l2")})
    later = frozenset({Setting("f1", "l2")})
    assert choose_right_sides([one], {}, frozenset(later)) == [frozenset({ONE})]
    assert choose_right_sides([one], {frozenset({ONE}): 3}, frozenset()) == [frozenset({ONE})]
    assert choose_right_sides([one], {later: 1}, frozenset(later)) == [later]


def test_the_left_side_keeps_what_acts_alone_and_what_routes():
    trials = TrialTable(
        CONTROL, [CONTROL, CONTROL.but({"f1": "l1"}), CONTROL.but({"f1": "l1", "f2": "l1"})]
    )
    right = frozenset({ONE, TWO})
    acts = OpenHypothesis(ColumnGroup((0, 1, 2), ()), ("f1", "f2"), (right,), frozenset())
    assert choose_left_side(right, acts, trials, frozenset()) == (frozenset({ONE}), "f2")
    idle = OpenHypothesis(ColumnGroup((0, 0, 1), ()), ("f1", "f2"), (right,), frozenset())
    assert choose_left_side(right, idle, trials, frozenset()) == (frozenset({TWO}), "f1")
    assert choose_left_side(right, idle, trials, frozenset({"f1"})) == (frozenset({ONE}), "f2")


def shifts(effects=(), routes=frozenset()):
    """What is suspected of a flag that one level of a factor makes likelier."""
    chance = random.Random(1)
    design = plan(LEVELS, strength=2, seed=0)
    trials = [*dict.fromkeys((*design.calibration, *design.singles, *design.array))] * 2
    table = TrialTable(CONTROL, [trial.environment for trial in trials])
    flags = [
        str(chance.random() < (0.95 if trial.environment["f1"] == "l1" else 0.05))
        for trial in trials
    ]
    rows = [Row(trial, {}) for trial in trials]
    noise = [Column(HERE, "exact", tuple(flags))]
    return list(find_shifts(rows, table, noise, effects, routes)), flags


def test_a_level_that_makes_a_value_likelier_is_suspected():
    (found, *_), _ = shifts()
    assert found.cause == ("f1",)
    assert found.right == {ONE}
    assert found.shift is not None


def test_where_the_factor_has_an_effect_on_values_no_shift_is_suspected():
    (found, *_), flags = shifts()
    column = Column(HERE, "exact", tuple(flags))
    plainer = found.with_test(1.0, 0)
    plainer = type(found)(
        ColumnGroup(number_values(flags), (column,)),
        ("f1",), (frozenset({ONE}),), frozenset(), frozenset({ONE}), "f1", frozenset(),
    )  # fmt: skip
    assert all(one.cause != ("f1",) for one in shifts([plainer])[0])
