"""What a level causes that no known level does."""

from __future__ import annotations

from lab.experiment.search.novelty import collect_known
from lab.observation.location import Location

HERE = Location("http", "api.example", "POST", "/v1", "body", "/x")
ROUTE = Location("dns", "a.example", part="query")


def needles(level):
    return (level,)


def known(*trials, routes=False, elsewhere=None):
    sent = [(level, {HERE: (text,)}) for level, text in trials]
    return collect_known(sent, needles, routes=routes, elsewhere=elsewhere)


def new(behaviour, level, *texts):
    return behaviour.find_new(level, {HERE: texts} if texts else {})


def test_an_unseen_text_is_new_and_a_seen_one_is_not():
    behaviour = known(("one1", "a"), ("two2", "a"))
    assert not new(behaviour, "three3", "a")
    ((where, seen),) = new(behaviour, "three3", "b")
    assert "POST" in where
    assert "b" in seen


def test_nothing_sent_is_new_where_all_known_levels_send_something():
    assert new(known(("one1", "a"), ("two2", "a")), "three3")


def test_a_copy_of_the_level_is_not_new():
    behaviour = known(("one1", "host one1"), ("two2", "host two2"))
    assert not new(behaviour, "three3", "host three3")
    assert new(behaviour, "three3", "host one1")


def test_where_replicates_differ_in_numbers_these_are_not_compared():
    behaviour = known(("one1", "12 ms"), ("one1", "7 ms"))
    assert not new(behaviour, "three3", "99 ms")
    assert new(behaviour, "three3", "99 min, late")


def test_where_each_level_has_a_value_of_its_own_only_the_shape_is_compared():
    behaviour = known(*((f"level{n}", f"v{'abcdef'[n] * 3}!") for n in range(6)))
    assert not new(behaviour, "three3", "vzzz!")
    assert new(behaviour, "three3", "vzzz?")


def test_where_replicates_send_something_or_nothing_nothing_is_compared():
    sent = [("one1", {HERE: ("a",)}), ("one1", {})]
    behaviour = collect_known(sent, needles, routes=False)
    assert not behaviour.find_new("two2", {HERE: ("b",)})


def test_a_location_that_no_known_level_has_is_new_whatever_its_words():
    behaviour = known(("one1", "a"))
    other = Location("http", "other.example", "GET", "/", "body", "/y")
    found = behaviour.find_new("two2", {HERE: ("a",), other: ("some words",)})
    assert {seen for _, seen in found} == {"('w w',)"}


def test_routes_of_a_factor_that_decides_them_are_not_compared():
    sent = [("one1", {HERE: ("a",)})]
    for routes in (True, False):
        behaviour = collect_known(sent, needles, routes=routes)
        found = behaviour.find_new("two2", {HERE: ("a",), ROUTE: ("a.example",)})
        assert bool(found) is not routes


def test_what_is_known_elsewhere_stays_known_and_in_no_finer_view():
    coarse = known(("one1", "12 ms"), ("one1", "7 ms"))
    behaviour = known(("one1", "12 ms"), elsewhere=coarse)
    assert not new(behaviour, "three3", "99 ms")
    other = known(("one1", "b"), elsewhere=known(("one1", "a")))
    assert not new(other, "three3", "a")
    assert not new(other, "three3", "b")
    assert new(other, "three3", "c")


def test_what_is_new_is_compared_in_the_finest_view_that_levels_share():
    sent = [
        (level, {HERE: (f"Today's level is {level}, number {n}",)})
        for n, level in enumerate(["alpha", "beta", "gamma", "delta", "epsilon"])
    ]
    behaviour = collect_known(sent, needles, routes=False)
    assert behaviour.find_new("omega", {HERE: ("Today's level is omega, number 9",)}) == frozenset()
    assert behaviour.find_new("omega", {HERE: ("Today’s level is omega, number 9",)})
    assert behaviour.find_new("omega", {})


def test_a_level_that_names_the_host_that_others_stand_for_is_nothing_new():
    sent = [(level, {HERE: ("same",)}) for level in ("alpha", "beta")]
    behaviour = collect_known(sent, lambda level: (level,), routes=True)
    assert behaviour.find_new("host", {HERE: ("same",)}) == frozenset()


def test_what_is_known_elsewhere_is_known():
    first = collect_known(
        [("a", {HERE: ("one",)}), ("b", {HERE: ("two",)})], lambda _: (), routes=False
    )
    second = collect_known([("a", {HERE: ("one",)})], lambda _: (), routes=False, elsewhere=first)
    assert second.find_new("c", {HERE: ("two",)}) == frozenset()
    assert second.find_new("c", {HERE: ("three",)})
