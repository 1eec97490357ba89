from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.report import Kind
from lab.findings.severity import KINDS, rank_kind, severity
from tests.reports.examples import COPIED, COVERT, FULL, PRESENCE, ROUTE


def test_every_kind_of_a_report_has_a_rank():
    assert sorted(KINDS) == sorted(get_args(Kind))
    assert [rank_kind(kind) for kind in KINDS] == list(range(len(KINDS)))


def test_covert_signals_come_first_and_routing_effects_last():
    assert sorted(FULL.signals, key=severity) == [COVERT, COPIED, PRESENCE, ROUTE]
    covert_route = msgspec.structs.replace(ROUTE, covert=True)
    assert severity(COVERT) < severity(covert_route) < severity(COPIED)


@given(st.permutations(FULL.signals))
def test_the_order_does_not_depend_on_the_order_before(signals):
    assert sorted(signals, key=severity) == sorted(FULL.signals, key=severity)


def test_signals_of_one_kind_are_ordered_by_cause_then_location_and_not_by_p():
    likely = msgspec.structs.replace(PRESENCE, p_adjusted=0.0, id="zz", cause=("user",))
    assert severity(PRESENCE) < severity(likely)
    elsewhere = msgspec.structs.replace(PRESENCE, location=COVERT.location)
    assert severity(PRESENCE) < severity(elsewhere)
