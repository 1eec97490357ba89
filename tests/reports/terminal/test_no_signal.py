import msgspec

from lab.findings.report import FactorFacts, NotMeasured
from tests.reports.examples import (
    EMPTY,
)
from tests.reports.terminal.printed import print_report

ENDPOINT, TIMEZONE, CLOCK = EMPTY.factors


def escaped(report) -> str:
    return (
        " ".join(print_report(report).split())
        .partition("Not ruled out: ")[2]
        .partition(" control ")[0]
    )


def test_nothing_found_says_what_was_tried_and_what_would_have_escaped():
    text = " ".join(print_report(EMPTY).split())
    assert "No signal in what was tried." in text
    assert "Tried: endpoint (2 levels), timezone (6 levels), in all combinations." in text
    assert "effects that occur in fewer than about 10% of the trials" in text
    assert "clock: the client is static" in text


def test_of_one_factor_alone_no_combination_is_claimed():
    report = msgspec.structs.replace(EMPTY, factors=(TIMEZONE,))
    words = escaped(report)
    assert "in all combinations" not in print_report(report)
    assert "inputs" not in words
    assert "locale" in words
    assert "endpoint" in words
    assert "alone or together with timezone" in words
    assert "levels of timezone that were not tried" in words


def test_more_inputs_together_than_were_combined_are_not_ruled_out():
    assert "together with what was tried" in escaped(EMPTY)
    assert "effects of more than" not in escaped(EMPTY)
    third = FactorFacts("locale", "C.UTF-8", ("de_DE.UTF-8",))
    report = msgspec.structs.replace(EMPTY, factors=(ENDPOINT, TIMEZONE, third))
    assert "effects of more than 2 inputs together" in escaped(report)
    assert "in all combinations of 2 of them." in " ".join(print_report(report).split())
    report = msgspec.structs.replace(report, strength=1)
    assert "effects of more than 1 input together" in escaped(report)
    assert "combinations that were not tried" in escaped(report)


def test_where_a_limit_left_trials_out_no_combination_is_claimed():
    lost = NotMeasured("30 planned trials", "the limit on trials or time was reached")
    text = print_report(msgspec.structs.replace(EMPTY, not_measured=(lost,)))
    assert "in all combinations" not in text
    assert "combinations that were not tried" in " ".join(text.split())


def test_combinations_that_cannot_all_have_been_tried_are_not_claimed():
    text = " ".join(print_report(msgspec.structs.replace(EMPTY, trials=11)).split())
    assert "in all combinations" not in text
    assert "combinations that were not tried" in text


def test_nothing_tried_claims_nothing():
    report = msgspec.structs.replace(EMPTY, trials=0, verdict="not measured")
    text = print_report(report)
    assert "Nothing was tried, so nothing is known about the client." in text
    assert "No signal" not in text
