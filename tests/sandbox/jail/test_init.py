"""The instructions of process 1: words that end in NUL, counted where there are several."""

from __future__ import annotations

import pytest

from lab.errors import MachineError, UsageError
from lab.sandbox.jail import init
from lab.sandbox.jail.init import encode_start_file
from lab.sandbox.jail.proc_mounts import MountCall, ProcMounts


@pytest.fixture(autouse=True)
def machine(monkeypatch):
    monkeypatch.setattr(init.platform, "machine", lambda: "x86_64")


def words(**changes) -> list[str]:
    settings = {"terminal": False, "answers_syscalls": False, **changes}
    return encode_start_file(("/bin/echo", "a b"), {"HOME": "/h"}, **settings).decode().split("\0")


def test_the_order_is_that_in_which_process_1_reads():
    mounts = ProcMounts({}, (MountCall("/a", "/b", 1),), (MountCall("/c", "/proc/{}/d"),))
    assert words(mounts=mounts, terminal=True) == [
        *("157", "112", "165", "126", "317", "46"),
        *("", "1", "/bin/echo"),
        *("2", "/bin/echo", "a b"),
        *("3", "/a", "/b", "1"),
        *("3", "/c", "/proc/{}/d", "4096"),
        *("HOME", "/h"),
    ]


def test_the_filter_is_there_only_where_the_lab_answers():
    assert words()[6] == ""
    assert bytes.fromhex(words(answers_syscalls=True)[6])


@pytest.mark.parametrize("variables", [{"": "x"}, {"A=B": "x"}, {"A": "x\0y"}, {"A\0": "x"}])
def test_what_no_program_can_be_given_is_refused(variables):
    with pytest.raises(UsageError):
        encode_start_file(("true",), variables, terminal=False)


def test_an_unknown_processor_is_named(monkeypatch):
    monkeypatch.setattr(init.platform, "machine", lambda: "vax")
    with pytest.raises(MachineError, match="vax"):
        words()
