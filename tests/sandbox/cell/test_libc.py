"""Calls of C functions: errors are those of the kernel, with the action."""

from __future__ import annotations

import errno

import pytest

from lab.sandbox.cell.libc import MS_BIND, check_result, libc, mount, unmount


def test_results_are_returned():
    assert check_result(7, "anything") == 7


def test_an_error_names_the_action_and_the_reason():
    with pytest.raises(OSError, match="close nothing: Bad file descriptor") as raised:
        check_result(libc.close(-1), "close nothing")
    assert raised.value.errno == errno.EBADF


def test_a_mount_that_fails_names_source_and_target(tmp_path):
    target = tmp_path / "missing"
    with pytest.raises(OSError, match=f"mount /nowhere on {target}"):
        mount("/nowhere", str(target), "", MS_BIND, "")
    with pytest.raises(OSError, match=f"unmount {target}"):
        unmount(str(target))
