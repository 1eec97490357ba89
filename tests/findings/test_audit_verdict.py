"""The verdict: a signal is a fact, and a negative result must be earned."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from lab.findings.audit_verdict import EXIT_CODES, decide_verdict, merge_verdicts
from tests.reports.examples import COPIED, EMPTY, ROUTE

COVERT_ROUTE = msgspec.structs.replace(ROUTE, covert=True)


def decide(*signals, unmeasured=None, is_open=False, is_tried=True):
    return decide_verdict(signals, unmeasured=unmeasured, is_open=is_open, is_tried=is_tried)


@pytest.mark.parametrize("open_and_tried", list(itertools.product((False, True), repeat=2)))
@pytest.mark.parametrize("why", [None, "the client sent nothing"])
def test_a_signal_is_a_signal_whatever_else_failed(why, open_and_tried):
    is_open, is_tried = open_and_tried
    for signal in (COPIED, COVERT_ROUTE):
        found = decide(signal, unmeasured=why, is_open=is_open, is_tried=is_tried)
        assert found == "signal"


def test_without_signals_nothing_measured_is_said_first():
    assert decide() == "no signal"
    assert decide(is_open=True) == "inconclusive"
    assert decide(is_tried=False) == "not measured"
    for is_open, is_tried in itertools.product((False, True), repeat=2):
        found = decide(unmeasured="it sent nothing", is_open=is_open, is_tried=is_tried)
        assert found == "not measured"


def test_where_the_traffic_goes_does_not_earn_a_negative_result():
    assert decide(ROUTE) == "signal"
    assert decide(ROUTE, unmeasured="all handshakes failed") == "not measured"


def test_only_what_was_measured_ends_with_0():
    assert EXIT_CODES == {"signal": 0, "no signal": 0, "inconclusive": 3, "not measured": 3}


def test_a_session_is_no_better_than_an_audit_in_which_the_client_failed():
    def report(verdict, unmeasured=None):
        return msgspec.structs.replace(EMPTY, verdict=verdict, unmeasured=unmeasured)

    silent = report("not measured", "it sent nothing")
    assert merge_verdicts([report("no signal"), silent]) == "not measured"
    assert merge_verdicts([report("inconclusive"), silent]) == "not measured"
    assert merge_verdicts([report("signal"), silent]) == "signal"
    assert merge_verdicts([report("no signal"), report("not measured")]) == "no signal"
    assert merge_verdicts([report("no signal"), report("inconclusive")]) == "inconclusive"
