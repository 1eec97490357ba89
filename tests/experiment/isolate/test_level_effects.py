"""The effects of single levels on one group of columns, on hand-made trials.

A trial is written as its changes, such as ``a1 b1`` for the factors ``a`` and ``b`` at level 1,
and the value that it shows; nothing is the control, and None is an unknown value.
"""

from __future__ import annotations

import pytest

from lab.environment import Environment
from lab.experiment.columns.column import ColumnGroup, number_values
from lab.experiment.isolate.interactions import Interaction
from lab.experiment.isolate.level_effects import MAX_REPLICATES, LevelEffects
from lab.experiment.trials.contrasts import Setting, TrialTable

CONTROL = Environment.of(dict.fromkeys("abcde", "0"))
A, B, C, D, E = (Setting(name, "1") for name in "abcde")


def environment(text):
    return CONTROL.but({word[0]: word[1] for word in text.split()})


def changes(text):
    return frozenset(Setting(word[0], word[1]) for word in text.split())


def effects(*trials, designed=None):
    planned = None if designed is None else [environment(text) for text in designed]
    table = TrialTable(CONTROL, [environment(text) for text, _ in trials], planned)
    return LevelEffects(table, ColumnGroup(number_values([value for _, value in trials]), ()))


BOTH = (
    ("", "x"),
    ("a1", "x"),
    ("b1", "x"),
    *((f"a1 b1{more}", "y") for more in ("", " c1", " d1")),
)
"""Trials in which the value depends on two factors together."""


def test_the_usual_value_is_that_of_the_control():
    assert effects(("a1", "y"), ("b1", "y"), ("", "x")).usual == 1


@pytest.mark.parametrize("control", [[None], ["x", "y"]])
def test_where_the_control_shows_no_one_value_the_most_frequent_is_usual(control):
    trials = [("", value) for value in control]
    found = effects(("b1", "x"), *trials, ("a1", "y"), ("c1", "y"))
    assert found.usual == found.codes[-1]


def test_the_value_of_changes_is_the_most_frequent_known_one():
    found = effects(("", "x"), ("a1", "x"), ("a1", "y"), ("a1", "y"), ("a1", None), ("b1", None))
    assert found.find_value(changes("a1")) == 1
    assert found.find_value(changes("b1")) is None
    assert found.find_value(changes("c1")) is None
    assert effects(("", "x"), ("a1", "x"), ("a1", "y")).find_value(changes("a1")) is None


def test_levels_alone_are_checked_and_those_that_differ_act():
    found = effects(("", "x"), ("a1", "y"), ("b1", "x"), ("c1", None))
    assert found.checked == {A: 1, B: 0}
    assert found.acting == {A: 1}
    assert found.list_untried(changes("c1 b1 d1 a1")) == [{C}, {D}]


def test_levels_that_change_nothing_together_change_nothing_alone():
    assert effects(("", "x"), ("a1 b1 c1 d1", "x")).checked == {A: 0, B: 0, C: 0, D: 0}
    assert effects(("", "x"), ("a1 b1 c1 d1 e1", "x")).checked == {}
    assert effects(("", "x"), ("a1 b1", None)).checked == {}
    assert effects(("", "x"), ("a1 b1", "y")).checked == {}


ARRAY = (("a1 b1", "y"), ("a1 c1", "y"))


def test_an_effect_in_the_array_is_checked_by_a_trial_in_which_nothing_else_acts():
    found = effects(("", "x"), ("b1", "x"), ("c1", "x"), *ARRAY)
    assert (found.acting, found.checked[A]) == ({A: 1}, 1)


def test_only_planned_trials_suggest_effects():
    trials = (("", "x"), ("b1", "x"), ("c1", "x"), *ARRAY)
    found = effects(*trials, designed=["", "b1", "c1"])
    assert found.acting == {}
    assert A not in found.checked


def test_what_only_two_factors_together_explain_is_an_interaction():
    found = effects(*BOTH)
    assert [one.factors for one in found.interactions] == [("a", "b")]
    assert (found.acting, found.unchecked) == ({}, ())


def test_an_interaction_is_found_beside_an_effect_that_the_array_shows():
    other = [(f"e1{more}", "z") for more in (" c1", " d1", " c1 d1")]
    found = effects(*BOTH, *[("", "x")] * 9, ("c1", "x"), ("d1", "x"), *other)
    assert found.acting == {E: 2}
    assert [one.factors for one in found.interactions] == [("a", "b")]


def test_the_prediction_is_the_value_of_the_one_level_that_acts():
    found = effects(("", "x"), ("a1", "y"), ("b1", "z"), ("c1", "x"))
    assert found.list_acting([C, B, A]) == [B, A]
    assert found.predict(changes("c1 d1")) == 0
    assert found.predict(changes("c1 b1")) == 2
    assert found.predict(changes("a1 b1")) is None


def test_a_column_is_repeated_once_two_known_values_are():
    once = (("", "x"), ("", "x"), ("a1", "y"))
    assert not effects(*once).is_repeated
    assert not effects(*once, ("a1", None)).is_repeated
    assert effects(*once, ("a1", "y")).is_repeated
    assert effects(*once, ("", "x")).is_repeated


def test_the_changes_whose_value_is_known_most_often_are_repeated():
    assert effects(("", "x"), ("a1", "y"), ("a1", "y")).choose_repeats() == [{A}]
    assert effects(("", "x"), ("a1", "y"), ("a1", None)).choose_repeats() == [frozenset()]
    assert effects(("", None), ("b1", "y"), ("a1", "x")).choose_repeats() == [{A}]


def test_repeats_end_after_so_many_trials_of_an_environment_or_of_a_column():
    assert effects(*[("", "x")] * 9, ("a1", "y")).choose_repeats() == [{A}]
    full = [("a1", "y")] * MAX_REPLICATES
    assert effects(("", "x"), *full).choose_repeats() == [frozenset()]
    assert effects(("", "x"), *full, ("b1", "y"), *[("b1", None)] * 2).choose_repeats() != []
    assert effects(("", "x"), *full, ("b1", "y"), *[("b1", None)] * 3).choose_repeats() == []


def test_a_proof_has_levels_of_the_interaction_only_and_another_value():
    pair = Interaction({"a": frozenset("12"), "b": frozenset("1")}, ())
    trials = (("", "x"), ("a1 b1", "y"), ("a1 b1 c1", "y"), ("a1 c1", "y"))
    found = effects(*trials, ("a2 b1", "x"), ("a3 b1", "y"))
    assert found.list_proofs(pair) == [{A, B}]


DOUBTED = (("", "x"), ("a1", "y"), ("b1", "z"))


@pytest.mark.parametrize(
    ("others", "doubtful"),
    [
        ([], True),
        ([("a1", "y")], False),
        ([("a1 c1", "y")], True),
        ([("a1 c1", "y"), ("a1 d1", "y")], False),
        ([("a1 c1", "y"), ("a1 d1", "x")], False),
        ([("a1 c1", "y"), ("a1 d1", "x"), ("a1 e1", "x")], True),
        ([("a1 c1", "y"), ("a1 d1", None)], True),
        ([("a1 c1", "y"), ("a1 b1", "y")], True),
    ],
)
def test_a_level_that_ran_once_is_doubtful_until_other_trials_reproduce_it(others, doubtful):
    found = effects(*DOUBTED, ("b1", "z"), *others)
    assert found.list_doubtful() == ([{A}] if doubtful else [])


def test_an_effect_that_is_only_estimated_is_to_be_checked_and_not_doubted():
    planned = ["a1 b1 c1 d1 e1", "a1 b2 c2 d2 e2"]
    later = [(f"a1 b{n} c{n} d{n} e{n}", "x") for n in (3, 4, 5)]
    found = effects(("", "x"), *((one, "y") for one in planned), *later, designed=["", *planned])
    assert A in found.acting
    assert A in found.unchecked
    assert found.list_doubtful() == []
