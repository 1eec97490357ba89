"""The contract of a probe: it holds for the probe, and for none of its mutants."""

from __future__ import annotations

import pytest

import lab
from tests.testing.contracts import acme

FACTORS = ("ci", "endpoint", "hostname", "optout", "proxy", "state", "timezone", "user")
"""Enough for this probe: the fewer files an environment has, the faster it is."""


def contract(call, home, seed=0, **options):
    given = {"trials": 60, "samples": 1, "factors": FACTORS, **options}
    return lab.contract(
        call,
        fires=lambda seen: "x-probe" in seen.text,
        optout=acme.OPTOUT,
        endpoint_variable=acme.ENDPOINT,
        host=acme.HOST,
        home=home,
        seed=seed,
        **given,
    )


def verdicts(contract):
    """The whole contract, one statement after the other."""
    yield contract.fires_when(acme.resold)
    yield contract.silent_unless(acme.resold)
    yield contract.silent_when_opted_out()
    yield contract.never_sends("hostname")
    yield contract.only_to(acme.HOST)


@pytest.mark.parametrize("seed", range(1))
def test_the_probe_keeps_its_contract(home, seed):
    for verdict in verdicts(contract(acme.probe, home, seed)):
        assert verdict.held, str(verdict)


@pytest.mark.parametrize("mutant", acme.MUTANTS, ids=lambda mutant: mutant.__name__)
def test_every_mutant_is_caught(home, mutant):
    broken = next((v for v in verdicts(contract(mutant, home)) if not v.held), None)
    assert broken is not None
    assert broken.outcome == "broken", str(broken)


@pytest.mark.parametrize("mutant", acme.FRESH, ids=lambda mutant: mutant.__name__)
def test_so_are_those_that_came_after_the_method(home, mutant):
    trials = 120 if mutant is acme.port_in_the_host else 60
    here = contract(mutant, home, trials=trials)
    assert any(verdict.outcome == "broken" for verdict in verdicts(here))
