"""Counting outcomes by hand-made truth, and the table of them."""

import msgspec

from bench.detection.scores import LAB, Outcome, Tally, count_signals, render_table, summarise
from lab.findings.report import Location
from lab.specimens.score import evaluate_signals
from lab.specimens.specimen import Expected, Specimen
from tests.reports.examples import COPIED

SINGLE = Expected(("timezone",), "http", "copied", False, "", "a.example")
PAIR = Expected(("ci", "endpoint"), "dns", "derived", False, "", "a.example")
SPECIMEN = Specimen(
    name="s",
    description="",
    argv=("/usr/bin/python3", "/s.py"),
    factors=("timezone", "endpoint", "ci"),
    expected=(SINGLE, PAIR),
    allowed=(),
    quiet=False,
    routes=(),
    hard=False,
    verdicts=("finished",),
)


def signal(cause, channel="http", host="a.example"):
    return msgspec.structs.replace(COPIED, cause=cause, location=Location(channel, host))


def outcome(method, single, interactions=None, specimen="s", trials=100, **more):
    return Outcome(
        specimen, 0, method, trials, 1.0, single, interactions or Tally(), 0, (), (), **more
    )


def test_an_interaction_blamed_on_one_factor_is_missed_and_a_false_single_factor():
    signals = [signal(("timezone",)), signal(("ci",), "dns")]
    single, interactions = count_signals(SPECIMEN, evaluate_signals(SPECIMEN, signals), signals)
    assert single == Tally(planted=1, right=1, misattributed=0, reported=1, false=1)
    assert interactions == Tally(planted=1, right=0, misattributed=1, reported=0, false=0)


def test_what_is_right_counts_with_its_own_kind_of_cause():
    signals = [signal(("timezone",)), signal(("timezone",)), signal(("ci", "endpoint"), "dns")]
    single, interactions = count_signals(SPECIMEN, evaluate_signals(SPECIMEN, signals), signals)
    assert single == Tally(1, 1, 0, 2, 0)
    assert interactions == Tally(1, 1, 0, 1, 0)


def test_the_sums_are_over_all_specimens():
    lines = summarise(
        [
            outcome(LAB, Tally(2, 2, 0, 3, 0), Tally(1, 1, 0, 1, 0), trials=100),
            outcome(LAB, Tally(2, 1, 1, 1, 1), specimen="t", trials=300),
        ]
    )
    everything, single, interactions = lines
    assert everything.tally == Tally(5, 4, 1, 5, 1)
    assert (everything.recall, everything.exact, everything.trials) == (0.8, 0.8, 200.0)
    assert everything.seen == 1.0
    assert everything.precision == round(5 / 6, 4)
    assert single.tally.planted == 4
    assert interactions.recall == 1.0


def test_where_nothing_is_planted_or_reported_no_share_is_made_up():
    (line, *_) = summarise([outcome(LAB, Tally())])
    assert line.recall is line.precision is line.exact is line.recall_95 is None


def test_the_table_says_who_needed_how_many_trials():
    lab = outcome(LAB, Tally(1, 1, 0, 1, 0))
    fewer = outcome("a", Tally(1, 1, 0, 1, 0), equal_at=50, tried_to=50)
    never = outcome("b", Tally(1), tried_to=400)
    text = "\n".join(render_table([lab, fewer, never]))
    assert "a: in 1 of 1, with 0.50 times the lab's trials (median)" in text
    assert "b: in 0 of 1" in text
    assert "all (1 planted)" in text
