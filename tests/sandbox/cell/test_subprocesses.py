"""Programs that the holder runs: input, output, and failures with what they printed."""

from __future__ import annotations

import os

import pytest

from lab.sandbox.cell.subprocesses import Subprocess, run_program


def test_input_goes_in_and_output_to_the_given_descriptor():
    output = os.memfd_create("output")
    run_program(["/bin/sh", "-c", "cat; echo ignored >&2"], "hello\n", output)
    os.lseek(output, 0, os.SEEK_SET)
    assert os.read(output, 100) == b"hello\n"
    os.close(output)


def test_a_failure_says_what_was_printed():
    with pytest.raises(OSError, match=r"sh -c .* failed: out\nwrong"):
        run_program(["/bin/sh", "-c", "echo out; echo wrong >&2; exit 3"], "")


def test_it_runs_while_the_caller_goes_on():
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    program = Subprocess(["/bin/sh", "-c", f"read line </dev/fd/{reading}"], "")
    os.close(reading)
    assert not program.has_ended()
    os.write(writing, b"go\n")
    program.wait()
    assert program.has_ended()
    os.close(writing)
