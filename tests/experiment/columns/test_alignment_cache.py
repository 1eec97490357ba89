"""Alignments that are kept: the same ones, computed once, dropped when unused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns import alignment_cache
from lab.experiment.columns.alignment_cache import AlignmentCache
from lab.observation.text.alignment import align

TEXTS = st.text(alphabet="ab \n", max_size=12)


@pytest.fixture
def computed(monkeypatch):
    """The texts that were really aligned."""
    found = []

    def recording(reference, text):
        found.append(text)
        return align(reference, text)

    monkeypatch.setattr(alignment_cache, "align", recording)
    return found


@given(st.lists(st.tuples(TEXTS, TEXTS)), st.sets(st.integers(0, 20)))
def test_an_alignment_is_the_same_whenever_rounds_begin(pairs, begins):
    cache = AlignmentCache()
    for number, (reference, text) in enumerate(pairs):
        if number in begins:
            cache.start_round()
        assert cache.align(reference, text) == align(reference, text)


def test_what_the_last_round_used_is_not_computed_again(computed):
    cache = AlignmentCache()
    for _ in range(3):
        cache.start_round()
        cache.align("a b", "a c")
        cache.align("a b", "a c")
    assert computed == ["a c"]


def test_what_a_round_did_not_use_is_dropped(computed):
    cache = AlignmentCache()
    cache.align("a b", "a c")
    cache.start_round()
    cache.start_round()
    cache.align("a b", "a c")
    assert computed == ["a c", "a c"]
