"""The verdict on a statement: when it counts as held, and what its text says."""

from __future__ import annotations

import msgspec
import pytest

import lab
from lab.environment import Change
from lab.testing import failure_note
from lab.testing.contracts.verdict import FlakyMachine, Verdict, format_levels
from lab.testing.contracts.violation_rate import ViolationRate

CHANGE = Change("timezone", "UTC", "Asia/Tokyo")
RATE = ViolationRate("misses", "machines in UTC", 0, 200, 0.0, 0.0183, 200, 400)
HELD = Verdict(
    statement="silent_unless(lambda machine: …)",
    client="model@1",
    outcome="held",
    why="",
    violation="fires where the statement does not hold",
    counterexample=None,
    changes=(),
    evidence=(),
    repeat=(),
    tried=12,
    trials=30,
    rates=(RATE,),
    population="all levels",
    seed=7,
)
BROKEN = msgspec.structs.replace(
    HELD,
    outcome="broken",
    why="fires where the statement does not hold",
    counterexample=lab.control(timezone="Asia/Tokyo"),
    changes=(CHANGE,),
    evidence=("in each of 8 replicates",),
    repeat=("lab run model --set timezone=Asia/Tokyo",),
)
OPEN = msgspec.structs.replace(HELD, outcome="open", why="nothing could be tried", rates=())


def test_only_a_verdict_that_held_is_true():
    assert HELD
    assert HELD.held
    assert not BROKEN
    assert not OPEN


def test_a_verdict_that_is_false_records_its_explanation():
    assert HELD
    assert failure_note.get_note() is None
    assert not BROKEN
    assert failure_note.get_note() == str(BROKEN)


def test_the_text_of_a_counterexample_has_its_levels_evidence_and_commands():
    text = str(BROKEN)
    assert text.startswith("silent_unless(lambda machine: …): broken\n")
    assert "model@1 fires where the statement does not hold:" in text
    assert "timezone  Asia/Tokyo  (control: UTC)" in text
    assert "in each of 8 replicates" in text
    assert text.index("reproduce:") < text.index("lab run model --set timezone=Asia/Tokyo")
    assert "searched: 12 machines (seed 7; 30 trials so far)" in text
    assert f"    {RATE}" in text
    assert "of machines in UTC, 50 % of the population" in text


def test_the_text_of_an_open_verdict_has_the_reason():
    assert "  nothing could be tried" in str(OPEN)
    assert "reproduce" not in str(OPEN)


def test_a_counterexample_without_changes_is_the_control():
    text = str(msgspec.structs.replace(BROKEN, changes=()))
    assert "the control environment, in which no factor is varied" in text


def test_flaky_machines_and_failed_trials_are_listed():
    flaky = (FlakyMachine((CHANGE,), 3, 8),)
    text = str(msgspec.structs.replace(OPEN, flaky=flaky, failed=("timed out", "killed")))
    assert "in 3 of 8 replicates with timezone=Asia/Tokyo" in text
    assert "no answer from 2 machines: timed out" in text


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (HELD, f"<silent_unless held: 12 machines; {RATE}>"),
        (BROKEN, f"<silent_unless broken: {BROKEN.why} at timezone=Asia/Tokyo>"),
        (OPEN, "<silent_unless open: nothing could be tried>"),
    ],
)
def test_the_repr_is_a_summary_on_one_line(verdict, words):
    assert repr(verdict) == words
    assert len(repr(msgspec.structs.replace(verdict, why="long " * 100))) <= 191


def test_levels_are_listed_as_they_are_set():
    assert format_levels((CHANGE, Change("ci", "none", "CI=true"))) == (
        "timezone=Asia/Tokyo ci=CI=true"
    )
    assert format_levels(()) == "in the control environment"
