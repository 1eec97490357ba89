"""Trials as changes against the control."""

from __future__ import annotations

from lab.environment import Environment
from lab.experiment.trials.contrasts import Setting, TrialTable, find_changes

CONTROL = Environment.of({"locale": "C", "timezone": "UTC", "user": "dev"})
TOKYO = CONTROL.but({"timezone": "Asia/Tokyo"})
BOTH = TOKYO.but({"user": "eve"})


def test_changes_are_the_settings_that_differ():
    assert find_changes(CONTROL, CONTROL) == frozenset()
    assert find_changes(CONTROL, BOTH) == {
        Setting("timezone", "Asia/Tokyo"),
        Setting("user", "eve"),
    }


def test_a_table_has_the_rows_of_each_combination_and_the_levels_that_occur():
    table = TrialTable(CONTROL, [CONTROL, TOKYO, BOTH, CONTROL], designed={CONTROL, BOTH})
    assert table.rows_by_changes == {
        frozenset(): [0, 3],
        find_changes(CONTROL, TOKYO): [1],
        find_changes(CONTROL, BOTH): [2],
    }
    assert table.levels == {"timezone": ["Asia/Tokyo"], "user": ["eve"]}
    assert table.designed == [True, False, True, True]
    assert [table.get_level(row, "timezone") for row in (0, 2)] == [None, "Asia/Tokyo"]


def test_every_trial_is_designed_where_nobody_says_otherwise():
    assert TrialTable(CONTROL, [TOKYO, BOTH]).designed == [True, True]


def test_an_environment_is_made_of_its_changes():
    table = TrialTable(CONTROL, [])
    assert table.make_environment(find_changes(CONTROL, BOTH)) == BOTH
