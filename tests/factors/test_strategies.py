"""Generated environments: possible ones only, simple ones first."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, find, given, settings

import lab
from lab.errors import UsageError
from lab.factors import strategies
from lab.factors.factor import Constraint
from lab.factors.registry import (
    control_environment,
    factors,
    find_conflict,
    get_factor,
    parse_level,
)

FEW = ("hostname", "locale", "timezone")
QUICK = settings(
    max_examples=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@QUICK
@given(lab.environments())
def test_an_environment_names_every_factor_in_canonical_spelling(environment):
    assert set(environment.mapping) == set(factors())
    assert all(parse_level(name, text) == text for name, text in environment.levels)
    assert find_conflict(environment) is None


@QUICK
@given(lab.environments(factors=FEW, pairs_differing_in="timezone"))
def test_a_pair_differs_in_the_one_factor(pair):
    (change,) = pair.changes
    assert change.factor == "timezone"


@QUICK
@given(lab.environments(factors=FEW, pairs_differing_in=("timezone", "locale")))
def test_a_pair_differs_in_all_the_factors_named(pair):
    assert [change.factor for change in pair.changes] == ["locale", "timezone"]


@QUICK
@given(lab.environments(factors=FEW, fixed={"clock": "2027-02-03", "timezone": "Asia/Tokyo"}))
def test_what_is_fixed_does_not_vary(environment):
    assert environment["clock"] == "2027-02-03T12:00:00Z"
    assert environment["timezone"] == "Asia/Tokyo"
    assert set(environment.mapping) == {*FEW, "clock"}


def test_environments_shrink_to_the_control():
    assert find(lab.environments(factors=FEW), lambda _: True) == control_environment(FEW)


def test_only_what_matters_is_left_varied():
    usual = get_factor("locale").control
    found = find(lab.environments(factors=FEW), lambda one: one["locale"] != usual)
    assert [change.factor for change in control_environment(FEW).difference(found)] == ["locale"]


def test_the_left_side_of_a_pair_shrinks_to_the_control():
    pair = find(lab.environments(factors=FEW, pairs_differing_in="hostname"), lambda _: True)
    assert pair.left == control_environment(FEW)


def test_levels_are_named_and_generated():
    seen = set(_examples("hostname"))
    known = {get_factor("hostname").control, *get_factor("hostname").levels}
    assert seen & known
    assert seen - known


def _examples(name: str) -> list[str]:
    seen = []

    @settings(max_examples=60, database=None, deadline=None)
    @given(strategies.level_strategy(name))
    def collect(text):
        seen.append(text)

    collect()
    return seen


def test_what_is_impossible_is_not_generated(monkeypatch):
    zone = get_factor("timezone")
    never = Constraint("locale", lambda own, other: own != zone.control, "a test says so")
    monkeypatch.setattr(
        "lab.factors.registry.get_factor",
        lambda name, real=get_factor: (
            real(name) if name != "timezone" else _with(real(name), (never,))
        ),
    )

    @QUICK
    @given(lab.environments(factors=FEW))
    def check(environment):
        assert environment["timezone"] == zone.control

    check()


def _with(item, constraints):
    import msgspec

    return msgspec.structs.replace(item, constraints=constraints)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"factors": ["timezon"]}, "nearest: timezone"),
        ({"factors": "timezone"}, r"write factors=\['timezone'\]"),
        ({"fixed": {"timezone": "Asia/Tokio"}}, "Asia/Tokyo"),
        ({"pairs_differing_in": "hostnam"}, "nearest: hostname"),
        ({"pairs_differing_in": ()}, "names no factor"),
        ({"factors": FEW, "pairs_differing_in": "clock"}, "add it there"),
        ({"fixed": {"clock": "2027-02-03"}, "pairs_differing_in": "clock"}, "leave one out"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(asked, message):
    with pytest.raises(UsageError, match=message):
        lab.environments(**asked)


def test_the_package_says_what_it_has_not():
    with pytest.raises(AttributeError, match="no attribute 'environment_s'"):
        _ = lab.environment_s
