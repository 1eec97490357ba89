"""The cost of a computation as a number of calls, which is the same on every machine."""

import sys
from collections.abc import Callable


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
