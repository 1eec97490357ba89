"""The ladder of views: what is compared exactly, what coarsely, and what is noise."""

from __future__ import annotations

from lab.experiment.columns.column import ABSENT, group_columns
from lab.experiment.columns.extract import extract_feature_columns
from lab.observation.location import Location

PLACE = Location("http", "h", "POST", "/p", "body", "/x")
OTHER = Location("http", "h", "POST", "/p", "body", "/y")
REQUEST = PLACE.with_part("request")


def views(*trials, groups=None, location=PLACE):
    """Columns of one location; the first half of the trials are replicates of the control."""
    groups = groups or [0, 0, 0, *range(1, len(trials) - 2)]
    found, noise = extract_feature_columns(
        [{} if t is None else {location: t} for t in trials], groups
    )
    return [(column.view, column.values) for column in found], noise


def test_what_is_constant_is_no_column():
    assert views(("a",), ("a",), ("a",), ("a",)) == ([], [])


def test_a_word_is_compared_to_the_last_code_point():
    found, noise = views(("it's",), ("it's",), ("it's",), ("it’s",))
    assert found == [("exact", ("it's", "it's", "it's", "it’s"))]
    assert noise == []


def test_noise_beside_a_signal_does_not_hide_it():
    found, _ = views(
        ("id 1f3a4bcd99 zone UTC",),
        ("id 77aa88cc00 zone UTC",),
        ("id 0011aabb22 zone UTC",),
        ("id ff00ff0011 zone Asia/Tokyo",),
    )
    assert found == [("exact", ("UTC", "UTC", "UTC", "Asia/Tokyo"))]


def test_identifiers_are_masked_only_where_they_vary():
    found, _ = views(("v1-1f3a4bcd99",), ("v1-77aa88cc00",), ("v1-0011aabb22",), ("v2x",))
    assert [view for view, _ in found] == ["masked"]
    found, _ = views(("1f3a4bcd99",), ("1f3a4bcd99",), ("1f3a4bcd99",), ("77aa88cc00",))
    assert found == [("exact", ("1f3a4bcd99",) * 3 + ("77aa88cc00",))]


def test_jittering_order_is_noise_but_a_new_value_is_not():
    found, _ = views(("a", "b"), ("b", "a"), ("a", "b"), ("b", "a"), ("a", "c"))
    assert found
    assert all(values[:4] == (values[0],) * 4 != values[4:] for _, values in found)


def test_one_changed_character_moves_nothing():
    before, after = "Today's date is now", "Today’s date is now"
    found, _ = views((before, "z"), ("z", before), (before, "z"), ("z", after))
    assert found == [("set", ("Today's", "Today's", "Today's", "Today’s"))]


def test_what_stably_does_not_occur_is_absent():
    found, _ = views(None, None, None, ("a",))
    assert found == [("presence", (ABSENT, ABSENT, ABSENT, "some"))]


def test_the_presence_of_what_occurs_by_chance_is_not_compared():
    found, noise = views(("a",), None, ("a",), None, ("a",), ("b",), groups=[0, 0, 0, 1, 2, 3])
    assert found == [("exact", ("a", None, "a", None, "a", "b"))]
    assert [item.why for item in noise] == ["occurs in some replicates and not in others"]


def test_what_is_inside_a_message_that_comes_by_chance_comes_by_chance():
    trials = [
        {REQUEST: ("sent",), PLACE: ("a",), OTHER: ("q",)},
        {},
        {REQUEST: ("sent",), PLACE: ("a",)},
        {},
        {REQUEST: ("sent",), PLACE: ("b",)},
    ]
    found, _ = extract_feature_columns(trials, [0, 0, 0, 1, 2])
    assert [(c.location, c.values) for c in found] == [(PLACE, ("a", None, "a", None, "b"))]


def test_order_is_compared_among_what_always_occurs():
    location = Location("http", "h", "POST", "/p", "header order")
    found, _ = views(("a\nb\nc",), ("a\nb\nc",), ("a\nb\nc",), ("a\nx\nb\nc",), location=location)
    assert found == []
    found, _ = views(("a\nb\nc",), ("a\nb\nc",), ("a\nb\nc",), ("b\na\nc",), location=location)
    assert [view for view, _ in found] == ["order"]


def test_of_a_broken_trial_only_its_end_is_known():
    status = Location("exit", part="status")
    trials = [{PLACE: ("a",), status: ("ok",)}] * 3 + [{status: ("timed out",)}]
    found, _ = extract_feature_columns(trials, [0, 0, 0, 1], frozenset({3}))
    assert [(c.location, c.values) for c in found] == [(status, ("ok", "ok", "ok", "timed out"))]


def test_columns_that_behave_alike_are_one_group():
    trials = [{PLACE: (v,), OTHER: (v.upper(),)} for v in ("a", "a", "b")]
    found, _ = extract_feature_columns(trials, [0, 0, 1])
    (group,) = group_columns(found)
    assert {c.location for c in group.columns} == {PLACE, OTHER}
    assert group.codes == (0, 0, 1)


def test_parts_of_a_message_that_does_not_come_reveal_nothing():
    came, went = {REQUEST: ("sent",), PLACE: ("a",)}, {}
    other = {REQUEST: ("sent",), PLACE: ("b",)}
    found, _ = extract_feature_columns([came, came, came, went, other], [0, 0, 0, 1, 2])
    values = {column.location: column.values for column in found}
    assert values[REQUEST] == ("some", "some", "some", ABSENT, "some")
    assert values[PLACE] == ("a", "a", "a", None, "b")


def test_parts_of_a_message_that_comes_elsewhere_alone_reveal_that_they_came():
    found, _ = extract_feature_columns(
        [{}, {}, {}, {REQUEST: ("sent",), PLACE: ("a",)}], [0, 0, 0, 1]
    )
    values = {column.location: column.values for column in found}
    assert values[PLACE] == (ABSENT, ABSENT, ABSENT, "some")
