"""Several values matched with those of the control environment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns.value_matching import match_values

values = st.lists(st.text("ab ", max_size=6), max_size=5)


def test_equal_values_are_matched_in_any_order():
    assert match_values(["a", "b"], ["b", "a"]) == (("a", "b"), ())


def test_a_changed_text_is_matched_with_the_one_that_shares_most_words():
    model = ["the date is one", "another text here"]
    found, rest = match_values(model, ["another text here", "the date is two", "news"])
    assert found == ("the date is two", "another text here")
    assert rest == ("news",)


def test_nothing_is_matched_that_shares_less_than_half_of_its_words():
    assert match_values(["one two three four"], ["four five six seven"]) == (
        (None,),
        ("four five six seven",),
    )


def test_a_value_is_matched_once():
    assert match_values(["a b", "a c"], ["a d"]) == (("a d", None), ())


@given(values, values)
def test_every_value_is_matched_or_left_over(model, sent):
    found, rest = match_values(model, sent)
    assert len(found) == len(set(model))
    matched = [value for value in found if value is not None]
    assert len(matched) == len(set(matched))
    assert {*matched, *rest} == set(sent)
    assert not set(matched) & set(rest)
