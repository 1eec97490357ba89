"""Does the client respect an opt-out?

Most clients let their users forbid reports: by a variable, a setting or a switch.  This
scenario does so in every way that the profile of the client lists, and checks two things.

Does anything still depend on the machine?  With the opt-out set, the scenario changes the
computer's name, its user, its ids and its kind.  Anything that still depends on them, except in
the requests to the model itself, fails the scenario.

Are other hosts still contacted?  Where the client contacts hosts other than the model's, there
must be fewer of them after opting out, and no new one.

A client whose profile lists no opt-out is skipped, with that reason.

    pytest scenarios/test_optout.py --lab-client codex
"""

import pytest

from lab.pytest_plugin.audit_fixture import AuditFixture
from lab.pytest_plugin.observe_fixture import ObserveFixture


@pytest.mark.lab_needs("optout")
def test_opted_out_nothing_depends_on_the_machine(lab_audit: AuditFixture) -> None:
    """With the opt-out, only requests to the model may depend on the machine."""
    lab_audit.fail_on_ignored_optout(lab_audit("optout", "hostname", "user", "machine"))


@pytest.mark.lab_needs("optout")
def test_opted_out_fewer_hosts_are_contacted(lab_observe: ObserveFixture) -> None:
    """Beside the model's, fewer hosts than without the opt-out, and no new one."""
    before = lab_observe(times=3).beyond_the_model
    after = lab_observe(times=3, optout="set").beyond_the_model
    assert not after - before, "only after opting out: " + ", ".join(sorted(after - before))
    assert not after or after < before, "as before: " + ", ".join(sorted(after))
