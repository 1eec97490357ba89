"""Follow an audit to its end: pass every event to every handler and return the report."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from lab.errors import LabError
from lab.experiment.events import AuditFinished, EngineEvent
from lab.findings.report import Report

__all__ = ["follow"]


def follow(events: Iterator[EngineEvent], *handlers: Callable[[EngineEvent], None]) -> Report:
    """Pass the events of an audit to handlers, and return the report that it ends with.

    However this ends, by an exception of a handler or by Ctrl-C, the audit is closed, so that its
    cells are removed and its store is complete before anything else happens.

    Raises:
        LabError: If the audit ends without a report.
    """
    report = None
    with closing(_delegate(events)) as stream:
        for event in stream:
            for handle in handlers:
                handle(event)
            if isinstance(event, AuditFinished):
                report = event.report
    if report is None:
        raise LabError("the audit ended without a report; run again with --debug to see where")
    return report


def _delegate(events: Iterator[EngineEvent]) -> Generator[EngineEvent, None, None]:
    """The same events; closing this generator closes them too."""
    yield from events
