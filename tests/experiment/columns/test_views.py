"""The columns of one location: values, orders, slots, texts and words."""

from __future__ import annotations

from lab.experiment.columns.column import ABSENT
from lab.experiment.columns.views import MAX_VALUES, LocationComparison
from lab.experiment.trials.replicates import Replicates
from lab.observation.location import Location

HERE = Location("http", "h", "POST", "/p", "body", "/x")
REPLICATES = [0, 0, 0, 0, 1, 2]
"""Four replicates of the control environment, and two others."""


def comparison(absent=ABSENT):
    return LocationComparison(HERE, Replicates(REPLICATES), [], absent)


def listed(columns):
    return [(column.view, column.values) for column in columns]


def test_a_text_in_which_replicates_agree_is_compared_exactly():
    here = comparison()
    values = ["a", "a", "a", "a", "b", None]
    (column,) = here.compare_text("exact", values, ("before ", " after"))
    assert (column.view, column.values) == ("exact", tuple(values))
    assert (column.before, column.after) == ("before ", " after")
    assert here.noise == []


def test_a_text_with_varying_numbers_is_compared_masked():
    here = comparison()
    found = listed(here.compare_text("exact", ["1 s", "22 s", "3 s", "4 s", "5 s", "6 min"]))
    assert [view for view, _ in found] == ["masked"]
    ((_, values),) = found
    assert len(set(values[:5])) == 1 != len(set(values))
    assert [item.why for item in here.noise] == ["identifiers, times or numbers in it vary"]
    assert here.noise[0].column.values[1] == "22 s"


def test_a_text_that_varies_is_compared_by_presence_and_by_words():
    here = comparison()
    texts = ["red x", "green x", "blue", "pink x", "", "grey"]
    found = dict(listed(here.compare_text("exact", texts)))
    assert found["presence"] == ("some", "some", "some", "some", "", "some")
    assert [item.why for item in here.noise] == ["the text varies"]


def test_words_that_recur_with_the_environment_are_columns():
    texts = [("red",), ("green",), ("blue",), ("pink",), ("a zone",), ("b zone",)]
    here = LocationComparison(HERE, Replicates([0, 0, 0, 0, 1, 1]), [], ABSENT)
    assert listed(here.compare_words(texts)) == []
    here = LocationComparison(HERE, Replicates([0, 0, 0, 1, 1, 1]), [], ABSENT)
    texts[3] = ("c zone",)
    assert listed(here.compare_words(texts)) == [("word", ("", "", "", "zone", "zone", "zone"))]


def test_words_are_unknown_where_presence_is_noise():
    here = LocationComparison(HERE, Replicates([0, 0, 0, 1, 1, 1]), [], None)
    texts = [("a",), (), ("b",), ("c zone",), ("d zone",), ("e zone",)]
    assert listed(here.compare_words(texts)) == [("word", ("", None, "", "zone", "zone", "zone"))]


def test_slots_are_compared_one_by_one():
    here = comparison()
    texts = ["id 1f3a4bcd99 in UTC"] * 4 + ["id 77aa88cc00 in UTC", "id 1f3a4bcd99 in JST"]
    found = listed(here.compare_slots("exact", texts))
    assert ("exact", ("UTC",) * 5 + ("JST",)) in found
    assert len(found) == 2


def test_equal_texts_have_no_slots():
    assert listed(comparison().compare_slots("exact", ["a", None, ABSENT, "a", "a", "a"])) == []


def test_values_are_compared_with_those_of_the_control_and_the_rest_together():
    here = comparison()
    values = [
        ("a x", "b"),
        ("b", "a x"),
        ("a x", "b"),
        ("b", "a x"),
        ("a y", "b"),
        ("a x", "b", "c"),
    ]
    assert listed(here.compare_values("set", values)) == [
        ("set", ("x",) * 4 + ("y", "x")),
        ("set", ("",) * 5 + ("c",)),
    ]


def test_only_so_many_values_are_compared_one_by_one():
    many = tuple(f"v{number} x" for number in range(MAX_VALUES + 1))
    other = (*many[:-1], f"{many[-1]}y")
    found = listed(comparison().compare_values("set", [many] * 5 + [other]))
    assert found == [("set", (many[-1],) * 5 + (other[-1],))]


def test_order_is_compared_among_the_names_that_always_occur():
    here = comparison()
    same = [("a\nb",)] * 4
    assert listed(here.compare_order([*same, ("a\nx\nb",), ("a\nb",)])) == []
    assert listed(here.compare_order([*same, ("b\nx\na",), ()])) == [
        ("order", ("a b",) * 4 + ("b a", ABSENT))
    ]
    assert here.noise == []


def test_an_order_that_varies_is_noise():
    here = comparison()
    mixed = [("a\nb",), ("b\na",), ("a\nb",), ("b\na",), ("a\nb",), ("a\nb",)]
    assert listed(here.compare_order(mixed)) == []
    assert [item.why for item in here.noise] == ["the order varies"]


def test_quotation_marks_around_what_may_be_a_number_are_no_part():
    here = LocationComparison(HERE, Replicates([0] * 6 + [1, 2]), [], ABSENT)
    texts = ["1a2b3c4d5e6f", "7a8b9c0d1e2f", "3a5b7c9d1e0f", "0a1b2c3d4e5f", "9f8e7d6c5b4a"]
    found = here.compare_text("exact", [*texts, "2b4d6f8a0c1e", '"12345678e901"', "a1b2c3d4e5f6"])
    assert [column for column in found if column.view == "part"] == []


def test_how_many_values_a_set_has_is_no_part():
    here = LocationComparison(HERE, Replicates([0] * 6 + [1, 2]), [], ABSENT)
    texts = ["1a2b\n3c4d", "5e6f\n7a8b", "9c0d\n1e2f", "0a1b\n2c3d", "4e5f\n6a7b", "8c9d\n0e1f"]
    found = here.compare_text("set", [*texts, "2b3c\n4d5e\n6f7a", "8b9c"])
    assert [column for column in found if column.view == "part"] == []


def test_how_many_values_a_set_has_is_no_feature_of_it():
    few = ["7dd3\n5e37\n1c9a\n77b1", "0f3e\n41d2\n9b1c\n2a6d"]
    more = [
        "\n".join(f"{number:04x}" for number in range(start, start + 6000, 1000))
        for start in (2571, 777)
    ]
    location = Location("dns", part="query options", pointer="id")
    noise = []
    comparison = LocationComparison(location, Replicates([0, 0, 1, 1]), noise, None)
    found = list(comparison.compare_text("set", [*few, *more]))
    assert "length" not in {column.view for column in found}
