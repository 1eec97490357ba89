"""The time limit of a trial: who is interrupted, and what is restored."""

from __future__ import annotations

import signal
import threading

import pytest

from lab.sandbox.twin.process.timeout import TimeLimit, TrialTimeout


def wait_for_ever():
    threading.Event().wait()


def loop_for_ever():
    while True:
        pass


@pytest.mark.parametrize("work", [wait_for_ever, loop_for_ever])
def test_the_main_thread_is_interrupted_also_while_it_waits(work):
    with pytest.raises(TrialTimeout), TimeLimit(0.01, lambda: None):
        work()


def test_a_client_that_catches_the_exception_is_interrupted_again():
    caught = []

    def catch():
        while len(caught) < 2:
            try:
                loop_for_ever()
            except TrialTimeout:
                caught.append(1)
        loop_for_ever()

    with pytest.raises(TrialTimeout), TimeLimit(0.01, lambda: None):
        catch()
    assert caught == [1, 1]


def test_another_thread_is_interrupted_and_what_it_waits_for_is_ended():
    woken, found = threading.Event(), []

    def run():
        try:
            with TimeLimit(0.01, woken.set):
                woken.wait()
                loop_for_ever()
        except TrialTimeout:
            found.append("timed out")

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == ["timed out"]


def test_the_timer_and_its_handler_are_restored():
    before = signal.getsignal(signal.SIGALRM)
    with TimeLimit(60, lambda: None):
        assert signal.getsignal(signal.SIGALRM) != before
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 0
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_timer_in_use_is_left_alone():
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.setitimer(signal.ITIMER_REAL, 3600)
    try:
        with TimeLimit(60, lambda: None):
            assert signal.getsignal(signal.SIGALRM) == signal.SIG_IGN
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 60
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
