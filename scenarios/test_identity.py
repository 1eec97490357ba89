"""Is anybody told who you are?

A computer has a name, its user has a login name, and whoever writes code has a name and a
mail address in Git's settings.  Each of them tells who somebody is, in many companies exactly.
A program can send them as they are, and then one sees it.  It can also send something made
of them: a hash, a number that nobody can read, but that is the same every time, so that
whoever gets it knows the person again.

This scenario gives the computer other names, and looks for anything in what the client sends
that follows from them.  What is sent as it is, is reported.  What is sent in disguise, covertly
or encoded (as a hash, in base64, …), fails the scenario.

    pytest scenarios/test_identity.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_nobody_is_told_who_you_are(lab_audit: AuditFixture) -> None:
    """The same computer with other names: nothing is sent of them in disguise."""
    lab_audit.fail_on_disguised(lab_audit("user", "hostname", "git", together=False))
