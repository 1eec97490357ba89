"""Is it honoured if somebody opts out?

Most clients let their users say that they want nothing reported: by a variable, a setting, a
switch.  This scenario says so in every way that the client's description knows, and looks at
two things.

Does anything still tell of the machine?  With the opt-out set, the scenario changes the
computer's name, its user, its ids and its kind.  What still follows from them, anywhere but
in the questions to the model itself, fails the scenario.

Is there still anybody else who is spoken to?  Where the client speaks to others than the
model, there must be fewer of them after opting out, and nobody new.

A client whose description names no way to opt out is skipped, with that reason.

    pytest scenarios/test_optout.py --lab-client codex
"""

import pytest

from lab.pytest_plugin.audit_fixture import AuditFixture
from lab.pytest_plugin.observe_fixture import ObserveFixture


@pytest.mark.lab_needs("optout")
def test_opted_out_nothing_tells_of_the_machine(lab_audit: AuditFixture) -> None:
    """Whoever opted out is not told apart, but by the questions themselves."""
    lab_audit.fail_on_ignored_optout(lab_audit("optout", "hostname", "user", "machine"))


@pytest.mark.lab_needs("optout")
def test_opted_out_fewer_are_spoken_to(lab_observe: ObserveFixture) -> None:
    """Beside the model, fewer hosts than without the opt-out, and no new one."""
    before = lab_observe(times=3).beyond_the_model
    after = lab_observe(times=3, optout="set").beyond_the_model
    assert not after - before, "only after opting out: " + ", ".join(sorted(after - before))
    assert not after or after < before, "as before: " + ", ".join(sorted(after))
