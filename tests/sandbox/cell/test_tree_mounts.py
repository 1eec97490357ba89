"""Mounts of host folders, and the fallback where the kernel refuses overlays."""

from __future__ import annotations

import errno
import os
from types import SimpleNamespace

import pytest

from lab.sandbox.cell import tree_mounts


@pytest.fixture
def mounts(monkeypatch, tmp_path):
    """What is mounted, on a kernel that refuses overlays when ``refusing`` is set."""
    made = SimpleNamespace(calls=[], refusing=False)

    def mount(source, target, kind, flags, options):
        if kind == "overlay" and made.refusing:
            raise OSError(errno.EPERM, "mount overlay")
        made.calls.append((source, target, kind, options))

    monkeypatch.setattr(tree_mounts, "TREE", str(tmp_path))
    monkeypatch.setattr(tree_mounts, "mount", mount)
    monkeypatch.setattr(tree_mounts, "unmount", lambda target: None)
    before = os.getcwd()
    yield made
    os.chdir(before)


def test_folders_are_shown_through_overlays_that_name_none_of_them(mounts):
    tree_mounts.mount_folders(["/home/me/client", "/locales"])
    assert [call[1:] for call in mounts.calls if call[2] == "overlay"] == [
        ("0", "overlay", "lowerdir=files:empty"),
        ("1", "overlay", "lowerdir=files:empty"),
    ]


def test_a_folder_can_be_shown_with_the_layer_over_it(mounts):
    tree_mounts.mount_folders(["+/usr", "/locales"])
    assert mounts.calls[0][:2] == ("/usr", "files")
    assert [call[1:] for call in mounts.calls if call[2] == "overlay"] == [
        ("0", "overlay", "lowerdir=layer:files"),
        ("1", "overlay", "lowerdir=files:empty"),
    ]


def test_without_overlays_folders_are_bound(mounts):
    mounts.refusing = True
    tree_mounts.mount_folders(["/home/me/client", "+/usr"])
    assert [call for call in mounts.calls if call[1] in "01"] == [
        ("/home/me/client", "0", "", ""),
        ("/usr", "1", "", ""),
    ]
