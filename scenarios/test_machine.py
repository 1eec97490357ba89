"""Is anybody told which machine this is?

A computer has numbers that belong to it alone: an id that was drawn when it was set up, the
addresses of its network cards, its processor and its memory.  It also shows of what kind it
is: which system, whether it is a container, a virtual machine, a rented one in a cloud.  Out
of such things a *device fingerprint* is made: a number that follows a computer, whoever
uses it.

This scenario changes machine and system, and looks for anything in what the client sends
that follows from them.  What is sent as it is (the name of the system, say) is reported.
What is sent in disguise, covertly or encoded, fails the scenario.

    pytest scenarios/test_machine.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_nobody_is_told_which_machine_this_is(lab_audit: AuditFixture) -> None:
    """Another machine of another kind: nothing is sent of that in disguise."""
    lab_audit.fail_on_disguised(lab_audit("machine", "platform", together=False))
