"""Does the language of the computer covertly change what the client sends?

A computer is set to a language and a country: how it sorts, how it writes dates, in which
language it answers.  A program needs this setting to talk to its user.  A receiver of it learns
where the user probably comes from.

This scenario runs the client on computers that differ in this setting only, and compares what
it sends.  A visible difference is reported, and the scenario passes; a covert one (a look-alike
letter, an invisible character, a changed order) fails it.  What could not be tried, or stayed
open, is skipped with the reason.

    pytest scenarios/test_locale.py --lab-client codex
"""

from lab.pytest_plugin.audit_fixture import AuditFixture


def test_the_language_alone(lab_audit: AuditFixture) -> None:
    """The same computer set to other languages: no covert difference."""
    lab_audit.fail_on_covert(lab_audit("locale"))
