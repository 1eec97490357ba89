"""Does the terminal, the login session or a build server covertly change what the client sends?

A program can detect in which terminal it runs, whether the user is logged in from another
computer, which editor started it, and whether a build server runs it without any user.  Some
clients behave differently on a build server, and document that.

This scenario changes terminal, session and build server, and compares what the client sends.  A
visible difference is reported, and the scenario passes; a covert one fails it.

    pytest scenarios/test_terminal.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_terminal_session_and_build_server(lab_audit: AuditFixture) -> None:
    """Another terminal, session or build server: no covert difference."""
    lab_audit.fail_on_covert(lab_audit("terminal", "session", "ci", together=False))
