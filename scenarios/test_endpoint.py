"""Does the client say other things to those who use another server?

The address of the model's server can often be set: people use a company's gateway, another
provider, a server of their own.  Then requests go there, which is what they want.  It is
another thing if *what* is said changes with the server, in a way that nobody sees: it marks
those who went elsewhere.

This scenario sets one address after another, and looks for any difference in what the client
sends.  That requests go where they were sent is no finding.  Visible differences are
reported; a covert one fails the scenario.

    pytest scenarios/test_endpoint.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_server_alone(lab_audit: AuditFixture) -> None:
    """The same computer, asking other servers: nothing covert changes."""
    lab_audit.fail_on_covert(lab_audit("endpoint"))
