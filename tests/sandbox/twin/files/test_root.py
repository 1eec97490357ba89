"""Folders of the root directory are filled when somebody looks into them."""

from __future__ import annotations

from functools import partial

import pytest
from pyfakefs.fake_filesystem import FakeFilesystem
from pyfakefs.helpers import reset_ids, set_gid, set_uid

from lab.factors.host_spec import BARE, Directory, File
from lab.sandbox.jail.host_facts import HostFacts
from lab.sandbox.twin.files.populate_fakefs import reset
from lab.sandbox.twin.files.root import RootBuilder, split_by_top_folder

TREE = {
    "/etc": Directory(),
    "/etc/hosts": File(b"hosts"),
    "/home": Directory(),
    "/home/dev": Directory(0o700),
    "/home/dev/notes": File(b"notes"),
    "/usr": Directory(),
}


def filled(asked):
    def give(name, items):
        asked.append(name)
        return items

    system = FakeFilesystem()
    reset(system)
    trees = {name: partial(give, name, items) for name, items in split_by_top_folder(TREE).items()}
    RootBuilder().fill(system, BARE.settled(), trees, HostFacts())
    return system


def test_a_tree_is_split_by_its_top():
    assert {name: list(items) for name, items in split_by_top_folder(TREE).items()} == {
        "etc": ["/etc", "/etc/hosts"],
        "home": ["/home", "/home/dev", "/home/dev/notes"],
        "usr": ["/usr"],
    }


def test_nothing_is_made_that_nobody_asks_for():
    asked = []
    system = filled(asked)
    assert asked == []
    assert system.resolve("/etc/hosts").byte_contents == b"hosts"
    assert not system.exists("/nowhere/hosts")
    assert asked == ["etc"]
    assert system.resolve("/etc/hosts").path == "/etc/hosts"


def test_a_listing_makes_everything_once():
    asked = []
    system = filled(asked)
    assert len(system.root.entries) == 3
    assert asked == []
    assert sorted(system.listdir("/")) == ["etc", "home", "usr"]
    assert sorted(name for name, _ in system.root.entries.items()) == ["etc", "home", "usr"]
    assert len(list(system.root.entries.values())) == len(list(system.root.entries.keys())) == 3
    assert asked == ["etc", "home", "usr"]
    assert system.root.entries.get("home") is not None
    assert system.root.entries.get("nowhere") is None


@pytest.fixture
def as_the_user():
    """Who reads: the client's user, not whoever runs the test."""
    set_uid(BARE.user.uid)
    set_gid(BARE.user.gid)
    yield
    reset_ids()


def test_what_is_made_belongs_to_the_user(as_the_user):
    system = filled([])
    assert system.resolve("/home/dev/notes").stat_result.st_uid == BARE.user.uid
