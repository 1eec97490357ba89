"""Control groups: made, joined, swept, and gone with the cell."""

from __future__ import annotations

import os

import pytest

from lab.sandbox.cell import cgroup
from lab.sandbox.cell.cell import Cell


def test_without_control_groups_there_is_no_bound(monkeypatch, tmp_path):
    monkeypatch.setattr(cgroup, "_VERSION_1", tmp_path / "no")
    monkeypatch.setattr(cgroup, "_VERSION_2", tmp_path / "no")
    assert cgroup.create_control_group(10) is None


def test_a_group_is_bounded_and_removed(monkeypatch, tmp_path):
    (tmp_path / "cgroup.procs").touch()
    left = tmp_path / "fingerprint-lab-0123"
    left.mkdir()
    os.utime(left, (0, 0))
    young = tmp_path / "fingerprint-lab-4567"
    young.mkdir()
    monkeypatch.setattr(cgroup, "_VERSION_1", tmp_path)
    group = cgroup.create_control_group(10)
    assert group is not None
    assert (group.folder / "pids.max").read_text() == "10"
    assert not left.exists()
    assert young.exists(), "it may be another lab's, about to be joined"
    (group.folder / "pids.max").unlink()
    group.remove()
    assert not group.folder.exists()


@pytest.mark.cell
def test_nothing_is_left_of_a_cells_group():
    if os.geteuid() != 0 or not os.access("/sys/fs/cgroup/pids/cgroup.procs", os.W_OK):
        pytest.skip("only root with writable control groups has a group for each cell")
    with Cell.open() as cell:
        group = cell._group
        assert group is not None
        assert group.procs_file.read_text().split()
    assert not group.folder.exists()
