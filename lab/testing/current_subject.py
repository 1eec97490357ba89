"""The subject that a run of tests is about: what ``lab.observe(environment)`` observes.

Somebody says which it is, for a while: the pytest plugin for a session, from
``--lab-client``, or a test for itself.  It may be given as a function that opens it, which is
called when the first test asks; a client need not be there for tests that never do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lab.errors import UsageError

if TYPE_CHECKING:
    from lab.testing.subject import Subject

__all__ = ["subject", "using"]

_stack: list[Subject | Callable[[], Subject]] = []
"""The innermost last."""


def subject() -> Subject:
    """The subject of the tests that are running.

    Raises:
        UsageError: No client was named.
    """
    if not _stack:
        raise UsageError(
            "no client to observe: run pytest with --lab-client CLIENT, "
            "or write lab.observe(environment, CLIENT)"
        )
    here = _stack[-1]
    return here() if callable(here) else here


@contextmanager
def using(subject: Subject | Callable[[], Subject]) -> Iterator[None]:
    """Within, this is the subject.  A function is asked each time, and should remember."""
    _stack.append(subject)
    try:
        yield
    finally:
        _stack.pop()
