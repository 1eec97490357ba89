"""Does the client say other things the first time than later?

Somebody's first run is a special one: a program may greet, ask for consent, or announce to
its maker that somebody new is there.  Later it may send a number that it drew the first time,
and be known by it.

This scenario runs the client as somebody who is new to it, and as somebody who ran it before,
once and several times, and looks for any difference in what it sends.  A difference that a
reader can see is reported, and the scenario passes; a covert one fails it.

    pytest scenarios/test_first_run.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_first_run_and_later_ones(lab_audit: AuditFixture) -> None:
    """Somebody who ran it before: nothing covert changes."""
    lab_audit.fail_on_covert(lab_audit("state"))
