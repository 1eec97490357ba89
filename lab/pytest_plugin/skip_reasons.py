"""Which errors of a test mean that nothing was measured.

Only errors that pass through :mod:`lab.testing`, where a test observes a client: the same error
anywhere else is an ordinary failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

from lab.errors import MachineError, UsageError
from lab.testing.subject import UnmeasurableError

__all__ = ["explain_unmeasured"]

OBSERVING_PACKAGE = "lab.testing"
CURRENT_SUBJECT_MODULE = f"{OBSERVING_PACKAGE}.current_subject"


def explain_unmeasured(error: BaseException) -> str | None:
    """The reason why nothing was measured; None for any other error."""
    modules = tuple(_list_modules(error.__traceback__))
    if isinstance(error, MachineError | UnmeasurableError):
        return str(error) if any(name.startswith(OBSERVING_PACKAGE) for name in modules) else None
    # No client was named, and lab.observe(environment) has nothing to observe.
    if isinstance(error, UsageError) and modules[-1:] == (CURRENT_SUBJECT_MODULE,):
        return str(error)
    return None


def _list_modules(traceback: TracebackType | None) -> Iterator[str]:
    """The modules that an error came through, the one that raised it last."""
    while traceback is not None:
        yield str(traceback.tb_frame.f_globals.get("__name__", ""))
        traceback = traceback.tb_next
