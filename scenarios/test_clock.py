"""Does the date change what the client sends, otherwise than by being told?

Many clients tell a model what day it is, and that is useful.  But a program can also behave
otherwise from some day on: a switch that turns over at midnight, on a holiday, or in a year
in which nobody looks any more.

This scenario runs the client on computers that are equal in everything but the date, and looks
for any difference in what it sends.  The date itself, where it is told openly, is reported,
and the scenario passes; a covert difference fails it.  A clock reaches most programs, not
all: for a client that it does not reach, the scenario is skipped with the reason.

    pytest scenarios/test_clock.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_date_alone(lab_audit: AuditFixture) -> None:
    """The same computer on other days: nothing covert changes."""
    lab_audit.fail_on_covert(lab_audit("clock"))
