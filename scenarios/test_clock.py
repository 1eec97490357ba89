"""Does the date change what the client sends, in a way that a reader does not see?

Many clients send a model the current date, and that is useful.  A program can also behave
differently from some day on: a switch that turns over at midnight, on a holiday, or in a later
year.

This scenario runs the client on computers that differ in the date only, and compares what it
sends.  The date itself, where it is sent openly, is reported, and the scenario passes; a covert
difference fails it.  The clock cannot be set for every program: where it cannot, the scenario
is skipped with the reason.

    pytest scenarios/test_clock.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_date_alone(lab_audit: AuditFixture) -> None:
    """The same computer on other days: no covert difference."""
    lab_audit.fail_on_covert(lab_audit("clock"))
