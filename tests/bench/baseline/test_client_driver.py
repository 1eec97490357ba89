"""The driver deletes files: only in a root file system of its own, and never across a mount."""

import os

import pytest

from bench.baseline import client_driver

ELSEWHERE = -1
"""A device number that no file has."""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "file").write_text("kept or deleted")
    (tmp_path / "link").symlink_to(tmp_path / "sub" / "file")
    return tmp_path


def test_outside_of_a_namespace_it_refuses_to_start():
    with pytest.raises(SystemExit, match="not process 1"):
        client_driver.require_own_root(client_driver.MOUNTS)


@pytest.mark.parametrize(
    ("mounts", "accepted"),
    [
        ("22 1 0:21 / / rw,nosuid shared:1 - tmpfs tmpfs rw\n", True),
        ("22 1 0:21 / / rw - overlay overlay rw\n", False),
        ("22 1 0:21 / / rw - tmpfs tmpfs rw\n23 22 8:1 / / rw - ext4 /dev/sda1 rw\n", False),
        ("23 22 0:22 / /tmp rw - tmpfs tmpfs rw\n", False),
    ],
    ids=["tmpfs", "overlay", "something over the tmpfs", "tmpfs elsewhere"],
)
def test_the_root_has_to_be_a_tmpfs(tmp_path, monkeypatch, mounts, accepted):
    monkeypatch.setattr(os, "getpid", lambda: 1)
    file = tmp_path / "mountinfo"
    file.write_text(mounts)
    if accepted:
        assert client_driver.require_own_root(str(file)) == os.stat("/").st_dev
    else:
        with pytest.raises(SystemExit, match="nothing deleted"):
            client_driver.require_own_root(str(file))


def test_a_folder_is_emptied_and_what_a_link_leads_to_is_kept(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "file").write_text("kept")
    (folder / "away").symlink_to(outside)
    client_driver.empty_folder(str(folder), os.stat(folder).st_dev)
    assert list(folder.iterdir()) == []
    assert (outside / "file").read_text() == "kept"


def test_nothing_on_another_file_system_is_deleted(folder):
    client_driver.empty_folder(str(folder), ELSEWHERE)
    assert (folder / "sub" / "file").exists()
    assert (folder / "link").is_symlink()


def test_a_folder_that_holds_a_mount_is_kept(folder, monkeypatch):
    scanned = os.scandir

    def scandir(path):
        return [] if path.endswith("/sub") else scanned(path)

    # As if the file in it were mounted: it is passed over, so the folder is not empty.
    monkeypatch.setattr(os, "scandir", scandir)
    client_driver.empty_folder(str(folder), os.stat(folder).st_dev)
    assert (folder / "sub" / "file").exists()
    assert not (folder / "link").exists()


def test_files_and_links_of_the_last_trial_are_replaced(tmp_path):
    spec = {
        "writable": [str(tmp_path / "home")],
        "directories": [str(tmp_path / "home" / "project")],
        "files": [(str(tmp_path / "etc" / "machine-id"), "0123", 0o444)],
        "links": [(str(tmp_path / "etc" / "mtab"), "/proc/mounts")],
    }
    device = os.stat(tmp_path).st_dev
    for _ in range(2):
        client_driver.reset_folders(spec, device)
        (tmp_path / "home" / "left by the client").write_text("")
    client_driver.reset_folders(spec, device)
    assert os.listdir(tmp_path / "home") == ["project"]
    assert (tmp_path / "etc" / "machine-id").read_text() == "0123"
    assert os.readlink(tmp_path / "etc" / "mtab") == "/proc/mounts"
