"""The order of names: pairs that both occur, whatever else comes and goes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.columns.name_order import MAX_NAMES, OrderComparison, compare_orders
from lab.experiment.trials.replicates import Replicates

GROUPS = [0] * 6 + [1, 2, 3]
REPLICATES = Replicates(GROUPS)
USUAL = ["a", "b", "c"]


def orders(*others):
    """Six replicates with the usual order, and three other trials."""
    return compare_orders([[USUAL]] * 6 + [[list(one)] for one in others], REPLICATES)


def test_a_name_that_comes_and_goes_is_no_order():
    assert orders("abc", "axbc", "ac") == OrderComparison()


def test_the_order_of_the_names_that_both_occur():
    assert orders("abc", "bac", "abc").columns == (("a b",) * 7 + ("b a", "a b"),)
    assert orders("abc", "cba", "abc").columns == (("a b c",) * 7 + ("c b a", "a b c"),)


def test_an_odd_trial_that_lacks_a_name_does_not_hide_the_order_of_others():
    (column,) = orders("a", "bac", "abc").columns
    assert column == ("a b",) * 6 + (None, "b a", "a b")


def test_a_name_that_replaces_another_is_no_order_and_hides_none():
    assert orders("abc", "aXc", "abX") == OrderComparison()
    (column,) = orders("abc", "cXa", "abc").columns
    assert column == ("a c",) * 7 + ("c a", "a c")


def test_the_second_occurrence_of_a_name_has_an_order():
    values = [[list("aba")]] * 6 + [[list("aab")]] * 3
    (column,) = compare_orders(values, REPLICATES).columns
    assert column == ("b a",) * 6 + ("a b",) * 3


def test_lists_of_one_trial_in_different_orders():
    values = [[list("ab")]] * 6 + [[list("ab"), list("ba")], [list("ab")], [list("ba")]]
    (column,) = compare_orders(values, REPLICATES).columns
    assert column == ("a b",) * 6 + ("a b\nb a", "a b", "b a")


def test_an_order_that_varies_is_noise_and_hides_no_steady_one():
    chance = random.Random(1)
    groups = [0] * 12 + [1] * 4

    def shuffled(group):
        noisy = list("xyz")
        chance.shuffle(noisy)
        return [["ab", "ba"][group] + "".join(noisy)]

    found = compare_orders([shuffled(group) for group in groups], Replicates(groups))
    assert found.columns == (("a b",) * 12 + ("b a",) * 4,)
    assert found.is_noisy


@pytest.mark.parametrize("seed", range(30))
def test_a_random_order_is_no_column(seed):
    chance = random.Random(seed)
    groups = [0] * 6 + list(range(1, 30))
    values = [[chance.sample("abcdefgh", chance.randrange(3, 9))] for _ in groups]
    found = compare_orders(values, Replicates(groups))
    assert found.columns == ()
    assert found.is_noisy


def test_only_so_many_names_are_compared():
    many = [f"n{number:03d}" for number in range(MAX_NAMES + 1)]
    found = compare_orders([[many]] * 6 + [[many[::-1]]] * 3, REPLICATES)
    assert found.is_cut
    assert [len((text or "").split()) for text in found.columns[0]] == [MAX_NAMES] * 9


@settings(max_examples=100, deadline=None)
@given(
    st.permutations("abcdef"),
    st.lists(st.sets(st.sampled_from("uvwxyz")), min_size=12, max_size=12),
    st.integers(0, 2**32),
)
def test_a_reordering_is_found_beside_names_that_come_and_go(moved, extra, seed):
    chance = random.Random(seed)

    def add(names, more):
        names = list(names)
        for name in sorted(more):
            names.insert(chance.randrange(len(names) + 1), name)
        return [names]

    groups = [0] * 8 + [1] * 4
    usual = list("abcdef")
    values = [
        add(moved if group else usual, more) for group, more in zip(groups, extra, strict=True)
    ]
    found = compare_orders(values, Replicates(groups))
    separating = [
        column
        for column in found.columns
        if len(set(column[:8])) == 1 == len(set(column[8:])) and column[0] != column[-1]
    ]
    assert bool(separating) == (list(moved) != usual)


def test_pairs_in_which_the_other_name_comes_first_are_the_same_change():
    usual, other = list("bca"), list("acb")
    (column,) = compare_orders([[usual]] * 6 + [[other]] * 3, REPLICATES).columns
    assert column == ("b c a",) * 6 + ("a c b",) * 3
