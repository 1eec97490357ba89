"""Does the client send something else, covertly, to users behind a proxy?

In many offices a program reaches the internet only through another machine, a proxy, whose
address is in the settings.  Requests then go through it.  Whether a user is behind a proxy, and
behind which one, should not be sent to anybody.

This scenario sets one proxy after another, and compares what the client sends, apart from the
route.  Visible differences are reported; a covert one fails the scenario.  Whether *everything*
goes through the proxy is the question of ``test_through_the_proxy.py``.

    pytest scenarios/test_proxy.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_proxy_alone(lab_audit: AuditFixture) -> None:
    """The same computer behind other proxies: no covert difference."""
    lab_audit.fail_on_covert(lab_audit("proxy"))
