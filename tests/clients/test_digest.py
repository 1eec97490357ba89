"""Which bytes exactly."""

import os
import shutil

import pytest

from lab.clients import digest
from lab.clients.digest import program_digest, tree_digest, tree_stamp


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "tree"
    (root / "b").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "b" / "c").write_text("c")
    (root / "link").symlink_to("b")
    return root


def test_the_same_files_elsewhere_and_later_have_the_same_digest(tree, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(tree, other, symlinks=True)
    os.utime(other / "a.txt", (1, 1))
    assert tree_digest(other) == tree_digest(tree)
    assert tree_stamp(other) != tree_stamp(tree)


def content(root):
    (root / "b" / "c").write_text("C")


def mode(root):
    (root / "a.txt").chmod(0o755)


def name(root):
    (root / "a.txt").rename(root / "A.txt")


def added(root):
    (root / "new").touch()


def link(root):
    (root / "link").unlink()
    (root / "link").symlink_to("a.txt")


@pytest.mark.parametrize("change", [content, mode, name, added, link])
def test_every_change_shows(tree, change):
    before = tree_digest(tree)
    change(tree)
    assert tree_digest(tree) != before


def test_a_huge_folder_costs_its_listing_only(tree, monkeypatch):
    assert program_digest(tree) == tree_digest(tree)
    monkeypatch.setattr(digest, "MAX_FILES", 1)
    listing = program_digest(tree)
    (tree / "b" / "c").write_text("X")
    assert program_digest(tree) == listing
    (tree / "a.txt").write_text("longer")
    assert program_digest(tree) != listing


@pytest.mark.parametrize(
    "path",
    [
        "__pycache__/a.pyc",
        "b/__pycache__/a.pyc",
        ".git/index",
        "b/.c.swp",
        "b/c~",
        ".#c",
        "#c#",
        ".pytest_cache/x",
        "lab/audits/x",
        "b/out/trials.sqlite",
    ],
)
@pytest.mark.parametrize("most", [digest.MAX_FILES, 1])
def test_what_others_write_beside_a_program_is_no_part_of_it(tree, monkeypatch, path, most):
    monkeypatch.setattr(digest, "MAX_FILES", most)
    without = [str(tree / "lab"), str(tree / "b" / "out")]
    before = program_digest(tree, without)
    whole = tree_digest(tree)
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text("x")
    assert program_digest(tree, without) == before
    assert tree_digest(tree) != whole


@pytest.mark.parametrize(
    "path", ["a.pyc", ".gitignore", ".github/x", "lab2", "b/lab/x", "node_modules/a", ".env"]
)
def test_everything_else_is(tree, path):
    before = program_digest(tree, [str(tree / "lab")])
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).write_text("x")
    assert program_digest(tree, [str(tree / "lab")]) != before


def test_through_a_link_the_same_counts(tree, tmp_path):
    (tmp_path / "link").symlink_to("tree")
    (tree / "lab").mkdir()
    without = [str(tree / "lab")]
    before = program_digest(tmp_path / "link", without)
    (tree / "lab" / "x").touch()
    assert program_digest(tmp_path / "link", without) == before


def test_a_file_that_the_user_cannot_read_is_no_failure(tree, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path.name != "c")
    before = program_digest(tree)
    (tree / "b" / "c").write_text("C")
    assert program_digest(tree) == before
    (tree / "a.txt").write_text("A")
    assert program_digest(tree) != before
