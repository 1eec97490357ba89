"""Coverage in words: complete only where the counts say so."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.report import Coverage, MissingCombination
from lab.reports.text.coverage_phrases import describe_coverage, format_levels, list_missing


@pytest.mark.parametrize(
    ("coverage", "words"),
    [
        (Coverage(2, 528, 528), "all 528 combinations of 2 levels ran"),
        (Coverage(2, 1528, 1510), "1,510 of 1,528 combinations of 2 levels ran"),
        (Coverage(3, 1, 1), "1 combination of 3 levels ran"),
        (Coverage(1, 6, 6), "all 6 levels ran"),
        (Coverage(1, 6, 0), "0 of 6 levels ran"),
    ],
)
def test_the_sentence_has_the_numbers(coverage, words):
    assert describe_coverage(coverage) == words


@given(st.integers(1, 3), st.integers(0, 99), st.integers(0, 99))
def test_all_is_said_of_complete_coverage_only(strength, one, other):
    coverage = Coverage(strength, max(one, other), min(one, other))
    assert ("all " in describe_coverage(coverage)) <= coverage.is_complete
    assert (" of " in describe_coverage(coverage).partition(" levels")[0]) or coverage.is_complete


def test_each_reason_names_a_few_and_counts_the_rest():
    failed = tuple(MissingCombination({"a": "1", "b": str(n)}, "it failed") for n in range(5))
    late = (MissingCombination({"c": "x"}, "it came late"),)
    coverage = Coverage(2, 90, 70, (*failed, *late), {"it failed": 19, "it came late": 1})
    assert list(list_missing(coverage)) == [
        ("19 combinations (a=1 with b=0, a=1 with b=1, a=1 with b=2 and 16 more)", "it failed"),
        ("1 combination (c=x)", "it came late"),
    ]


def test_a_reason_without_a_name_is_counted():
    assert list(list_missing(Coverage(1, 9, 7, (), {"no room": 2}))) == [("2 levels", "no room")]


def test_an_endless_level_is_cut():
    assert len(format_levels({"a": "x" * 500})) <= 60
