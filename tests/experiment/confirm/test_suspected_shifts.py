"""Suspected shifts: rates that depend on a factor, unless something plainer explains them."""

from __future__ import annotations

import random

import msgspec
import pytest

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.suspected_shifts import find_shifts
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.observation.location import Location

CONTROL = Environment.of({"ci": "none", "endpoint": "unset", "timezone": "UTC"})
HERE = Location("http", "api.example", "POST", "/v1", "body", "/x")
ELSEWHERE = msgspec.structs.replace(HERE, host="other.example")
TOKYO, GITHUB = Setting("timezone", "Asia/Tokyo"), Setting("ci", "github")


def study(seed=1, repeated=False):
    """Trials in which a coin falls on one side mostly in Tokyo."""
    chance = random.Random(seed)
    rows, values = [], []
    for number in range(80):
        zone = "Asia/Tokyo" if number % 2 else "UTC"
        levels = {"timezone": zone, "ci": chance.choice(["none", "github"])}
        trial = PlannedTrial(CONTROL.but(levels), number if repeated else 0)
        rows.append(Row(trial, {}))
        values.append("a" if chance.random() < (0.9 if number % 2 else 0.1) else "b")
    return rows, Column(HERE, "exact", tuple(values))


def found(effects=(), routes=(), location=HERE, **options):
    rows, column = study(**options)
    column = msgspec.structs.replace(column, location=location)
    trials = TrialTable(CONTROL, [row.environment for row in rows])
    return list(find_shifts(rows, trials, [column], effects, frozenset(routes)))


def effect(setting, location=HERE, **fields):
    group = ColumnGroup((0,), (Column(location, "exact", ("a",)),))
    right = frozenset({setting})
    one = Effect(
        group, (setting.factor,), (right,), frozenset(), right, setting.factor, frozenset()
    )
    return msgspec.structs.replace(one, **fields)


def test_the_factor_that_a_rate_depends_on_is_suspected():
    (shift,) = found()
    assert (shift.cause, shift.left, shift.right) == (("timezone",), frozenset(), {TOKYO})
    assert shift.shift.measure.location == HERE
    assert shift.group.columns[0].view == "rate"
    assert shift.disturbing == frozenset()


def test_repetitions_are_no_fair_sample():
    assert found(repeated=True) == []


@pytest.mark.parametrize("location", [HERE, msgspec.structs.replace(HERE, pointer="/y")])
def test_an_effect_on_values_of_the_same_factor_at_the_host_explains_it(location):
    assert found([effect(TOKYO, location)]) == []


def test_an_effect_by_chance_or_at_another_host_does_not():
    other = msgspec.structs.replace(HERE, pointer="/y")
    assert found([effect(TOKYO, other, replicates=4, p_value=0.5)])
    assert found([effect(TOKYO, ELSEWHERE)])


def test_settings_with_effects_at_the_host_do_not_test_it():
    (shift,) = found([effect(GITHUB)])
    assert shift.disturbing == {GITHUB}
    (shift,) = found([effect(GITHUB, ELSEWHERE)])
    assert shift.disturbing == frozenset()


def test_the_route_of_a_routing_factor_is_not_suspected():
    lookup = Location("dns", "api.example", part="query")
    assert found(location=lookup)
    assert found(location=lookup, routes=["timezone"]) == []
