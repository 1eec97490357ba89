"""Is anything sent before somebody has asked for anything?

Whoever starts a client for the first time has agreed to nothing yet.  With the first question
they decide that *this text* goes to *this model*.  What goes out before that, goes out
unasked.

This scenario starts the client as somebody new, on a computer whose names and ids were made up
for the purpose, and looks at everything that is sent before the first question to the model.
Something that is sent to anybody but the model's own server fails the scenario, and so does
anything that tells of the computer, wherever it goes.  The message lists it.

The lab starts most clients with the question already given, and with such answers as a
client's description holds; it cannot show what happens while a screen waits for a person.
A client that asks no model the lab knows is skipped: then there is no first question.

    pytest scenarios/test_consent.py --lab-client codex
"""

import pytest

from lab.pytest_plugin.observe_fixture import ObserveFixture

SOMEBODY = {
    "hostname": "quillfeather-1729",
    "user": "tamsinvex",
    "directory": "~/hollowmere-ledger",
}
"""Names that occur nowhere else, so that they are recognised wherever they turn up."""


def test_nothing_is_sent_before_the_first_question(lab_observe: ObserveFixture) -> None:
    """A fresh user: before the first question nobody is told anything."""
    seen = lab_observe(times=3, **SOMEBODY)
    if not seen.model_hosts:
        pytest.skip("the client asked no model, so there is no first question")
    early = seen.before_the_model()
    assert not early, "before the first question: " + "; ".join(early)
