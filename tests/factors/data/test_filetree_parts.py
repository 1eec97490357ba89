"""Every part of a generated tree is a valid tree, and the same for the same seed."""

from random import Random

import pytest

from lab.factors.data.filetree_parts import HOME, PROJECT, Owner, PartBuilder
from lab.factors.filetree import File, FileTree

OWNER = Owner("Ana Lee", "ana", "ana@example.org", "Lee, Inc", "lee", "h.example.net", "Notes.")
PARTS = [("~", part) for part in HOME] + [(".", part) for part in PROJECT]
EACH = pytest.mark.parametrize(
    ("top", "part"), PARTS, ids=lambda part: getattr(part, "__name__", "")
)


@EACH
def test_a_part_is_a_valid_tree_below_its_folder(top, part):
    tree = FileTree.of(part(PartBuilder(OWNER, Random(1))))
    assert tree.entries
    assert all(path == top or path.startswith(f"{top}/") for path, _ in tree.entries)


@EACH
def test_the_same_seed_gives_the_same_part(top, part):
    one, two = (part(PartBuilder(OWNER, Random(5))) for _ in range(2))
    assert one == two


def test_random_texts_come_from_the_builders_source_alone():
    one, two = (PartBuilder(OWNER, Random(3)) for _ in range(2))
    assert one.random_token() == two.random_token()
    assert one.random_public_key() == two.random_public_key()
    long = one.sparse_file(b"GGUF")
    assert isinstance(long, File)
    assert long.content == b"GGUF"
    assert long.size is not None
    assert long.size > len(long.content)
