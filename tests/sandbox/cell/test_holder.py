"""What the holder falls back to, where a kernel keeps something from it."""

from __future__ import annotations

import errno
import os
from types import SimpleNamespace

import pytest

from lab.sandbox.cell import holder


@pytest.fixture
def mounts(monkeypatch, tmp_path):
    """What is mounted, on a kernel that refuses overlays when ``refusing`` is set."""
    made = SimpleNamespace(calls=[], refusing=False)

    def mount(source, target, kind, flags, options):
        if kind == "overlay" and made.refusing:
            raise OSError(errno.EPERM, "mount overlay")
        made.calls.append((source, target, kind, options))

    monkeypatch.setattr(holder, "TREE", str(tmp_path))
    monkeypatch.setattr(holder, "mount", mount)
    monkeypatch.setattr(holder, "libc", SimpleNamespace(umount2=lambda path, flags: 0))
    before = os.getcwd()
    yield made
    os.chdir(before)


def test_folders_are_shown_through_overlays_that_name_none_of_them(mounts):
    holder.mount_folders(["/home/me/client", "/locales"])
    assert [call[1:] for call in mounts.calls if call[2] == "overlay"] == [
        ("0", "overlay", "lowerdir=files:empty"),
        ("1", "overlay", "lowerdir=files:empty"),
    ]


def test_without_overlays_folders_are_bound(mounts):
    mounts.refusing = True
    holder.mount_folders(["/home/me/client"])
    assert mounts.calls[-1] == ("/home/me/client", "0", "", "")
