"""Factors and constraints; what each existing factor promises is tested in conformance."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from lab.factors.factor import Constraint, Factor
from lab.factors.registry import factors

CONSTRAINTS = [
    pytest.param(item, constraint, id=f"{item.name}-{constraint.other}")
    for item in factors().values()
    for constraint in item.constraints
]


def test_a_factor_needs_no_more_than_levels_and_their_meaning():
    item = Factor(
        name="example",
        summary="an example",
        control="off",
        levels=("on",),
        parse=str,
        realise=lambda level, spec: spec,
        strategy=lambda: st.just("on"),
        needles=lambda level: (),
    )
    assert (item.rank, item.routes, item.free, item.requires) == (0, False, False, ())
    assert (item.constraints, item.every) == ((), None)


@pytest.mark.parametrize(("item", "constraint"), CONSTRAINTS)
def test_a_constraint_forbids_no_control(item, constraint):
    other = factors()[constraint.other]
    assert not any(constraint.forbids(item.control, level) for level in other.levels)
    assert not any(constraint.forbids(level, other.control) for level in item.levels)
    assert constraint.why


def test_a_constraint_is_a_predicate_of_two_levels():
    constraint = Constraint("other", lambda own, others: own == others, "they are the same")
    assert constraint.forbids("a", "a")
    assert not constraint.forbids("a", "b")
