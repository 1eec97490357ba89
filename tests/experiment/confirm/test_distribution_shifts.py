"""Effects on what is noise: suspected in one half of the trials, tested in the other."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.columns.noise_measures import Measure
from lab.experiment.confirm.distribution_shifts import (
    LOOK_SIZE,
    MAX_LOOKS,
    next_look_size,
    screen_shifts,
    stratified_fisher_p,
)
from lab.observation.location import Location
from tests.experiment.isolate.test_interactions import ROWS
from tests.experiment.model import Levels, ModelExecutor, request, run_audit

PLACE = Location("http", "api.example", "POST", "/v1", "body", "/x")
DESIGNED = [True] * len(ROWS)


def measure(behaves, seed=1, nature="category"):
    chance = random.Random(seed)
    return Measure(PLACE, nature, tuple(behaves(dict(row), chance) for row in ROWS))


def test_the_factor_that_moves_a_rate_is_suspected():
    def more(row, chance):
        return float(chance.random() < (0.8 if row.get("f3") in ("l1", "l4") else 0.1))

    (found, *_) = screen_shifts([measure(more)], ROWS, DESIGNED)
    assert found.level[0] == "f3"
    assert found.level[1] in ("l1", "l4")
    assert found.above


def test_two_factors_that_move_a_number_are_both_suspected():
    def sum_of_two(row, chance):
        return 10 * ("f1" in row) + 10 * ("f6" in row) + chance.gauss(100, 2)

    found = screen_shifts([measure(sum_of_two, nature="number")], ROWS, DESIGNED)
    assert {shift.level[0] for shift in found} == {"f1", "f6"}
    assert all(95 < shift.threshold < 125 for shift in found)


def test_chance_is_suspected_of_little():
    found = [
        screen_shifts(
            [measure(lambda row, chance: chance.random(), seed, "number")], ROWS, DESIGNED
        )
        for seed in range(60)
    ]
    assert sum(map(len, found)) <= 60


def test_a_short_delay_is_no_signal():
    def slower(row, chance):
        return chance.gauss(0.1 if "f2" not in row else 0.12, 0.002)

    assert screen_shifts([measure(slower, nature="seconds")], ROWS, DESIGNED) == []


@given(st.lists(st.integers(0, 1), max_size=20), st.lists(st.integers(0, 1), max_size=20))
def test_the_test_is_a_probability_and_more_marks_are_no_less_sure(before, after):
    p = stratified_fisher_p([(before, after)])
    assert 0 < p <= 1
    if 0 in after:
        after[after.index(0)] = 1
        assert stratified_fisher_p([(before, after)]) <= p + 1e-12


def test_a_clear_case_ends_at_the_first_look_and_so_does_a_hopeless_one():
    clear = stratified_fisher_p([([0] * LOOK_SIZE, [1] * LOOK_SIZE)])
    assert clear < 1e-5
    assert next_look_size(1, clear, clear, 0.05) == 0
    assert next_look_size(1, 1.0, 1.0, 0.05) == 0
    open_still = stratified_fisher_p([([0] * LOOK_SIZE, [1] * 4 + [0] * (LOOK_SIZE - 4))])
    assert next_look_size(1, open_still, 1.0, 0.05) == LOOK_SIZE
    assert next_look_size(MAX_LOOKS, open_still, 1.0, 0.05) == 0
    assert next_look_size(0, 1.0, 1.0, 0.05) == LOOK_SIZE


def test_what_changed_between_two_rounds_is_no_effect():
    # All that ran before a change shows no mark, all that ran after it does.
    assert stratified_fisher_p([([0] * 30, [0] * 2), ([1] * 2, [1] * 30)]) == pytest.approx(1)


def test_rounds_add_up():
    once = stratified_fisher_p([([0] * 12, [1] * 4 + [0] * 8)])
    assert stratified_fisher_p([([0] * 12, [1] * 4 + [0] * 8)] * 2) < once / 5


# --- whole audits of models -----------------------------------------------------------------

FACTORS = ("timezone", "locale", "hostname", "ci")


def joins(rates):
    """A behaviour that joins an arm at a rate that follows the levels."""

    def behaves(levels: Levels, chance: random.Random):
        arm = "b" if chance.random() < rates(levels) else "a"
        return [request({"arm": arm, "id": f"{chance.getrandbits(64):016x}"})]

    return behaves


@pytest.mark.parametrize("seed", range(4))
def test_an_arm_that_four_of_ten_join_in_some_zones(seed, tmp_path):
    def rates(levels):
        return 0.4 if levels["timezone"].startswith(("Asia", "Europe")) else 0.0

    report = run_audit(joins(rates), tmp_path, factors=FACTORS, seed=seed)
    assert [signal.cause for signal in report.signals] == [("timezone",)]
    (signal,) = report.signals
    assert signal.kind == "derived"
    shares = {row.levels["timezone"]: row.share for row in signal.table}
    assert shares["UTC"] == 0
    assert max(shares.values()) > 0.2
    assert 0 < signal.bits < 1


@pytest.mark.parametrize("seed", range(6))
def test_an_arm_that_three_of_ten_join_everywhere_is_noise(seed, tmp_path):
    report = run_audit(joins(lambda levels: 0.3), tmp_path, factors=FACTORS, seed=seed)
    assert report.signals == ()


@pytest.mark.parametrize("seed", range(3))
def test_a_longer_pause_is_a_covert_signal(seed, tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        pause = (0.45 if levels["ci"] != "none" else 0.15) + chance.uniform(0, 0.05)
        return [request({"n": 1}), _later(request({"n": 2}, path="/v1/events"), pause)]

    report = run_audit(behaves, tmp_path, factors=FACTORS, seed=seed)
    (signal,) = report.signals
    assert (signal.cause, signal.kind, signal.covert) == (("ci",), "timing", True)
    assert signal.location.path == "/v1/events"


def test_requests_that_come_and_go_are_no_timing(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        sent = [request({"n": 1})]
        if levels["ci"] != "none":
            sent.append(_later(request({"n": 2}, host="t.example"), 0.4))
        return [*sent, _later(request({"n": 3}, path="/v1/events"), 0.5)]

    report = run_audit(behaves, tmp_path, factors=FACTORS, seed=1)
    assert {signal.kind for signal in report.signals} == {"presence"}


def test_by_which_way_traffic_goes_is_no_signal_of_what_decides_it(tmp_path):
    def behaves(levels: Levels, chance: random.Random):
        now_and_then = levels["proxy"] != "unset" and chance.random() < 0.5
        sent = request({"n": 1})
        if now_and_then:
            (host, name), *others = sent.headers
            headers = (host, name + b":8443"), *others
            sent = msgspec.structs.replace(sent, port=8443, headers=headers)
        return [sent]

    report = run_audit(behaves, tmp_path, factors=("timezone", "proxy"))
    assert report.noise
    assert {signal.kind for signal in report.signals} <= {"route"}


def test_a_resumed_audit_reports_the_same(tmp_path):
    behaves = joins(lambda levels: 0.8 if levels["ci"] != "none" else 0.1)
    first = run_audit(behaves, tmp_path, factors=FACTORS)
    again = ModelExecutor(behaves, seed=9)
    assert run_audit(again, tmp_path, factors=FACTORS, resume=True).signals == first.signals
    assert again.asked == []


def _later(sent, at):
    return msgspec.structs.replace(sent, at=at)
