"""The columns of one location, and that nothing that differs is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.experiment.columns.extract import extract_feature_columns
from lab.experiment.columns.implied import find_implied_locations
from lab.experiment.columns.location_columns import COMES_AND_GOES
from lab.experiment.columns.views import MAX_VALUES
from lab.observation.location import Location

HERE = Location("http", "h", "POST", "/p", "body", "/x")
GROUPS = [0] * 5 + [1, 1, 2, 3, 3]
LOCATIONS = [
    HERE,
    Location("http", "h", "POST", "/p", "request"),
    Location("http", "h", "POST", "/p", "header", "accept"),
    Location("http", "h", "POST", "/p", "body", "/events/[start]/at"),
    Location("http", "h", "POST", "/p", "body", "/events/*/at"),
    Location("dns", "n", part="query"),
    Location("tls", "n", part="ciphers"),
    Location("tcp", "h", path=":1", part="data"),
    Location("exit", part="status"),
]
texts = st.sampled_from(["", "a", "b", "a b", "12", "7", "2026-09-16T12:00:00Z", "deadbeef01", "…"])
values = st.lists(texts, max_size=4).map(tuple)
trials = st.lists(
    st.dictionaries(st.sampled_from(LOCATIONS), values.filter(bool)),
    min_size=len(GROUPS),
    max_size=len(GROUPS),
)


@settings(max_examples=200, deadline=None)
@given(trials)
def test_whatever_differs_is_a_column_or_noise(features):
    found, noise = extract_feature_columns(features, GROUPS)
    told = {column.location for column in found} | {item.location for item in noise}
    containers = {item.location.message for item in noise if item.why == COMES_AND_GOES}
    sent = {location.message for location in told if location.part == "request"}
    implied = find_implied_locations(features)
    for location in LOCATIONS:
        seen = {trial.get(location, ()) for trial in features}
        if location in implied:
            seen.discard(())
        if len(seen) > 1 and location.message not in containers | sent:
            assert location in told


def one(*sent, groups=None):
    groups = groups or [0] * (len(sent) - 1) + [1]
    found, noise = extract_feature_columns([{HERE: here} if here else {} for here in sent], groups)
    return [(column.view, column.values) for column in found], [item.why for item in noise]


def test_equal_sets_in_random_order_are_noise():
    found, noise = one(("a", "b"), ("b", "a"), ("a", "b"), ("b", "a"))
    assert found == []
    assert noise == ["the order of the values, or how often each occurs, varies"]


def test_masked_values_that_vary_are_noise():
    found, noise = one(("1", "2"), ("3",), ("4", "5", "6"), ("7",))
    assert found == []
    assert "values and their number vary" in noise


def test_a_value_less_is_found_beside_values_that_are_repeated_at_random():
    found, _ = one(("a", "b", "b"), ("a", "b"), ("a", "a", "b"), ("a", "a", "a"))
    assert any(column[:3] == (column[0],) * 3 != (column[3],) * 3 for _, column in found)


def test_values_beyond_those_that_are_compared_one_by_one_are_compared_together():
    many = tuple(f"v{number}" for number in range(MAX_VALUES + 2))
    found, noise = one(many, many, many, (*many[:-1], "other"))
    assert [view for view, _ in found] == ["exact"]
    assert noise == []


def test_how_often_a_value_occurs_and_in_which_order():
    found, _ = one(*[("a", "b")] * 3, ("a", "b", "c"), ("b", "a", "c"), groups=[0, 0, 0, 1, 2])
    assert ("order", ("a b",) * 4 + ("b a",)) in found
    found, _ = one(("a", "b", "b"), ("b", "a", "b"), ("b", "b", "a"), ("a", "a", "b"))
    assert ("count", ("1", "1", "1", "2")) in found


def test_how_often_a_name_is_resolved_is_noise():
    where = Location("dns", "h", part="query")
    found, noise = extract_feature_columns([{where: ("h A",)}, {where: ("h A",) * 2}], [0, 0])
    assert found == []
    assert [item.why for item in noise] == ["how often it occurs is not compared"]


@pytest.mark.parametrize("noisy", [False, True])
def test_a_header_that_comes_by_chance_hides_no_presence_of_others(noisy):
    request, chance, steady = (
        Location("http", "h", "POST", "/p", "request"),
        Location("http", "h", "POST", "/p", "header", "a-chance"),
        Location("http", "h", "POST", "/p", "header", "steady"),
    )
    features = [
        {request: ("sent",)}
        | ({chance: ("1",)} if row % 2 and noisy else {})
        | ({steady: ("1",)} if row > 7 else {})
        for row in range(10)
    ]
    found, _ = extract_feature_columns(features, [0] * 8 + [1] * 2)
    assert [(column.location, column.view) for column in found] == [(steady, "presence")]


def test_presence_inside_what_comes_by_chance_is_compared_among_the_trials_that_send_it():
    event = Location("http", "h", "POST", "/p", "body", "/events/[start]/at")
    inside = Location("http", "h", "POST", "/p", "body", "/events/[start]/host")
    features = [
        {HERE: ("a",)}
        | ({event: ("1",)} if row % 2 else {})
        | ({inside: ("h",)} if row % 2 and row > 11 else {})
        for row in range(18)
    ]
    found, noise = extract_feature_columns(features, [0] * 12 + [1] * 6)
    (column,) = found
    assert column.location == inside
    assert column.view == "presence"
    assert [column.values[row] for row in range(0, 18, 2)] == [None] * 9
    assert [(item.location, item.why) for item in noise] == [(event, COMES_AND_GOES)]
