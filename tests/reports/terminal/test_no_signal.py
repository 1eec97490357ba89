import msgspec

from lab.findings.report import Coverage, FactorFacts, MissingCombination
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
    assert (
        "Tried: endpoint (2 levels), timezone (6 levels); all 12 combinations of 2 levels ran."
        in text
    )
    assert "effects that occur in fewer than about 10% of the trials" in text
    assert "clock: the client is static" in text


def test_of_one_factor_alone_no_combination_is_claimed():
    report = msgspec.structs.replace(EMPTY, factors=(TIMEZONE,), coverage=Coverage(1, 6, 6))
    words = escaped(report)
    assert "Tried: timezone (6 levels); all 6 levels ran." in print_report(report)
    assert "combination" not in print_report(report)
    assert "inputs" not in words
    assert "locale" in words
    assert "endpoint" in words
    assert "alone or together with timezone" in words
    assert "levels of timezone that were not tried" in words


def test_more_inputs_together_than_were_combined_are_not_ruled_out():
    assert "together with what was tried" in escaped(EMPTY)
    assert "effects of more than" not in escaped(EMPTY)
    third = FactorFacts("locale", "C.UTF-8", ("de_DE.UTF-8",))
    report = msgspec.structs.replace(
        EMPTY, factors=(ENDPOINT, TIMEZONE, third), coverage=Coverage(2, 28, 28)
    )
    assert "effects of more than 2 inputs together" in escaped(report)
    assert "all 28 combinations of 2 levels ran." in " ".join(print_report(report).split())
    report = msgspec.structs.replace(report, strength=1, coverage=Coverage(1, 10, 10))
    assert "all 10 levels ran." in " ".join(print_report(report).split())
    assert "effects of more than 1 input together" in escaped(report)


def test_what_did_not_run_is_counted_named_and_not_ruled_out():
    why = "a limit on trials or time left its trial out"
    pair = {"endpoint": "https://llm.example.net", "timezone": "Asia/Tokyo"}
    coverage = Coverage(2, 12, 10, (MissingCombination(pair, why),), {why: 2})
    report = msgspec.structs.replace(EMPTY, coverage=coverage, verdict="inconclusive")
    text = " ".join(print_report(report).split())
    assert "Inconclusive: no signal in the 10 of 12 combinations of levels that ran." in text
    assert "10 of 12 combinations of 2 levels ran." in text
    assert "the 2 combinations that did not run" in escaped(report)
    assert (
        "2 combinations (endpoint=https://llm.example.net with timezone=Asia/Tokyo and 1 more): "
        f"{why}" in text
    )


def test_a_report_without_counts_claims_no_combination():
    text = " ".join(print_report(msgspec.structs.replace(EMPTY, coverage=None)).split())
    assert "ran." not in text
    assert "combinations that were not tried" in text


def test_nothing_tried_claims_nothing():
    report = msgspec.structs.replace(EMPTY, trials=0, verdict="not measured")
    text = print_report(report)
    assert "Nothing was tried, so nothing is known about the client." in text
    assert "No signal" not in text
