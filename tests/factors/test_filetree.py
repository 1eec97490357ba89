"""A file tree is a value: one order, one digest, and nothing that no file system could hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.errors import UsageError
from lab.factors.filetree import Directory, File, FileTree, Item, Link, to_nanoseconds
from lab.factors.host_spec import BARE

NAME = st.text("abc-. ü", min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))
PATH = st.lists(NAME, min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))
CALM = settings(database=None, deadline=None)
ITEM = st.sampled_from((File(b"x"), Directory(0o700), Link("x")))


@st.composite
def trees(draw: st.DrawFn) -> FileTree:
    """Trees in which only directories have anything below them."""
    items: dict[str, Item] = draw(st.dictionaries(PATH, ITEM, max_size=8))
    above = {path[:place] for path in items for place in range(1, len(path)) if path[place] == "/"}
    return FileTree.of({**items, **{path: Directory(0o750) for path in above & items.keys()}})


@CALM
@given(tree=trees())
def test_parents_come_first_and_all_are_there_once_complete(tree: FileTree):
    seen = {""}
    for path, item in tree.with_parents().entries:
        assert path.rpartition("/")[0] in seen
        if isinstance(item, Directory):
            seen.add(path)
    assert tree.with_parents().with_parents() == tree.with_parents()
    assert tree.mapping.items() <= tree.with_parents().mapping.items()
    assert all(
        item == Directory()
        for path, item in tree.with_parents().entries
        if path not in tree.mapping
    )


@CALM
@given(tree=trees(), order=st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_built_does_not_matter(tree: FileTree, order):
    shuffled = list(tree.entries)
    order.shuffle(shuffled)
    assert FileTree.of(dict(shuffled)) == tree
    assert FileTree.of(dict(shuffled)).digest == tree.digest
    assert hash(FileTree.of(dict(shuffled))) == hash(tree)


def test_whatever_differs_shows_in_the_digest():
    items: tuple[Item, ...] = (
        File(),
        File(b"x"),
        File(mode=0o600),
        File(modified=1.5),
        File(size=1),
        File(owner=0),
        Link("x"),
        Link("y"),
        Directory(),
        Directory(0o700),
        Directory(modified=1.5),
        Directory(owner=0),
    )
    made = [FileTree.of({path: item}) for path in ("/a", "~/a", "./a") for item in items]
    assert len({tree.digest for tree in made}) == len(made)
    assert len(FileTree().digest) == 64


@CALM
@given(tree=trees())
def test_a_tree_is_moved_as_a_whole(tree: FileTree):
    moved = tree.move_below("~/code/")
    assert [path for path, _ in moved.entries] == ["~/code" + path for path, _ in tree.entries]
    assert moved.move_below("/").move_below("/x") == tree.move_below("/x/code")


def test_any_beginning_is_replaced_when_a_tree_is_moved():
    home = FileTree.of({"~": Directory(0o700), "~/.rc": File(), "~/.~": File()})
    assert set(home.move_below("/home/ana").mapping) == {
        "/home/ana",
        "/home/ana/.rc",
        "/home/ana/.~",
    }
    with pytest.raises(UsageError, match="would become one"):
        FileTree.of({"~/a": File(), "./a": File()}).move_below("/x")


def test_settled_a_tree_of_the_home_is_where_it_would_be_moved_to():
    home = FileTree.of({"~": Directory(0o750), "~/.ssh": Directory(0o700), "~/.ssh/id": File()})
    project = FileTree.of({".": Directory(0o750), "./src/main.c": File(b"")})
    settled = BARE.with_files(home.merge(project).mapping).settled()
    expected = home.move_below("/home/dev").merge(project.move_below("/home/dev/project"))
    assert settled.files == expected.mapping


def test_the_other_wins_where_two_trees_have_the_same():
    one = FileTree.of({"/a": File(b"1"), "/b": File(b"1")})
    two = FileTree.of({"/b": File(b"2"), "/c/d": Link("x")})
    assert one.merge(two) == FileTree.of({"/a": File(b"1"), **two.mapping})
    assert two.merge(FileTree()) == two
    with pytest.raises(UsageError, match="'/c' is not a directory"):
        two.merge(FileTree.of({"/c": File()}))


def test_the_mapping_cannot_be_changed():
    with pytest.raises(TypeError):
        FileTree.of({"/a": File()}).mapping["/b"] = File()  # type: ignore[index]


@pytest.mark.parametrize("above", [File(), Link("elsewhere")])
@pytest.mark.parametrize("path", ["/a/b", "/a/b/c/d"])
def test_nothing_can_be_below_what_is_not_a_directory(above: Item, path: str):
    with pytest.raises(UsageError, match="'/a' is not a directory"):
        FileTree.of({"/a": above, "/a-b": File(), path: File()})


@pytest.mark.parametrize(
    "path",
    [
        *("", "a", "a/b", "/", "//a", "/a/", "/a//b", "/a/../b", "/..", "/a/.", "~/..", "~ana/x"),
        *("./", "../a", "/a\0b", "/\ud800", "/" + "n" * 256, "/" + "ü" * 128),
    ],
)
def test_a_path_that_cannot_be_is_refused_in_one_line(path: str):
    with pytest.raises(UsageError) as refused:
        FileTree.of({path: File()})
    assert "\n" not in str(refused.value)


def test_a_new_line_in_a_path_does_not_reach_the_message():
    with pytest.raises(UsageError) as refused:
        FileTree.of({"/a\nb/../c": File()})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "item",
    [
        Link(""),
        Link("a\0b"),
        Link("x" * 4096),
        Link("\ud800"),
        File(mode=0o10000),
        File(mode=-1),
        File(modified=-1.0),
        File(modified=float("nan")),
        File(modified=1e12),
        File(b"four", size=3),
        File(owner=-1),
        Directory(owner=2**32 - 1),
        Directory(mode=0o40755),
        Directory(modified=float("inf")),
    ],
)
def test_an_item_that_cannot_be_is_refused_in_one_line(item: Item):
    with pytest.raises(UsageError, match="/a") as refused:
        FileTree.of({"/a": item})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("path", ["~", "."])
def test_home_and_project_are_directories(path: str):
    assert FileTree.of({path: Directory(0o700)}).with_parents().entries == (
        (path, Directory(0o700)),
    )
    with pytest.raises(UsageError, match="nothing else can be there"):
        FileTree.of({path: Link("/x")})


def test_entries_out_of_order_or_twice_are_refused():
    for entries in ((("/b", File()), ("/a", File())), (("/a", File()), ("/a", File()))):
        with pytest.raises(UsageError, match=r"FileTree\.of"):
            FileTree(entries)


@CALM
@given(moment=st.floats(0, 2**31, allow_subnormal=False) | st.integers(0, 2**31))
def test_times_are_rounded_as_the_system_rounds_them(tmp_path_factory, moment: float):
    path = Path(tmp_path_factory.getbasetemp()) / "stamped"
    path.touch()
    os.utime(path, (moment, moment))
    assert path.stat().st_mtime_ns == to_nanoseconds(moment)
