"""Noise as numbers: categories, presence, numbers, counts, lengths and times."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.columns.noise_measures import derive_measures, derive_time_measures
from lab.observation.location import Location

HERE = Location("http", "api.example", "POST", "/v1", "body", "/x")


def column(view, *values):
    return Column(HERE, view, values)


def test_a_recurring_value_is_a_category_and_a_token_has_no_measure():
    (found,) = derive_measures([column("exact", *"aaabbb")])
    assert (found.nature, found.values) == ("category", (1, 1, 1, 0, 0, 0))
    assert derive_measures([column("exact", "q1", "w2", "e3", "r4")]) == []


def test_numbers_are_numbers_and_a_few_of_them_categories():
    (found,) = derive_measures([column("exact", "1.5", "2", "-3", "4e1", "5", "6", "7", None)])
    assert found.nature == "number"
    assert found.values == (1.5, 2, -3, 40, 5, 6, 7, None)
    assert {one.nature for one in derive_measures([column("exact", *"111222")])} == {"category"}


def test_what_comes_and_goes_and_how_often():
    (found,) = derive_measures([column("presence", "some", ABSENT, "some")])
    assert (found.nature, found.values) == ("presence", (1, 0, 1))
    (found,) = derive_measures([column("count", "0", "2", "1")])
    assert (found.nature, found.values) == ("count", (0, 2, 1))


@given(st.lists(st.text(max_size=30) | st.none(), max_size=30))
def test_measures_of_any_texts_are_numbers(values):
    for found in derive_measures([column("exact", *values)]):
        assert len(found.values) == len(values)
        assert all(value is None or isinstance(value, float) for value in found.values)


def test_times_are_compared_where_there_are_as_many_of_them():
    timing = HERE.message.with_part("timing")
    (first, second) = derive_time_measures([{timing: (0.1, 0.2)}, {}, None, {timing: (0.3, 0.4)}])
    assert first.values == (0.1, None, None, 0.3)
    assert second.values == (0.2, None, None, 0.4)
    assert derive_time_measures([{timing: (0.1,)}, {timing: (0.1, 0.2)}]) == []


def test_the_length_of_long_texts_is_a_measure():
    texts = ["q" * 20 + "a", "w" * 40 + "b", "e" * 30 + "c"]
    (found,) = derive_measures([column("exact", *texts)])
    assert (found.nature, found.values) == ("length", (21, 41, 31))
    assert derive_measures([column("exact", "q", "wwww", "ee")]) == []
    assert derive_measures([column("set", *texts)]) == []


def test_a_pattern_is_measured_once_and_at_the_message_before_the_route():
    route = Column(Location("dns", "api.example", part="query"), "exact", tuple("aaabbb"))
    (found,) = derive_measures([route, column("exact", *"xxxyyy")])
    assert found.location == HERE
