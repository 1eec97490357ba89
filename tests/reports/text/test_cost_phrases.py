"""The cost in words."""

from __future__ import annotations

from lab.findings.report import Cost, PhaseCost, SignalCost
from lab.reports.text.cost_phrases import describe_cost
from tests.reports.examples import COPIED, COVERT

PHASES = (PhaseCost("calibrate", 9, 2.0), PhaseCost("screen", 1117, 20.0))


def test_phases_and_the_dearest_causes_are_stated():
    signals = (SignalCost(COPIED.id, 9, 4.2), SignalCost(COVERT.id, 30, 28.6))
    words = describe_cost(Cost(PHASES, signals, 12, 75.0), (COPIED, COVERT))
    assert words == (
        "trials: calibrate 9, screen 1,117; "
        "to isolate and confirm: endpoint × timezone 29, hostname 4; "
        "for no signal: 12 trials; reasoning: 1 min 15 s"
    )


def test_what_cost_nothing_is_not_stated():
    assert describe_cost(Cost(PHASES), ()) == "trials: calibrate 9, screen 1,117"
    assert describe_cost(Cost(()), ()) == "trials: none"
