"""Limits of a jail: which is exceeded first, and what counts as used."""

from __future__ import annotations

import os

import msgspec
import pytest

from lab.sandbox.jail.jail import Limits
from lab.sandbox.jail.usage import Usage, find_exceeded_limit, measure_usage

LIMITS = Limits(processes=10, memory_bytes=1000, disk_bytes=1 << 20)
WITHIN = Usage(threads=12, memory_bytes=1000, cpu_s=0.0, free_bytes=1 << 19, free_files=100)


def test_the_labs_own_two_processes_do_not_count():
    assert find_exceeded_limit(WITHIN, LIMITS) is None


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"threads": 13}, "too many processes"),
        ({"memory_bytes": 1001}, "too much memory"),
        ({"free_bytes": 0}, "too much disk"),
        ({"free_files": 0}, "too much disk"),
    ],
)
def test_an_exceeded_limit_is_named(change, verdict):
    found = find_exceeded_limit(msgspec.structs.replace(WITHIN, **change), LIMITS)
    assert found is not None
    assert found[0] == verdict


def test_usage_is_read_of_every_process_but_the_holder(tmp_path):
    name = b"(a) b) c"  # names may hold brackets and spaces
    fields = [b"S", *[b"0"] * 10, b"100", b"200", b"0", b"0", b"20", b"0", b"3", *[b"0"] * 5]
    for number in ("1", "7", "8"):
        folder = tmp_path / number
        folder.mkdir()
        stat = b" ".join([number.encode(), b"(" + name + b")", *fields])
        (folder / "stat").write_bytes(stat)
        (folder / "statm").write_bytes(b"900 50 20 1 0 1 0")
    (tmp_path / "9").mkdir()  # ended between listing and reading
    (tmp_path / "meminfo").touch()
    descriptor = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        usage = measure_usage(descriptor, descriptor)
    finally:
        os.close(descriptor)
    assert usage.threads == 6
    assert usage.memory_bytes == 60 * os.sysconf("SC_PAGE_SIZE")
    assert usage.cpu_s == pytest.approx(600 / os.sysconf("SC_CLK_TCK"))
    assert usage.free_files > 0
