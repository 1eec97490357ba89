"""Hypothesis strategies for file trees: homes and projects.

Each strategy draws the parts of a tree, its owner (a person and a company that Faker invents
from a drawn number), when it was last modified, and which entries are missing.  The texts are
in the tree itself, so a tree does not change with Faker's lists.  All strategies shrink to the
empty tree, entry by entry.

:mod:`lab.factors.data.filetree_parts` has the parts.
"""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import TYPE_CHECKING

import msgspec

from lab.factors.data.filetree_parts import HOME, PROJECT, Owner, Part, PartBuilder
from lab.factors.filetree import FileTree, Item, Link

if TYPE_CHECKING:
    from faker import Faker
    from hypothesis.strategies import SearchStrategy

__all__ = ["homes", "projects"]

FIRST, LAST = 1_483_228_800, 1_788_220_800
"""When trees were last touched: from 2017 to shortly before the control of the clock."""
MONTH_S = 30 * 86400
MAX_SEED = 9999


def homes() -> SearchStrategy[FileTree]:
    """Homes (``~/``): dotfiles, keys, caches, documents, tools, and source trees."""
    return _trees(HOME)


def projects() -> SearchStrategy[FileTree]:
    """Projects (``./``): sources, dependencies, build products, data, and a repository."""
    return _trees(PROJECT)


def _trees(parts: tuple[Part, ...]) -> SearchStrategy[FileTree]:
    from hypothesis import strategies as st

    @st.composite
    def trees(draw: st.DrawFn) -> FileTree:
        chosen = draw(st.lists(st.sampled_from(parts), unique=True))
        seed = draw(st.integers(0, MAX_SEED))
        touched = draw(st.none() | st.integers(FIRST, LAST - MONTH_S))
        builder = PartBuilder(_owner(seed), Random(seed))
        items = {path: item for part in chosen for path, item in part(builder).items()}
        kept = {path: item for path, item in items.items() if draw(st.integers(0, 9))}
        if touched is not None:
            kept = {
                path: _with_modified_time(item, touched, builder.random)
                for path, item in kept.items()
            }
        return FileTree.of(kept)

    return trees()


def _with_modified_time(item: Item, touched: int, random: Random) -> Item:
    """Modified within the month that begins then; a few in the run itself."""
    if isinstance(item, Link) or random.random() < 0.1:
        return item
    return msgspec.structs.replace(item, modified=touched + random.random() * MONTH_S)


@lru_cache(maxsize=1)
def _faker() -> Faker:
    from faker import Faker

    return Faker()


@lru_cache(maxsize=256)
def _owner(seed: int) -> Owner:
    maker = _faker()
    maker.seed_instance(seed)
    return Owner(
        name=maker.name(),
        login=maker.user_name(),
        email=maker.safe_email(),
        company=maker.company(),
        word=maker.domain_word().replace("-", ""),
        host=f"{maker.hostname(0)}.example.net",
        notes=maker.paragraph(),
    )
