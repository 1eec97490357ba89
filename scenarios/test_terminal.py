"""Does it change what the client sends where somebody sits, and whether anybody does?

A program can tell in which window it runs, whether somebody came from another computer,
which editor started it, and whether nobody is there at all because a build server runs it.
Some clients behave otherwise on a build server, and say so.

This scenario changes terminal, session and build server, and looks for any difference in what
the client sends.  A difference that a reader can see is reported, and the scenario passes; a
covert one fails it.

    pytest scenarios/test_terminal.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_where_somebody_sits(lab_audit: AuditFixture) -> None:
    """Another terminal, session or build server: nothing covert changes."""
    lab_audit.fail_on_covert(lab_audit("terminal", "session", "ci", together=False))
