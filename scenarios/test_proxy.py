"""Does the client say other things to those who are behind a proxy?

In many offices a program reaches the world only through another machine, a proxy, whose
address stands in the settings.  Requests then go by way of it.  That somebody is behind a
proxy, and behind which, is nobody else's business.

This scenario sets one proxy after another, and looks for any difference in what the client
sends, beyond the way that it takes.  Visible differences are reported; a covert one fails
the scenario.  Whether *everything* goes through the proxy is another question:
``test_through_the_proxy.py`` asks it.

    pytest scenarios/test_proxy.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_proxy_alone(lab_audit: AuditFixture) -> None:
    """The same computer behind other proxies: nothing covert changes."""
    lab_audit.fail_on_covert(lab_audit("proxy"))
