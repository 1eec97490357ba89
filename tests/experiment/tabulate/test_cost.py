"""The cost of an audit: every trial is counted once by phase, and shared among its signals."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.environment import Environment
from lab.experiment.tabulate.cost import count_cost
from lab.experiment.trials.planned import PlannedTrial
from lab.store import StoredTrial
from tests.reports.examples import COPIED, COVERT

CONTROL = Environment.of({"endpoint": "unset", "hostname": "h", "timezone": "UTC"})
SIGNALS = (COVERT, COPIED, msgspec.structs.replace(COPIED, id="second"))
BOTH = {"endpoint": "e", "timezone": "t"}


def stored(*trials):
    return {
        PlannedTrial(CONTROL.but(levels), number): StoredTrial("", number, phase, "", 2.0, 1, 0, "")
        for number, (phase, levels) in enumerate(trials)
    }


def cost_of(*trials):
    return count_cost(stored(*trials), SIGNALS, CONTROL, reasoning_s=1.5)


def test_trials_are_counted_by_phase_in_the_order_of_an_audit():
    cost = cost_of(("confirm", {}), ("screen", BOTH), ("calibrate", {}), ("screen", {}))
    assert [(one.phase, one.trials, one.client_s) for one in cost.phases] == [
        ("calibrate", 1, 2.0),
        ("screen", 2, 4.0),
        ("confirm", 1, 2.0),
    ]
    assert cost.reasoning_s == 1.5


def test_a_trial_is_shared_among_the_signals_that_it_is_for():
    cost = cost_of(
        ("isolate", BOTH),
        ("confirm", {**BOTH, "hostname": "x"}),
        ("confirm", {"timezone": "t"}),
        ("screen", BOTH),
    )
    found = {one.id: (one.trials, one.share) for one in cost.signals}
    assert found == {COVERT.id: (2, 1.5), COPIED.id: (1, 0.25), "second": (1, 0.25)}
    assert cost.unattributed == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["screen", "isolate", "confirm"]),
            st.dictionaries(st.sampled_from(["endpoint", "hostname", "timezone"]), st.just("x")),
        )
    )
)
def test_shares_add_up_to_the_trials_for_signals(trials):
    cost = cost_of(*trials)
    for_signals = sum(phase != "screen" for phase, _ in trials)
    total = sum(one.share for one in cost.signals) + cost.unattributed
    assert total == pytest.approx(for_signals, abs=0.03)
    assert sum(one.trials for one in cost.phases) == len(trials)
