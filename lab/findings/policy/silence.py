"""What a client sent in the control environment of the baseline, and does not send any more.

A version that stops sending has no signals either, and must not pass for that.  Only messages
count that the baseline has in every trial of its control environment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lab.findings.policy.open_items import Open
from lab.findings.report import Location, Report

__all__ = ["list_silenced"]

_DIGITS = re.compile(r"\d+")
_CONTENT = frozenset({"http", "websocket", "udp"})
"""Channels whose messages are compared one by one, and not by host only."""


def list_silenced(report: Report, baseline: Report | None) -> Iterator[Open]:
    """Hosts and messages of the baseline that no trial of the control environment has now.

    Args:
        report: The report that is judged.
        baseline: The report of an accepted audit; one of an older lab has no messages.
    """
    if baseline is None or report.unmeasured is not None:
        return
    normal = [one.location for one in baseline.usual if one.trials == one.of]
    now = {one.location.host for one in report.usual}
    sent = {_make_key(one.location) for one in report.usual}
    why = "the baseline has it in every trial of the control environment, this audit in none"
    for host in dict.fromkeys(location.host for location in normal):
        if host not in now:
            yield Open(f"anything sent to {host}", why, counts=True)
    for location in normal:
        if (
            location.channel in _CONTENT
            and location.host in now
            and _make_key(location) not in sent
        ):
            yield Open("a message", why, counts=True, location=location)


def _make_key(location: Location) -> tuple[str | None, ...]:
    """A message, whatever the numbers in its path: they change with the version of a client."""
    path = None if location.path is None else _DIGITS.sub("0", location.path)
    return location.channel, location.host, location.method, path
