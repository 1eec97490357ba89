"""Does the client send anything before the user has asked for anything?

Somebody who starts a client for the first time has agreed to nothing yet.  The first question
decides that *this text* goes to *this model*.  Anything sent before is sent without consent.

This scenario starts the client as a new user, on a computer with generated names and ids, and
lists everything that is sent before the first question to the model.  Anything sent to another
host than the model's fails the scenario, and so does anything that contains an input from the
computer, wherever it goes.

The lab starts most clients with the question already given, and with the answers in the profile
of the client; it cannot show what happens while a screen waits for a person.  A client that
sends no request to a model that the lab knows is skipped: then there is no first question.

    pytest scenarios/test_consent.py --lab-client codex
"""

import pytest

from lab.pytest_plugin.observe_fixture import ObserveFixture

NEW_USER = {
    "hostname": "quillfeather-1729",
    "user": "tamsinvex",
    "directory": "~/hollowmere-ledger",
}
"""Names that occur nowhere else, so that they are recognised in all traffic."""

PLANTED = "a report is sent before the question"


def test_nothing_is_sent_before_the_first_question(lab_observe: ObserveFixture) -> None:
    """A new user: nothing is sent before the first question."""
    seen = lab_observe(times=3, **NEW_USER)
    if not seen.model_hosts:
        pytest.skip("the client sent no request to a model, so there is no first question")
    early = seen.before_the_model()
    assert not early, "before the first question: " + "; ".join(early)
