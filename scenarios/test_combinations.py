"""Do any surroundings, alone or together, change covertly what the client sends?

Some differences show only where two things come together: a mark that is made only for
those who use another server *and* live in certain time zones never shows when one of the
two is changed alone.  This scenario therefore changes many things at once, in an order
chosen such that every pair of settings meets at least once (a *covering array*), and then
narrows each difference down to the smallest set of causes.

By default everything is varied that the client's description allows; ``--lab-factors``
names fewer.

What it finds is listed at the end of the run.  Visible differences are reported, and the
scenario passes; a covert one fails it, with the two texts, the characters by name, and the
two commands that repeat it.  What could not be tried, or stayed open, is skipped with the
reason.

    pytest scenarios/test_combinations.py --lab-client codex --lab-factors timezone,endpoint
"""

import pytest

from lab.pytest_plugin.audit_fixture import AuditFixture


@pytest.mark.lab_long
def test_all_combinations(lab_audit: AuditFixture) -> None:
    """Every pair of settings together: nothing covert changes."""
    lab_audit.fail_on_covert(lab_audit(*lab_audit.factors))
