import io
import re
import sys

import pytest

from lab.experiment.events import PhaseStarted
from lab.reports.terminal.specimen_progress import SpecimenProgress
from tests.reports.terminal.test_progress import events, trial


def watched(*audits, step=1.0, animated=False, between=lambda: None) -> str:
    """What is printed of audits, each a sequence of events that are ``step`` seconds apart."""
    stream = io.StringIO()
    clock = iter(range(10**6))
    watch = SpecimenProgress(
        stream, now=lambda: next(clock) * step, audits=len(audits), animated=animated
    )
    for number, sequence in enumerate(audits):
        with watch.audit(f"specimen_{number}", 7) as handle:
            for event in sequence:
                handle(event)
        between()
    return stream.getvalue()


def test_each_audit_is_announced_and_a_short_one_needs_no_more():
    assert watched(events(3), events(3)).splitlines() == [
        "lab: specimen_0, seed 7: audit 1 of 2",
        "lab: specimen_1, seed 7: audit 2 of 2",
    ]


def test_a_long_audit_says_every_few_seconds_where_it_is():
    first, *lines = watched(events(60)).splitlines()
    assert first.endswith("audit 1 of 1")
    assert all(
        re.fullmatch(r"lab: specimen_0, seed 7: screen, \d+ of about 60 trials", line)
        for line in lines
    )
    assert 3 <= len(lines) <= 7


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_names_specimen_phase_and_trial_and_leaves_nothing(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    watch = SpecimenProgress(stream, now=lambda: 0.0, audits=2)
    with watch.audit("header_order", 7) as handle:
        for event in events(60):
            handle(event)
    text = stream.getvalue()
    assert "header_order, seed 7: screen" in text
    assert "60 of about 60 trials" in text
    # The last thing that a transient bar does is to clear its line.
    assert text.endswith("\x1b[2K")


def test_the_bar_takes_neither_stream_over():
    """A result that is printed between two audits goes where stdout leads."""
    before = sys.stdout, sys.stderr
    seen = []
    sequence = [PhaseStarted("screen", 1, 0, 0), trial()]
    watched(
        sequence, sequence, animated=True, between=lambda: seen.append((sys.stdout, sys.stderr))
    )
    assert seen == [before, before]


def test_an_audit_that_fails_takes_the_bar_down():
    stream = io.StringIO()
    watch = SpecimenProgress(stream, now=lambda: 0.0, audits=1, animated=True)
    with pytest.raises(ZeroDivisionError), watch.audit("eternal", 0):
        raise ZeroDivisionError
    with watch.audit("next", 0) as handle:
        handle(trial())
