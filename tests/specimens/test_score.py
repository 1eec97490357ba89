"""Right, missed and false, on hand-made truth and hand-made reports."""

import msgspec
import pytest

from lab.specimens.score import evaluate_report, sum_evaluations
from lab.specimens.specimen import Allowed, Expected, Specimen
from lab.findings.report import FactorFacts, Location
from tests.reports.examples import COPIED, EMPTY

PLANTED = Expected(("timezone",), "http", "copied", False, "body", "a.example")
COVERT = Expected(("endpoint", "timezone"), "http", "derived", True, "body", "a.example")
SPECIMEN = Specimen(
    name="s",
    description="",
    argv=("/usr/bin/python3", "/s.py"),
    factors=("timezone", "endpoint"),
    expected=(PLANTED,),
    allowed=(Allowed(("endpoint",), "it routes", kind="route"),),
    quiet=False,
    routes=(),
    hard=False,
    verdicts=("finished",),
)


def signal(cause, channel="http", host="a.example", kind="copied", covert=False):
    return msgspec.structs.replace(
        COPIED, cause=cause, kind=kind, covert=covert, location=Location(channel, host)
    )


def report(*signals, factors=(), verdict="signal"):
    facts = tuple(FactorFacts(name, "c", ("l",), name not in factors) for name in SPECIMEN.factors)
    return msgspec.structs.replace(EMPTY, signals=signals, factors=facts, verdict=verdict)


def truth(*expected):
    return msgspec.structs.replace(SPECIMEN, expected=expected)


def test_what_is_planted_and_reported_is_right_and_all_is_well():
    found = evaluate_report(SPECIMEN, report(signal(("timezone",)), signal(("timezone",))))
    assert found.right == (PLANTED,)
    assert found.reported == 2
    assert found.is_flawless


def test_a_negative_result_of_a_client_that_cannot_be_measured_is_wrong_and_so_is_the_reverse():
    silent = msgspec.structs.replace(SPECIMEN, expected=(), unmeasured=True)
    empty = report(verdict="no signal")
    unmeasured = msgspec.structs.replace(empty, verdict="not measured", unmeasured="it sent none")
    assert evaluate_report(silent, unmeasured).is_flawless
    assert evaluate_report(silent, empty).wrong_verdict == "no signal"
    assert not evaluate_report(silent, empty).is_flawless
    quiet = truth()
    assert evaluate_report(quiet, empty).is_flawless
    assert evaluate_report(quiet, unmeasured).wrong_verdict == "not measured"
    harmful = msgspec.structs.replace(quiet, verdicts=("timed out",))
    assert evaluate_report(harmful, unmeasured).is_flawless


def test_what_is_not_reported_is_missed():
    found = evaluate_report(SPECIMEN, report())
    assert found.missed == (PLANTED,)
    assert not found.misattributed
    assert not found.is_flawless


def test_what_is_neither_planted_nor_allowed_is_false():
    unexpected = signal(("hostname",))
    found = evaluate_report(SPECIMEN, report(signal(("timezone",)), unexpected))
    assert found.false == (unexpected,)
    assert not found.is_flawless


@pytest.mark.parametrize(
    "tolerated",
    [
        signal(("endpoint",), "dns", "b.example", "route"),
        signal(("timezone",), "http", "elsewhere.example"),
        signal(("timezone",), "http", None, "order"),
    ],
)
def test_what_is_allowed_or_a_shadow_counts_for_nothing(tolerated):
    found = evaluate_report(SPECIMEN, report(signal(("timezone",)), tolerated))
    assert found.is_flawless
    assert found.reported == 1


@pytest.mark.parametrize(
    "false",
    [
        signal(("timezone",), "dns"),
        signal(("endpoint",), kind="derived"),
        signal(("endpoint", "timezone")),
    ],
)
def test_another_channel_kind_or_cause_is_false(false):
    assert evaluate_report(SPECIMEN, report(signal(("timezone",)), false)).false == (false,)


@pytest.mark.parametrize(
    "cause", [("timezone",), ("endpoint",), ("endpoint", "hostname", "timezone")]
)
def test_part_of_the_cause_at_the_location_is_misattributed(cause):
    found = evaluate_report(truth(COVERT), report(signal(cause, kind="derived")))
    assert found.misattributed == found.missed == (COVERT,)


def test_a_cause_that_shares_nothing_or_stands_elsewhere_explains_nothing():
    for other in (signal(("hostname",)), signal(("timezone",), host="b.example")):
        assert evaluate_report(truth(COVERT), report(other)).misattributed == ()


def test_one_signal_at_least_must_have_the_right_covertness():
    plain, covert = signal(COVERT.cause), signal(COVERT.cause, covert=True)
    assert evaluate_report(truth(COVERT), report(plain)).mistaken == (COVERT,)
    assert evaluate_report(truth(COVERT), report(plain, covert)).is_flawless


def test_what_could_not_be_varied_is_not_missed():
    found = evaluate_report(truth(PLANTED, COVERT), report(signal(("timezone",)), factors=("endpoint",)))
    assert found.right == (PLANTED,)
    assert found.not_measured == (COVERT,)
    assert found.is_flawless


def test_an_audit_that_measured_nothing_finds_nothing_and_misses_nothing():
    found = evaluate_report(SPECIMEN, report(verdict="not measured"))
    assert found.not_measured == (PLANTED,)
    assert not found.missed


def test_rates_over_several_audits():
    both = truth(PLANTED, COVERT)
    total = sum_evaluations(
        [
            evaluate_report(both, report(signal(("timezone",)), signal(COVERT.cause, covert=True))),
            evaluate_report(both, report(signal(("timezone",)), signal(("endpoint",)))),
            evaluate_report(both, report()),
        ]
    )
    assert (total.audits, total.planted, total.right, total.false) == (3, 6, 3, 1)
    assert total.recall == 3 / 6
    assert total.precision == 3 / 4
    assert total.exact == 3 / 4


def test_a_rate_without_a_base_is_none_and_not_perfect():
    total = sum_evaluations([])
    assert (total.recall, total.precision, total.exact) == (None, None, None)
