"""A trial of several runs: what an earlier run of the same client leaves, and what it does not."""

from __future__ import annotations

import os
import time

import pytest

from lab.factors.host_spec import Terminal
from lab.sandbox.jail import execute
from lab.sandbox.jail.clock_preload import is_clock_supported
from lab.sandbox.jail.jail import Limits

pytestmark = pytest.mark.cell

COUNT = "echo run >>~/.count; wc -l <~/.count"


@pytest.mark.parametrize("runs", [0, 1, 3])
def test_a_client_that_counts_its_runs_finds_the_earlier_ones(run, runs):
    ended = run("sh", "-c", COUNT, earlier_runs=runs)
    assert ended.stdout.split() == [b"%d" % (runs + 1)]
    assert (ended.verdict, ended.code, ended.detail) == ("finished", 0, "")


def test_the_next_trial_is_fresh_again(run):
    run("sh", "-c", COUNT, earlier_runs=2)
    assert run("sh", "-c", COUNT).stdout == b"1\n"


def test_all_places_are_kept(run):
    script = (
        "for place in ~ . /tmp /var/tmp /run /dev/shm; do echo x >>$place/f; cat $place/f; done"
    )
    assert run("sh", "-c", script, earlier_runs=1).stdout.split() == [b"x"] * 12


def test_processes_are_not_kept(run):
    """Neither those that fled, nor what was printed, nor the limits that were used."""
    script = "ps -e -o comm= | grep -c sleep; setsid sleep 100 & echo said; head -c 20M /dev/zero"
    limits = Limits(wall_s=20, output_bytes=30 << 20)
    ended = run("sh", "-c", script, earlier_runs=2, limits=limits)
    assert ended.verdict == "finished"
    assert ended.stdout.startswith(b"0\nsaid\n")
    assert ended.stdout.count(b"said") == 1


def test_a_terminal_is_new_for_each_run(run):
    script = f"{COUNT}; tty; test -t 0 -a -t 1 && echo terminal"
    ended = run("sh", "-c", script, earlier_runs=1, terminal=Terminal("tty"))
    assert ended.stdout.split() == [b"2", b"/dev/pts/0", b"terminal"]


@pytest.mark.skipif(not is_clock_supported(), reason="the clock is real on this processor")
def test_each_run_begins_at_the_environments_time(run):
    script = (
        "date +%s >>~/dates; stat -c %Y /etc/libclock.so /etc >>~/dates; sleep 1.1; cat ~/dates"
    )
    ended = run("sh", "-c", script, earlier_runs=2, clock=1_800_000_000.0)
    dates = [int(word) for word in ended.stdout.split()]
    assert len(dates) == 9
    assert all(1_800_000_000 <= date <= 1_800_000_001 for date in dates)


@pytest.mark.skipif(not is_clock_supported(), reason="the clock is real on this processor")
def test_what_an_earlier_run_left_is_of_the_environments_date(run):
    script = """
        test -e ~/new && stat -c %Y ~/new ~/link ~ /tmp /tmp/folder
        touch ~/new; ln -sf new ~/link; mkdir -p /tmp/folder
    """
    ended = run("sh", "-c", script, earlier_runs=1, clock=1_800_000_000.0)
    dates = [int(word) for word in ended.stdout.split()]
    assert len(dates) == 5
    assert all(1_800_000_000 <= date <= 1_800_000_020 for date in dates)


def test_the_end_is_that_of_the_last_run(run, monkeypatch):
    script = "echo run >>~/.count; test $(wc -l <~/.count) = 3 || echo early >&2"
    order = []

    class Watch(execute.ClientWatch):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            order.append(self.started)

    monkeypatch.setattr(execute, "ClientWatch", Watch)
    ended = run(
        "sh", "-c", script, earlier_runs=2, between=lambda _: order.append(time.monotonic())
    )
    assert ended.stderr == b""
    assert len(order) == 5
    assert order == sorted(order), "a run's time begins when the run before has ended"


def test_each_earlier_run_is_reported(run):
    reported = []
    ended = run("sh", "-c", COUNT, earlier_runs=2, between=reported.append)
    assert [end.stdout for end in reported] == [b"1\n", b"2\n"]
    assert ended.stdout == b"3\n"


def test_when_it_is_reported_no_process_of_the_earlier_run_is_left(run, cell):
    left = []

    def look(_: object) -> None:
        left.extend(name for name in os.listdir(cell.processes) if name.isdigit())

    run("sh", "-c", "setsid sleep 100 & exit", earlier_runs=2, between=look)
    assert left == ["1", "1"]


def test_an_earlier_run_that_failed_is_reported(run):
    script = "echo run >>~/.count; case $(wc -l <~/.count) in 1) exit 7;; 2) sleep 9;; esac"
    ended = run("sh", "-c", script, earlier_runs=3, limits=Limits(wall_s=0.7))
    assert (ended.verdict, ended.code) == ("finished", 0)
    assert ended.detail == (
        "earlier run 1 of 3: ended with code 7; "
        "earlier run 2 of 3: timed out (it still ran after 0.7 s)"
    )


def test_what_went_wrong_in_the_observed_run_comes_first(run):
    script = "echo run >>~/.count; test $(wc -l <~/.count) = 2 && sleep 9; exit 7"
    ended = run("sh", "-c", script, earlier_runs=1, limits=Limits(wall_s=0.5))
    assert ended.verdict == "timed out"
    assert ended.detail == "it still ran after 0.5 s; earlier run 1 of 1: ended with code 7"
