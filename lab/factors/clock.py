"""The clock: the instant at which the client starts.

The control is a Wednesday at 12:00 UTC.  Every named level has the same hour: the calendar date
is then the same in all zones from −11 to +11, so the clock has no effect on the date that the
time zone shows.

The named levels are points where calendars have special cases: a weekend, the end of a month
and quarter, the end of a year, a leap day, a year in the past (expired certificates, future
files), and the first day after the end of 32-bit Unix time.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "parse_instant"]

CONTROL = "2026-09-16T12:00:00Z"

LEVELS = (
    "2025-09-16T12:00:00Z",
    "2026-09-19T12:00:00Z",
    "2026-09-30T12:00:00Z",
    "2026-12-31T12:00:00Z",
    "2028-02-29T12:00:00Z",
    "2038-01-20T12:00:00Z",
)

_FORM = "%Y-%m-%dT%H:%M:%SZ"
_YEARS = range(2000, 2100)
"""Years in which TLS certificates and file systems work."""

_DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
"""In English whatever the host's locale, which ``strftime`` would follow."""


def parse_instant(level: str) -> datetime:
    """The instant that a level names, in UTC.

    Raises:
        ValueError: The level is not an instant, or its year is out of range.
    """
    text = f"{level}T12:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", level) else level
    try:
        moment = datetime.strptime(text, _FORM).replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(
            f"{level!r} is not an instant; write it in UTC, such as {CONTROL}, or a date for noon"
        ) from error
    if moment.year not in _YEARS:
        raise ValueError(f"the year of {level!r} must be {_YEARS[0]} to {_YEARS[-1]}")
    return moment


def parse(level: str) -> str:
    """The canonical spelling; a bare date means noon UTC."""
    return parse_instant(level).strftime(_FORM)


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the clock to the level's Unix time."""
    return msgspec.structs.replace(spec, clock=parse_instant(level).timestamp())


def strategy() -> SearchStrategy[str]:
    """Noon UTC of any day; shrinks to the first day of 2000."""
    from hypothesis import strategies as st

    first, last = datetime(_YEARS[0], 1, 1).date(), datetime(_YEARS[-1], 12, 31).date()
    return st.dates(first, last).map(lambda day: f"{day.isoformat()}T12:00:00Z")


def needles(level: str) -> tuple[str, ...]:
    """The date in usual formats; not the time, which changes while a trial runs."""
    moment = parse_instant(level)
    month = _MONTHS[moment.month - 1]
    return (
        moment.strftime("%Y-%m-%d"),
        moment.strftime("%Y%m%d"),
        moment.strftime("%Y/%m/%d"),
        f"{moment.month}/{moment.day}/{moment.year}",
        f"{month} {moment.day}, {moment.year}",
        f"{moment.day} {month} {moment.year}",
        f"{_DAYS[moment.weekday()]} {month[:3]} {moment.day:02} {moment.year}",
    )


FACTOR = Factor(
    name="clock",
    summary="the instant at which the client starts",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    requires=("clock",),
)
