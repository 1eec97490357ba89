"""Does the client send something else on its first run than later?

On its first run a program may greet, ask for consent, or announce a new user to its maker.
Later it may send a number that it drew on the first run, by which the user is recognised.

This scenario runs the client as a new user, and as a user who ran it before, once and several
times, and compares what it sends.  A visible difference is reported, and the scenario passes; a
covert one fails it.

    pytest scenarios/test_first_run.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_first_run_and_later_ones(lab_audit: AuditFixture) -> None:
    """A user who ran it before: no covert difference."""
    lab_audit.fail_on_covert(lab_audit("state"))
