"""The stretches in which two texts differ: what stands in them is judged together."""

from __future__ import annotations

import pytest

from lab.experiment.assemble import _TOKENS, _replaced


@pytest.mark.parametrize(
    ("left", "right", "stretches"),
    [
        ("a b c", "a x c", [("b", "x")]),
        ("a b c", "a b c", []),
        ("a a", "a", [(" a", "")]),
        ("", "x", [("", "x")]),
        ("a old word z", "a new term z", [("old word", "new term")]),
        ("a b\nc d", "a x\ny d", [("b", "x"), ("c", "y")]),
        ("a b k c d", "a x k y d", [("b", "x"), ("c", "y")]),
    ],
)
def test_words_that_differ_side_by_side_are_one_stretch(left, right, stretches):
    assert _replaced(_words(left), _words(right)) == stretches


def test_of_texts_that_differ_throughout_nothing_is_said():
    assert _replaced([f"a{n}" for n in range(5000)], [f"b{n}" for n in range(5000)]) == []


def _words(text: str) -> list[str]:
    return _TOKENS.findall(text)
