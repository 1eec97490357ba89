"""Whether replicates agree, and which deviations are tolerated."""

from __future__ import annotations

import pytest

from lab.experiment.trials.replicates import Replicates


def test_environments_with_several_trials_are_sets_and_the_first_one_is_the_baseline():
    replicates = Replicates([7, 8, 7, 9, 8])
    assert replicates.sets == [[0, 2], [1, 4]]
    assert replicates.baseline == [0, 2]
    assert Replicates([]).baseline == []


def test_unknown_values_and_single_trials_disagree_with_nothing():
    assert Replicates([0, 0, 0, 1]).agree(["a", None, "a", "b"])
    assert not Replicates([0, 0, 0, 1]).agree(["a", "b", "a", "b"])


@pytest.mark.parametrize(("others", "agree"), [(47, True), (46, False)])
def test_one_deviation_is_tolerated_per_fifty_trials(others, agree):
    replicates = Replicates([0, 0, 0, *([1] * 5), *range(2, 2 + others - 5)])
    values = ["x", "a", "a", *(["b"] * others)]
    assert replicates.agree(values) == agree


def test_one_deviation_is_tolerated_per_eight_replicates():
    ids = [0, 0, 0, *range(1, 60)]
    assert not Replicates(ids).agree(["x", *(["a"] * 61)])


def test_a_set_without_a_majority_never_agrees():
    assert not Replicates([0] * 3 + [1] * 200).agree(["x", "y", "z"] + ["a"] * 200)


@pytest.mark.parametrize(("again", "agree"), [("b", True), ("a", False)])
def test_an_unusual_value_that_two_environments_refute_and_none_reproduces_is_chance(again, agree):
    replicates = Replicates([*([0] * 40), 1, 1, 2, 2, 3, 3, *range(4, 104)])
    values = [*(["a"] * 40), "b", "a", "b", "a", "b", again, *(["b"] * 10), *(["a"] * 90)]
    assert replicates.agree(values) == agree


def test_other_unusual_values_keep_a_column_in_which_one_comes_by_chance():
    replicates = Replicates([*([0] * 40), 1, 1, 2, 2, *range(4, 104)])
    values = [*(["a"] * 40), "x", "a", "x", "a", *(["b"] * 10), *(["a"] * 90)]
    assert replicates.agree(values)
    assert not replicates.agree([value.replace("b", "a") for value in values])
