"""Does the client send, in disguise, which machine this is?

A computer has numbers of its own: an id from its installation, the addresses of its network
cards, its processor and its memory.  It also reveals its kind: the system, and whether it is a
container, a virtual machine or a rented one in a cloud.  From these a *device fingerprint* can
be computed: a number that follows a computer, whoever uses it.

This scenario changes machine and system, and finds what depends on them in what the client
sends.  What is sent as it is (the name of the system, say) is reported.  Anything sent in
disguise, covertly or encoded, fails the scenario.

    pytest scenarios/test_machine.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_machine_is_not_sent_in_disguise(lab_audit: AuditFixture) -> None:
    """Another machine of another kind: nothing of it is sent in disguise."""
    lab_audit.fail_on_disguised(lab_audit("machine", "platform", together=False))
