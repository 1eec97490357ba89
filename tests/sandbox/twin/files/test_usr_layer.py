"""Items over the host's /usr are there for one trial, and gone in the next."""

from __future__ import annotations

import pytest
from pyfakefs.fake_filesystem import FakeFilesystem

from lab.factors.host_spec import File, Link
from lab.sandbox.twin.files.host_folders import HostDirectory
from lab.sandbox.twin.files.usr_layer import UsrLayer

ITEMS = {
    "/usr/bin/tool": Link("/init"),
    "/usr/bin/sh": File(b"another"),
    "/usr/new/deep/file": File(b"text", 0o555),
}


@pytest.fixture
def system():
    return FakeFilesystem()


@pytest.fixture
def usr(tmp_path, system):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sh").write_bytes(b"the host's")
    return HostDirectory("usr", str(tmp_path), system)


def test_items_are_added_and_the_hosts_stay(usr):
    layer = UsrLayer()
    layer.replace(usr, ITEMS, None, 1000, 1000)
    assert set(usr.entries) == {"bin", "new"}
    assert set(usr.entries["bin"].entries) == {"sh", "tool"}
    assert usr.entries["bin"].entries["sh"].byte_contents == b"the host's"
    assert usr.entries["bin"].entries["tool"].byte_contents == b"/init"
    assert usr.entries["new"].entries["deep"].entries["file"].byte_contents == b"text"


def test_the_next_trial_has_none_of_them(usr):
    layer = UsrLayer()
    for _ in range(2):
        layer.replace(usr, ITEMS, None, 1000, 1000)
        assert "tool" in usr.entries["bin"].entries
        layer.replace(usr, {}, None, 1000, 1000)
        assert set(usr.entries) == {"bin"}
        assert set(usr.entries["bin"].entries) == {"sh"}
