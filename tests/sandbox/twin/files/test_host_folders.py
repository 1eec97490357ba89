"""Folders of the host are read where somebody looks, and nowhere else."""

from __future__ import annotations

import os

import pytest
from pyfakefs import helpers
from pyfakefs.fake_filesystem import FakeFilesystem

from lab.sandbox.twin.files import host_folders
from lab.sandbox.twin.files.host_folders import HostDirectory, add_entry


@pytest.fixture
def system():
    return FakeFilesystem()


@pytest.fixture
def host(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_text("content")
    (tmp_path / "a" / "link").symlink_to("b/file")
    os.mkfifo(tmp_path / "a" / "pipe")
    return tmp_path


def test_a_path_is_followed_without_listing_what_is_on_the_way(system, host, monkeypatch):
    asked = []
    monkeypatch.setattr(host_folders, "_listdir", lambda path: asked.append(path) or [])
    add_entry(system.root, HostDirectory("top", str(host), system))
    assert system.resolve("/top/a/b/file").byte_contents == b"content"
    assert system.resolve("/top/a/link").byte_contents == b"content"
    assert not system.exists("/top/a/nothing")
    assert asked == []


def test_a_listing_has_all_that_a_client_could_open(system, host):
    add_entry(system.root, HostDirectory("top", str(host), system))
    assert system.listdir("/top") == ["a"]
    assert sorted(system.listdir("/top/a")) == ["b", "link"]
    assert len(system.resolve("/top/a").entries) == 2
    assert sorted(system.resolve("/top/a").entries.keys()) == ["b", "link"]
    assert {each.name for each in system.resolve("/top/a").entries.values()} == {"b", "link"}


def test_what_is_the_labs_is_the_clients_and_the_rest_nobodys(system, host, monkeypatch):
    monkeypatch.setattr(helpers, "USER_ID", 1234)
    file = HostDirectory("top", str(host), system).find_entry("a")
    assert file.stat_result.copy().st_uid == 1234
    monkeypatch.setattr(host_folders, "OWN_USER", -1)
    assert file.stat_result.copy().st_uid == 65534


def test_what_the_host_does_not_let_read_is_not_there(system, tmp_path):
    folder = HostDirectory("top", str(tmp_path), system)
    (tmp_path).rmdir()
    assert folder.list_names() == []
    assert folder.find_entry("a") is None
    assert folder.find_entry("\0") is None
