"""Minimal pairs: as few different right sides as possible, and a plain left side."""

from __future__ import annotations

from lab.environment import Environment
from lab.experiment.columns.column import ColumnGroup
from lab.experiment.confirm.minimal_pairs import (
    OpenHypothesis,
    choose_left_side,
    choose_right_sides,
)
from lab.experiment.trials.contrasts import Setting, TrialTable

CONTROL = Environment.of({"ci": "none", "endpoint": "unset", "timezone": "UTC"})
TOKYO, SEOUL = Setting("timezone", "Asia/Tokyo"), Setting("timezone", "Asia/Seoul")
GITHUB, ELSEWHERE = Setting("ci", "github"), Setting("endpoint", "https://llm.example.net")


def hypothesis(*shown, cause=("timezone",), codes=()):
    changes = tuple(frozenset(one) for one in shown)
    return OpenHypothesis(ColumnGroup(codes, ()), cause, changes, frozenset().union(*changes))


def rights(*hypotheses, confirming=None, canaries=()):
    return choose_right_sides(hypotheses, confirming or {}, frozenset(canaries))


def test_hypotheses_of_one_cause_share_their_changes():
    found = rights(hypothesis([TOKYO]), hypothesis([SEOUL], [TOKYO]), hypothesis([TOKYO], [SEOUL]))
    assert found == [{TOKYO}] * 3


def test_what_no_common_changes_cover_gets_others():
    assert rights(hypothesis([TOKYO]), hypothesis([SEOUL])) == [{TOKYO}, {SEOUL}]


def test_hypotheses_of_different_causes_do_not_share():
    one, other = hypothesis([TOKYO]), hypothesis([GITHUB], cause=("ci",))
    assert rights(one, other) == [{TOKYO}, {GITHUB}]


def test_changes_that_already_have_confirming_trials_come_first():
    one = hypothesis([TOKYO], [SEOUL])
    assert rights(one) == [{TOKYO}]
    assert rights(one, confirming={frozenset({SEOUL}): 2}) == [{SEOUL}]


def test_changes_without_a_canary_come_before_those_with_one():
    assert rights(hypothesis([TOKYO], [SEOUL]), canaries=[TOKYO]) == [{SEOUL}]
    assert rights(hypothesis([TOKYO]), canaries=[TOKYO]) == [{TOKYO}]


def left(right, codes, environments, routes=()):
    trials = TrialTable(CONTROL, [CONTROL.but(levels) for levels in environments])
    cause = tuple(sorted(one.factor for one in right))
    one = hypothesis(right, cause=cause, codes=codes)
    return choose_left_side(frozenset(right), one, trials, frozenset(routes))


def test_the_left_side_of_one_factor_is_the_control():
    assert left([TOKYO], (0, 1), [{}, {"timezone": "Asia/Tokyo"}]) == (frozenset(), "timezone")


def test_a_factor_without_an_effect_of_its_own_is_put_back():
    environments = [{}, {"ci": "github"}, {"timezone": "Asia/Tokyo"}]
    assert left([GITHUB, TOKYO], (0, 1, 0), environments) == ({GITHUB}, "timezone")
    assert left([GITHUB, TOKYO], (0, 0, 1), environments) == ({TOKYO}, "ci")


def test_a_factor_that_does_not_route_is_put_back():
    environments = [{}, {"endpoint": ELSEWHERE.level}, {"timezone": "Asia/Tokyo"}]
    right, codes = [ELSEWHERE, TOKYO], (0, 0, 0)
    assert left(right, codes, environments) == ({TOKYO}, "endpoint")
    assert left(right, codes, environments, ["endpoint"]) == ({ELSEWHERE}, "timezone")
