"""Following an audit to its end: every event to every handler, and the report."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from lab.errors import LabError
from lab.experiment.events import AuditFinished, EngineEvent
from lab.findings.report import Report

__all__ = ["follow"]


def follow(events: Iterator[EngineEvent], *handlers: Callable[[EngineEvent], None]) -> Report:
    """The report that the audit ends with; LabError if it ends without one.

    However this ends, by an exception of a handler or by Ctrl-C, the audit is closed, so
    that its cells are gone and its store is whole before anything else happens.
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
    """The same events; closing this closes them too, wherever they stand."""
    yield from events
