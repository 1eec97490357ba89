"""Which trials belong to a side of a minimal pair, and the values of fresh trials by block."""

from __future__ import annotations

import pytest

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.confirm.effect import Effect, is_replicate, split_rounds, split_sides
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.planned import PlannedTrial, Purpose
from lab.observation.location import Location

CONTROL = Environment.of({"ci": "none", "hostname": "workstation", "timezone": "UTC"})
HERE = Location("http", "h", "POST", "/", "body", "/x")
TOKYO, PARIS = Setting("timezone", "Asia/Tokyo"), Setting("timezone", "Europe/Paris")
GITHUB, OTHER_HOST = Setting("ci", "github"), Setting("hostname", "web-1")


def effect(right, *, factor="timezone", disturbing=(), codes=(0, 1)):
    group = ColumnGroup(tuple(codes), (Column(HERE, "exact", ("a", "b")),))
    side = frozenset(right)
    left = frozenset(one for one in right if one.factor != factor)
    cause = tuple(sorted(one.factor for one in right))
    return Effect(group, cause, (side,), left, side, factor, frozenset(disturbing))


def replicate(trial, side, cause=("timezone",), disturbing=(), excluded=None):
    excluded = None if excluded is None else frozenset(excluded)
    return is_replicate(frozenset(trial), frozenset(side), cause, frozenset(disturbing), excluded)


@pytest.mark.parametrize(
    ("trial", "side", "options", "belongs"),
    [
        ([TOKYO], [TOKYO], {}, True),
        ([TOKYO, GITHUB], [TOKYO], {}, True),
        ([GITHUB], [TOKYO], {}, False),
        ([TOKYO, GITHUB], [TOKYO], {"disturbing": [GITHUB]}, False),
        ([], [], {}, True),
        ([PARIS], [], {}, False),
        ([PARIS], [], {"excluded": [TOKYO]}, True),
        ([TOKYO], [], {"excluded": [TOKYO]}, False),
        ([TOKYO, GITHUB], [GITHUB], {"cause": ("ci", "timezone")}, False),
    ],
)
def test_whether_a_trial_belongs_to_a_side(trial, side, options, belongs):
    assert replicate(trial, side, **options) == belongs


def test_the_left_side_of_a_single_cause_excludes_only_the_levels_of_the_right():
    assert effect([TOKYO]).excluded == {TOKYO}
    assert effect([TOKYO, GITHUB]).excluded is None


def test_rows_of_a_side_come_with_the_fewest_other_levels_first():
    environments = [
        CONTROL.but({"timezone": "Asia/Tokyo", "hostname": "web-1"}),
        CONTROL.but({"timezone": "Asia/Tokyo"}),
        CONTROL,
        CONTROL.but({"timezone": "Asia/Tokyo", "ci": "github"}),
    ]
    trials = TrialTable(CONTROL, environments)
    one = effect([TOKYO], disturbing=[GITHUB])
    assert one.rows_of_side(one.right, trials) == [1, 0]
    assert one.rows_of_side(one.left, trials) == [2]


def test_the_result_of_a_test_is_added():
    one = effect([TOKYO]).with_test(0.25, 3, block=1, looks=2)
    assert (one.p_value, one.p_adjusted, one.replicates, one.block, one.looks) == (0.25, 1, 3, 1, 2)


def fresh(row, changes, block=0, round_number=0):
    trial = PlannedTrial(CONTROL, row, Purpose.CONFIRMATION, block, round_number)
    return row, frozenset(changes), trial


def test_sides_are_taken_from_the_block_with_the_most_trials_of_both():
    one = effect([TOKYO], codes=(0, 1, 2, 3, 4, 5))
    trials = [
        fresh(0, [], block=0),
        fresh(1, [TOKYO], block=1),
        fresh(2, [PARIS], block=1),
        fresh(3, [GITHUB], block=0),
        fresh(4, [TOKYO, GITHUB], block=1),
    ]
    assert split_sides(one, trials) == ([2], [1, 4], 1)


def test_of_equal_blocks_the_first_is_taken_and_of_none_nothing():
    one = effect([TOKYO], codes=(0, 1, 2, 3))
    both = [[], [TOKYO]]
    trials = [fresh(row, both[row % 2], block=1 - row // 2) for row in range(4)]
    assert split_sides(one, trials) == ([2], [3], 0)
    assert split_sides(one, []) == ([], [], -1)


def test_unknown_values_do_not_count():
    one = effect([TOKYO], codes=(-1, 1, 2))
    trials = [fresh(0, []), fresh(1, [TOKYO]), fresh(2, [])]
    assert split_sides(one, trials) == ([2], [1], 0)


def test_rounds_are_kept_apart_and_those_with_one_side_left_out():
    one = effect([TOKYO], codes=(0, 1, 2, 3, 4))
    trials = [
        fresh(0, [], round_number=0),
        fresh(1, [TOKYO], round_number=0),
        fresh(2, [], round_number=1),
        fresh(3, [TOKYO], block=1, round_number=1),
        fresh(4, [], block=1, round_number=1),
    ]
    assert split_rounds(one, trials) == [([0], [1]), ([4], [3])]
