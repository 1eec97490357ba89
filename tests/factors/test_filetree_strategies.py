"""Invented trees: all kinds of things in them, and nothing that is not needed once shrunk."""

from __future__ import annotations

import stat
import subprocess
import sys

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from lab.factors.filetree import Directory, File, FileTree, Link
from lab.factors.filetree_strategies import homes, projects

KINDS = {"~/": homes, "./": projects}
EACH = pytest.mark.parametrize("root", KINDS)
CALM = settings(max_examples=2000, database=None, deadline=None, derandomize=True)
ANY = st.one_of(homes(), projects())


@EACH
def test_every_tree_lies_where_its_kind_lies(root: str):
    @settings(CALM, max_examples=50)
    @given(tree=KINDS[root]())
    def check(tree: FileTree) -> None:
        assert all(path.startswith(root) for path, _ in tree.entries)

    check()


@EACH
def test_it_shrinks_to_nothing(root: str):
    assert find(KINDS[root](), lambda tree: True, settings=CALM) == FileTree()


@pytest.mark.parametrize("path", ["~/.ssh/config", "~/Downloads/debian-12-amd64-netinst.iso"])
def test_it_shrinks_to_the_one_file_that_matters(path: str):
    found = find(homes(), lambda tree: path in tree.mapping, settings=CALM)
    assert [path for path, _ in found.entries] == [path]
    assert found.mapping[path].modified is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "wanted",
    [
        lambda path, item: isinstance(item, Link) and item.target.startswith("/"),
        lambda path, item: isinstance(item, Link) and item.target.startswith("../"),
        lambda path, item: isinstance(item, File) and (item.size or 0) > 2**32 - 1,
        lambda path, item: isinstance(item, File) and item.mode == 0o600 and item.content,
        lambda path, item: isinstance(item, File) and item.mode == 0o755,
        lambda path, item: isinstance(item, Directory) and item.mode == 0o700,
        lambda path, item: not isinstance(item, Link) and item.modified is not None,
        lambda path, item: path.count("/") > 5,
        lambda path, item: "node_modules" in path,
        lambda path, item: path.endswith("/.git/HEAD"),
        lambda path, item: not path.isascii(),
    ],
)
def test_every_kind_of_thing_occurs(wanted):
    drawn = settings(CALM, phases=[Phase.generate])
    assert find(ANY, lambda tree: any(wanted(*entry) for entry in tree.entries), settings=drawn)


def test_a_link_whose_target_is_there_and_one_whose_is_not():
    both = {"~/.bash_aliases", "~/dotfiles/bash_aliases"}
    found = find(homes(), lambda tree: both <= tree.mapping.keys(), settings=CALM)
    assert found.mapping.keys() == both
    alone = find(homes(), lambda tree: "~/.bash_aliases" in tree.mapping, settings=CALM)
    assert alone.mapping.keys() == {"~/.bash_aliases"}


@settings(CALM, max_examples=100)
@given(tree=ANY)
def test_modes_are_those_that_people_and_programs_leave(tree: FileTree):
    for _, item in tree.entries:
        if not isinstance(item, Link):
            assert item.mode in {0o600, 0o644, 0o755, 0o700, 0o444, 0o440}
            assert item.mode & stat.S_IRUSR
            assert item.owner is None


def test_hypothesis_and_faker_are_not_loaded_before_they_are_needed():
    program = (
        "import sys, lab.factors.filetree_strategies\n"
        "print(sorted({'hypothesis', 'faker', 'pyfakefs'} & set(sys.modules)))"
    )
    said = subprocess.run(
        (sys.executable, "-c", program), check=True, capture_output=True, text=True
    ).stdout
    assert said == "[]\n"
