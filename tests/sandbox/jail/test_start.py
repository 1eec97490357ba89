"""The request that starts a jail: descriptors in the holder's order, none left open."""

from __future__ import annotations

import os

import pytest

from lab.errors import LabError
from lab.factors.host_spec import BARE, HostSpec, Terminal
from lab.sandbox.jail.init import SCRIPT
from lab.sandbox.jail.jail import Jail, Limits
from lab.sandbox.jail.plan import JailPlan
from lab.sandbox.jail.start import start_jail

PLAN = JailPlan({}, ("--chdir", "/"), b"instructions")


class Holder:
    """Records the request; answers with these descriptors, or refuses."""

    def __init__(self, *received: int, refuses: bool = False) -> None:
        self.received = received
        self.refuses = refuses
        self.contents: list[bytes] = []

    def request(self, request, descriptors):
        self.text = request
        self.count = len(descriptors)
        self.contents = [os.pread(each, 1 << 20, 0) for each in descriptors[:3]]
        if self.refuses:
            raise LabError("refused")
        return [], list(self.received)


def close(status, outputs) -> None:
    status.close()
    for each in outputs:
        os.close(each)


def start(holder, spec: HostSpec = BARE):
    return start_jail(holder, Jail(spec, ("true",), limits=Limits(processes=10)), PLAN)


def test_files_come_first_and_the_request_names_limits_and_terminal():
    holder = Holder()
    status, outputs = start(holder)
    assert holder.contents == [b"--chdir\0/\0", b"instructions", SCRIPT]
    assert holder.text.split()[:5] == ["spawn", "0", "80", "24", "26"]
    assert holder.count == 8  # files, filter, status, and three standard descriptors
    assert len(outputs) == 2
    close(status, outputs)


def test_with_a_terminal_the_holder_hands_out_its_master():
    master = os.open("/dev/null", os.O_RDWR)
    holder = Holder(master)
    spec = HostSpec(terminal=Terminal("tty", 100, 40))
    status, outputs = start(holder, spec)
    assert holder.text.split()[1:4] == ["1", "100", "40"]
    assert (holder.count, outputs) == (5, [master])
    close(status, outputs)


@pytest.mark.parametrize("refuses", [False, True])
def test_no_descriptor_is_left_open(refuses):
    before = len(os.listdir("/proc/self/fd"))
    try:
        close(*start(Holder(refuses=refuses)))
    except LabError:
        assert refuses
    assert len(os.listdir("/proc/self/fd")) == before
