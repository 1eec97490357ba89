"""Several lists as one, in which none has to wait for the end of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["interleave"]

T = TypeVar("T")


def interleave(*lists: Iterable[T]) -> Iterator[T]:
    """One of each list in turn, as long as there are any."""
    waiting = [iter(each) for each in lists]
    while waiting:
        left = []
        for each in waiting:
            for item in each:
                yield item
                left.append(each)
                break
        waiting = left
