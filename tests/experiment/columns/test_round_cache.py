"""Alignments that are kept: the same ones, computed once, dropped when unused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns import round_cache
from lab.experiment.columns.round_cache import RoundCache
from lab.observation.text.alignment import align_texts
from lab.observation.text.word_blocks import find_blocks

TEXTS = st.text(alphabet="ab \n", max_size=12)


@pytest.fixture
def computed(monkeypatch):
    """The texts that were really compared."""
    found = []

    def recording(reference, text):
        found.append(text)
        return find_blocks(reference, text)

    monkeypatch.setattr(round_cache, "find_blocks", recording)
    return found


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3))), st.sets(st.integers(0, 20)))
def test_an_alignment_is_the_same_whenever_rounds_begin(pairs, begins):
    cache = RoundCache()
    for number, (reference, texts) in enumerate(pairs):
        if number in begins:
            cache.start_round()
        assert cache.align(reference, texts) == align_texts(reference, texts)


def test_what_the_last_round_used_is_not_computed_again(computed):
    cache = RoundCache()
    for _ in range(3):
        cache.start_round()
        cache.align("a b", ["a c"])
        cache.align("a b", ["a c"])
    assert computed == ["a c"]


def test_what_a_round_did_not_use_is_dropped(computed):
    cache = RoundCache()
    cache.align("a b", ["a c"])
    cache.start_round()
    cache.start_round()
    cache.align("a b", ["a c"])
    assert computed == ["a c", "a c"]


def test_a_function_is_applied_once_to_the_same_texts_and_each_has_results_of_its_own():
    applied = []

    def join(texts):
        applied.append(texts)
        return "".join(texts)

    cache = RoundCache()
    for _ in range(3):
        cache.start_round()
        assert cache.apply(join, ("a", "b")) == "ab"
        assert cache.apply(len, ("a", "b")) == 2
    assert applied == [("a", "b")]
