"""Trials that are not compared are named, with counts and levels."""

from __future__ import annotations

import msgspec

from lab.experiment.tabulate.trials_left_out import list_trials_that_do_not_count
from lab.experiment.trials.trial_outcomes import INCOMPLETE
from tests.experiment.tabulate.build import BODY, CONTROL, Study

TOKYO = {"timezone": "Asia/Tokyo"}
SENT = {BODY: ("a",)}


def rows(*trials):
    """Rows of trials as ``(levels, missed)``; None: the trial counts."""
    built = Study(*[(levels, SENT) for levels, _ in trials]).rows
    wanted = [missed for _, missed in trials]
    return [
        row if missed is None else msgspec.structs.replace(row, broken=True, missed=missed)
        for row, missed in zip(built, wanted, strict=True)
    ]


def told(*trials):
    return [(one.what, one.why) for one in list_trials_that_do_not_count(rows(*trials), CONTROL)]


def test_trials_that_count_are_not_named():
    assert told(({}, None), (TOKYO, None)) == []


def test_what_is_missing_is_named_with_the_levels_at_which_it_is():
    assert told(({}, None), (TOKYO, ("request",)), (TOKYO, ("request",)), (TOKYO, None)) == [
        (
            "what 2 of 4 trials would have sent",
            "they have no request, as a normal run has: at timezone=Asia/Tokyo (2 of 3)",
        )
    ]


def test_each_thing_that_is_missing_is_named_and_so_is_not_running_to_the_end():
    found = told(({}, None), (TOKYO, ("request", "result")), (TOKYO, ()))
    assert [why.partition(":")[0] for _, why in found] == [
        "they have no request, as a normal run has",
        "they have no result, as a normal run has",
        "the client did not run to its end in them",
    ]


def test_a_trial_that_was_not_recorded_as_a_whole_is_named_as_that():
    assert told(({}, None), (TOKYO, (INCOMPLETE,))) == [
        (
            "what 1 of 2 trials sent",
            "the lab could not record everything, so nothing of them is compared: "
            "at timezone=Asia/Tokyo (1 of 1)",
        )
    ]


def test_a_rare_miss_is_at_no_level_in_particular_and_one_everywhere_is_in_all():
    (rare,) = told(({}, None), ({}, None), ({}, ("request",)))
    assert rare[1].endswith("at no level in particular")
    (everywhere,) = told(({}, ("request",)), (TOKYO, ("request",)))
    assert everywhere[1].endswith("all of them")
