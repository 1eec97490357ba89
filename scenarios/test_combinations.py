"""Does any input, alone or in combination, covertly change what the client sends?

Some differences need two conditions: a mark that is made only for users of another server *and*
of certain time zones never shows when one of the two is changed alone.  This scenario changes
many factors at once, in an order in which every pair of levels meets at least once (a *covering
array*), and then narrows each difference down to the smallest set of causes.

By default it varies every factor that can be varied for the client; ``--lab-factors`` selects
some.

The end of the run lists what it finds.  Visible differences are reported, and the scenario
passes; a covert one fails it, with the two texts, the characters by name, and the two commands
that reproduce it.  What could not be tried, or stayed open, is skipped with the reason.

    pytest scenarios/test_combinations.py --lab-client codex
"""

import pytest

from lab.pytest_plugin.audit_fixture import AuditFixture

PLANTED = "the apostrophe of a date depends on the time zone"


@pytest.mark.lab_long
def test_all_combinations(lab_audit: AuditFixture) -> None:
    """Every pair of levels together: no covert difference."""
    lab_audit.fail_on_covert(lab_audit(*lab_audit.factors))
