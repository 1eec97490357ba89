"""Tokens: the same for trials that differ in noise alone."""

from __future__ import annotations

from lab.experiment.mining.behaviour_token import choose_views
from lab.observation.location import Location

PLACE = Location("http", "h.example", "POST", "/v1", "body", "/a")
OTHER = Location("http", "h.example", "POST", "/v1", "body", "/b")


def test_what_never_varied_is_compared_exactly():
    alike = choose_views([[{PLACE: ("a 1",)}] * 3])
    assert alike.token({PLACE: ("a 1",)}) != alike.token({PLACE: ("a 2",)})


def test_numbers_that_varied_are_not_compared():
    alike = choose_views([[{PLACE: ("took 12 ms",)}, {PLACE: ("took 7 ms",)}]])
    assert alike.token({PLACE: ("took 99 ms",)}) == alike.token({PLACE: ("took 1 ms",)})
    assert alike.token({PLACE: ("took 99 s",)}) != alike.token({PLACE: ("took 1 ms",)})


def test_of_a_text_that_varied_only_its_presence_counts():
    alike = choose_views([[{PLACE: ("red",)}, {PLACE: ("green",)}]])
    assert alike.token({PLACE: ("blue",)}) == alike.token({PLACE: ("red",)})
    assert alike.token({}) != alike.token({PLACE: ("red",)})


def test_what_comes_and_goes_in_replicates_is_not_compared():
    alike = choose_views([[{PLACE: ("red",)}, {}]])
    assert alike.token({PLACE: ("blue",)}) == alike.token({})


def test_noise_of_any_group_counts_for_all():
    alike = choose_views([[{PLACE: ("a",)}] * 2, [{OTHER: ("x",)}, {OTHER: ("y",)}]])
    assert alike.token({OTHER: ("z",)}) == alike.token({OTHER: ("x",)})


def test_numbers_at_an_unseen_location_are_not_compared():
    alike = choose_views([[{PLACE: ("a",)}] * 2])
    assert alike.token({PLACE: ("a",), OTHER: ("id 1",)}) == alike.token(
        {PLACE: ("a",), OTHER: ("id 2",)}
    )
    assert alike.token({PLACE: ("a",), OTHER: ("id 1",)}) != alike.token({PLACE: ("a",)})
