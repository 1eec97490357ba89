"""Decision tables, and the values that they show."""

from __future__ import annotations

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.tabulate.decision_table import (
    MAX_VALUE_LENGTH,
    SHORT_TEXT,
    build_decision_table,
    find_whole_texts,
    join_slots,
)
from lab.findings.report import TableRow
from tests.experiment.tabulate.build import BODY, Study

TOKYO, CI = {"timezone": "Asia/Tokyo"}, {"ci": "github"}


def column(*values):
    return Column(BODY, "exact", values)


def test_slots_are_joined_by_line():
    slots = [column("a", "a", ABSENT, None, ""), column("b", "", ABSENT, "b", "c")]
    assert join_slots(slots) == ["a\nb", "a", ABSENT, None, "c"]


def test_slots_that_only_hold_blanks_are_left_out_unless_there_are_no_others():
    assert join_slots([column("a", "b"), column(" ", "")]) == ["a", "b"]
    assert join_slots([column(" ", "")]) == [" ", ""]


def test_long_values_are_cut():
    assert join_slots([column("x" * (MAX_VALUE_LENGTH + 1))]) == ["x" * MAX_VALUE_LENGTH]


def whole(values, *texts):
    return find_whole_texts(BODY, values, Study(*(({}, {BODY: text}) for text in texts)).rows)


def test_a_short_text_is_shown_whole():
    assert whole(["a", "b"], ("in a",), ("in b",)) == ["in a", "in b"]
    assert whole([None, ABSENT], ("in a",), ()) == [None, ABSENT]


def test_a_text_is_not_shown_whole_that_is_long_or_says_more():
    assert whole(["a"], ("a" * (SHORT_TEXT + 1),)) is None
    assert whole(["a", "a"], ("in a, 1",), ("in a, 2",)) is None
    assert whole(["a"], ("in a", "and b")) is None


def table(values, *trials, cause=("timezone",), others=frozenset()):
    study = Study(*((levels, {}) for levels in trials))
    return build_decision_table(cause, others, values, study.trials)


def test_the_most_frequent_value_of_each_level_with_the_control_first():
    found = table(["x", "a", "a", "b", None], {}, TOKYO, TOKYO, TOKYO, TOKYO)
    assert found == (
        TableRow({"timezone": "UTC"}, "x", 1, 0),
        TableRow({"timezone": "Asia/Tokyo"}, "a", 2, 1),
    )


def test_absent_is_no_value():
    assert table([ABSENT, "a"], {}, TOKYO)[0] == TableRow({"timezone": "UTC"}, None, 1, 0)


def test_trials_with_other_levels_that_matter_are_not_counted():
    others = Study().changes(**CI)
    found = table(["x", "y", "z"], {}, CI, {**TOKYO, **CI}, others=others)
    assert found == (TableRow({"timezone": "UTC"}, "x", 1, 0),)
