from __future__ import annotations

import random
from urllib.parse import urlsplit

import pytest

from lab.factors.registry import control_environment, factors
from lab.testing.contracts.boundaries import (
    collect_levels,
    find_boundaries,
    find_factors_read,
    simplify,
)
from lab.testing.contracts.neighbours import interleave
from lab.testing.contracts.statement import Machine

ZONES = {"Asia/Tokyo", "Asia/Pyongyang"}


def in_zones_elsewhere(machine):
    host = urlsplit(machine["endpoint"]).hostname or "api.acme.example"
    return machine["timezone"] in ZONES and not host.endswith(".acme.example")


WORDS = ("Asia/Tokyo", "Asia/Pyongyang", "acme.example")


@pytest.fixture(scope="module")
def found():
    levels = collect_levels(factors(), WORDS)
    return find_boundaries(in_zones_elsewhere, levels, rng=random.Random(0))


def test_it_finds_out_what_a_statement_is_about(found):
    assert found.factors_read == ("endpoint", "timezone")
    levels = collect_levels(factors(), ())
    read = find_factors_read(in_zones_elsewhere, levels, random.Random(0))
    assert read == {"endpoint", "timezone"}


def test_machines_lie_on_their_side(found):
    assert found.simplest
    assert all(in_zones_elsewhere(Machine(each.mapping)) for each in found.inside)
    assert not any(in_zones_elsewhere(Machine(each.mapping)) for each in found.outside)


def test_plain_machines_need_all_that_they_vary(found):
    here = control_environment(factors())
    for each in found.simplest:
        for change in here.difference(each):
            moved = each.but({change.factor: change.left})
            assert not in_zones_elsewhere(Machine(moved.mapping))


def test_every_written_level_is_met_early_and_so_are_its_neighbours(found):
    first = {each["timezone"] for each in found.inside[:15]}
    assert first >= ZONES
    hosts = {each["endpoint"] for each in found.outside[:40]}
    assert "https://eu.acme.example" in hosts
    assert "https://xacme.example" in {each["endpoint"] for each in found.inside[:40]}
    assert {"Asia/Seoul", "TZ=Asia/Tokyo"} <= {each["timezone"] for each in found.outside[:70]}


def test_what_is_mentioned_has_neighbours_though_no_known_level_is_refused():
    def elsewhere(machine):
        return not (urlsplit(machine["endpoint"]).hostname or "").endswith(".acme.example")

    levels = collect_levels(factors(), WORDS)
    found = find_boundaries(elsewhere, levels, rng=random.Random(0))
    assert "https://eu.acme.example" in {each["endpoint"] for each in found.outside}


def test_all_there_are_of_a_list_come_at_last(found):
    assert len({each["timezone"] for each in found.outside}) > 500


def test_the_same_seed_gives_the_same_edges(found):
    levels = collect_levels(factors(), WORDS)
    assert find_boundaries(in_zones_elsewhere, levels, rng=random.Random(0)) == found


def test_no_machine_has_the_name_of_a_server():
    words = ("api.acme.example", "juniper")
    levels = collect_levels(("hostname", "endpoint"), words, servers={"api.acme.example"})
    assert levels["hostname"].mentioned == ("juniper",)
    assert "https://api.acme.example" in levels["endpoint"].mentioned


def test_plain_takes_back_what_is_not_needed():
    here = control_environment(factors())
    there = here.but({"timezone": "Asia/Tokyo", "optout": "set", "ci": "CI=true"})
    fewer = simplify(there, here, lambda each: each["timezone"] != "UTC")
    assert [change.factor for change in here.difference(fewer)] == ["timezone"]


def test_lists_are_taken_in_turns():
    assert list(interleave("abc", "12", "")) == ["a", "1", "b", "2", "c"]
