"""Clients that misbehave: each trial ends, with the right verdict, and leaves nothing."""

from __future__ import annotations

import os

import pytest

from lab.sandbox.jail.jail import Limits

pytestmark = pytest.mark.cell

MEBIBYTE = 1 << 20


@pytest.fixture(autouse=True)
def nothing_left(cell):
    yield
    # Process 1 of the cell is the holder; its /proc shows the cell alone.
    assert [name for name in os.listdir(cell.processes) if name.isdigit()] == ["1"]


def test_it_ends_by_itself(run):
    ended = run("sh", "-c", "echo out; echo err >&2; exit 7")
    assert (ended.verdict, ended.code, ended.signal) == ("finished", 7, None)
    assert (ended.stdout, ended.stderr) == (b"out\n", b"err\n")


def test_it_crashes(run):
    ended = run("sh", "-c", "kill -SEGV $$")
    assert (ended.verdict, ended.code, ended.signal) == ("killed", None, 11)


def test_an_exit_code_is_not_taken_for_a_signal(run):
    ended = run("sh", "-c", "exit 139")
    assert (ended.verdict, ended.code, ended.signal) == ("finished", 139, None)


def test_it_never_ends(run):
    ended = run(
        "sh", "-c", "trap '' TERM INT HUP; while :; do sleep 100; done", limits=Limits(wall_s=0.4)
    )
    assert ended.verdict == "timed out"
    assert ended.at >= 0.4


def test_it_forks_away(run):
    away = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print("away", flush=True)  # and keeps standard output open
        time.sleep(600)
    os._exit(0)
os.wait()
time.sleep(0.2)
"""
    ended = run("python3", "-c", away)
    # Not "timed out": the trial does not wait for the process that still sleeps.
    assert (ended.verdict, ended.code, ended.stdout) == ("finished", 0, b"away\n")


def test_it_prints_a_gigabyte(run):
    ended = run("sh", "-c", "head -c 1G /dev/zero")
    assert ended.verdict == "too much output"
    assert len(ended.stdout) == MEBIBYTE


@pytest.mark.parametrize("place", ["~", "/tmp", "/var/tmp", "/run", "/dev/shm", "."])
def test_it_fills_the_disk(run, place):
    ended = run("sh", "-c", f"cat /dev/zero >{place}/full", limits=Limits(disk_bytes=20 * MEBIBYTE))
    assert ended.verdict == "too much disk"
    assert b"No space" in ended.stderr or ended.code is None


def test_it_makes_too_many_files(run):
    many = "import os\nfor n in range(10**6): os.close(os.open(f'/tmp/{n}', os.O_CREAT))"
    ended = run("python3", "-c", many, limits=Limits(disk_bytes=16 * MEBIBYTE))
    assert ended.verdict == "too much disk"


def test_it_is_a_fork_bomb(run):
    ended = run(
        "bash", "-c", "bomb() { bomb | bomb & }; bomb; sleep 20", limits=Limits(processes=100)
    )
    assert ended.verdict == "too many processes"


def test_it_takes_all_memory(run):
    eat = "eaten = []\nwhile True: eaten.append(bytearray(8 << 20))"
    ended = run("python3", "-c", eat, limits=Limits(memory_bytes=128 * MEBIBYTE, wall_s=20))
    assert ended.verdict == "too much memory"


@pytest.mark.parametrize("program", ["no-such-program", "/no/such/program", "/etc/passwd"])
def test_it_cannot_start(run, program):
    ended = run(program, "x")
    assert (ended.verdict, ended.code, ended.signal) == ("could not start", None, None)
    assert ended.detail in {"No such file or directory", "Permission denied"}


def test_cpu_time_of_the_whole_tree_is_counted(run):
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    ended = run("sh", "-c", f"python3 -c '{burn}' & python3 -c '{burn}' & wait")
    assert ended.cpu_s >= 0.6


def test_cpu_time_of_what_was_killed_is_counted(run):
    burn = "while :; do :; done"
    ended = run("sh", "-c", f"{burn} & {burn}", limits=Limits(wall_s=2.0))
    assert ended.verdict == "timed out"
    assert ended.cpu_s >= 0.1
