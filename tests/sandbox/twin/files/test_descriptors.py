"""Fake files have numbers of their own."""

from __future__ import annotations

import pytest
from pyfakefs.fake_filesystem import FakeFilesystem
from pyfakefs.fake_open import FakeFileOpen

from lab.sandbox.twin.files.descriptors import FIRST_DESCRIPTOR, OpenFileList


def test_they_begin_above_the_systems_and_are_used_again():
    system = FakeFilesystem()
    system.open_files = OpenFileList()
    system.create_file("/a", contents="x")
    first = FakeFileOpen(system)("/a")
    second = FakeFileOpen(system)("/a")
    assert [first.fileno(), second.fileno()] == [FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + 1]
    first.close()
    assert FakeFileOpen(system)("/a").fileno() == FIRST_DESCRIPTOR
    assert system.get_open_file(FIRST_DESCRIPTOR + 1) is second


@pytest.mark.parametrize(
    "number", [0, 3, FIRST_DESCRIPTOR - 1, FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + 7]
)
def test_other_numbers_are_of_nothing(number):
    system = FakeFilesystem()
    system.open_files = OpenFileList()
    with pytest.raises(OSError, match="Bad file descriptor"):
        system.get_open_file(number)


def test_a_list_of_them_is_only_what_is_open():
    files = OpenFileList(["one"])
    assert (len(files), bool(files), bool(OpenFileList())) == (FIRST_DESCRIPTOR + 1, True, False)
    assert files[3:] == ["one"]
    assert files[FIRST_DESCRIPTOR] == "one"
    files[FIRST_DESCRIPTOR] = "two"
    assert list(files) == ["two"]
    with pytest.raises(IndexError):
        files[0] = "three"
