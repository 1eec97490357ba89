"""The subject of a test run: what ``lab.observe(environment)`` observes.

The pytest plugin sets it for a session, from ``--lab-client``; a test may set its own.  It may be
given as a function that opens the subject.  The function is called when a test first needs the
subject, so a test run that never needs it requires no client.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lab.errors import UsageError

if TYPE_CHECKING:
    from lab.testing.subject import Subject

__all__ = ["get_subject", "use_subject"]

_stack: list[Subject | Callable[[], Subject]] = []
"""The innermost subject is last."""


def get_subject() -> Subject:
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
def use_subject(subject: Subject | Callable[[], Subject]) -> Iterator[None]:
    """A context in which this is the subject.

    A function is called for each request, so it should cache the subject that it opens.
    """
    _stack.append(subject)
    try:
        yield
    finally:
        _stack.pop()
