from __future__ import annotations

import random

import pytest

from lab.errors import UsageError
from lab.factors.registry import find_conflict
from lab.testing.contracts.sampling import build_population

NAMES = ("endpoint", "hostname", "optout", "timezone")


def draw(population, statement=lambda machine: True, side=True, count=500, most=50_000, seed=0):
    return population.draw(statement, side, count, max_examined=most, rng=random.Random(seed))


def test_levels_are_equally_likely_where_nobody_says_otherwise():
    weights = build_population(NAMES).weights["optout"]
    assert weights == {"unset": 0.5, "set": 0.5}
    drawn = draw(build_population(NAMES), count=2000).environments
    assert len({each["timezone"] for each in drawn}) == len(
        build_population(NAMES).weights["timezone"]
    )


def test_what_given_weights_leave_is_spread_over_the_other_levels():
    weights = build_population(NAMES, {"timezone": {"Asia/Tokyo": 0.4, "UTC": 0.1}}).weights[
        "timezone"
    ]
    assert weights["Asia/Tokyo"] == 0.4
    assert weights["UTC"] == 0.1
    assert sum(weights.values()) == pytest.approx(1)
    assert len(set(weights.values())) == 3
    whole = build_population(NAMES, {"optout": {"set": 1}}).weights["optout"]
    assert whole == {"set": 1}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"timezone": {"Asia/Tokyoo": 0.4}}, "nearest"),
        ({"tiemzone": {"UTC": 0.4}}, "nearest: timezone"),
        ({"optout": {"set": 0.7, "unset": 0.7}}, "more than 1"),
        ({"optout": {"set": -0.1}}, "no share"),
        ({"optout": {"set": 0.1, "unset": 0.1}}, "no level is left"),
        ({"locale": {"en_US.UTF-8": 0.1}}, "not varied here"),
    ],
)
def test_weights_that_make_no_sense_are_refused_in_a_line(given, message):
    with pytest.raises(UsageError, match=message) as error:
        build_population(NAMES, given)
    assert "\n" not in str(error.value)


def test_machines_of_one_side_are_drawn_as_often_as_they_occur():
    population = build_population(NAMES, {"timezone": {"Asia/Tokyo": 0.01}})
    rare = draw(population, lambda machine: machine["timezone"] == "Asia/Tokyo", count=200)
    assert len(rare.environments) == 200
    assert {each["timezone"] for each in rare.environments} == {"Asia/Tokyo"}
    assert 0.005 < rare.satisfied / rare.examined < 0.02
    # Of the other factors, nothing is changed by the choice.
    out = sum(each["optout"] == "set" for each in rare.environments)
    assert 70 < out < 130


def test_it_gives_up_where_no_such_machine_occurs():
    drawn = draw(
        build_population(NAMES), lambda machine: machine["timezone"] == "Asia/Tokyo", most=1000
    )
    assert drawn.environments == ()
    assert drawn.examined == 1000


def test_held_levels_do_not_vary():
    population = build_population(NAMES).fix_levels({"optout": "set"})
    assert {each["optout"] for each in draw(population).environments} == {"set"}
    assert "optout held at set" in population.describe()


def test_no_impossible_machine_and_the_same_ones_by_seed():
    population = build_population(("endpoint", "network", "platform", "machine"))
    first, second, other = (draw(population, seed=seed).environments for seed in (1, 1, 2))
    assert first == second != other
    assert all(find_conflict(each) is None for each in first)
