"""The watch of a jail: how status words and outputs become a verdict."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from lab.errors import LabError
from lab.sandbox.jail import client_watch
from lab.sandbox.jail.client_watch import ClientWatch
from lab.sandbox.jail.jail import Limits
from lab.sandbox.jail.usage import Usage

IDLE = Usage(threads=2, memory_bytes=0, cpu_s=0.25, free_bytes=1 << 30, free_files=1 << 10)


@pytest.fixture
def jail(monkeypatch):
    """What the watch measures, the jail's end of the status socket, and pipes to print to."""
    monkeypatch.setattr(client_watch, "measure_usage", lambda processes, tree: IDLE)
    ours, status = socket.socketpair()
    out, out_end = os.pipe()
    err, err_end = os.pipe()
    watches = []

    def watch(**limits) -> ClientWatch:
        watches.append(ClientWatch(ours, [out, err], -1, -1, Limits(**limits), started=0.0))
        return watches[0]

    yield watch, status, out_end, err_end
    for each in watches:
        each.close()
    for descriptor in (out_end, err_end):
        os.close(descriptor)
    status.close()


def ended(jail, words: bytes, **limits):
    watch, status, *_ = jail
    made = watch(wall_s=1e12, **limits)
    status.send(words)
    status.close()
    made.wait_until_over()
    made.drain()
    return made.build_exit(cpu_s=0.0)


@pytest.mark.parametrize(
    ("words", "verdict", "code", "number", "detail"),
    [
        (b"B\nS 0\n", "finished", 0, None, ""),
        (b"B\nS 1792\n", "finished", 7, None, ""),
        (b"B\nS 11\n", "killed", None, 11, signal.strsignal(11)),
        (b"B\nE 2\n", "could not start", None, None, "No such file or directory"),
        (b"B\n", "killed", None, None, "something outside the jail ended it"),
    ],
)
def test_the_status_words_are_distinguished(jail, words, verdict, code, number, detail):
    end = ended(jail, words)
    assert (end.verdict, end.code, end.signal, end.detail) == (verdict, code, number, detail)
    assert end.cpu_s == IDLE.cpu_s


def test_outputs_are_read_to_their_end(jail):
    _, _, out_end, err_end = jail
    os.write(out_end, b"out")
    os.write(err_end, b"err")
    end = ended(jail, b"B\nS 0\n")
    assert (end.stdout, end.stderr) == (b"out", b"err")


def test_a_jail_that_did_not_begin_is_an_error_of_the_lab(jail):
    _, _, _, err_end = jail
    os.write(err_end, b"bwrap: no such option\n")
    with pytest.raises(LabError, match="the jail could not be made: bwrap: no such option"):
        ended(jail, b"")


def test_the_time_limit_ends_a_silent_client(jail):
    watch, *_ = jail
    made = watch(wall_s=0.0)
    made.wait_until_over()
    assert (made.verdict, made.detail) == ("timed out", "it still ran after 0 s")


def test_output_beyond_the_limit_ends_it_and_only_the_beginning_is_kept(jail, monkeypatch):
    monkeypatch.setattr(client_watch, "CAPTURED_BYTES", 4)
    watch, _, out_end, _ = jail
    made = watch(wall_s=1e12, output_bytes=5)
    os.write(out_end, b"sixsix")
    made.wait_until_over()
    assert made.verdict == "too much output"
    assert made.build_exit(0.0).stdout == b"sixs"


def test_usage_beyond_a_limit_ends_it(jail):
    watch, *_ = jail
    made = watch(wall_s=1e12, processes=-1)
    made.wait_until_over()
    assert made.verdict == "too many processes"
