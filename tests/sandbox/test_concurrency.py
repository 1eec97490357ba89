"""The pace: as many trials as there is room for."""

from __future__ import annotations

from lab.sandbox.concurrency import AdaptiveConcurrency


def paced(trials: int, wall_s: float, cpu_s: float) -> int:
    pace = AdaptiveConcurrency(4)
    for _ in range(trials):
        pace.record_trial(wall_s, cpu_s)
    return pace.jobs


def test_starts_with_one_a_processor():
    assert paced(0, 1, 1) == 4
    assert paced(2, 10, 0.1) == 4


def test_who_computes_gets_one_a_processor_and_who_waits_at_most_two():
    assert paced(6, 1.0, 1.0) == 4
    assert paced(6, 1.5, 1.0) == 6
    assert paced(6, 9.0, 1.0) == 8
    assert paced(6, 0.5, 1.0) == 4


def test_what_the_user_says_holds():
    pace = AdaptiveConcurrency(4, fixed=3)
    for _ in range(9):
        pace.record_trial(9.0, 0.1)
    assert (pace.jobs, pace.max_jobs) == (3, 3)
