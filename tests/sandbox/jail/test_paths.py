"""Paths inside a jail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.factors.host_spec import HostSpec, User
from lab.sandbox.jail.paths import is_within, list_writable_paths


@pytest.mark.parametrize(
    ("path", "outer", "expected"),
    [
        ("/a", "/a", True),
        ("/a/b", "/a", True),
        ("/a/b", "/", True),
        ("/ab", "/a", False),
        ("/a", "/a/b", False),
        ("/a/../b", "/a", False),
        ("//a/./b", "/a/", True),
    ],
)
def test_a_path_is_within_itself_and_its_parents(path, outer, expected):
    assert is_within(path, outer) is expected


def test_writable_paths_are_not_nested():
    spec = HostSpec(directory="/tmp/x", user=User(home="/home/a")).settled()
    assert list_writable_paths(spec) == ("/home/a", "/run", "/tmp", "/var")


FOLDERS = st.lists(st.sampled_from(["a", "tmp", "var"]), min_size=1).map("/".join).map("/{}".format)


@given(FOLDERS, FOLDERS)
def test_home_and_directory_are_always_writable(home, directory):
    found = list_writable_paths(HostSpec(directory=directory, user=User(home=home)))
    for path in (home, directory, "/tmp"):
        assert sum(is_within(path, each) for each in found) == 1
