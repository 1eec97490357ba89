"""Limits of a jail's processes, set as far as this process may set them."""

from __future__ import annotations

import os
import resource

import pytest

from lab.sandbox.cell import exec_jail

INFINITY = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("one", "other", "lower"),
    [(1, 2, 1), (INFINITY, 2, 2), (1, INFINITY, 1), (INFINITY, INFINITY, INFINITY)],
)
def test_infinity_is_above_every_limit(one, other, lower):
    assert exec_jail.min_limit(one, other) == lower


def test_a_limit_is_never_raised_above_what_this_process_may_set(monkeypatch):
    made = []
    monkeypatch.setattr(exec_jail.resource, "getrlimit", lambda what: (10, 100))
    monkeypatch.setattr(exec_jail.resource, "setrlimit", lambda what, pair: made.append(pair))
    exec_jail.set_limit(resource.RLIMIT_NOFILE, 1024, INFINITY)
    exec_jail.set_limit(resource.RLIMIT_NOFILE, 50, 80)
    assert made == [(100, 100), (50, 80)]


def test_a_duplicate_has_a_number_of_at_least_the_given_one():
    made = exec_jail.duplicate_above(0, 200)
    assert made >= 200
    os.close(made)
