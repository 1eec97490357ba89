import io
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.environment import Environment
from lab.experiment.events import (
    AuditFinished,
    AuditStarted,
    ComparisonStarted,
    PhaseFinished,
    PhaseStarted,
    SignalConfirmed,
    TrialFinished,
    Warned,
)
from lab.reports.terminal.progress import Estimate, Progress
from tests.reports.examples import COVERT, EMPTY, FULL

HERE = Environment.of({"timezone": "UTC"})


def trial(verdict="finished", from_store=False) -> TrialFinished:
    return TrialFinished("screen", HERE, 0, verdict, 1.0, from_store)


def events(trials: int, known: int = 0):
    yield AuditStarted(EMPTY.client, EMPTY.factors, 7, 2, trials, ".lab/audits/x")
    yield PhaseStarted("screen", trials, known, 0)
    for number in range(trials):
        yield trial(from_store=number < known)
    yield PhaseFinished("screen", "2 features differ")
    yield AuditFinished(FULL)


def print_progress(sequence, step=1.0, animated=False) -> list[str]:
    """The lines for these events, ``step`` seconds apart."""
    stream = io.StringIO()
    clock = iter(range(10**6))
    with Progress(stream, now=lambda: next(clock) * step, animated=animated) as progress:
        for event in sequence:
            progress.handle(event)
    return stream.getvalue().splitlines()


def test_plain_lines_one_every_few_seconds_and_the_end_of_each_phase():
    lines = print_progress(events(40), step=0.5)
    assert lines[0] == "probe@1.0: 2 factors, about 40 trials, 2 jobs, seed 7, in .lab/audits/x"
    assert lines[1] == "screen: 40 trials to run"
    assert lines[-2:] == ["screen: 2 features differ", "done: 168 trials, 40 of them now"]
    middle = lines[2:-2]
    assert all(re.match(r"screen: \d+ of about 40 trials", line) for line in middle)
    assert 3 <= len(middle) <= 9
    assert middle[0] == "screen: 5 of about 40 trials, about 40 s left"


def test_signals_and_warnings_are_reported_as_they_come_and_are_safe():
    hostile = msgspec.structs.replace(
        COVERT, location=msgspec.structs.replace(COVERT.location, host="\x1b[2J\nevil")
    )
    lines = print_progress(
        [SignalConfirmed(COVERT), SignalConfirmed(hostile), Warned("no \x1b clock\n")]
    )
    assert lines == [
        "COVERT signal: endpoint × timezone, derived, "
        "POST api.example.com/v1/messages body /messages/0/content/0/text",
        "COVERT signal: endpoint × timezone, derived, "
        "POST ⟨U+001B ESCAPE⟩[2J⟨LF⟩evil/v1/messages body /messages/0/content/0/text",
        "warning: no ⟨U+001B ESCAPE⟩ clock⟨LF⟩",
    ]


def test_trials_that_did_not_finish_are_counted_at_the_end_of_the_phase():
    odd = [trial("timed out"), trial("timed out"), trial("killed")]
    lines = print_progress(
        [PhaseStarted("screen", 3, 0, 0), *odd, PhaseFinished("screen", "nothing")]
    )
    assert lines[-1] == "screen: nothing; 2 timed out; 1 killed"


def test_a_phase_with_nothing_to_do_is_not_worth_a_line():
    assert (
        print_progress([PhaseStarted("confirm", 0, 0, 0), PhaseFinished("confirm", "0 trials")])
        == []
    )


def test_what_comes_from_the_store_is_said_and_does_not_count_for_the_pace():
    assert "screen: 2 trials to run, 38 already done" in print_progress(events(40, known=38))
    estimate = Estimate()
    estimate.expect(40, 38, 0)
    for number in range(38):
        estimate.record_trial(number * 0.001, ran=False)
    assert estimate.seconds_left() is None
    estimate.record_trial(10.0, ran=True)
    assert estimate.seconds_left() is None


def test_on_a_terminal_there_is_a_bar(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    text = "\n".join(print_progress(events(40), animated=True))
    assert "━" in text
    assert "40 of about 40 trials" in text
    assert "screen: 2 features differ" in text


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 50), st.integers(0, 60))
def test_the_estimate_is_sane_whatever_happens(ran, later, planned):
    estimate = Estimate()
    estimate.expect(planned, ran.count(False), later)
    for number, one in enumerate(ran):
        estimate.record_trial(float(number), ran=one)
        assert 0 <= estimate.done <= estimate.total
        left = estimate.seconds_left()
        assert left is None or left >= 0


@pytest.mark.parametrize(("interval", "left"), [(2.0, 76.0), (0.5, 19.0)])
def test_the_time_left_is_the_pace_times_what_remains(interval, left):
    estimate = Estimate()
    estimate.expect(30, 0, 20)
    for number in range(12):
        estimate.record_trial(number * interval, ran=True)
    assert estimate.seconds_left() == pytest.approx(left)


PLAN = [("calibrate", 9, 214), ("screen", 214, 40), ("isolate", 30, 40), ("confirm", 20, 0)]
"""Phases with their trials and what each expects to follow; the plan in all is 263."""


def whole_audit():
    yield AuditStarted(EMPTY.client, EMPTY.factors, 7, 2, 263, ".lab/audits/x")
    for phase, trials, after in PLAN:
        yield PhaseStarted(phase, trials, 0, after)
        for _ in range(trials):
            yield msgspec.structs.replace(trial(), phase=phase)
        yield PhaseFinished(phase, f"{trials} trials")


def test_one_count_and_one_estimate_run_through_all_phases():
    lines = print_progress(whole_audit(), step=6.0)
    counts = [
        tuple(map(int, found.groups()))
        for line in lines
        if (found := re.match(r"\w+: (\d+) of about (\d+) trials", line))
    ]
    done = [count for count, _ in counts]
    assert done == sorted(done)
    assert done[-1] == 273
    by_phase = {total for count, total in counts if count < 223}
    assert by_phase == {263}
    assert counts[-1] == (273, 273)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 60)), max_size=6))
def test_the_bar_never_moves_back(phases):
    estimate = Estimate()
    shares = []
    for trials, known, later in phases:
        estimate.expect(trials, min(known, trials), later)
        for number in range(trials):
            estimate.record_trial(float(number), ran=number >= known)
            shares.append(estimate.share)
            assert estimate.done <= estimate.total
            assert shares[-1] <= 1
    assert shares == sorted(shares)


def test_trials_from_the_store_are_distinguished_at_the_end():
    stored = [trial(from_store=True)] * 166
    lines = print_progress(
        [PhaseStarted("screen", 168, 166, 0), *stored, trial(), trial(), AuditFinished(FULL)]
    )
    assert lines[-1] == "done: 168 trials, 2 of them now"
    lines = print_progress(
        [PhaseStarted("screen", 168, 0, 0), *[trial()] * 168, AuditFinished(FULL)]
    )
    assert lines[-1] == "done: 168 trials"


def test_a_comparison_is_announced_since_nothing_advances_meanwhile():
    compare = ComparisonStarted(1200)
    lines = print_progress([compare, compare, *events(3), compare], step=3.0)
    assert lines[0] == "comparing 1,200 trials"
    assert lines.count("comparing 1,200 trials") == 2


def test_on_a_terminal_a_comparison_takes_the_place_of_the_phase(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")
    sequence = [*list(events(3))[:-1], ComparisonStarted(12)]
    assert "comparing 12 trials" in "\n".join(print_progress(sequence, animated=True))
