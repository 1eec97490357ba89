"""pyfakefs, filled fast: what comes of it is what pyfakefs itself would have made."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import given, settings
from pyfakefs.fake_file import FakeDirectory, FakeFile, FakeLargeFileIoException
from pyfakefs.fake_filesystem import FakeFilesystem, set_gid, set_uid
from pyfakefs.fake_open import FakeFileOpen
from pyfakefs.fake_os import FakeOsModule

from lab.errors import UsageError
from lab.factors.filetree import Directory, File, FileTree, Item, Link
from lab.factors.filetree_strategies import projects
from lab.sandbox.jail.tree_writer import write_tree
from lab.sandbox.twin.files.populate_fakefs import READABLE_BYTES, populate, reset

AT = 1_789_560_000.25
OWN = {"_filesystem", "parent_dir", "stat_result", "_entries"}
"""Attributes that are compared each in its own way."""


@pytest.fixture
def filesystem() -> FakeFilesystem:
    return FakeFilesystem()


@pytest.fixture(autouse=True)
def user() -> Iterator[None]:
    """The process reads and writes as an ordinary user, whoever runs the test."""
    set_uid(1000)
    set_gid(1000)
    yield
    set_uid(os.getuid())
    set_gid(os.getgid())


def filled(
    filesystem: FakeFilesystem, items: dict[str, Item], at: float | None = AT
) -> FakeOsModule:
    reset(filesystem)
    populate(filesystem, FileTree.of(items).with_parents().mapping, at, 1000, 1000)
    return FakeOsModule(filesystem)


def the_long_way(filesystem: FakeFilesystem, tree: FileTree) -> None:
    """The same by what pyfakefs documents."""
    os_module = FakeOsModule(filesystem)
    for path, item in tree.entries:
        if isinstance(item, Link):
            filesystem.create_symlink(path, item.target)
        elif isinstance(item, Directory):
            filesystem.create_dir(path, item.mode, apply_umask=False)
        else:
            filesystem.create_file(path, 0o100000 | item.mode, item.content, apply_umask=False)
        moment = AT if isinstance(item, Link) or item.modified is None else item.modified
        filesystem.utime(path, (moment, moment), follow_symlinks=False)
        os_module.chown(path, 1000, 1000, follow_symlinks=False)


def compare(short: FakeFile, long: FakeFile) -> None:
    assert short.__dict__.keys() == long.__dict__.keys()
    assert short.path == long.path
    ignored = OWN | ({"encoding", "errors"} if short.st_mode >> 12 == 10 else set())
    for name, value in long.__dict__.items():
        if name not in ignored | {"epoch"}:
            assert getattr(short, name) == value, (long.path, name)
    one, two = short.stat_result.copy().__dict__, long.stat_result.copy().__dict__
    counted = {"st_nlink", "_st_size", "entries"} if isinstance(short, FakeDirectory) else set()
    for name in one.keys() | two.keys() - {"_st_ctime_ns"} - counted:
        if name not in counted | {"_st_ctime_ns", "_st_mtime_ns", "_st_atime_ns", "st_ino"}:
            assert one[name] == two[name], (long.path, name)
    # The long way rounds a float by itself.
    assert abs(one["_st_mtime_ns"] - two["_st_mtime_ns"]) < 1000
    if isinstance(short, FakeDirectory):
        assert isinstance(long, FakeDirectory)
        assert short.entries.keys() == long.entries.keys()
        for name in short.entries:
            compare(short.entries[name], long.entries[name])


@settings(max_examples=15, database=None, deadline=None)
@given(tree=projects())
def test_it_is_what_pyfakefs_makes_itself(tree: FileTree):
    kept = {
        path: item for path, item in tree.move_below("/p").entries if not getattr(item, "size", 0)
    }
    complete = FileTree.of(kept).with_parents()
    short, long = FakeFilesystem(), FakeFilesystem()
    populate(short, complete.mapping, AT, 1000, 1000)
    the_long_way(long, complete)
    for name in short.root.entries.keys() | long.root.entries.keys():
        compare(short.root.entries[name], long.root.entries[name])
    assert short.last_ino == long.last_ino


def test_afterwards_it_is_a_file_system_like_any_other(filesystem: FakeFilesystem):
    system = filled(
        filesystem, {"/a/b/file": File(b"x"), "/a/link": Link("b"), "/a/c": Directory()}
    )
    opening = FakeFileOpen(filesystem)
    with opening("/a/b/file", "ab") as file:
        file.write(b"y")
    with opening("/a/new", "w") as file:
        file.write("new")
    with opening("/a/link/file", "rb") as file:
        assert file.read() == b"xy"
    system.setxattr("/a/b/file", "user.mark", b"1")
    assert system.listxattr("/a/new") == system.listxattr("/a/c") == []
    system.rename("/a/b", "/a/d")
    system.makedirs("/a/e/f")
    system.remove("/a/link")
    system.rmdir("/a/c")
    assert sorted(system.listdir("/a")) == ["d", "e", "new"]
    assert system.stat("/a/new").st_uid == 1000
    system.remove("/a/d/file")
    system.rmdir("/a/d")
    filesystem.remove_object("/a")
    assert system.listdir("/") == []


def test_owners_count(filesystem: FakeFilesystem):
    items: dict[str, Item] = {
        "/secret": File(b"s", 0o600, owner=0),
        "/own": File(b"o", 0o600),
        "/shut": Directory(0o755, owner=0),
    }
    system = filled(filesystem, items)
    assert [system.stat(path).st_uid for path in items] == [0, 1000, 0]
    opening = FakeFileOpen(filesystem)
    with opening("/own", "rb") as file:
        assert file.read() == b"o"
    for path, mode in (("/secret", "rb"), ("/shut/new", "wb")):
        with pytest.raises(PermissionError):
            opening(path, mode)


def test_a_long_file_is_read_as_zero_bytes(filesystem: FakeFilesystem):
    filled(filesystem, {"/long": File(b"head", size=1 << 20)})
    opening = FakeFileOpen(filesystem)
    with opening("/long", "rb") as file:
        assert file.read() == b"head" + b"\0" * ((1 << 20) - 4)
    with opening("/long", "r+b") as file:
        file.write(b"HE")
    with opening("/long", "rb") as file:
        assert file.read(5) == b"HEad\0"


def test_a_size_never_cuts_a_file(filesystem: FakeFilesystem):
    populate(filesystem, {"/short": File(b"content", size=3)}, AT, 1000, 1000)
    with FakeFileOpen(filesystem)("/short", "rb") as file:
        assert file.read() == b"content"


def test_a_long_file_can_be_cut_before_it_is_read(filesystem: FakeFilesystem):
    system = filled(filesystem, {"/long": File(b"head", size=1 << 40)})
    system.truncate("/long", 2)
    with FakeFileOpen(filesystem)("/long", "rb") as file:
        assert file.read() == b"he"


def test_one_too_long_to_be_read_says_so_and_not_as_the_system_would(filesystem: FakeFilesystem):
    system = filled(filesystem, {"/long": File(b"head", size=READABLE_BYTES + 1)})
    assert system.stat("/long").st_size == READABLE_BYTES + 1
    with pytest.raises(FakeLargeFileIoException):
        FakeFileOpen(filesystem)("/long", "rb")
    with FakeFileOpen(filesystem)("/long", "wb") as file:
        file.write(b"new")
    assert system.stat("/long").st_size == 3


def test_names_and_targets_need_not_be_utf_8(filesystem: FakeFilesystem):
    name, target = os.fsdecode(b"\xff"), os.fsdecode(b"\xfe\xfd")
    populate(filesystem, {f"/{name}": Link(target)}, AT, 1000, 1000)
    system = FakeOsModule(filesystem)
    assert system.listdir("/") == [name]
    assert system.readlink(f"/{name}") == target
    assert system.lstat(f"/{name}").st_size == 2


def test_without_a_time_it_is_that_of_the_process(filesystem: FakeFilesystem):
    before = time.time()
    system = filled(filesystem, {"/a": File(), "/b": File(modified=1e9)}, at=None)
    assert before - 1 < system.stat("/a").st_mtime <= time.time()
    assert system.stat("/b").st_mtime == 1e9
    assert system.stat("/b").st_ctime > before - 1


def test_a_directory_counts_as_tmpfs_counts_and_a_status_does_not_change(
    filesystem: FakeFilesystem,
):
    system = filled(filesystem, {"/a/b": Directory(), "/a/file": File()})
    before = system.stat("/a")
    assert (before.st_nlink, before.st_size) == (3, 80)
    system.mkdir("/a/c")
    after = system.stat("/a")
    assert (after.st_nlink, after.st_size) == (4, 100)
    assert (before.st_nlink, before.st_size) == (3, 80)


def test_reset_leaves_nothing():
    filesystem = FakeFilesystem(create_temp_dir=True)
    system = filled(filesystem, {"/a": File()})
    system.umask(0o077)
    FakeFileOpen(filesystem)("/a", "rb")
    reset(filesystem)
    assert system.listdir("/") == []
    assert len(filesystem.open_files) == 3
    assert filesystem.umask == 0o022
    assert filesystem.get_disk_usage().used == 0


@pytest.mark.parametrize(
    "items",
    [
        {"/link": Link("/"), "/link/file": File()},
        {"/file": File(), "/file/file": File()},
        {"/none/file": File()},
        {f"/{'n' * 256}": File()},
        {f"/{'ü' * 128}": Directory()},
        {"/link": Link("")},
        {"/link": Link("x" * 4096)},
        {"/": Directory()},
        {"/a": Directory(), "/a/": Directory()},
    ],
)
def test_what_a_folder_refuses_is_refused(
    filesystem: FakeFilesystem, tmp_path: Path, items: dict[str, Item]
):
    opened = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    messages = []
    try:
        for grow in (
            lambda: write_tree(opened, items, AT),
            lambda: populate(filesystem, items, AT, 1000, 1000),
        ):
            with pytest.raises(UsageError, match="cannot be created") as refused:
                grow()
            messages.append(str(refused.value))
    finally:
        os.close(opened)
    assert all("\n" not in message for message in messages)


def test_nothing_comes_twice(filesystem: FakeFilesystem):
    populate(filesystem, {"/a": File()}, AT, 1000, 1000)
    with pytest.raises(UsageError, match="/a cannot be created: it exists"):
        populate(filesystem, {"/a": File()}, AT, 1000, 1000)


def test_what_does_not_fit_is_refused():
    small = FakeFilesystem(total_size=10)
    populate(small, {"/a": File(b"x" * 10), "/b": File(size=1 << 30)}, AT, 1000, 1000)
    with pytest.raises(UsageError, match="do not fit"):
        populate(small, {"/c": File(b"x")}, AT, 1000, 1000)


def count_calls(entries: int) -> int:
    """How many Python functions are called to create so many files."""
    items: dict[str, Item] = {f"/home/{number}": File(b"x") for number in range(entries)}
    tree = FileTree.of(items).with_parents().mapping
    filesystem = FakeFilesystem()
    reset(filesystem)
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        populate(filesystem, tree, AT, 1000, 1000)
    finally:
        sys.setprofile(None)
    return calls


def test_an_entry_takes_few_calls_however_many_there_are():
    """pyfakefs' own ``create_file`` makes more than 300 calls for each entry."""
    small, large = count_calls(1000), count_calls(2000)
    assert (large - small) / 1000 < 20
