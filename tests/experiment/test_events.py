"""The events of an audit: which there are, and the order in which an audit yields them."""

from __future__ import annotations

import re
from typing import get_args

import msgspec
import pytest

from lab.experiment import events as module
from lab.experiment.events import (
    AuditFinished,
    AuditStarted,
    ComparisonStarted,
    EngineEvent,
    Phase,
    PhaseFinished,
    PhaseStarted,
    SignalConfirmed,
    TrialFinished,
    Warned,
)
from lab.experiment.trials.runner import PHASE_SHARES
from tests.experiment.model import events, request

LETTERS = {
    AuditStarted: "A",
    PhaseStarted: "(",
    TrialFinished: "t",
    PhaseFinished: ")",
    ComparisonStarted: "c",
    SignalConfirmed: "s",
    Warned: "w",
    AuditFinished: "Z",
}


@pytest.fixture(scope="module")
def audit(tmp_path_factory):
    """All events of a small audit."""
    stream = events(
        lambda levels, chance: [request({"optout": levels["optout"]})],
        tmp_path_factory.mktemp("events"),
        factors=("optout",),
    )
    return list(stream)


def test_every_public_record_is_an_event():
    records = [getattr(module, name) for name in module.__all__]
    records = [one for one in records if isinstance(one, type) and issubclass(one, msgspec.Struct)]
    assert set(records) == set(get_args(EngineEvent)) == set(LETTERS)


@pytest.mark.parametrize("event", LETTERS)
def test_no_handler_can_change_an_event_for_the_next_one(event):
    assert event.__struct_config__.frozen


def test_every_phase_with_a_share_of_the_limits_is_a_phase():
    assert PHASE_SHARES.keys() <= set(get_args(Phase))


def test_an_audit_is_its_start_then_phases_of_trials_then_its_end(audit):
    assert re.fullmatch(r"A(\(t*\)|w|c)*s+Z", "".join(LETTERS[type(event)] for event in audit))


def test_the_trials_of_a_phase_have_its_name_and_the_announced_number(audit):
    phase, left = None, 0
    for event in audit:
        if isinstance(event, PhaseStarted):
            assert event.phase in get_args(Phase)
            phase, left = event.phase, event.trials
        elif isinstance(event, TrialFinished):
            assert event.phase == phase
            assert not event.from_store
            left -= 1
        elif isinstance(event, PhaseFinished):
            assert (event.phase, left) == (phase, 0)


def test_the_last_event_has_every_confirmed_signal(audit):
    confirmed = tuple(event.signal for event in audit if isinstance(event, SignalConfirmed))
    assert [signal.cause for signal in confirmed] == [("optout",)]
    assert audit[-1] == AuditFinished(audit[-1].report)
    assert audit[-1].report.signals == confirmed
    assert audit[-1].report.trials == sum(isinstance(event, TrialFinished) for event in audit)
