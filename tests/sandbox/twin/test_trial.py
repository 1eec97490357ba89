"""One trial in the test process: how a callable ends, as the exit of a program."""

from __future__ import annotations

import os
import sys
from types import SimpleNamespace

import pytest

from lab.errors import UsageError
from lab.sandbox.twin.patching.caller import TrialEnded, thread_state
from lab.sandbox.twin.process.process import ProcessExited
from lab.sandbox.twin.trial import TwinTrial, _exit_code

STREAMS = SimpleNamespace(flush=lambda: None, stdout=b"out", stderr=b"err")


def run(call, trial=None, timeout_s=60.0, finish=lambda: None):
    process = SimpleNamespace(finish=finish)
    return (trial or TwinTrial()).run(call, process, STREAMS, timeout_s, lambda: None)


def raising(error):
    def call():
        raise error

    return call


def test_a_callable_that_returns_has_finished():
    trial, threads = TwinTrial(), []
    end = run(lambda: threads.append(thread_state.trial), trial)
    assert (end.verdict, end.code, end.signal) == ("finished", 0, None)
    assert (end.stdout, end.stderr) == (b"out", b"err")
    assert threads == [trial]
    assert thread_state.trial is None
    assert trial.has_ended
    assert trial.end_event.is_set()


@pytest.mark.parametrize(
    ("error", "code"),
    [(SystemExit(), 0), (SystemExit(3), 3), (SystemExit(256 + 7), 7), (SystemExit("why"), 1)],
)
def test_an_exit_has_its_code(error, code):
    assert run(raising(error)).code == code


def test_an_error_ends_with_one_and_a_traceback_from_the_clients_first_line(capsys):
    end = run(raising(ValueError("a mistake")))
    assert (end.verdict, end.code) == ("finished", 1)
    printed = capsys.readouterr().err
    assert "ValueError: a mistake" in printed
    assert "lab/sandbox/twin" not in printed


def test_a_hook_of_the_client_prints_the_error(monkeypatch):
    hooked = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: hooked.append(kind))
    assert run(raising(ValueError())).code == 1
    assert hooked == [ValueError]


def test_a_process_that_ends_itself_has_its_code_or_signal():
    end = run(raising(ProcessExited(code=9)))
    assert (end.verdict, end.code) == ("finished", 9)
    end = run(raising(ProcessExited(number=9)))
    assert (end.verdict, end.code, end.signal, end.detail) == ("killed", None, 9, "Killed")


def test_a_callable_that_runs_on_has_timed_out():
    def loop():
        while True:
            pass

    end = run(loop, timeout_s=0.01)
    assert (end.verdict, end.code) == ("timed out", None)
    assert end.detail == "it still ran after 0.01 s"
    assert run(raising(TrialEnded())).verdict == "timed out"


def test_an_interruption_is_the_callers():
    with pytest.raises(KeyboardInterrupt):
        run(raising(KeyboardInterrupt()))
    assert thread_state.trial is None


def test_the_end_of_a_program_belongs_to_the_trial():
    trial, seen = TwinTrial(), []
    run(int, trial, finish=lambda: seen.append(thread_state.trial))
    assert seen == [trial]


def test_what_a_twin_cannot_do_is_recorded():
    trial = TwinTrial()
    error = trial.refuse(f"run {os.sep}bin{os.sep}true")
    assert isinstance(error, UsageError)
    assert "observe this client in a cell" in str(error)
    assert trial.refusals == [error]


def test_an_exit_value_that_is_no_number_is_printed(capsys):
    assert _exit_code("a reason") == 1
    assert capsys.readouterr().err == "a reason\n"
    assert _exit_code(None) == 0
