"""Is anybody told what lies on the disk?

A client that helps with code must see the folder it works in.  Around that folder lie others:
settings with the names of servers, keys, lists of the computers that somebody has visited,
other programs' folders, which tell what else is in use.  And the path of the folder itself
often has a name in it: a person's, a customer's, a project's.

This scenario changes where the client works, what is in the project, and what lies in the
home folder, and looks for anything in what it sends that follows from them.  That the model is
told of the project is what the client is for, and is reported.  What is sent in disguise,
covertly or encoded, fails the scenario.

    pytest scenarios/test_files.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_nobody_is_told_what_lies_on_the_disk(lab_audit: AuditFixture) -> None:
    """Other folders and files: nothing is sent of them in disguise."""
    lab_audit.fail_on_disguised(lab_audit("directory", "project", "home", together=False))
