"""Combinations of a cause's levels that no trial of the table has are named beside it."""

from __future__ import annotations

from itertools import product

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.tabulate.missing_levels import MAX_NAMED, add_missing_levels
from lab.findings.report import TableRow
from tests.reports.examples import COVERT

LEVELS = {"a": ("0", "1", "2"), "b": ("0", "1"), "c": ("0", "1")}
EVERY = list(product("012", "01"))


def signal_of(combinations, cause=("a", "b")):
    table = tuple(TableRow(dict(zip(cause, one, strict=True)), "v", 1) for one in combinations)
    return msgspec.structs.replace(COVERT, cause=cause, table=table)


@given(st.sets(st.sampled_from(EVERY), min_size=1))
def test_the_table_and_what_is_missing_are_all_combinations(shown):
    found = add_missing_levels(signal_of(sorted(shown)), LEVELS, ())
    missing = {(one["a"], one["b"]) for one in found.missing}
    assert missing == set(EVERY) - shown
    assert found.missing_count == len(missing)


def test_what_no_host_can_have_is_not_missing():
    forbidden = [frozenset({("a", "1"), ("b", "1")})]
    found = add_missing_levels(signal_of(EVERY[:3]), LEVELS, forbidden)
    assert [(one["a"], one["b"]) for one in found.missing] == [("2", "0"), ("2", "1")]


def test_few_are_named_and_all_are_counted():
    levels = {"a": tuple(map(str, range(30))), "b": ("0", "1")}
    found = add_missing_levels(signal_of([("0", "0")]), levels, ())
    assert (len(found.missing), found.missing_count) == (MAX_NAMED, 59)


def test_without_a_table_or_with_too_many_combinations_nothing_is_named():
    empty = signal_of([])
    assert add_missing_levels(empty, LEVELS, ()) == empty
    huge = {"a": tuple(map(str, range(300))), "b": tuple(map(str, range(300)))}
    assert add_missing_levels(signal_of([("0", "0")]), huge, ()).missing_count == 0
