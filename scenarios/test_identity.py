"""Does the client send, in disguise, who you are?

A computer has a name, its user has a login name, and Git's settings hold a name and a mail
address.  Each of them identifies a person, in many companies exactly.  A program can send them
as they are, which is visible.  It can also send something derived from them: a hash that nobody
can read but that is the same every time, so that the receiver recognises the person.

This scenario gives the computer other names, and finds what depends on them in what the client
sends.  A name sent as it is, is reported.  Anything sent in disguise, covertly or encoded (as a
hash, in base64, …), fails the scenario.

    pytest scenarios/test_identity.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture

PLANTED = "a report has a hash of the host name"


def test_names_are_not_sent_in_disguise(lab_audit: AuditFixture) -> None:
    """The same computer with other names: nothing of them is sent in disguise."""
    lab_audit.fail_on_disguised(lab_audit("user", "hostname", "git", together=False))
