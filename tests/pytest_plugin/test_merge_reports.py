"""One report of several."""

import msgspec
import pytest

from lab.findings.report import FactorFacts, Inconclusive
from lab.findings.report_json import decode, encode
from lab.pytest_plugin.merge_reports import merge_reports
from tests.reports.examples import COPIED, COVERT, EMPTY, FULL, ROUTE


def with_(report, **changes):
    return msgspec.structs.replace(report, **changes)


def test_a_signal_that_two_found_is_there_once_as_the_longer_audit_has_it():
    short = with_(FULL, signals=(with_(COVERT, replicates=1), ROUTE), trials=10)
    long = with_(FULL, signals=(COVERT, COPIED), trials=300)
    whole = merge_reports([short, long], "there")
    assert sorted(s.id for s in whole.signals) == sorted(s.id for s in (COVERT, COPIED, ROUTE))
    assert next(s for s in whole.signals if s.id == COVERT.id) == COVERT
    assert whole.trials == 310
    assert whole.audit == "there"
    assert decode(encode(whole)).signals == whole.signals


def test_the_verdict_is_the_most_that_any_came_to():
    def verdict(*names):
        return merge_reports([with_(EMPTY, verdict=name) for name in names], "").verdict

    assert verdict("no signal", "signal") == "signal"
    assert verdict("no signal", "inconclusive") == "inconclusive"
    assert verdict("not measured", "no signal") == "no signal"
    assert verdict("not measured") == "not measured"
    silent = with_(EMPTY, verdict="not measured", unmeasured="it sent nothing")
    whole = merge_reports([EMPTY, silent], "")
    assert (whole.verdict, whole.unmeasured) == ("not measured", "it sent nothing")
    assert merge_reports([FULL, silent], "").verdict == FULL.verdict == "signal"


def test_what_one_left_open_and_another_settled_is_not_open():
    item = Inconclusive(COVERT.location, COVERT.cause, "too few trials")
    other = Inconclusive(COPIED.location, ("clock",), "too few trials")
    whole = merge_reports([with_(EMPTY, inconclusive=(item, other)), FULL], "")
    assert item not in whole.inconclusive
    assert other in whole.inconclusive


def test_factors_have_the_levels_that_any_tried():
    one = with_(EMPTY, factors=(FactorFacts("timezone", "UTC", ("Asia/Tokyo",)),))
    two = with_(
        EMPTY,
        factors=(
            FactorFacts("locale", "C", ("de_DE",)),
            FactorFacts("timezone", "UTC", ("Asia/Tokyo", "Asia/Seoul")),
        ),
    )
    whole = merge_reports([one, two], "")
    assert [facts.name for facts in whole.factors] == ["locale", "timezone"]
    assert whole.factors[1].levels == ("Asia/Tokyo", "Asia/Seoul")


def test_one_report_stays_what_it_is():
    assert merge_reports([FULL], FULL.audit or "").signals == tuple(
        sorted(FULL.signals, key=lambda s: s.id)
    )
    assert merge_reports([FULL], "").bits_exact == FULL.bits_exact
    assert not merge_reports([FULL, FULL], "").bits_exact


def test_nothing_cannot_be_merged():
    with pytest.raises(ValueError, match="no report"):
        merge_reports([], "")
