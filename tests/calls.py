"""The cost of a computation as a number, which is the same on every machine."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def count_calls(run: Callable[[], object]) -> int:
    """How many functions, of Python and of C, are called while ``run`` runs."""
    counted = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(before)
    return counted


def count_lines(run: Callable[[], object]) -> int:
    """How many lines of Python are executed while ``run`` runs; a loop may call nothing."""
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal counted
        counted += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        run()
    finally:
        sys.settrace(before)
    return counted


def get_growth(run: Callable[[int], object], size: int) -> float:
    """By which factor the calls grow when the size doubles: 2 is linear, 4 is quadratic."""
    run(size)  # Patterns are compiled once.
    return count_calls(lambda: run(2 * size)) / count_calls(lambda: run(size))
