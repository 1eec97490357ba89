"""Does the client send something else, covertly, to users of another server?

The address of the model's server can often be set: people use a company's gateway, another
provider, or a server of their own.  Then requests go there, as intended.  If the *content* also
changes with the server, in a way that nobody sees, it marks users of other servers.

This scenario sets one address after another, and compares what the client sends.  That requests
go to the configured address is no finding.  Visible differences are reported; a covert one
fails the scenario.

    pytest scenarios/test_endpoint.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_server_alone(lab_audit: AuditFixture) -> None:
    """The same computer with other servers: no covert difference."""
    lab_audit.fail_on_covert(lab_audit("endpoint"))
