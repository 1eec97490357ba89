"""What is sent in the control environment is listed, with how often."""

from __future__ import annotations

import msgspec

from lab.experiment.tabulate.usual_messages import list_usual_messages
from lab.observation.location import Location
from tests.experiment.tabulate.build import BODY, CONTROL, Study

TOKYO = {"timezone": "Asia/Tokyo"}
NAME = Location("dns", "a.example", part="query")


def test_messages_of_the_control_environment_are_counted_and_no_others():
    rows = Study(
        ({}, {BODY: ("a",), NAME: ("x",)}), ({}, {BODY: ("b",)}), (TOKYO, {NAME: ("x",)})
    ).rows
    found = list_usual_messages(rows, CONTROL)
    assert [(one.location, one.trials, one.of) for one in found] == [
        (BODY.message, 2, 2),
        (NAME.message, 1, 2),
    ]


def test_a_broken_trial_does_not_count():
    rows = Study(({}, {BODY: ("a",)}), ({}, {NAME: ("b",)})).rows
    rows[1] = msgspec.structs.replace(rows[1], broken=True)
    assert [(one.trials, one.of) for one in list_usual_messages(rows, CONTROL)] == [(1, 1)]


def test_how_the_client_ended_is_no_message():
    ended = Location("exit", part="status")
    assert list_usual_messages(Study(({}, {ended: ("finished",)})).rows, CONTROL) == ()
