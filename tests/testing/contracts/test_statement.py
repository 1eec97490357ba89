from __future__ import annotations

import pytest

from lab.errors import UsageError
from lab.testing.contracts.claim import source_text
from lab.testing.contracts.statement import Machine, evaluate_statement

MACHINE = {"timezone": "UTC", "optout": "unset"}


def test_what_was_read_is_known():
    machine = Machine(MACHINE)
    assert machine["timezone"] == "UTC"
    assert machine.read == {"timezone"}
    assert dict(machine) == MACHINE
    assert "timezone" in machine


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (lambda machine: machine["tiemzone"], "there is no factor 'tiemzone'; nearest: timezone"),
        (lambda machine: machine["locale"], "the factor locale is not varied here"),
        (lambda machine: machine["clock"], "clock: it is static"),
        (lambda machine: 1 / 0, "the statement raised ZeroDivisionError"),
        (lambda machine: {}[machine["timezone"]], "KeyError: 'UTC', for .*UTC"),
    ],
)
def test_a_statement_that_fails_is_reported_in_a_line(statement, message):
    with pytest.raises(UsageError, match=message) as error:
        evaluate_statement(statement, Machine(MACHINE, {"clock": "it is static"}))
    assert "\n" not in str(error.value)


def named(machine):
    return True


def test_a_statement_is_reported_as_it_was_written():
    here, there = (lambda machine: machine["ci"] == "none"), (lambda machine: not machine["ci"])
    assert source_text(named) == "named"
    assert source_text(here) == 'lambda machine: machine["ci"] == "none"'
    assert source_text(there) == 'lambda machine: not machine["ci"]'
    assert source_text(eval("lambda machine: True")) == "<lambda>"
    assert len(source_text(lambda machine: machine["timezone"] in ("Africa/Lagos", "Africa/Cairo", "Asia/Tokyo", "Asia/Seoul", "UTC"))) <= 120  # noqa: E501  # fmt: skip
