"""What is planted below a folder: times, long files and owners, and nothing outside it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.errors import UsageError
from lab.factors.filetree import Directory, File, Item, Link
from lab.sandbox.jail.tree_writer import overwrite_file, write_tree

AT = 1_789_560_000.25


@pytest.fixture
def planted(tmp_path: Path) -> Iterator:
    """A function that plants a tree in a new folder and returns the folder."""
    top = tmp_path / "top"
    top.mkdir()
    opened = os.open(top, os.O_RDONLY | os.O_DIRECTORY)

    def grow(items: dict[str, Item], at: float | None = AT, owner: int | None = None) -> Path:
        write_tree(opened, complete(items), at, owner)
        return top

    yield grow
    os.close(opened)


def complete(items: dict[str, Item]) -> dict[str, Item]:
    """With parents, parents first, also where no FileTree would have it."""
    above = {str(each) for path in items for each in Path(path).parents} - {"/"}
    every = {**dict.fromkeys(above, Directory()), **items}
    return {path: every[path] for path in sorted(every, key=lambda path: path.split("/"))}


def moment(path: Path) -> float:
    return path.lstat().st_mtime


def test_each_item_has_its_own_time_and_all_others_that_of_the_client(planted):
    top = planted(
        {
            "/old": Directory(modified=1e9),
            "/old/file": File(b"x", modified=1.2e9),
            "/old/link": Link("file"),
            "/old/deep/file": File(b"x"),
        }
    )
    assert moment(top / "old") == 1e9
    assert moment(top / "old/file") == 1.2e9
    for name in ("old/link", "old/deep", "old/deep/file", ""):
        assert moment(top / name) == AT


def test_without_a_time_only_items_with_one_are_changed(planted):
    before = time.time()
    top = planted({"/a/dated": File(modified=1e9), "/a/other": File(), "/b": Directory()}, at=None)
    assert moment(top / "a/dated") == 1e9
    assert moment(top / "a/other") > before - 1
    assert moment(top / "a") > before - 1


def test_a_directory_that_forbids_writing_is_filled_all_the_same(planted):
    top = planted({"/shut": Directory(0o500, modified=1e9), "/shut/inner/file": File(b"x")})
    assert (top / "shut/inner/file").read_bytes() == b"x"
    assert (top / "shut").stat().st_mode & 0o777 == 0o500
    assert moment(top / "shut") == 1e9
    (top / "shut").chmod(0o700)


def test_a_long_file_takes_no_room(planted):
    found = planted({"/long": File(b"head", size=1 << 40)}) / "long"
    assert found.stat().st_size == 1 << 40
    assert found.stat().st_blocks * 512 <= 1 << 16
    with found.open("rb") as file:
        assert file.read(8) == b"head\0\0\0\0"
        file.seek(-4, os.SEEK_END)
        assert file.read() == b"\0" * 4


def test_a_size_never_cuts_a_file(tmp_path: Path):
    opened = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    write_tree(opened, {"/file": File(b"content", size=3)}, AT)
    os.close(opened)
    assert (tmp_path / "file").read_bytes() == b"content"


@pytest.mark.parametrize("item", [File(owner=0), Directory(owner=0)])
def test_another_owner_is_refused(planted, item: Item):
    with pytest.raises(UsageError, match="leave out the owner") as refused:
        planted({"/a": item}, owner=1000)
    assert "\n" not in str(refused.value)
    assert planted({"/b": File(b"x", owner=1000)}, owner=1000).joinpath("b").exists()


@pytest.mark.parametrize("path", ["/link/file", "/link/a/b"])
def test_a_link_is_not_followed(planted, tmp_path: Path, path: str):
    (tmp_path / "outside").mkdir()
    with pytest.raises(UsageError, match="is not a directory"):
        planted({"/link": Link("../outside"), path: File()})
    assert not list((tmp_path / "outside").iterdir())


def test_nothing_is_left_open_after_a_refusal(planted):
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(UsageError):
        planted({"/a/b/c/file": File(owner=5)})
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_file_is_given_another_content_in_place(planted, tmp_path):
    top = planted({"/etc/file": File(b"long content", 0o755)})
    opened = os.open(top, os.O_RDONLY | os.O_DIRECTORY)
    overwrite_file(opened, "/etc/file", File(b"short", 0o755), AT + 1)
    os.close(opened)
    assert (top / "etc/file").read_bytes() == b"short"
    assert (top / "etc/file").stat().st_mtime == AT + 1
    assert (top / "etc").stat().st_mtime == AT


@pytest.mark.parametrize("path", ["/link/file", "/folder/link"])
def test_nothing_is_written_through_a_link(planted, tmp_path, path):
    (tmp_path / "file").write_text("outside")
    links = {"/link": Link(str(tmp_path)), "/folder/link": Link(str(tmp_path / "file"))}
    opened = os.open(planted(links), os.O_RDONLY | os.O_DIRECTORY)
    with pytest.raises(OSError, match=r"symbolic links|Not a directory"):
        overwrite_file(opened, path, File(b"in"), None)
    os.close(opened)
    assert (tmp_path / "file").read_text() == "outside"
