"""Made-up host names are filed under their domain; ordinary ones stay where they are."""

from __future__ import annotations

from lab.observation.generated_hosts import group_generated_hosts
from lab.observation.location import Location


def asked(*names: str) -> dict[Location, tuple[str, ...]]:
    return {Location("dns", name, part="query"): (f"{name} A",) for name in names}


def hosts(trials):
    return [{location.host for location in trial} for trial in trials]


def test_names_that_differ_in_every_trial_are_values_of_their_domain():
    trials = [asked(f"{word}.beacon.example.com") for word in ("f00", "ba2", "c0d")]
    moved = group_generated_hosts(trials)
    assert hosts(moved) == [{"beacon.example.com"}] * 3
    place = Location("dns", "beacon.example.com", part="query")
    assert [trial[place] for trial in moved] == [
        ("f00.beacon.example.com A",),
        ("ba2.beacon.example.com A",),
        ("c0d.beacon.example.com A",),
    ]


def test_a_choice_of_host_is_a_value_too():
    moved = group_generated_hosts([asked("eu.api.example.com"), asked("us.api.example.com")])
    assert hosts(moved) == [{"api.example.com"}] * 2


def test_hosts_that_are_used_together_stay_apart():
    trials = [asked("api.example.com", "telemetry.example.com"), asked("api.example.com")]
    assert group_generated_hosts(trials) == trials


def test_addresses_are_not_names():
    trials = [asked("192.0.2.1"), asked("198.51.2.1"), asked("203.0.2.1")]
    assert group_generated_hosts(trials) == trials


def test_values_of_one_trial_stay_together():
    trials = [
        asked("a.x.example.com", "b.x.example.com"),
        asked("c.x.example.com"),
        asked("d.x.example.com"),
        asked("e.x.example.com"),
    ]
    moved = group_generated_hosts(trials)
    place = Location("dns", "x.example.com", part="query")
    assert moved[0][place] == ("a.x.example.com A", "b.x.example.com A")
