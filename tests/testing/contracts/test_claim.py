"""A claim: to which machines it applies, and how the name of its statement is found."""

from __future__ import annotations

import functools

import pytest

import lab
from lab.errors import UsageError
from lab.testing.contracts.claim import Claim, source_text


def make_claim(statement, expected, **options):
    return Claim(
        name="a claim",
        statement=statement,
        expected=expected,
        is_violated=lambda environment, replicate: pytest.fail("a trial ran"),
        violation="fires",
        rate_name="misses",
        among="machines",
        **options,
    )


@pytest.mark.parametrize("expected", [True, False])
def test_a_claim_applies_where_the_statement_has_the_expected_value(expected):
    claim = make_claim(lambda machine: machine["timezone"] == "Asia/Tokyo", expected)
    assert claim.applies_to(lab.control(timezone="Asia/Tokyo")) is expected
    assert claim.applies_to(lab.control(timezone="UTC")) is not expected


def test_a_statement_may_return_any_value():
    claim = make_claim(lambda machine: machine["hostname"], True)
    assert claim.applies_to(lab.control(hostname="a"))


def test_the_reason_for_a_missing_factor_is_reported():
    claim = make_claim(lambda machine: machine["clock"], True, missing={"clock": "static binary"})
    with pytest.raises(UsageError, match="static binary"):
        claim.applies_to(lab.Environment.of({"timezone": "UTC"}))


def test_a_named_function_has_its_name():
    assert source_text(test_a_named_function_has_its_name) == "test_a_named_function_has_its_name"
    assert source_text(functools.partial(print, "a")) == "partial"


def test_a_lambda_has_its_source_on_one_line():
    text = source_text(
        lambda machine: (
            machine["timezone"]
            == "UTC"
        )
    )  # fmt: skip
    assert text == 'lambda machine: ( machine["timezone"] == "UTC" )'


def test_the_innermost_of_two_lambdas_on_a_line_is_chosen():
    outer = lambda: lambda machine: machine["ci"] == "none"  # noqa: E731
    assert source_text(outer()) == 'lambda machine: machine["ci"] == "none"'


def test_a_long_lambda_is_truncated():
    text = source_text(
        lambda machine: (
            (machine["timezone"], machine["hostname"]) == ("UTC", "workstation")
            or machine["ci"] == "none"
            or machine["locale"] == "C"
        )
    )
    assert len(text) == 120
    assert text.endswith("…")


def test_a_lambda_without_a_file_has_its_name():
    assert source_text(eval("lambda machine: True")) == "<lambda>"
