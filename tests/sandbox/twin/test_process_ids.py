"""Process numbers: the same in system calls and in ``/proc``."""

from __future__ import annotations

import os

from lab.sandbox.twin.process_ids import PARENT, PID


def test_system_calls_and_proc_agree(observe):
    def ask():
        with open("/proc/self/status") as file:
            fields = dict(line.split(":\t", 1) for line in file.read().splitlines())
        return [os.getpid(), os.getppid(), int(fields["Pid"]), int(fields["PPid"])]

    assert observe.result_of(ask) == [PID, PARENT, PID, PARENT]


def test_the_client_is_a_child_of_the_first_process():
    assert (PARENT, PID) == (1, 2)
