"""Paths on the host and inside: the same file by two names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.clients.install_paths import jail_install_path, to_host_path, to_jail_path

MOUNTS = (("/home/me/.lab/clients/thing/1.0", "/opt/thing"),)

segments = st.lists(st.text("ab.", min_size=1).filter(lambda s: s.strip(".")), max_size=4)


def test_the_place_has_nothing_but_the_name():
    assert jail_install_path("thing") == "/opt/thing"


@pytest.mark.parametrize(
    ("host", "there"),
    [
        ("/home/me/.lab/clients/thing/1.0", "/opt/thing"),
        ("/home/me/.lab/clients/thing/1.0/bin/x", "/opt/thing/bin/x"),
        ("/home/me/.lab/clients/thing/1.0.1/bin/x", "/home/me/.lab/clients/thing/1.0.1/bin/x"),
        ("/usr/bin/env", "/usr/bin/env"),
    ],
)
def test_what_lies_below_moves_and_nothing_else(host, there):
    assert to_jail_path(host, MOUNTS) == there
    assert to_host_path(there, MOUNTS) == host


def test_without_pairs_nothing_moves():
    assert to_jail_path("/opt/thing/x", ()) == to_host_path("/opt/thing/x", ()) == "/opt/thing/x"


@given(segments)
def test_out_and_in_again(names):
    path = "/".join(["/opt/thing", *names])
    assert to_jail_path(to_host_path(path, MOUNTS), MOUNTS) == path
